import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { schemaList } from "../isolation/checks/catalogue";
import { startTool } from "./run-tool";

let test: TestDatabase;
let port: number;
let studio: Awaited<ReturnType<typeof startTool>>;
let output = "";

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Studio's own HTTP API: what its page in the browser calls. */
function call(body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: JSON.stringify(body) });
}

beforeAll(async () => {
  test = await createTestDatabase();
  port = await freePort();
  // The packages' own folder holds drizzle.config.ts; the server comes from the environment.
  studio = startTool(["studio", "--port", String(port)], process.cwd(), { DATABASE_ADMIN_URL: test.urls.admin });
  for (const stream of [studio.stdout, studio.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  for (let attempt = 0; ; attempt += 1) {
    try {
      await fetch(`http://127.0.0.1:${port}/`);
      return;
    } catch (error) {
      if (attempt > 900 || studio.exitCode !== null)
        throw new Error(`Studio did not start: ${output}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
});

afterAll(async () => {
  if (studio.exitCode === null) {
    const ended = new Promise((resolve) => studio.once("exit", resolve));
    studio.kill("SIGTERM");
    await ended;
  }
  await test.close();
});

describe("pnpm db:studio", () => {
  it("lists the tables of all our schemas through its HTTP API", async () => {
    const sql = `select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in (${schemaList}) order by 1`;
    const answer = await call({ type: "proxy", data: { sql, params: [], method: "all", mode: "object", typings: [] } });
    const names = ((await answer.json()) as { name: string }[]).map((row) => row.name);
    expect(names).toEqual(
      expect.arrayContaining([
        "accounting.customers",
        "accounting.invoices",
        "auth.user",
        "tenancy.audit_log",
        "tenancy.users",
      ]),
    );
  });

  it("knows the schema files", async () => {
    const answer = (await (await call({ type: "init" })).json()) as {
      dialect: string;
      schemaFiles: { name: string }[];
    };
    expect(answer.dialect).toBe("postgresql");
    expect(answer.schemaFiles.map((file) => file.name)).toEqual(expect.arrayContaining(["auth.ts", "members.ts"]));
  });

  it("prints where it is, and no connection string", () => {
    expect(output).toContain(`https://local.drizzle.studio?port=${port}`);
    expect(output).not.toMatch(/postgres(ql)?:\/\//);
  });
});
