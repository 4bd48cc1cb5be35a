import { randomUUID } from "node:crypto";
import { getTableConfig } from "drizzle-orm/pg-core";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TenantTableEntry, tenantTables } from "../../../src/core/tenant-table";
import { beginAsTenant } from "../../../src/testing";
import type { Values } from "../../../src/testing/sample-rows";
import type { Arena } from "../arena";
import { attemptPastTriggers, insertInto, quoted, type Statement } from "../checks/attempt";
import type { Duel } from "../checks/duel";
import { uniqueKeyBreaches } from "../checks/keys";
import { mayInsert } from "../checks/writes";
import {
  codeOf,
  everywhere,
  inWords,
  newRowOf,
  openField,
  spoilt,
  strike,
  strikeTable,
  table,
  unlessRefused,
} from "./strikes";

/** Keys must not tell one tenant what another one has: neither by what they refuse nor by what they accept. */
let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

/** True where a tenant has one row at most. */
const isOnly = ({ table }: TenantTableEntry) =>
  getTableConfig(table).uniqueConstraints.some(({ columns }) => columns.map(({ name }) => name).join() === "tenant_id");

describe("the id of another tenant's row", () => {
  it("attack 10: an upsert under it makes a row of one's own, as under an id that nobody has", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const theirs = await duel.victim.row(entry);
      const values = await newRowOf(duel, duel.attacker, entry.name);
      const under = async (id: unknown) => {
        const upsert = insertInto(
          entry,
          { ...values, id },
          "on conflict (tenant_id, id) do nothing returning tenant_id",
        );
        return mayInsert(entry.access)
          ? await strikeTable(duel, entry, upsert)
          : await attemptPastTriggers(duel.owner, entry, duel.attacker.settings, upsert);
      };
      const outcome = await under(theirs.id);
      // Where a tenant has one row, its own refuses a second one, whatever the id.
      if (isOnly(entry) && inWords(outcome) === inWords(await under(randomUUID()))) return undefined;
      return outcome.rows[0]?.tenant_id === duel.attacker.mark.tenant_id ? undefined : inWords(outcome);
    });
    expect(findings).toEqual([]);
  });

  it("attack 10: there is no key over the id alone that an upsert could name", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const values = await newRowOf(duel, duel.attacker, entry.name);
      const upsert = insertInto(entry, values, "on conflict (id) do update set id = excluded.id");
      return unlessRefused(await strike(duel, upsert), "42P10");
    });
    expect(findings).toEqual([]);
  });

  it("attack 10: a key over the id alone would tell that it exists, and the check refuses it", async () => {
    const customers = table("accounting.customers");
    const { attacker, victim } = arena.duel;
    const values = await newRowOf(arena.duel, attacker, customers.name);
    const theirs = await victim.row(customers);
    const upsert = (id: unknown, then: string) => insertInto(customers, { ...values, id }, `on conflict (id) ${then}`);
    const index = "create unique index idx_customers_id on accounting.customers (id)";
    const { leak, refused } = await spoilt(arena, index, async (run) => {
      const outcome = async (statement: Statement) => codeOf(await run(attacker.settings, statement));
      return [
        await outcome(upsert(theirs.id, "do nothing")),
        await outcome(upsert(randomUUID(), "do nothing")),
        await outcome(upsert(theirs.id, "do update set name = 'Mine' returning *")),
      ];
    });
    expect(leak).toEqual(["accepted, 0 rows", "accepted, 1 rows", "42501"]);
    expect(refused).toContain("tenant-leads-index: index accounting.customers.idx_customers_id");
  });

  /** Inserts in a block that catches the conflict, as an attacker does who wants no error to show. */
  function probe(name: string, values: Values): string {
    const list = Object.keys(values).map(pg.escapeIdentifier).join(", ");
    const literals = Object.values(values).map((value) => pg.escapeLiteral(String(value)));
    return `do $probe$ begin
        insert into ${quoted(name)} (${list}) values (${literals.join(", ")});
        perform set_config('probe.answer', 'free', true);
      exception when unique_violation then perform set_config('probe.answer', 'exists', true);
        when others then perform set_config('probe.answer', sqlstate, true);
      end $probe$`;
  }

  async function answerOf({ login, attacker }: Duel, block: string): Promise<string> {
    await beginAsTenant(login, attacker.settings.tenant ?? "");
    await login.query(block);
    const { rows } = await login.query<{ answer: string }>("select current_setting('probe.answer') as answer");
    await login.query("rollback");
    return rows[0]?.answer ?? "";
  }

  it("attack 15: a block that catches the conflict learns nothing about it", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const [own, theirs] = [await duel.attacker.row(entry), await duel.victim.row(entry)];
      const values = await newRowOf(duel, duel.attacker, entry.name);
      const answers: string[] = [];
      for (const id of [theirs.id, randomUUID(), own.id]) {
        answers.push(await answerOf(duel, probe(entry.name, { ...values, id })));
      }
      const free = isOnly(entry) ? "exists,exists,exists" : "free,free,exists";
      const expected = mayInsert(entry.access) ? free : "42501,42501,42501";
      // A trigger that looks first refuses another tenant's id and one that nobody has alike; the own may be told apart.
      const [another = "", nobodys, mine = ""] = answers;
      const isAlike = another === nobodys && /^ZT00[23]$/.test(another) && [another, "exists"].includes(mine);
      return answers.join() === expected || isAlike ? undefined : answers.join();
    });
    expect(findings).toEqual([]);
  });
});

describe("the values of another tenant's row", () => {
  it("attack 14: every unique key takes them", async () => {
    const breaches = [];
    for (const entry of tenantTables()) {
      for (const breach of await uniqueKeyBreaches(arena.duel, entry)) breaches.push({ table: entry.name, ...breach });
    }
    expect(breaches).toEqual([]);
  });

  it("attack 14: an e-mail address that another tenant's member has is free", async () => {
    const users = table("tenancy.users");
    const { attacker, victim } = arena.duel;
    const theirs = await victim.row(users);
    const own = await newRowOf(arena.duel, attacker, users.name);
    expect(codeOf(await strike(arena.duel, insertInto(users, { ...own, email: theirs.email })))).toBe(
      "accepted, 1 rows",
    );
  });

  it("attack 14: a key across tenants would tell that it is taken, and the check refuses it", async () => {
    const users = table("tenancy.users");
    const { attacker, victim } = arena.duel;
    const theirs = await victim.row(users);
    const own = await newRowOf(arena.duel, attacker, users.name);
    const index = "create unique index idx_users_address on tenancy.users (email)";
    const { leak, refused } = await spoilt(arena, index, async (run) => {
      const insert = async (email: unknown) =>
        codeOf(await run(attacker.settings, insertInto(users, { ...own, email })));
      return [await insert(theirs.email), await insert("nobody@example.com")];
    });
    expect(leak).toEqual(["23505", "accepted, 1 rows"]);
    expect(refused).toContain("tenant-leads-index: index tenancy.users.idx_users_address");
  });
});
