import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers } from "../../src/accounting";
import { createDatabase, type Database, type TenantDatabase } from "../../src/index";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { ensureLogins, type Logins, loginUrls, newLogins } from "../../src/operations/logins";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { createTenant, type TestTenant } from "../../src/testing";
import { startThrowawayServer, type ThrowawayServer } from "../../src/testing/server/throwaway";
import { rejection } from "../kit/outcomes";
import { canaries as c } from "./canaries";

/** What the server itself writes to its log, with PostgreSQL's own settings, when calls of the package fail. */
let server: ThrowawayServer;
let db: Database;
let acme: TestTenant;
let handle: TenantDatabase;
let logins: Logins;

beforeAll(async () => {
  server = await startThrowawayServer();
  logins = newLogins("log");
  await withAdmin(server.adminUrl, async (admin) => {
    await migrate(admin, { migrations: await readMigrations(migrationsFolder()) });
    await ensureLogins(admin, logins);
  });
  const urls = loginUrls(server.adminUrl, logins);
  db = createDatabase({ url: urls.DATABASE_URL, platformUrl: urls.DATABASE_PLATFORM_URL });
  acme = await createTenant({ db });
  handle = db.forTenant({ tenantId: acme.tenant.id });
});
afterAll(async () => {
  await db.close();
  await server.stop();
});

/** What the server logs while something is done. */
async function logged(work: () => PromiseLike<unknown>): Promise<string> {
  const file = join(server.folder, "server.log");
  const before = (await readFile(file, "utf8")).length;
  await work();
  return (await readFile(file, "utf8")).slice(before);
}

const row = () => ({ companyId: acme.company.id, name: c.text, email: c.failingRow, externalId: c.duplicate });

describe("the server's log", () => {
  it("holds no bind value of a tenant's write that a constraint refuses: row security hides the row", async () => {
    await handle.insert(customers).values(row());
    const text = await logged(async () => {
      await rejection(handle.insert(customers).values(row()));
      await rejection(handle.insert(customers).values({ ...row(), externalId: null, name: "" }));
      await rejection(handle.insert(customers).values({ ...row(), externalId: null, tenantId: crypto.randomUUID() }));
    });
    expect(text).toContain("idx_customers_external_id");
    expect(text).toContain("customers_name_check");
    expect(text).toContain("row-level security policy");
    for (const value of [c.text, c.failingRow, c.duplicate]) expect(text).not.toContain(value);
  });

  it("holds no bind value of a statement that is cancelled", async () => {
    const slow = createDatabase({ url: loginUrls(server.adminUrl, logins).DATABASE_URL, statementTimeoutMillis: 50 });
    const text = await logged(() =>
      rejection(slow.forTenant({ tenantId: acme.tenant.id }).execute(sql`select ${c.text}::text, pg_sleep(9)`)),
    );
    await slow.close();
    expect(text).toContain("canceling statement due to statement timeout");
    expect(text).not.toContain(c.text);
  });

  it("holds no bind value of a query that is not allowed", async () => {
    const text = await logged(() =>
      rejection(handle.execute(sql`select * from auth.account where password = ${c.text}`)),
    );
    expect(text).toContain("permission denied");
    expect(text).not.toContain(c.text);
  });

  it("holds a value that does not fit its type, in the server's own message: check input before it is sent", async () => {
    const text = await logged(() => rejection(handle.execute(sql`select ${c.wrongType}::text::int`)));
    expect(text).toContain(`invalid input syntax for type integer: "${c.wrongType}"`);
  });

  it("holds what was written into the text of a statement: pass values as parameters", async () => {
    const text = await logged(() => rejection(handle.execute(sql.raw(`select '${c.template}' from there_is.none`))));
    expect(text).toContain(c.template);
  });

  it("holds the row where no policy applies: failures of the platform and the owner show it", async () => {
    const { tenant, company } = acme;
    const text = await logged(() =>
      rejection(
        withAdmin(server.adminUrl, (admin) =>
          admin.query("insert into accounting.customers (tenant_id, company_id, name, email) values ($1, $2, '', $3)", [
            tenant.id,
            company.id,
            c.failingRow,
          ]),
        ),
      ),
    );
    expect(text).toContain(`Failing row contains`);
    expect(text).toContain(c.failingRow);
  });

  it("holds no password of a login that could not be made, nor of one that was while statements are logged", async () => {
    const login = (name: string) => ({ user: name, password: c.adminPassword });
    const made = { runtime: login("log_a"), identity: login("log_b"), platform: login("log_c") };
    const runtime = loginUrls(server.adminUrl, logins).DATABASE_URL;
    const text = await logged(async () => {
      await rejection(withAdmin(runtime, (client) => ensureLogins(client, made)));
      await withAdmin(server.adminUrl, async (admin) => {
        await admin.query("set log_statement = 'ddl'");
        await ensureLogins(admin, made);
        await ensureLogins(admin, made);
      });
    });
    expect(text).toMatch(/create role "log_a"/i);
    expect(text).not.toContain(c.adminPassword);
    // The login works with the password that the log does not hold.
    const url = loginUrls(server.adminUrl, made).DATABASE_URL;
    const own = createDatabase({ url, unsafeLogin: "refuse" });
    expect(await own.checkConnectionHealth()).toMatchObject({ isHealthy: true, role: "log_a" });
    await own.close();
  });
});
