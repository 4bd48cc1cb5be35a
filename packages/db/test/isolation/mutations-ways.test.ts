import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { type TenantTableEntry, tenantTables } from "../../src/core/tenant-table";
import { createDatabase } from "../../src/index";
import { afterwards } from "../soak/interleaving/afterwards";
import { interleave } from "../soak/interleaving/run";
import { openWorld } from "../soak/interleaving/world";
import { type Arena, openArena } from "./arena";
import type { Breach } from "./checks/duel";
import { readBreaches } from "./checks/reads";
import { writeBreaches } from "./checks/writes";
import { SessionScopedPool } from "./mutations-session";

/*
 * The other half of the mutants: every table keeps its policies, and something goes around them. The attacks of the
 * matrix, and the interleaved transactions, must report it.
 */
let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

const attacks = async (check: Promise<Breach[]>) => (await check).map((breach) => breach.attack);

function customersTable(): TenantTableEntry {
  const entry = tenantTables().find((candidate) => candidate.name === "accounting.customers");
  if (!entry) throw new TypeError("There is no table of customers");
  return entry;
}

describe("a way around the policies is found", () => {
  it("when a view reads for the runtime login with its owner's rights", async () => {
    const view: TenantTableEntry = { ...customersTable(), name: "accounting.customer_view" };
    await arena.duel.owner.query(
      `create view ${view.name} with (security_invoker = true) as select * from accounting.customers;
       grant select on ${view.name} to authenticated`,
    );
    // COPY of a view is refused whoever asks.
    expect(await attacks(readBreaches(arena.duel, view))).toEqual(["copy to stdout"]);
    await arena.duel.owner.query(`alter view ${view.name} reset (security_invoker)`);
    expect(await attacks(readBreaches(arena.duel, view))).toEqual([
      "read by id",
      "read or true",
      "read without predicate",
      "copy to stdout",
      "predicate that fails on their rows",
      "count",
    ]);
    await arena.duel.owner.query(`drop view ${view.name}`);
  });

  it("when FORCE is gone and the application logs in as the table's owner; with FORCE, that login is refused", async () => {
    const entry = customersTable();
    const name = `org_db_owner_${randomBytes(4).toString("hex")}`;
    const { owner } = arena.duel;
    await owner.query(`create role ${name} login password '${name}' in role authenticated;
      alter table ${entry.name} owner to ${name}`);
    const url = withUrlParts(arena.test.urls.admin, { user: name, password: name });
    const login = new pg.Client({ connectionString: url });
    await login.connect();
    const duel = { ...arena.duel, login };
    try {
      const application = createDatabase({ url, unsafeLogin: "refuse" });
      const call = application.forTenant({ tenantId: String(duel.attacker.mark.tenant_id) }).execute(sql`select 1`);
      await expect(call).rejects.toMatchObject({
        name: "UnsafeRoleError",
        message: expect.stringContaining("owns objects of the database"),
      });
      await application.close();
      expect(await attacks(readBreaches(duel, entry))).toEqual([]);
      expect(await attacks(writeBreaches(duel, entry))).toEqual([]);
      await owner.query(`alter table ${entry.name} no force row level security`);
      expect(await attacks(readBreaches(duel, entry))).toContain("read without predicate");
      expect(await attacks(writeBreaches(duel, entry))).toEqual(expect.arrayContaining(["insert", "update", "delete"]));
    } finally {
      await login.end();
      await owner.query(`alter table ${entry.name} force row level security;
        alter table ${entry.name} owner to current_user; drop owned by ${name}; drop role ${name}`);
    }
  });

  it("when the application logs in as a superuser", async () => {
    const duel = { ...arena.duel, login: arena.duel.owner };
    for (const entry of tenantTables()) {
      expect(await attacks(readBreaches(duel, entry)), entry.name).toContain("read without predicate");
    }
  });

  it("when a pool sets the scope for the session: its next user sees the last one's rows", async () => {
    const options = { url: arena.test.urls.runtime, max: 5, lockTimeoutMillis: 100, unsafeLogin: "refuse" } as const;
    const found = async (pool: SessionScopedPool | undefined) => {
      const db = createDatabase(pool ? { pool } : options);
      const world = await openWorld(arena.test, { db, tenants: 4 });
      try {
        await interleave(world, { transactions: 100, callers: 20, seed: 7 });
        const { held } = await afterwards(world);
        return { foreign: world.findings.foreign, wrong: world.findings.wrong.length, held };
      } finally {
        await world.close();
        await db.close();
      }
    };
    expect(await found(undefined)).toEqual({ foreign: 0, wrong: 0, held: [] });
    const mutant = await found(new SessionScopedPool("runtime", options));
    expect(mutant.foreign).toBeGreaterThan(0);
    expect(mutant.wrong).toBeGreaterThan(0);
    expect(mutant.held.join()).toMatch(/app\.current_tenant_id = [0-9a-f-]{36}.*a row of [0-9a-f-]{36}/);
  });
});
