import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalogueScope } from "../../src/domains";
import { migrationsFolder } from "../../src/operations/assets";
import { readSchemaText } from "../../src/operations/catalogue";
import { migrate, readMigrations } from "../../src/operations/migrations";
import { spawnMigrator, urlOf } from "../operations/fixtures/spawn-migrator";
import { startServer, type TestServer } from "../operations/server";
import { report, scaled, seedOf } from "./settings";

/** The package's own migrations, by many migrators at once, and by ones that are killed at any moment. */
const folder = migrationsFolder();
let server: TestServer;
let names: string[];
let undisturbed: string;

const schemaText = (client: Client) => readSchemaText(client, catalogueScope.schemas);
const connectNew = async () => {
  const database = await server.database();
  return { database, client: await server.connect(database) };
};

beforeAll(async () => {
  server = await startServer();
  names = (await readMigrations(folder)).map((migration) => migration.name);
  const { client } = await connectNew();
  await migrate(client, { folder });
  undisturbed = await schemaText(client);
});
afterAll(() => server?.stop());

async function expectComplete(client: Client, seed: number) {
  const { rows } = await client.query<{ name: string }>("select name from migrations.applied order by name");
  expect(
    rows.map((row) => row.name),
    `seed ${seed}`,
  ).toEqual(names);
  expect(await schemaText(client), `seed ${seed}`).toBe(undisturbed);
  const locks = `select from pg_locks l join pg_database d on d.oid = l.database
    where d.datname = current_database() and l.locktype = 'advisory'`;
  expect((await client.query(locks)).rowCount, `seed ${seed}`).toBe(0);
}

describe("migrations", () => {
  it("are applied once each by eight migrators at once, again and again", async () => {
    const rounds = scaled(40);
    for (let round = 0; round < rounds; round += 1) {
      const { database, client } = await connectNew();
      const clients = await Promise.all(Array.from({ length: 8 }, () => server.connect(database)));
      const results = await Promise.all(clients.map((one) => migrate(one, { folder })));
      expect(results.flatMap((result) => result.applied).sort()).toEqual(names);
      await Promise.all(clients.map((one) => one.end()));
      await expectComplete(client, round);
      await client.end();
    }
    report("migrations, eight at once", { rounds });
  });

  it("are completed by whoever comes after connections that were killed at any moment", async () => {
    const rounds = scaled(60);
    let kills = 0;
    for (let round = 0; round < rounds; round += 1) {
      const seed = seedOf(round);
      const pauses = fc.sample(fc.integer({ min: 0, max: 120 }), { numRuns: 12, seed });
      const { database, client } = await connectNew();
      const killer = async () => {
        for (const pause of pauses) {
          await sleep(pause);
          const victims = await client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`,
          );
          kills += victims.rowCount ?? 0;
        }
      };
      const migrator = async () => {
        for (let done = false; !done; ) {
          const one = await server.connect(database).catch(() => undefined);
          if (!one) continue;
          done = await migrate(one, { folder }).then(
            () => true,
            () => false,
          );
          await one.end().catch(() => undefined);
        }
      };
      await Promise.all([killer(), migrator(), migrator(), migrator()]);
      await expectComplete(client, seed);
      await client.end();
    }
    report("migrations, connections killed", { rounds, kills });
    expect(kills).toBeGreaterThan(rounds);
  });

  it("are completed by whoever comes after processes that were killed at any moment", async () => {
    const rounds = scaled(40);
    const reached: Record<string, number> = {};
    for (let round = 0; round < rounds; round += 1) {
      const seed = seedOf(round);
      const [pause = 0] = fc.sample(fc.integer({ min: 0, max: 250 }), { numRuns: 1, seed });
      const { client } = await connectNew();
      const process = spawnMigrator({ url: urlOf(client), folder });
      await process.said("backend");
      await sleep(pause);
      process.kill();
      await process.exit;
      const last = Object.keys(process.lines.at(-1) ?? {}).join();
      const place = `${process.lines.length} ${last}`;
      reached[place] = (reached[place] ?? 0) + 1;
      await migrate(client, { folder });
      await expectComplete(client, seed);
      await client.end();
    }
    report("migrations, processes killed", { rounds, ...reached });
    expect(Object.keys(reached).length, "killed at several places").toBeGreaterThanOrEqual(Math.min(3, rounds / 10));
  });
});
