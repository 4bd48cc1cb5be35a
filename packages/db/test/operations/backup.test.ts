import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { tenantTables } from "../../src/core/tenant-table";
import { catalogueScope } from "../../src/domains";
import { createDatabase, validateSchema } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { readSchemaText } from "../../src/operations/catalogue";
import { ensureLogins, type Logins, newLogins } from "../../src/operations/logins";
import { migrate } from "../../src/operations/migrations";
import type { AuditHead } from "../../src/tenancy";
import { createInvoice, createTenant, type TestTenant } from "../../src/testing";
import { locateBinaries } from "../../src/testing/server/binaries";
import { startThrowawayServer, type ThrowawayServer } from "../../src/testing/server/throwaway";
import { schemaList, tenantSchemas } from "../isolation/checks/catalogue";

/*
 * What pg_dump does as each login, and that what it wrote can be restored. It refuses a server newer than itself, and
 * the embedded server brings none: the test takes a PostgreSQL installation that holds server and tools.
 */
const programs = ["initdb", "pg_ctl", "postgres", "pg_dump", "pg_dumpall", "pg_restore", "psql"];

function installations(): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const configured = spawnSync("pg_config", ["--bindir"], { encoding: "utf8" }).stdout?.trim();
  return [
    process.env.ORG_DB_POSTGRES_BIN ?? "",
    configured ?? "",
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ].filter((folder) => folder !== "" && programs.every((name) => existsSync(join(folder, name))));
}

const [bin] = installations();
const missing = `no folder holds ${programs.join(", ")}: set ORG_DB_POSTGRES_BIN to the bin folder of an installation`;
const database = "shop";
const password = "only-for-this-test";
let folder: string;
let server: ThrowawayServer;
let second: ThrowawayServer;
let logins: Logins;
let before: Awaited<ReturnType<typeof contents>>;
let head: AuditHead | undefined;
let acme: TestTenant;
let other: TestTenant;

interface Ran {
  code: number;
  output: string;
  errors: string;
}

/** Runs one of the programs on a database of a server, as a login of it. */
function run(program: string, url: string, args: string[], settings = ""): Promise<Ran> {
  const { hostname, port, username, password: secret, pathname } = new URL(url);
  const env = {
    ...process.env,
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(secret),
    PGDATABASE: pathname.slice(1),
    PGOPTIONS: settings,
    LC_ALL: "C",
  };
  return new Promise((resolve) => {
    execFile(join(bin ?? "", program), args, { env, maxBuffer: 2 ** 26 }, (error, output, errors) => {
      resolve({ code: error ? Number(error.code ?? 1) : 0, output, errors });
    });
  });
}

const urlOn = (of: ThrowawayServer, user?: string, name = database) =>
  withUrlParts(of.adminUrl, user ? { user, password, database: name } : { database: name });
const login = (kind: keyof Logins) => withUrlParts(server.adminUrl, { ...logins[kind], database });

async function start(): Promise<ThrowawayServer> {
  const before = process.env.ORG_DB_POSTGRES_BIN;
  process.env.ORG_DB_POSTGRES_BIN = bin;
  try {
    return await startThrowawayServer({ binaries: await locateBinaries() });
  } finally {
    if (before === undefined) delete process.env.ORG_DB_POSTGRES_BIN;
    else process.env.ORG_DB_POSTGRES_BIN = before;
  }
}

/** Rows and a checksum of each table, and the schema: what must be equal after a restore. */
function contents(url: string) {
  return withAdmin(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname in (${schemaList}, 'migrations') order by 1`,
    );
    const tables: Record<string, { rows: number; checksum: string | null }> = {};
    for (const { name } of rows) {
      const text = `select count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as checksum from ${name} t`;
      const counted = await client.query<{ rows: number; checksum: string | null }>(text);
      tables[name] = counted.rows[0] ?? { rows: -1, checksum: null };
    }
    const rights = await client.query<{ line: string }>(
      `select coalesce(r.rolname, 'PUBLIC') || ' may ' || a.privilege_type as line
       from pg_database d cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
       left join pg_roles r on r.oid = a.grantee where d.datname = current_database() order by 1`,
    );
    const schema = await readSchemaText(client, catalogueScope.schemas);
    return { tables, schema, database: rights.rows.map((row) => row.line) };
  });
}

/** As in production: an owner that is no superuser, a login of each kind, and rows of two tenants. */
async function fill(): Promise<void> {
  await withAdmin(server.adminUrl, async (client) => {
    await client.query(`create role shop_owner login createrole password '${password}'`);
    await client.query(`create database ${database} owner shop_owner`);
    await client.query(`create role backup login bypassrls password '${password}'; grant pg_read_all_data to backup`);
    await client.query(`grant connect on database ${database} to backup`);
  });
  logins = newLogins(database);
  await withAdmin(urlOn(server, "shop_owner"), async (client) => {
    await migrate(client, { folder: migrationsFolder() });
    await ensureLogins(client, logins);
  });
  const db = createDatabase({ url: login("runtime"), platformUrl: login("platform"), unsafeLogin: "refuse" });
  [acme, other] = [await createTenant({ db }, "Acme"), await createTenant({ db }, "Other")];
  for (const tenant of [acme, other]) {
    for (let i = 0; i < 5; i += 1) await tenant.handle.accounting.invoices.issue((await createInvoice(tenant)).id);
  }
  // A server that has worked for long, so that the one of the restore counts transactions from far behind; and lines that were
  // not sealed before the dump.
  await withAdmin(urlOn(server), (client) =>
    client.query("do $$ begin for i in 1..20000 loop perform pg_current_xact_id(); commit; end loop; end $$"),
  );
  await acme.handle.tenancy.companies.update(acme.company.id, { phone: "sealed" });
  head = await acme.handle.tenancy.audit.seal({ waitMs: 30_000 });
  await acme.handle.tenancy.companies.update(acme.company.id, { phone: "not sealed" });
  await db.close();
}

/** Rows of a tenant in the tables of accounting; those without any are left out. */
function rowsOf(tenantId: string): Promise<Record<string, number>> {
  return withAdmin(urlOn(server), async (client) => {
    const counted: [string, number][] = [];
    for (const { name } of tenantTables().filter((table) => table.name.startsWith("accounting."))) {
      const text = `select count(*)::int as rows from ${name} where tenant_id = $1`;
      const { rows } = await client.query<{ rows: number }>(text, [tenantId]);
      counted.push([name, rows[0]?.rows ?? 0]);
    }
    return Object.fromEntries(counted.filter(([, rows]) => rows > 0));
  });
}

/** Rows that a plain dump holds, by table; those without any are left out. */
function rowsIn(dump: string): Record<string, number> {
  const blocks = [...dump.matchAll(/^COPY (\S+) \(.*\) FROM stdin;\n((?:.*\n)*?)\\\.$/gm)];
  const counted = blocks.map(([, table = "", rows = ""]) => [table, rows.split("\n").length - 1] as const);
  return Object.fromEntries(counted.filter(([, rows]) => rows > 0));
}

/** The package on a restored server: what it had is there, tenants are apart, and it goes on where it was. */
async function expectWorking(of: ThrowawayServer): Promise<void> {
  const url = (kind: keyof Logins) => withUrlParts(of.adminUrl, { ...logins[kind], database });
  const restored = createDatabase({ url: url("runtime"), platformUrl: url("platform"), unsafeLogin: "refuse" });
  try {
    const handle = restored.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id });
    const { items } = await handle.accounting.invoices.list();
    expect(items.map((invoice) => invoice.invoiceNumber).sort()).toEqual(numbers(1, 5));
    expect(new Set(items.map((invoice) => invoice.tenantId))).toEqual(new Set([acme.tenant.id]));
    const next = await createInvoice({ ...acme, handle });
    expect((await handle.accounting.invoices.issue(next.id)).invoiceNumber).toBe(numbers(6, 1)[0]);
    const { audit } = handle.tenancy;
    expect(await audit.verify({ head })).toEqual([]);
    const later = await audit.seal({ waitMs: 30_000 });
    expect(later?.sequence).toBeGreaterThan(head?.sequence ?? 0);
    await handle.tenancy.companies.update(acme.company.id, { phone: "after the restore" });
    await audit.seal({ waitMs: 30_000 });
    expect(await audit.verify({ head })).toEqual([]);
    expect(await audit.verify({ head: later })).toEqual([]);
    const trail = await withAdmin(withUrlParts(of.adminUrl, { database }), (client) =>
      client.query(
        `select (select count(*)::int from tenancy.audit_log where tenant_id = $1) as lines,
           (select sum(line_count)::int from tenancy.audit_seals where tenant_id = $1) as sealed`,
        [acme.tenant.id],
      ),
    );
    expect(trail.rows[0].sealed).toBe(trail.rows[0].lines);
    const theirs = restored.forTenant({ tenantId: other.tenant.id });
    expect(await theirs.accounting.invoices.findById(next.id)).toBeUndefined();
    // An owner that is no superuser leaves a warning: it cannot close the functions of large objects.
    const { isValid, errors } = await validateSchema(restored);
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
    expect((await restored.checkConnectionHealth()).errors).toEqual([]);
  } finally {
    await restored.close();
  }
}

const numbers = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => `INV-${String(first + i).padStart(6, "0")}`);

if (bin === undefined) {
  describe("backup and restore", () => {
    it(`is not tested on this machine, as ${missing}`, () => {
      expect(installations()).toEqual([]);
    });
  });
} else {
  describe("backup and restore", () => {
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "backup-"));
      server = await start();
      second = await start();
      await fill();
      before = await contents(urlOn(server));
    });
    afterAll(async () => {
      await Promise.all([server?.stop(), second?.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    describe("pg_dump", () => {
      it("fails loudly as the owner, from whom FORCE would hide the rows", async () => {
        const { code, errors } = await run("pg_dump", urlOn(server, "shop_owner"), []);
        expect(code).toBe(1);
        expect(errors).toMatch(/query would be affected by row-level security policy for table/);
      });

      it("succeeds as the owner with --enable-row-security, and has no row of any tenant", async () => {
        const { code, output } = await run("pg_dump", urlOn(server, "shop_owner"), ["--enable-row-security"]);
        expect({ code, rows: rowsIn(output) }).toEqual({ code: 0, rows: { "migrations.applied": expect.any(Number) } });
      });

      it.each([
        ["runtime", "auth"],
        ["platform", "auth"],
        ["identity", tenantSchemas.join("|")],
      ] as const)("fails as the %s login, which has no right to read everything", async (kind, schema) => {
        const { code, errors } = await run("pg_dump", login(kind), []);
        expect(code).toBe(1);
        expect(errors).toMatch(new RegExp(`permission denied for schema (${schema})`));
      });

      it("succeeds as the platform login for the schemas of tenants, without sign-in data: no backup", async () => {
        const args = ["--enable-row-security", ...tenantSchemas.map((name) => `--schema=${name}`)];
        const { code, output } = await run("pg_dump", login("platform"), args);
        expect(code).toBe(0);
        const tenants = Object.entries(before.tables).filter(
          ([name, { rows }]) => tenantSchemas.includes(name.split(".")[0] ?? "") && rows > 0,
        );
        expect(rowsIn(output)).toEqual(Object.fromEntries(tenants.map(([name, { rows }]) => [name, rows])));
      });

      it("exports one tenant as the runtime login in its scope", async () => {
        const args = ["--data-only", "--enable-row-security", "--table=accounting.*"];
        const scope = `-c app.current_tenant_id=${acme.tenant.id}`;
        const { code, output } = await run("pg_dump", login("runtime"), args, scope);
        expect({ code, rows: rowsIn(output) }).toEqual({
          code: 0,
          rows: await rowsOf(acme.tenant.id),
        });
        expect(output).not.toContain(other.tenant.id);
        expect(rowsIn((await run("pg_dump", login("runtime"), args)).output)).toEqual({});
      });

      it("writes the same everything as a superuser and as a login with BYPASSRLS and pg_read_all_data", async () => {
        const [whole, backup] = await Promise.all(
          [urlOn(server), urlOn(server, "backup")].map((url) => run("pg_dump", url, [])),
        );
        expect([whole?.code, backup?.code]).toEqual([0, 0]);
        const counts = Object.entries(before.tables).filter(([, { rows }]) => rows > 0);
        expect(rowsIn(whole?.output ?? "")).toEqual(Object.fromEntries(counts.map(([name, { rows }]) => [name, rows])));
        expect(withoutToken(backup?.output)).toBe(withoutToken(whole?.output));
      });
    });

    describe("what the backup login dumped", () => {
      const file = () => join(folder, "shop.dump");
      const restore = (of: ThrowawayServer, args: string[], name: string) =>
        run("pg_restore", urlOn(of, undefined, name), ["--exit-on-error", `--dbname=${name}`, ...args, file()]);

      beforeAll(async () => {
        const dumped = await run("pg_dump", urlOn(server, "backup"), ["--format=custom", `--file=${file()}`]);
        expect(dumped).toEqual({ code: 0, output: "", errors: "" });
      });

      it("is restored on a new server with its roles: rows, schema, grants and logins are equal, and it works", async () => {
        const roles = await run("pg_dumpall", urlOn(server, undefined, "postgres"), ["--roles-only"]);
        await writeFile(join(folder, "roles.sql"), roles.output);
        await run("psql", urlOn(second, undefined, "postgres"), ["--quiet", `--file=${join(folder, "roles.sql")}`]);
        // The superuser of the same name now has the password of the old server, too.
        second = {
          ...second,
          adminUrl: withUrlParts(second.adminUrl, { password: new URL(server.adminUrl).password }),
        };
        expect(await restore(second, ["--create"], "postgres")).toEqual({ code: 0, output: "", errors: "" });
        expect(await contents(urlOn(second))).toEqual(before);
        await expectWorking(second);
      });

      it("is restored beside the old database, which is renamed: equal again", async () => {
        await withAdmin(server.adminUrl, (client) => client.query(`alter database ${database} rename to shop_before`));
        expect(await restore(server, ["--create"], "postgres")).toEqual({ code: 0, output: "", errors: "" });
        expect(await contents(urlOn(server))).toEqual(before);
        expect(await contents(urlOn(server, undefined, "shop_before"))).toEqual(before);
        await expectWorking(server);
      });

      it("loses the rights on the database itself when it is restored without --create", async () => {
        await withAdmin(server.adminUrl, (client) => client.query("create database loose template template0"));
        expect((await restore(server, [], "loose")).code).toBe(0);
        const { database: rights, ...rest } = await contents(urlOn(server, undefined, "loose"));
        expect({ ...rest, database: before.database }).toEqual(before);
        expect(before.database).not.toContain("PUBLIC may TEMPORARY");
        expect(rights).toContain("PUBLIC may TEMPORARY");
      });
    });
  });
}

// From the minor versions of August 2025 on, a plain dump begins and ends with a random token.
const withoutToken = (dump = "") => dump.replace(/^\\(un)?restrict .*$/gm, "");
