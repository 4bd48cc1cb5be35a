import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { killBackend } from "./support";

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

it("does not end an application without listeners when idle and checked-out connections are killed", async () => {
  const { tenant } = await createTenant(test);
  const script = fileURLToPath(new URL("./fixtures/survivor.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--import", "tsx", script, JSON.stringify({ url: test.urls.runtime, tenantId: tenant.id })],
    { cwd: fileURLToPath(new URL("../../../..", import.meta.url)), stdio: ["pipe", "pipe", "pipe"] },
  );
  const exit = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const complaints: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk.toString()));
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Record<string, unknown>;
    lines.push(said);
    if (said.kill === undefined) continue;
    await killBackend(test, Number(said.kill));
    child.stdin.write("killed\n");
  }
  expect({ code: await exit, complaints: complaints.join("") }).toEqual({ code: 0, complaints: "" });
  expect(lines.map((line) => line.state ?? "end")).toEqual(["idle", "checked out", "end"]);
  expect(lines.at(-1)).toEqual({ lost: "ConnectionError", connections: 3 });
});
