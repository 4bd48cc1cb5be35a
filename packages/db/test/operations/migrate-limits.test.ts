import { describe, expect, test } from "vitest";
import { migrate } from "../../src/operations/migrations";
import { failure, migratorTests, relations } from "./arrange";
import { miniMigrations } from "./mini";

const { server, arrange } = migratorTests();

// At the same time, each on a database of its own: they wait more than they work.
describe.concurrent("waiting", () => {
  test("another migrator: a bounded wait, and an error that names it", async () => {
    const { files, folder, database, client } = await arrange({});
    await files.write("20260101000000_slow", "SELECT pg_sleep(2)");
    const other = await server().connect(database);
    let started: () => void = () => undefined;
    const running = new Promise<void>((done) => {
      started = done;
    });
    const slow = migrate(other, { folder, onProgress: () => started() });
    await running;
    const before = Date.now();
    const error = await failure(migrate(client, { folder, lockWaitMs: 300 }));
    expect(Date.now() - before).toBeLessThan(1500);
    expect(error.message).toMatch(/Another migrator is running on this database \(server process \d+\)/);
    expect(error.retryable).toBe(true);
    expect((await slow).applied).toEqual(["20260101000000_slow"]);
    expect(await migrate(client, { folder, lockWaitMs: 300 })).toEqual({ applied: [], alreadyApplied: 1 });
  });

  test("a table lock held elsewhere: lock_timeout, nothing kept", async () => {
    const { files, folder, database, client } = await arrange({ "20260101000000_table": "CREATE TABLE t (a int)" });
    await migrate(client, { folder });
    const holder = await server().connect(database);
    await holder.query("BEGIN; LOCK TABLE t");
    await files.write(
      "20260101000001_more",
      "CREATE TABLE u ();--> statement-breakpoint\nALTER TABLE t ADD COLUMN b int",
    );
    const retried: string[] = [];
    const before = Date.now();
    const limits = { lockTimeoutMs: 100, lockWaitMs: 1000 };
    const error = await failure(migrate(client, { folder, ...limits, onProgress: ({ event }) => retried.push(event) }));
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    expect(Date.now() - before).toBeLessThan(5000);
    expect(error).toMatchObject({ sqlState: "55P03", retryable: true });
    const attempts = retried.length;
    expect(retried).toEqual(["started", ...Array.from({ length: attempts - 1 }, () => "retried")]);
    expect(error.message).toContain(`It was tried ${attempts} times.`);
    await holder.query("ROLLBACK");
    expect(await relations(client)).toEqual(["t"]);
    expect((await migrate(client, { folder, ...limits })).applied).toHaveLength(1);
  });

  test.each([
    ["in one transaction", "CREATE TABLE u ();--> statement-breakpoint\nALTER TABLE t ADD COLUMN b int"],
    [
      "statement by statement",
      "-- migrate: no-transaction\nCREATE TABLE u ();--> statement-breakpoint\nALTER TABLE t ADD COLUMN b int",
    ],
  ])("a table lock that becomes free is got by a later attempt, %s; others pass meanwhile", async (_how, sql) => {
    const { files, folder, database, client } = await arrange({ "20260101000000_table": "CREATE TABLE t (a int)" });
    await migrate(client, { folder });
    await files.write("20260101000001_more", sql);
    const holder = await server().connect(database);
    await holder.query("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE");
    const reader = await server().connect(database);
    let passed = 0;
    let retries = 0;
    const onProgress = ({ event }: { event: string }) => {
      if (event !== "retried") return;
      retries += 1;
      void reader.query("SELECT FROM t").then(() => (passed += 1));
      if (retries === 3) void holder.query("ROLLBACK");
    };
    const { applied } = await migrate(client, { folder, lockTimeoutMs: 100, lockWaitMs: 60_000, onProgress });
    expect(applied).toEqual(["20260101000001_more"]);
    expect(await relations(client)).toEqual(["t", "u"]);
    expect(retries).toBeGreaterThanOrEqual(3);
    expect(passed).toBeGreaterThan(0);
  });

  test("a connection killed in a migration is reported, and a new one completes", async () => {
    const { files, folder, database, client } = await arrange({});
    await files.write("20260101000000_slow", "CREATE TABLE t ();--> statement-breakpoint\nSELECT pg_sleep(1)");
    const pid = (await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]?.pid;
    const killer = await server().connect(database);
    const kill = () => void killer.query("SELECT pg_terminate_backend($1)", [pid]);
    const work = failure(migrate(client, { folder, onProgress: () => setTimeout(kill, 300) }));
    expect((await work).message).toMatch(/20260101000000_slow failed at statement 2 of 2/);
    expect((await migrate(killer, { folder, lockWaitMs: 2000 })).applied).toHaveLength(1);
  });
});

describe("an owner that is neither superuser nor BYPASSRLS", () => {
  async function asOwner(extra: Record<string, string>) {
    const arranged = await arrange();
    const owner = await server().login("owner");
    await arranged.client.query(`GRANT CREATE ON DATABASE ${arranged.database} TO ${owner}`);
    // The roles exist in the cluster, as on a managed server.
    const admin = await arrange({ "20260101000000_roles": miniMigrations["20260101000000_roles"] ?? "" });
    await migrate(admin.client, { folder: admin.folder });
    const client = await server().connect(arranged.database, owner);
    await migrate(client, { folder: arranged.folder });
    for (const [name, sql] of Object.entries(extra)) await arranged.files.write(name, sql);
    return { ...arranged, client, superuser: arranged.client };
  }

  test("migrates an empty database", async () => {
    const { client, folder } = await asOwner({});
    expect(await migrate(client, { folder })).toEqual({ applied: [], alreadyApplied: 3 });
  });

  test("a backfill under FORCE fails loudly instead of updating 0 rows", async () => {
    const { client, folder } = await asOwner({
      "20270101000000_backfill": "UPDATE accounting.invoices SET status = 'paid'",
    });
    const error = await failure(migrate(client, { folder }));
    expect(error).toMatchObject({ sqlState: "42501" });
    expect(error.message).toMatch(/NO FORCE ROW LEVEL SECURITY/);
  });

  test("the remedy that the message names works", async () => {
    const { client, folder } = await asOwner({
      "20270101000000_backfill": [
        "ALTER TABLE accounting.invoices NO FORCE ROW LEVEL SECURITY",
        "UPDATE accounting.invoices SET status = 'paid'",
        "ALTER TABLE accounting.invoices FORCE ROW LEVEL SECURITY",
      ].join(";--> statement-breakpoint\n"),
    });
    expect((await migrate(client, { folder })).applied).toEqual(["20270101000000_backfill"]);
  });

  test("a new foreign key to a forced table fails loudly, because it could not be validated", async () => {
    const { client, folder } = await asOwner({
      "20270101000000_notes": [
        "CREATE TABLE accounting.notes (tenant_id uuid, id uuid, invoice_id uuid, PRIMARY KEY (tenant_id, id))",
        "ALTER TABLE accounting.notes ADD FOREIGN KEY (tenant_id, invoice_id) REFERENCES accounting.invoices (tenant_id, id)",
      ].join(";--> statement-breakpoint\n"),
    });
    const error = await failure(migrate(client, { folder }));
    expect(error).toMatchObject({ sqlState: "42501" });
    expect(error.message).toMatch(/statement 2 of 2.*NO FORCE ROW LEVEL SECURITY/);
  });
});
