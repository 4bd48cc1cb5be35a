import { randomBytes } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { catalogueScope } from "../../src/domains";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { proveSchema, readCatalogue } from "../../src/operations/catalogue";
import { migrate, parseMigration, readMigrations } from "../../src/operations/migrations";
import { startTestServer, type TestServer } from "../../src/testing";

const owner = `org_db_owner_${randomBytes(4).toString("hex")}`;
const password = randomBytes(12).toString("hex");
let server: TestServer;
let url: string;

/** As managed services give it: an owner that may make roles and owns its database, and is no superuser. */
beforeAll(async () => {
  server = await startTestServer();
  await withAdmin(server.adminUrl, async (client) => {
    await client.query(`create role ${owner} login createrole nosuperuser nobypassrls password '${password}'`);
    await client.query(`create database ${owner} owner ${owner}`);
  });
  url = withUrlParts(server.adminUrl, { user: owner, password, database: owner });
});

afterAll(async () => {
  await withAdmin(server.adminUrl, async (client) => {
    await client.query(`drop database if exists ${owner} with (force)`);
    // Roles of a server that is not ours stay: the groups may serve its other databases.
    if (server.kind !== "given") return;
    await client.query(`reassign owned by ${owner} to current_user`);
    await client.query(`drop owned by ${owner}`);
    await client.query(`drop role ${owner}`);
  });
  await server.stop();
});

const later = (name: string, ...statements: string[]) =>
  parseMigration(name, statements.join("\n--> statement-breakpoint\n"));

const carriers = [
  "create table accounting.carriers (tenant_id uuid not null, id uuid not null, company_id uuid not null, primary key (tenant_id, id))",
  "insert into accounting.carriers values (gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
];
const foreignKey =
  "alter table accounting.carriers add constraint carriers_company_id_fkey foreign key (tenant_id, company_id) references tenancy.companies (tenant_id, id)";

async function applyAll(client: pg.ClientBase, ...more: ReturnType<typeof later>[]) {
  return migrate(client, { migrations: [...(await readMigrations(migrationsFolder())), ...more] });
}

describe("an owner that is no superuser", () => {
  it("applies every migration, and the proof holds", async () => {
    await withAdmin(url, async (client) => {
      expect((await applyAll(client)).applied.length).toBeGreaterThan(2);
      expect(proveSchema(await readCatalogue(client, catalogueScope.schemas), catalogueScope.allowances)).toEqual([]);
    });
  });

  it("cannot add a foreign key that existing rows break, although FORCE hides the rows from it", async () => {
    await withAdmin(url, async (client) => {
      const broken = later("29990101000000_carriers", carriers[0] ?? "", carriers[1] ?? "", foreignKey);
      await expect(applyAll(client, broken)).rejects.toMatchObject({ name: "MigrationError", sqlState: "23503" });
    });
  });

  it("adds a sound foreign key to a forced table, and FORCE is on again", async () => {
    await withAdmin(url, async (client) => {
      const sound = later("29990101000000_carriers", carriers[0] ?? "", foreignKey);
      expect((await applyAll(client, sound)).applied).toEqual(["29990101000000_carriers"]);
      const { rows } = await client.query(
        "select relforcerowsecurity as forced from pg_class where oid = 'tenancy.companies'::regclass",
      );
      expect(rows).toEqual([{ forced: true }]);
    });
  });
});
