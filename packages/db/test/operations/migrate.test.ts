import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogueScope } from "../../src/domains";
import { migrationsFolder, schemaFile } from "../../src/operations/assets";
import { validateSchema } from "../../src/operations/catalogue";
import { migrate, migrationStatus, parseMigration, readMigrations } from "../../src/operations/migrations";
import { failure, migratorTests, relations } from "./arrange";
import { miniMigrations } from "./mini";

const { server, arrange, arrangeFolder } = migratorTests();

describe("reading the folder", () => {
  test("splits at breakpoints, skips comments, hashes without regard to line ends", () => {
    const unix = parseMigration(
      "20260101000000_a",
      "-- hello\n--> statement-breakpoint\nSELECT 1;--> statement-breakpoint\nSELECT 2;\n",
    );
    const windows = parseMigration(
      "20260101000000_a",
      "-- hello\r\n--> statement-breakpoint\r\nSELECT 1;--> statement-breakpoint\r\nSELECT 2;\r\n",
    );
    expect(unix.statements).toEqual(["SELECT 1;", "SELECT 2;"]);
    expect(windows.sha256).toBe(unix.sha256);
    expect(unix.transactional).toBe(true);
  });

  test("refuses statements that would end the transaction", () => {
    expect(() => parseMigration("20260101000000_a", "/* x */ COMMIT;")).toThrow(/controls the transaction/);
  });

  test("names the missing folder and file", async () => {
    await expect(readMigrations("/nowhere")).rejects.toThrow(/\/nowhere/);
    const { files } = await arrange({});
    await files.write("20260101000000_a", "SELECT 1");
    await files.delete("20260101000000_a/migration.sql");
    await expect(readMigrations(files.folder)).rejects.toThrow(/20260101000000_a has no readable/);
  });
});

describe("applying", () => {
  test("eight migrators at once apply each migration once", async () => {
    const { folder, database, client } = await arrange();
    const clients = await Promise.all(Array.from({ length: 8 }, () => server().connect(database)));
    const results = await Promise.all(clients.map((one) => migrate(one, { folder })));
    expect(results.flatMap((result) => result.applied).sort()).toEqual(Object.keys(miniMigrations));
    expect(results.filter((result) => result.alreadyApplied === 3)).toHaveLength(7);
    const { rows } = await client.query("SELECT name, duration_ms >= 0 AS timed FROM migrations.applied ORDER BY name");
    expect(rows).toEqual(Object.keys(miniMigrations).map((name) => ({ name, timed: true })));
  });

  test("eight migrators at once make the package's own schema, each migration applied once, no lock left", async () => {
    const folder = migrationsFolder();
    const database = await server().database();
    const clients = await Promise.all(Array.from({ length: 8 }, () => server().connect(database)));
    const results = await Promise.all(clients.map((one) => migrate(one, { folder })));
    const names = (await readMigrations(folder)).map((migration) => migration.name);
    expect(results.flatMap((result) => result.applied).sort()).toEqual(names);
    expect(results.filter((result) => result.alreadyApplied === names.length)).toHaveLength(7);
    const client = await server().connect(database);
    expect(await validateSchema(client, { expected: readFileSync(schemaFile(), "utf8"), ...catalogueScope })).toEqual({
      isValid: true,
      errors: [],
    });
    const locks = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE d.datname = current_database() AND l.pid <> pg_backend_pid()`;
    expect((await client.query(locks)).rowCount).toBe(0);
  });

  test("several databases of one cluster migrate at the same time, although roles are shared", async () => {
    const role = `shared_${Math.random().toString(36).slice(2, 8)}`;
    const files = await arrangeFolder({
      "20260101000000_role": `DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '${role}') THEN PERFORM pg_sleep(0.05); CREATE ROLE ${role}; END IF; END $$;
--> statement-breakpoint
ALTER ROLE ${role} SET work_mem = '5MB';
--> statement-breakpoint
GRANT pg_monitor TO ${role};`,
    });
    const databases = await Promise.all(Array.from({ length: 6 }, () => server().database()));
    const retried: string[] = [];
    const results = await Promise.all(
      databases.map(async (database) => {
        const client = await server().connect(database);
        return migrate(client, {
          folder: files.folder,
          onProgress: ({ event }) => event === "retried" && retried.push(database),
        });
      }),
    );
    expect(results.map((result) => result.applied.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(retried.length).toBeGreaterThan(0);
    const admin = await server().connect("postgres");
    await admin.query(`DROP ROLE ${role}`);
  });

  test("leaves the session as it was", async () => {
    const { files, folder, client } = await arrange();
    await client.query("SET lock_timeout = '7s'; SET search_path = pg_catalog");
    await files.write(
      "20260101000009_settings",
      "SET search_path = tenancy;--> statement-breakpoint\nSET lock_timeout = 0",
    );
    await migrate(client, { folder, statementTimeoutMs: 10_000 });
    const { rows } = await client.query(
      "SELECT current_setting('lock_timeout') l, current_setting('statement_timeout') s, current_setting('row_security') r, current_setting('search_path') p",
    );
    expect(rows).toEqual([{ l: "7s", s: "0", r: "on", p: "pg_catalog" }]);
    const locks = await client.query("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()");
    expect(locks.rowCount).toBe(0);
  });

  test("a failure leaves nothing of its migration, and the corrected one completes", async () => {
    const { files, folder, client } = await arrange({
      "20260101000000_first": "CREATE TABLE public.first ()",
      "20260101000001_second": "CREATE TABLE public.second ();--> statement-breakpoint\nSELECT 'secret value'::uuid;",
    });
    const error = await failure(migrate(client, { folder }));
    expect(error.message).toContain("20260101000001_second failed at statement 2 of 2 (SQLSTATE 22P02)");
    expect(error.message).not.toContain("secret value");
    expect(error.sqlState).toBe("22P02");
    expect(await relations(client)).toEqual(["first"]);
    await files.write("20260101000001_second", "CREATE TABLE public.second ();");
    expect(await migrate(client, { folder })).toEqual({ applied: ["20260101000001_second"], alreadyApplied: 1 });
    expect(await relations(client)).toEqual(["first", "second"]);
  });

  test("several commands without a breakpoint are refused", async () => {
    const { folder, client } = await arrange({ "20260101000000_two": "CREATE TABLE a (); CREATE TABLE b ();" });
    const error = await failure(migrate(client, { folder }));
    expect(error.message).toMatch(/42601.*put `--> statement-breakpoint` between/);
    expect(await relations(client)).toEqual([]);
  });

  test("row values of a violated key stay out of the error", async () => {
    const { folder, client } = await arrange({
      "20260101000000_key":
        "CREATE TABLE t (email text CONSTRAINT t_pkey PRIMARY KEY);--> statement-breakpoint\nINSERT INTO t VALUES ('ann@example.org'), ('ann@example.org')",
    });
    const error = await failure(migrate(client, { folder }));
    expect(error.constraint).toBe("t_pkey");
    expect(JSON.stringify([error.message, error.toJSON(), String(error.stack), String(error.cause)])).not.toContain(
      "ann@",
    );
  });

  test("a login that may not create schemas is told which one to use", async () => {
    const { folder, database } = await arrange();
    const runtime = await server().connect(database, await server().login("runtime"));
    expect((await failure(migrate(runtime, { folder }))).message).toMatch(/42501.*DATABASE_ADMIN_URL/);
  });

  test("refuses a connection with an open transaction", async () => {
    const { folder, client } = await arrange();
    await client.query("BEGIN");
    expect((await failure(migrate(client, { folder }))).message).toMatch(/open transaction/);
  });
});

describe("without a transaction", () => {
  const name = "20260101000001_index";
  const create =
    '-- migrate: no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY idx_t_a ON public.t (a);\n--> statement-breakpoint\nCREATE INDEX CONCURRENTLY "idx_t_B" ON t (b);';

  test("a half-way failure leaves an invalid index, and the next run completes", async () => {
    const { folder, client } = await arrange({
      "20260101000000_table":
        "CREATE TABLE t (a int, b int);--> statement-breakpoint\nINSERT INTO t VALUES (1, 1), (1, 2)",
      [name]: create,
    });
    const error = await failure(migrate(client, { folder }));
    expect(error.message).toMatch(/statement 1 of 2 \(SQLSTATE 23505\).*were kept/);
    const invalid = "SELECT count(*)::int AS n FROM pg_index WHERE NOT indisvalid";
    expect((await client.query(invalid)).rows).toEqual([{ n: 1 }]);
    await client.query("DELETE FROM t WHERE b = 2");
    expect((await migrate(client, { folder })).applied).toEqual([name]);
    expect((await client.query(invalid)).rows).toEqual([{ n: 0 }]);
    expect(await relations(client)).toEqual(["idx_t_B", "idx_t_a", "t"].sort());
  });

  test("an index finished by the earlier run is kept", async () => {
    const { folder, client } = await arrange({
      "20260101000000_table": "CREATE TABLE t (a int, b int)",
      [name]: create,
    });
    await client.query("CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX idx_t_a ON t (a); DROP TABLE t");
    const migrations = await readMigrations(folder);
    await migrate(client, { migrations: migrations.slice(0, 1) });
    await client.query("CREATE UNIQUE INDEX idx_t_a ON t (a)");
    expect((await migrate(client, { migrations })).applied).toEqual([name]);
  });

  test("without the marker CONCURRENTLY is refused with the remedy", async () => {
    const { folder, client } = await arrange({
      "20260101000000_table": "CREATE TABLE t (a int)",
      "20260101000001_index": "CREATE INDEX CONCURRENTLY idx_t_a ON t (a)",
    });
    expect((await failure(migrate(client, { folder }))).message).toMatch(/25001.*-- migrate: no-transaction/);
  });
});

describe("history", () => {
  test("everything is pending in an empty database, also for a plain login", async () => {
    const { folder, database, client } = await arrange();
    const migrations = await readMigrations(folder);
    const runtime = await server().connect(database, await server().login("runtime"));
    expect(await migrationStatus(runtime, migrations)).toEqual({
      applied: 0,
      pending: Object.keys(miniMigrations),
      problems: [],
    });
    await migrate(client, { migrations });
    expect(await migrationStatus(runtime, migrations)).toEqual({ applied: 3, pending: [], problems: [] });
  });

  test("an edited file is refused", async () => {
    const { files, folder, client } = await arrange();
    await migrate(client, { folder });
    await files.write("20260101000002_protect", "SELECT 1");
    await files.write("20270101000000_new", "CREATE TABLE public.newer ()");
    expect((await failure(migrate(client, { folder }))).message).toMatch(/20260101000002_protect was edited/);
    expect(await relations(client), "nothing of the newer ones is applied").toEqual([]);
  });

  test("a database ahead of the folder is refused", async () => {
    const { files, folder, client } = await arrange();
    await migrate(client, { folder });
    await files.delete("20260101000002_protect");
    await files.write("20270101000000_new", "CREATE TABLE public.newer ()");
    const status = await migrationStatus(client, await readMigrations(folder));
    expect(status.problems.join()).toMatch(/ahead of this code/);
    expect((await failure(migrate(client, { folder }))).message).toMatch(/ahead of this code/);
    expect(await relations(client), "nothing of the newer ones is applied").toEqual([]);
  });

  test("a database of a history that was written anew is told to begin again", async () => {
    const { folder, client } = await arrange();
    await migrate(client, { folder });
    const anew = await arrangeFolder({ "20260201000000_all": "CREATE TABLE public.newer ()" });
    const { message } = await failure(migrate(client, { folder: anew.folder }));
    expect(message).toMatch(/20260101000000_roles of a history that was written anew .*`pnpm db:reset`/);
    expect(message).not.toMatch(/ahead of this code/);
    expect(await relations(client)).toEqual([]);
  });

  test("an older-dated migration is refused, and nothing of the newer ones is applied", async () => {
    const { files, folder, client } = await arrange();
    await migrate(client, { folder });
    await files.write("20250101000000_late", "CREATE TABLE public.late ()");
    await files.write("20270101000000_new", "CREATE TABLE public.newer ()");
    expect((await failure(migrate(client, { folder }))).message).toMatch(
      /20250101000000_late is not applied but sorts before/,
    );
    expect(await relations(client)).toEqual([]);
  });
});
