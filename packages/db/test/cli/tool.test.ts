import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { createDatabase } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { createTestDatabase, currentTestRun, type TestDatabase } from "../../src/testing";
import { callTool, makeCheckout, runScript, runTool } from "./run-tool";

const commands = ["up", "down", "generate", "migrate", "push", "roles", "studio", "seed", "reset", "check", "doctor"];
const seeded = () =>
  withAdmin(admin, async (client) => (await client.query("select name from tenancy.tenants")).rows.length);
const database = `org_db_cli_${randomBytes(4).toString("hex")}`;
const checkout = makeCheckout();
let test: TestDatabase;
let admin: string;

beforeAll(async () => {
  test = await createTestDatabase();
  const server = currentTestRun()?.adminUrl ?? "";
  admin = withUrlParts(server, { database });
  await withAdmin(server, (client) => client.query(`create database ${database}`));
});

afterAll(async () => {
  await test.asOwner(async (client) => {
    await client.query(`drop database if exists ${database} with (force)`);
    for (const kind of ["runtime", "identity", "platform"])
      await client.query(`drop role if exists ${database}_${kind}`);
  });
  await test.close();
  checkout.remove();
});

const run = (...args: string[]) => callTool(args, { DATABASE_ADMIN_URL: admin });
const start = (...args: string[]) => runTool(args, checkout.root, { DATABASE_ADMIN_URL: admin });

describe("the org-db tool", () => {
  it("explains a command in one line, as a script of the root", async () => {
    const { code, output } = await runScript("db:reset", "--help");
    expect(code).toBe(0);
    expect(output).toMatch(/^db:reset: .{20,}/m);
  });

  it("lists its commands, and refuses an unknown one with the list", async () => {
    expect((await run()).code).toBe(0);
    const { code, output } = await run("explode");
    expect(code).toBe(2);
    for (const command of commands) expect(output).toMatch(new RegExp(`^ +${command} +.{20,}$`, "m"));
    const near = await run("migrat");
    expect(near).toMatchObject({ code: 2, output: expect.stringContaining("did you mean migrate?") });
    const option = await run("migrate", "--dryrun");
    const said = "ConfigurationError: There is no option --dryrun: did you mean --dry-run?\n";
    expect(option).toEqual({ code: 2, output: said });
  });

  it("says what is to mend before the first migration, and exits with 1", async () => {
    const { code, output } = await run("doctor");
    expect(code).toBe(1);
    expect(output).toMatch(/^✗ \d+ migrations are pending: run pnpm db:migrate$/m);
    expect(output).toContain("1 to mend");
  });

  it("migrates an empty database, then finds nothing to do", async () => {
    const first = await start("migrate");
    expect(first.output).toContain("Proven: every table isolated");
    expect(first.code).toBe(0);
    expect((await run("migrate")).output).toContain("Nothing to apply");
  });

  it("reports drift with the object and the fix, and exits with 1", async () => {
    expect((await run("check")).code).toBe(0);
    await withAdmin(admin, (client) => client.query("alter table accounting.customers no force row level security"));
    const { code, output } = await run("check");
    expect(code).toBe(1);
    expect(output).toContain("accounting.customers");
    expect(output).toContain("fix:");
    await withAdmin(admin, (client) => client.query("alter table accounting.customers force row level security"));
  });

  it("makes three safe logins and writes their URLs to .env, for the owner's eyes alone", async () => {
    const { code, output } = await start("roles");
    expect(output).not.toMatch(/postgres(ql)?:\/\//);
    expect(code).toBe(0);
    const file = join(checkout.root, ".env");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const variables = Object.fromEntries(
      readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    expect(Object.keys(variables).sort()).toEqual([
      "DATABASE_ADMIN_URL",
      "DATABASE_AUTH_URL",
      "DATABASE_PLATFORM_URL",
      "DATABASE_URL",
    ]);
    const db = createDatabase({ url: variables.DATABASE_URL, unsafeLogin: "refuse" });
    expect(await db.checkConnectionHealth()).toMatchObject({ isHealthy: true, role: `${database}_runtime` });
    await db.close();
    const doctor = await runTool(["doctor"], checkout.root);
    expect(doctor.output).toContain("All is well");
    const { DATABASE_ADMIN_URL: _given, ...made } = variables;
    for (const url of Object.values(made)) expect(doctor.output).not.toContain(new URL(url).password);
  });

  it("checks the logins too: what they are members of, and what they begin with", async () => {
    const sql = (text: string) => withAdmin(admin, (client) => client.query(text));
    await sql(`grant pg_read_all_data to ${database}_platform;
      alter role ${database}_runtime in database ${database} set row_security = off`);
    const { code, output } = await run("check");
    expect(code).toBe(1);
    expect(output).toContain(`role ${database}_platform`);
    expect(output).toContain(`ALTER ROLE ${database}_runtime IN DATABASE ${database} RESET row_security`);
    await sql(`revoke pg_read_all_data from ${database}_platform;
      alter role ${database}_runtime in database ${database} reset all`);
    expect((await run("check")).code).toBe(0);
  });

  it("seeds a demo tenant once", async () => {
    expect((await run("seed")).output).toContain("Wrote the demo tenant");
    expect((await run("seed")).output).toContain("is there already");
  });

  it("resets only when told twice, and never in production", async () => {
    expect(await seeded()).toBe(1);
    const asked = await run("reset");
    expect(asked.code).toBe(1);
    expect(asked.output).toContain("--yes");
    const production = await callTool(["reset", "--yes"], { DATABASE_ADMIN_URL: admin, NODE_ENV: "production" });
    expect(production.output).toContain("refused in production");
    expect(await seeded()).toBe(1);
    expect((await run("reset", "--yes")).output).toContain("Empty again");
    expect(await seeded()).toBe(0);
    expect((await run("seed")).output).toContain("Wrote the demo tenant");
  });

  it("names what is wrong when it cannot run, without a stack and without the password", async () => {
    const nameless = await run("generate");
    expect(nameless.code).toBe(1);
    expect(nameless.output).toMatch(/^ConfigurationError: A migration needs a name/);
    const down = await runTool(["migrate"], checkout.root, {
      DATABASE_ADMIN_URL: "postgresql://someone:hunter2canary@127.0.0.1:1/nowhere",
    });
    expect(down.code).toBe(1);
    expect(down.output).toMatch(/^ConnectionError: /);
    expect(down.output).not.toContain("hunter2canary");
    const malformed = await callTool(["migrate"], { DATABASE_ADMIN_URL: "hunter2canary" });
    expect(malformed.output).toMatch(/^ConfigurationError: DATABASE_ADMIN_URL/);
    expect(malformed.output).not.toContain("hunter2canary");
  });
});
