import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { catalogueScope } from "../../src/domains";
import { readSchemaText } from "../../src/operations/catalogue";
import { migrate } from "../../src/operations/migrations";
import { migratorTests } from "./arrange";
import { gate, gatedMigrations } from "./fixtures/gated-migrations";
import { spawnMigrator, urlOf } from "./fixtures/spawn-migrator";

/*
 * A migrator is a process and a connection of the server; either may be killed at any place. The next run must
 * complete what the killed one began, to the same schema as a run that nobody disturbed.
 */
const { server, arrange } = migratorTests();
let own: Record<string, string>;
let names: string[];
let undisturbed: string;

const schemaText = (client: Client) => readSchemaText(client, catalogueScope.schemas);

beforeAll(async () => {
  own = await gatedMigrations();
  names = Object.keys(own);
  const { client, folder } = await arrange(own);
  await migrate(client, { folder });
  undisturbed = await schemaText(client);
});

async function arranged(migrations: Record<string, string>, holdAfter?: string) {
  const { client, folder, database } = await arrange(migrations);
  const start = () => spawnMigrator({ url: urlOf(client), folder, ...(holdAfter ? { holdAfter } : {}) });
  return { client, folder, database, start };
}

const column = async (client: Client, text: string) =>
  (await client.query<{ value: unknown }>(text)).rows.map((row) => row.value);
const applied = (client: Client) => column(client, `select name as value from migrations.applied order by name`);
const others = "datname = current_database() and pid <> pg_backend_pid()";

/** The server process that waits for a lock of this kind. */
async function waitingFor(client: Client, lock: "advisory" | "virtualxid"): Promise<number> {
  const text = `select pid as value from pg_stat_activity where ${others} and wait_event = '${lock}'`;
  for (;;) {
    const [pid] = await column(client, text);
    if (pid !== undefined) return Number(pid);
    await sleep(5);
  }
}

/** Sessions and locks that are left in the database beside the asking one's. */
async function leftovers(client: Client) {
  for (let left = 1; left > 0; await sleep(5)) {
    left = Number((await column(client, `select count(*)::int as value from pg_stat_activity where ${others}`))[0]);
  }
  const locks = `select locktype as value from pg_locks
    where database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()
      or locktype = 'advisory' and pid = pg_backend_pid()`;
  return column(client, locks);
}

async function expectComplete(client: Client) {
  expect(await applied(client)).toEqual(names);
  expect(await schemaText(client)).toBe(undisturbed);
  expect(await leftovers(client)).toEqual([]);
}

describe("killed in the middle of a migration", () => {
  test("its connection: the process says so, nothing of the migration is kept, the next run completes", async () => {
    const { client, folder, start } = await arranged(own);
    await client.query(`select pg_advisory_lock(${gate})`);
    const migrator = start();
    const { backend } = await migrator.said("backend");
    expect(await waitingFor(client, "advisory")).toBe(backend);
    await client.query("select pg_terminate_backend($1)", [backend]);
    expect(await migrator.exit).toEqual({ code: 1, signal: null });
    expect(migrator.lines.at(-1)?.failed).toMatch(/^MigrationError: Migration \S+ failed at statement \d+ of \d+/);
    await client.query(`select pg_advisory_unlock(${gate})`);
    expect(await applied(client)).toEqual(names.slice(0, 1));
    expect(await column(client, "select to_regclass('accounting.invoices') as value")).toEqual([null]);
    expect((await migrate(client, { folder })).applied).toEqual(names.slice(1));
    await expectComplete(client);
  });

  test("its process: the next run waits until the server has noticed, and completes", async () => {
    const { client, folder, database, start } = await arranged(own);
    await client.query(`select pg_advisory_lock(${gate})`);
    const migrator = start();
    await waitingFor(client, "advisory");
    migrator.kill();
    expect(await migrator.exit).toEqual({ code: null, signal: "SIGKILL" });
    const next = await server().connect(database);
    const completing = migrate(next, { folder });
    expect(await applied(client), "the orphaned session is still in its transaction").toEqual(names.slice(0, 1));
    await client.query(`select pg_advisory_unlock(${gate})`);
    expect((await completing).applied).toEqual(names.slice(1));
    await next.end();
    await expectComplete(client);
  });
});

describe("killed between two migrations", () => {
  test("its process: the next run applies the rest", async () => {
    const { client, folder, start } = await arranged(own, names[0]);
    const migrator = start();
    await migrator.said("applied", names[0]);
    migrator.kill();
    expect(await migrator.exit).toEqual({ code: null, signal: "SIGKILL" });
    expect(await applied(client)).toEqual(names.slice(0, 1));
    expect((await migrate(client, { folder })).applied).toEqual(names.slice(1));
    await expectComplete(client);
  });

  test("its connection: the process fails with a typed error, the next run applies the rest", async () => {
    const { client, folder, start } = await arranged(own, names[0]);
    const migrator = start();
    const { backend } = await migrator.said("backend");
    await migrator.said("applied", names[0]);
    await client.query("select pg_terminate_backend($1, 5000)", [backend]);
    migrator.resume();
    expect(await migrator.exit).toEqual({ code: 1, signal: null });
    expect(migrator.lines.at(-1)?.failed).toMatch(/^ConnectionError: /);
    expect((await migrate(client, { folder })).applied).toEqual(names.slice(1));
    await expectComplete(client);
  });
});

describe("killed while it builds an index concurrently", () => {
  const index = "20260101000001_index";
  const migrations = {
    "20260101000000_table":
      "create table public.t (a int);--> statement-breakpoint\ninsert into t select generate_series(1, 100)",
    [index]: "-- migrate: no-transaction\ncreate index concurrently idx_t_a on public.t (a)",
  };
  const indexes =
    "select relname || ' ' || indisvalid as value from pg_index join pg_class on oid = indexrelid where indrelid = 'public.t'::regclass";

  /** The migrator waits for a writer of the table; its index is there, and not valid. */
  async function building() {
    const { client, folder, database, start } = await arranged(migrations);
    await migrate(client, {
      folder: (await arrange({ "20260101000000_table": migrations["20260101000000_table"] })).folder,
    });
    const writer = await server().connect(database);
    await writer.query("begin; insert into t values (0)");
    const migrator = start();
    const backend = await waitingFor(client, "virtualxid");
    expect(await column(client, indexes)).toEqual(["idx_t_a false"]);
    const release = () => writer.query("commit").then(() => writer.end());
    return { client, folder, database, migrator, backend, release };
  }

  async function expectIndex(client: Client) {
    expect(await column(client, indexes)).toEqual(["idx_t_a true"]);
    expect(await applied(client)).toEqual(Object.keys(migrations));
    expect(await leftovers(client)).toEqual([]);
  }

  test("its connection: an invalid index is left, and the next run drops it and builds it", async () => {
    const { client, folder, migrator, backend, release } = await building();
    await client.query("select pg_terminate_backend($1)", [backend]);
    expect(await migrator.exit).toEqual({ code: 1, signal: null });
    await release();
    expect(await column(client, indexes)).toEqual(["idx_t_a false"]);
    expect((await migrate(client, { folder })).applied).toEqual([index]);
    await expectIndex(client);
  });

  test("its process: the server goes on without it, and the next run records what it finds", async () => {
    const { client, folder, database, migrator, release } = await building();
    migrator.kill();
    await migrator.exit;
    const next = await server().connect(database);
    const completing = migrate(next, { folder });
    await release();
    expect((await completing).applied).toEqual([index]);
    await next.end();
    await expectIndex(client);
  });
});
