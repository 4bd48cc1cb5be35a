import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseUrl, withUrlParts } from "../../src/client/url";
import { createDatabase } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { loginName } from "../../src/operations/logins";
import { currentTestRun } from "../../src/testing";
import { callTool, makeCheckout, runTool } from "./run-tool";

// As long as PostgreSQL lets a name be: the names of the three logins still differ.
const database = `org_db_roles_${randomBytes(25).toString("hex")}`;
const logins = (["runtime", "identity", "platform"] as const).map((kind) => loginName(database, kind));
const checkout = makeCheckout();
const file = join(checkout.root, ".env");
let server: string;
let admin: string;

beforeAll(async () => {
  server = currentTestRun()?.adminUrl ?? "";
  admin = withUrlParts(server, { database });
  await withAdmin(server, (client) => client.query(`create database ${database}`));
});
afterEach(() => rmSync(file, { recursive: true, force: true }));
afterAll(async () => {
  await withAdmin(server, async (client) => {
    await client.query(`drop database if exists ${database} with (force)`);
    for (const login of logins) await client.query(`drop role if exists ${login}`);
  });
  checkout.remove();
});

const run = (url: string) => runTool(["roles"], checkout.root, { DATABASE_ADMIN_URL: url });

/** Logins and schemas that were made. */
const made = () =>
  withAdmin(admin, async (client) => {
    const { rows } = await client.query<{ count: number }>(
      `select (select count(*) from pg_roles where rolname = any ($1))::int
         + (select count(*) from pg_namespace where nspname = 'tenancy')::int as count`,
      [logins],
    );
    return rows[0]?.count;
  });

describe("db:roles", () => {
  it("makes nothing when .env cannot be written", async () => {
    // The draft's place is taken, which holds for a superuser too.
    mkdirSync(`${file}.new`);
    const { code, output } = await run(admin);
    rmSync(`${file}.new`, { recursive: true });
    expect(code).not.toBe(0);
    expect(output).toMatch(/\.env cannot be written \(\w+\): nothing was made/);
    expect(await made()).toBe(0);
  });

  it("makes nothing with a URL that is not understood, and tells none of it", async () => {
    const password = parseUrl(admin, "url").password ?? "";
    for (const query of ["?sslmode=prefer", "?connect_timeout=3", "?password=canary&zebra=1", "?host=a,b"]) {
      const { code, output } = await callTool(["roles"], { DATABASE_ADMIN_URL: admin + query });
      expect(code).not.toBe(0);
      expect(output).toContain("ConfigurationError: DATABASE_ADMIN_URL");
      expect(output).not.toMatch(new RegExp(`canary|zebra|${password}`));
    }
    expect(existsSync(file)).toBe(false);
    expect(await made()).toBe(0);
  });

  it("copies nothing of the admin's login, wherever it stands in the URL", async () => {
    const { host, port, user, password = "" } = parseUrl(admin, "url");
    const written = `postgresql://${host}:${port}/${database}?user=${user}&password=${password}&application_name=books`;
    const { code, output } = await run(written);
    expect(code, output).toBe(0);
    expect(existsSync(`${file}.new`)).toBe(false);
    const lines = readFileSync(file, "utf8").trim().split("\n");
    const urls = new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
    expect(urls.get("DATABASE_ADMIN_URL")).toBe(written);
    for (const kind of ["DATABASE_URL", "DATABASE_AUTH_URL", "DATABASE_PLATFORM_URL"]) {
      const url = urls.get(kind) ?? "";
      expect(url).not.toContain(password);
      expect(parseUrl(url, kind)).toMatchObject({ host, port, database, applicationName: "books" });
      expect(logins).toContain(parseUrl(url, kind).user);
    }
    const db = createDatabase({ url: urls.get("DATABASE_URL"), unsafeLogin: "refuse" });
    expect(await db.checkConnectionHealth()).toMatchObject({ isHealthy: true, role: logins[0] });
    await db.close();
    const { rows } = await withAdmin(admin, (client) =>
      client.query<{ login: string; groups: string[] }>(
        `select m.rolname as login, array_agg(g.rolname::text) as groups from pg_auth_members a
         join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
         where m.rolname = any ($1) group by 1`,
        [logins],
      ),
    );
    const groupOf = new Map(rows.map(({ login, groups }) => [login, groups.join()]));
    expect(logins.map((login) => groupOf.get(login))).toEqual(["authenticated", "identity", "platform"]);
  });
});
