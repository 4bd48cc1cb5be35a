import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { bundle } from "../kit/bundle";
import { arrangeBench, type BenchFacts } from "./bench";
import { canaries, secretsWith } from "./canaries";
import { leaks } from "./surfaces";

let test: TestDatabase;
let facts: BenchFacts;
let script: string;

beforeAll(async () => {
  test = await createTestDatabase();
  facts = await arrangeBench(test);
  const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
  script = bundle(fileURLToPath(new URL("./fixtures/crash.ts", import.meta.url)), packageFolder);
});
afterAll(() => test.close());

type Manner = "thrown" | "rejected" | "warned";

/** One failing path of each family, and how the error ends the process. */
const crashes: [name: string, manner: Manner, error: string][] = [
  ["a duplicate of a unique key", "thrown", "UniqueViolationError"],
  [
    "a row that a check refuses, on the platform login, which no policy hides it from",
    "rejected",
    "CheckViolationError",
  ],
  ["a text where a number is wanted, which the server's message quotes", "warned", "ValidationError"],
  ["values of the wrong type", "rejected", "ValidationError"],
  ["a malformed connection string (4)", "rejected", "ConfigurationError"],
  ["a wrong password with characters that a URL encodes, at a call", "rejected", "ConnectionError"],
  ["a wrong password at start-up", "thrown", "ConnectionError"],
  ["a migration that finds a value of the wrong type", "thrown", "MigrationError"],
];

/** Runs an application to its end; what it wrote to stdout and stderr. */
function crash(name: string, manner: Manner): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["--trace-warnings", script], {
    cwd: fileURLToPath(new URL("../../../..", import.meta.url)),
    env: {
      ...process.env,
      CRASH: JSON.stringify({ name, manner, facts }),
      DATABASE_ENCRYPTION_KEY: canaries.encryptionKey,
      DATABASE_ADMIN_URL: `postgresql://admin:${canaries.adminPassword}@127.0.0.1:1/db`,
      PGPASSWORD: canaries.environmentPassword,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

describe("a process that ends by an uncaught error shows no secret", () => {
  it.each(crashes)("%s, %s", async (name, manner, error) => {
    const { code, output } = await crash(name, manner);
    expect(output).toContain(error);
    expect(code, "the error ends the process").toBe(1);
    const passwords = Object.entries(facts.urls).map(([kind, url]): [string, string] => [kind, new URL(url).password]);
    expect(leaks(output, secretsWith(Object.fromEntries(passwords)))).toEqual([]);
  });
});
