import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Arena } from "../arena";
import { insertInto, type Outcome, quoted } from "../checks/attempt";
import {
  codeOf,
  everywhere,
  type Finding,
  inWords,
  newRowOf,
  openField,
  spoilt,
  strike,
  strikeTable,
  tenantOf,
  unlessRefused,
} from "./strikes";

let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

/** Nothing when no row was touched, or when the login has no such right on the table at all. */
function untouched(outcome: Outcome): Finding {
  const withoutRight = outcome.error?.code === "42501" && outcome.error.message.startsWith("permission denied");
  return withoutRight || (!outcome.error && outcome.count === 0) ? undefined : inWords(outcome);
}

describe("writing into another tenant", () => {
  it("attack 6: an insert that names it is refused", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const values = await newRowOf(duel, duel.victim, entry.name);
      return unlessRefused(await strikeTable(duel, entry, insertInto(entry, values)));
    });
    expect(findings).toEqual([]);
  });

  it("attack 6: an insert from a select that names it is refused", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const { text, values } = insertInto(entry, await newRowOf(duel, duel.victim, entry.name));
      // Parameters of a select have no type of their own: literals take the column's.
      const literals = (values ?? []).map((value) => pg.escapeLiteral(String(value)));
      const statement = { text: text.replace(/ values \(.*\) $/, ` select ${literals.join(", ")}`) };
      return unlessRefused(await strikeTable(duel, entry, statement));
    });
    expect(findings).toEqual([]);
  });

  it("attack 7: handing one's own row over to it is refused", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const own = await duel.attacker.row(entry);
      const text = `update ${quoted(entry.name)} set tenant_id = $1 where id = $2`;
      return unlessRefused(await strikeTable(duel, entry, { text, values: [tenantOf(duel.victim), own.id] }));
    });
    expect(findings).toEqual([]);
  });

  it("attack 8: an update or delete of its rows finds none, and returns none", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const theirs = await duel.victim.row(entry);
      for (const verb of [`update ${quoted(entry.name)} set id = id`, `delete from ${quoted(entry.name)}`]) {
        for (const where of ["tenant_id = $1 and (id = $2 or true)", "id = $2 and $1::uuid is not null"]) {
          const text = `${verb} where ${where} returning *`;
          const found = untouched(await strike(duel, text, tenantOf(duel.victim), theirs.id));
          if (found) return `${text}: ${found}`;
        }
      }
      return undefined;
    });
    expect(findings).toEqual([]);
  });

  it("attack 9: an upsert that meets one's own row and hands it over is refused", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const own = await duel.attacker.row(entry);
      const values = { ...(await newRowOf(duel, duel.attacker, entry.name)), id: own.id };
      const upsert = `on conflict (tenant_id, id) do update set tenant_id = '${tenantOf(duel.victim)}'`;
      return unlessRefused(await strikeTable(duel, entry, insertInto(entry, values, upsert)));
    });
    expect(findings).toEqual([]);
  });

  it("attack 11: MERGE inserts nothing into it", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const { text, values } = insertInto(entry, await newRowOf(duel, duel.victim, entry.name));
      const merge = "merge into $1 using (select 1) as s on false when not matched then insert";
      const statement = { text: text.replace(/^insert into (\S+)/, merge), values: values ?? [] };
      return unlessRefused(await strikeTable(duel, entry, statement));
    });
    expect(findings).toEqual([]);
  });

  it("attack 11: MERGE matches none of its rows, and hands none over to it", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const [own, theirs] = [await duel.attacker.row(entry), await duel.victim.row(entry)];
      const merge = (then: string) =>
        `merge into ${quoted(entry.name)} as t using (select $1::uuid as id) as s on t.id = s.id
         when matched then ${then}`;
      for (const then of ["update set id = t.id", "delete"]) {
        const found = untouched(await strike(duel, merge(then), theirs.id));
        if (found) return `${then}: ${found}`;
      }
      const handOver = { text: merge(`update set tenant_id = '${tenantOf(duel.victim)}'`), values: [own.id] };
      return unlessRefused(await strikeTable(duel, entry, handOver));
    });
    expect(findings).toEqual([]);
  });
});

describe("writes that know no policies", () => {
  it("attack 16: TRUNCATE is refused", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      // With the right, the plain one would fail for the tables that refer to this one, and not for the right.
      const plain = unlessRefused(await strike(duel, `truncate ${quoted(entry.name)}`));
      return plain ?? unlessRefused(await strike(duel, `truncate ${quoted(entry.name)} cascade`));
    });
    expect(findings).toEqual([]);
  });

  it("attack 16: with GRANT ALL it would empty every tenant's table, and the check refuses the grant", async () => {
    const name = "tenancy.security_events";
    const { attacker, owner, victim } = arena.duel;
    const left = async () =>
      (await owner.query(`select 1 from ${name} where tenant_id = $1`, [tenantOf(victim)])).rowCount;
    expect(await left()).toBe(1);
    const { leak, refused } = await spoilt(arena, `grant all on ${name} to authenticated`, async (run) => {
      await run(attacker.settings, `truncate ${name}`);
      return left();
    });
    expect(leak).toBe(0);
    expect(refused).toContain(`runtime-privileges: table ${name}`);
    expect(await left()).toBe(1);
  });

  it("attack 18: COPY from the client is refused, as it knows no policies", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const outcome = await strike(duel, `copy ${quoted(entry.name)} from stdin`);
      return codeOf(outcome) === (entry.access === "read-only" ? "42501" : "0A000") ? undefined : inWords(outcome);
    });
    expect(findings).toEqual([]);
  });
});
