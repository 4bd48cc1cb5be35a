import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startScratch } from "../../src/cli/scratch";
import { withUrlParts } from "../../src/client/url";
import { tenantTables } from "../../src/core/tenant-table";
import { catalogueScope } from "../../src/domains";
import { withAdmin } from "../../src/operations/admin";
import { migrationsFolder } from "../../src/operations/assets";
import { proveSchema, readCatalogue } from "../../src/operations/catalogue";
import { migrate, parseMigration, readMigrations } from "../../src/operations/migrations";
import { composeMigration } from "../../src/operations/sources";
import { parseTriggers } from "../../src/operations/sources/parse";
import { packageSources } from "../../src/sql-sources";
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

/** Migrations of earlier tests stay in the list, as in a folder. */
const applied: ReturnType<typeof later>[] = [];

async function applyAll(client: pg.ClientBase, ...more: ReturnType<typeof later>[]) {
  const result = await migrate(client, {
    migrations: [...(await readMigrations(migrationsFolder())), ...applied, ...more],
  });
  applied.push(...more);
  return result;
}

describe("an owner that is no superuser", () => {
  it("applies every migration, and the proof holds", async () => {
    await withAdmin(url, async (client) => {
      expect((await applyAll(client)).applied).toHaveLength((await readMigrations(migrationsFolder())).length);
      expect(proveSchema(await readCatalogue(client, catalogueScope.schemas), catalogueScope.allowances)).toEqual([]);
    });
  });

  const groupsOfOwner = async (client: pg.ClientBase) => {
    const { rows } = await client.query<{ name: string }>(
      "select rolname as name from pg_roles where rolname !~ '^pg_' and rolname <> $1 and pg_has_role($1, oid, 'USAGE')",
      [owner],
    );
    return rows.map((row) => row.name);
  };

  it("keeps the rights of no role that owns functions", async () => {
    await withAdmin(url, async (client) => expect(await groupsOfOwner(client)).toEqual([]));
  });

  it("audits a new table, calls a writer's function in a trigger and drops another, as db:generate writes it", async () => {
    const history = [...(await readMigrations(migrationsFolder())), ...applied];
    const scratch = await startScratch(history);
    try {
      const { objects, domains } = await packageSources(join(__dirname, "..", "..", "src"));
      const trigger =
        "create trigger prepare before insert on accounting.depots for each row execute function accounting.prepare_payment();";
      const composed = await composeMigration({
        sources: {
          objects: [
            ...objects.filter(({ name }) => name !== "auth.memberships_of"),
            ...parseTriggers(trigger, "accounting/sql/triggers.sql"),
          ],
          domains,
        },
        tables: [...tenantTables(), { name: "accounting.depots", access: "read-write", audit: "all" }],
        ddl: [
          "create table accounting.depots (tenant_id uuid not null, id uuid not null, updated_at timestamptz not null, primary key (tenant_id, id))",
        ],
        migrations: history,
        scratch: (work) => scratch.run(work),
      });
      await withAdmin(url, async (client) => {
        const depots = parseMigration("29970101000000_depots", composed?.text ?? "");
        expect((await applyAll(client, depots)).applied).toEqual(["29970101000000_depots"]);
        expect(await groupsOfOwner(client)).toEqual([]);
      });
    } finally {
      await scratch.stop();
    }
  });

  it("replaces a function that a writer role owns, as db:generate writes it, and leaves the role again", async () => {
    await withAdmin(url, async (client) => {
      const text =
        "create or replace function accounting.write_voids(p_source text, p_ids uuid[]) returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as 'begin end'";
      await expect(client.query(text)).rejects.toMatchObject({ code: "42501" });
      const replaced = later(
        "29980101000000_replaced",
        "select tenancy.join_role('ledger_writer')",
        text,
        "select tenancy.protect_function('accounting.write_voids(text, uuid[])', 'ledger_writer', '{platform}')",
        "select tenancy.leave_role('ledger_writer')",
      );
      expect((await applyAll(client, replaced)).applied).toEqual(["29980101000000_replaced"]);
      const { rows } = await client.query(
        `select p.prosrc, p.proowner::regrole::text as owner, p.proacl::text as rights from pg_proc p
         where p.oid = 'accounting.write_voids'::regproc`,
      );
      expect(rows).toEqual([
        {
          prosrc: "begin end",
          owner: "ledger_writer",
          rights: "{ledger_writer=X/ledger_writer,platform=X/ledger_writer}",
        },
      ]);
      expect(await groupsOfOwner(client)).toEqual([]);
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
      const protect = "select tenancy.protect_table('accounting.carriers', 'read-write', 'none')";
      const sound = later("29990101000000_carriers", carriers[0] ?? "", foreignKey, protect);
      expect((await applyAll(client, sound)).applied).toEqual(["29990101000000_carriers"]);
      const { rows } = await client.query(
        "select relforcerowsecurity as forced from pg_class where oid = 'tenancy.companies'::regclass",
      );
      expect(rows).toEqual([{ forced: true }]);
    });
  });
});
