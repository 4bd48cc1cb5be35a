import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "../../core/errors";
import { exitCode, startDrizzleKit } from "../drizzle-kit";

/*
 * drizzle-kit answers every web page (access-control-allow-origin: *), so that it must not listen where one could call. This
 * is run before it, in its process: whatever it asks to listen on, it listens on the socket alone. It ends when its input
 * does, which the end of this process closes, however that comes about.
 */
const listenOn = (socket: string) => `
  import { Server } from "node:net";
  const { listen } = Server.prototype;
  Server.prototype.listen = function (...given) {
    return listen.call(this, ${JSON.stringify(socket)}, given.find((one) => typeof one === "function"));
  };
  process.stdin.resume().once("end", () => process.exit(0));`;

/** drizzle-kit's Studio server, on a socket in a folder that this user alone can enter. */
export interface KitServer {
  socket: string;
  /** Resolves with its exit code. */
  ended: Promise<number>;
  /** Ends it and removes the socket. */
  stop(): Promise<void>;
}

/** Starts the server. Throws `ConfigurationError` when it ends instead, with what it printed. */
export async function startKitServer(databaseUrl: string): Promise<KitServer> {
  const folder = process.platform === "win32" ? undefined : mkdtempSync(join(tmpdir(), "org-db-studio-"));
  if (folder) chmodSync(folder, 0o700);
  const socket = folder ? join(folder, "socket") : `\\\\.\\pipe\\org-db-studio-${randomBytes(16).toString("hex")}`;
  const child = startDrizzleKit(["studio", "--host", "127.0.0.1", "--port", "1"], {
    environment: { DATABASE_ADMIN_URL: databaseUrl },
    node: ["--import", `data:text/javascript,${encodeURIComponent(listenOn(socket))}`],
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = exitCode(child);
  const stop = async () => {
    child.kill("SIGTERM");
    await ended.catch(() => undefined);
    if (folder) rmSync(folder, { recursive: true, force: true });
  };
  const printed = collect(child);
  try {
    while (!(await answers(socket))) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new ConfigurationError(`drizzle-kit ended instead of serving Studio:\n${printed()}`);
      }
      await sleep(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { socket, ended, stop };
}

/** What the process prints, to be shown when it ends early. Its own greeting names a port that does not exist. */
function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text = `${text}${chunk}`.slice(-4_000);
    });
  }
  return () => text;
}

function answers(socket: string): Promise<boolean> {
  if (process.platform !== "win32" && !existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const probe = connect(socket, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}
