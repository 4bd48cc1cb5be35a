import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type * as publicFace from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";

/** What is used of Vite, which comes with Vitest. */
interface Vite {
  createServer(config: object): Promise<DevelopmentServer>;
}
interface DevelopmentServer {
  ssrLoadModule(path: string): Promise<Loaded>;
  moduleGraph: { getModulesByFile(file: string): Set<object> | undefined; invalidateModule(module: object): void };
  close(): Promise<void>;
}
/** What the app's module exports. */
interface Loaded {
  db: publicFace.Database;
  processDb: publicFace.Database;
  own: publicFace.Database;
  auth: publicFace.AuthDatabase;
  ConflictError: typeof publicFace.ConflictError;
}

const source = join(__dirname, "..", "..", "src");
const requireOfVitest = createRequire(createRequire(import.meta.url).resolve("vitest/package.json"));
let test: TestDatabase;
let acme: TestTenant;
let vite: DevelopmentServer;
let folder: string;
let app: string;
/** What a transform makes of a source, as an edit would. */
let edit: ((code: string, file: string) => string) | undefined;
let last: Loaded;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  const { createServer } = (await import(pathToFileURL(requireOfVitest.resolve("vite")).href)) as Vite;
  folder = mkdtempSync(join(tmpdir(), "org-db-reload-"));
  app = join(folder, "app.ts");
  writeFileSync(app, program("one"));
  vite = await createServer({
    root: folder,
    configFile: false,
    logLevel: "silent",
    appType: "custom",
    server: { middlewareMode: true, ws: false, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
    resolve: { alias: { "@org/db": join(source, "index.ts") } },
    plugins: [{ name: "edit", transform: (code: string, file: string) => edit?.(code, file) }],
  });
});
beforeEach(async () => {
  vi.stubEnv("DATABASE_URL", test.urls.runtime);
  last = await use(await vite.ssrLoadModule(app));
});
afterAll(async () => {
  await Promise.all([last.db, last.processDb, last.own, last.auth].map((handle) => handle.close()));
  await vite.close();
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
  await test.close();
});

/** An app's module that makes handles in all the ways there are. */
const program = (applicationName: string) => `
  import { ConflictError, createAuthDatabase, createConnectionPool, createDatabase, getDb } from "@org/db";
  const options = { url: ${JSON.stringify(test.urls.runtime)}, platformUrl: ${JSON.stringify(test.urls.platform)}, unsafeLogin: "refuse", max: 2 };
  export const db = createDatabase({ ...options, applicationName: "reload ${applicationName}", reloadKey: "main", onWarning: () => {} });
  export const pool = createConnectionPool({ ...options, applicationName: "reload pool", reloadKey: "pool" });
  export const own = createDatabase({ pool });
  export const auth = createAuthDatabase({ url: ${JSON.stringify(test.urls.identity)}, unsafeLogin: "refuse", applicationName: "reload auth", reloadKey: "auth" });
  export const processDb = getDb();
  export { ConflictError };
`;

/** Two calls at once on each handle, so that each has two connections where it may. */
async function use(loaded: Loaded): Promise<Loaded> {
  const { db, processDb, own, auth } = loaded;
  const calls = [db, processDb, own].flatMap((handle) => {
    const tenant = handle.forTenant({ tenantId: acme.tenant.id });
    return [tenant.accounting.customers.list(), tenant.accounting.customers.list()];
  });
  await Promise.all([...calls, auth.drizzle.select().from(auth.tables.session).limit(1)]);
  last = loaded;
  return loaded;
}

/** Runs the module and all that import it again, as Vite does when the file has changed. */
async function reload(file: string): Promise<Loaded> {
  for (const module of vite.moduleGraph.getModulesByFile(file) ?? []) vite.moduleGraph.invalidateModule(module);
  return use(await vite.ssrLoadModule(app));
}

/** Connections of the reloads' handles, of one login or of all. */
const connections = (login = "%") =>
  test.asOwner(async (owner) => {
    const { rows } = await owner.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and (application_name like 'reload %' or application_name = '@org/db runtime')
         and usename like $1`,
      [login],
    );
    return rows[0]?.count ?? 0;
  });

/** The handles' connections, once the server has noticed the ends of those that were closed. */
async function settled(most: number, login?: string): Promise<number> {
  for (let tries = 0; tries < 100 && (await connections(login)) > most; tries += 1) await sleep(20);
  return connections(login);
}

/** Two of each of three pools and one of the fourth; the test database's own pool has called itself the same. */
const most = 2 * 3 + 1 + 5;

describe("a development server that runs modules again", () => {
  it("keeps the handles when the app has changed, and opens no connection", async () => {
    const before = last;
    const count = await connections();
    for (let round = 0; round < 5; round += 1) await reload(app);
    expect(last.db).toBe(before.db);
    expect(last.processDb).toBe(before.processDb);
    expect(await settled(count)).toBeLessThanOrEqual(count);
  });

  it("makes a new handle from new options, and closes the connections of the old one", async () => {
    const before = last;
    for (const name of ["two", "three", "four"]) {
      writeFileSync(app, program(name));
      await reload(app);
    }
    expect(last.db).not.toBe(before.db);
    expect(await settled(most)).toBeLessThanOrEqual(most);
  });

  it.each(["core/errors.ts", "core/statement.ts", "client/pool.ts", "accounting/customers.ts", "index.ts"])(
    "runs the package's own %s again, and leaks nothing",
    async (file) => {
      const before = last;
      for (let round = 0; round < 3; round += 1) await reload(join(source, file));
      if (file !== "index.ts") expect(last.db).not.toBe(before.db);
      if (file === "core/errors.ts") expect(last.ConflictError).not.toBe(before.ConflictError);
      expect(await settled(most)).toBeLessThanOrEqual(most);
    },
  );

  it("sends the changed text of a statement, also on a connection that has the old one", async () => {
    const tenant = () => last.own.forTenant({ tenantId: acme.tenant.id }).accounting.customers;
    await acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "Borealis" });
    expect((await tenant().list()).items).toHaveLength(1);
    edit = (code, file) =>
      file === join(source, "core", "lists.ts") ? code.replace("and(", "and(sql`false`, ") : code;
    await reload(join(source, "core", "lists.ts"));
    expect((await tenant().list()).items).toHaveLength(0);
    edit = undefined;
    await reload(join(source, "core", "lists.ts"));
    expect((await tenant().list()).items).toHaveLength(1);
  });

  it("serves whoever still holds an old handle, without keeping its connections", async () => {
    const old = last.db;
    const open = old.withTenant({ tenantId: acme.tenant.id }, async (tx) => {
      await reload(join(source, "core", "errors.ts"));
      return tx.accounting.customers.list();
    });
    expect((await open).items).toHaveLength(1);
    expect((await old.forTenant({ tenantId: acme.tenant.id }).accounting.customers.list()).items).toHaveLength(1);
    expect(old.pool.status().total).toBe(0);
  });

  it("keeps no connection of a pool that an old handle opens only after it was replaced", async () => {
    const old = last.db;
    await reload(join(source, "core", "errors.ts"));
    await old.platform({ actor: "test", reason: "late" }).listTenants();
    expect(await settled(0, new URL(test.urls.platform).username)).toBe(0);
  });

  it("makes a new handle after the old one was closed", async () => {
    const { db } = last;
    await db.close();
    await reload(app);
    expect(last.db).not.toBe(db);
  });

  it("shows no secret in what it keeps on globalThis", () => {
    const kept = (globalThis as Record<symbol, unknown>)[Symbol.for("@org/db/handles")] as Map<string, unknown>;
    expect([...kept.keys()]).toEqual(expect.arrayContaining(["database main", "process"]));
    const { password } = new URL(test.urls.runtime);
    expect(JSON.stringify([...kept.values()])).not.toContain(password);
  });
});
