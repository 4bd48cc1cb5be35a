import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bundle } from "../../kit/bundle";
import type { cases } from "./cases";
import type { Farewell, Report, Request, Setting } from "./protocol";

/** The application of these tests, in a process of its own. */
export interface Application {
  /** Runs one case; fails when the process has ended. */
  run(name: keyof typeof cases): Promise<Report>;
  /** Lets the application end; its exit code, what it wrote to stderr, and the listeners it had. */
  end(): Promise<{ code: number | null; complaints: string } & Farewell>;
  /** Makes sure that it is gone. */
  kill(): void;
}

interface Line {
  ask?: Request;
  report?: Report;
  farewell?: Farewell;
}

const packageFolder = join(import.meta.dirname, "../../..");
let program: string | undefined;

/** Starts the application. `cause` does what it asks for. */
export function startApplication(setting: Setting, cause: (request: Request) => Promise<void>): Application {
  program ??= bundle(join(import.meta.dirname, "application.ts"), packageFolder);
  const child = spawn(process.execPath, [program, JSON.stringify(setting)], {
    cwd: packageFolder,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const tell = (line: unknown) => child.stdin.write(`${JSON.stringify(line)}\n`);
  // Writing to a process that has ended; that it has is found out by what it does not answer.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer<K extends "report" | "farewell">(kind: K): Promise<NonNullable<Line[K]>> {
    // What the test could not cause or find fails the case, but not before the application has ended it.
    const failures: unknown[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`The application ended with ${await exit}: ${complaints}`);
      const line = JSON.parse(value) as Line;
      if (line.ask) {
        await cause(line.ask).catch((error: unknown) => failures.push(error));
        tell({});
      }
      const said = line[kind];
      if (said !== undefined && failures.length > 0) throw failures[0];
      if (said !== undefined) return said as NonNullable<Line[K]>;
    }
  }

  return {
    run: (name) => {
      tell({ run: name });
      return answer("report");
    },
    end: async () => {
      child.stdin.end();
      const { listeners } = await answer("farewell");
      return { code: await exit, complaints, listeners };
    },
    kill: () => void child.kill("SIGKILL"),
  };
}
