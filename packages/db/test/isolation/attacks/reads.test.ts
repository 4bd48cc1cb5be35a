import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../../src/core/tenant-table";
import { catalogueScope } from "../../../src/domains";
import type { Arena } from "../arena";
import { attemptCopy, type Outcome, quoted } from "../checks/attempt";
import { type Duel, foreignRows } from "../checks/duel";
import {
  codeOf,
  everywhere,
  type Finding,
  inWords,
  openField,
  type RunAs,
  spoilt,
  strike,
  tenantOf,
  unlessRefused,
} from "./strikes";

let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

/** Nothing when the rows are the attacker's, and, where its own must be among them, when they are. */
function onlyOwn(duel: Duel, outcome: Outcome, seesOwn: boolean): Finding {
  if (outcome.error) return inWords(outcome);
  const foreign = foreignRows(duel, outcome.rows).length;
  if (foreign > 0) return `${foreign} rows of the other tenant`;
  return seesOwn && outcome.rows.length === 0 ? "not even its own rows, so this proves nothing" : undefined;
}

describe("reading another tenant's rows", () => {
  const predicates: [name: string, seesOwn: boolean, where: string][] = [
    ["by the id", false, "where id = $2::uuid and $1::uuid is not null"],
    ["by the tenant or true", true, "where tenant_id = $1::uuid or $2::uuid is not null"],
    ["by the tenant in a subquery", false, "where (tenant_id, id) in (select $1::uuid, $2::uuid)"],
    [
      "from a sample of the table",
      true,
      "tablesample system (100) where $1::uuid is not null and $2::uuid is not null",
    ],
    ["to lock them", true, "where tenant_id = $1::uuid or $2::uuid is not null for key share"],
  ];

  it.each(predicates)("attack 5: asking %s finds only one's own", async (_name, seesOwn, where) => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const theirs = await duel.victim.row(entry);
      const select = `select tenant_id, id from ${quoted(entry.name)} ${where}`;
      const outcome = await strike(duel, select, theirs.tenant_id, theirs.id);
      const needsUpdate = where.endsWith("share") && /read-only|append-only/.test(entry.access);
      return needsUpdate && codeOf(outcome) === "42501" ? undefined : onlyOwn(duel, outcome, seesOwn);
    });
    expect(findings).toEqual([]);
  });

  it("attack 5: the place of a row in the file finds it for its own tenant only", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const place = async (id: unknown) => {
        const text = `select ctid::text as place from ${quoted(entry.name)} where id = $1`;
        return (await duel.owner.query<{ place: string }>(text, [id])).rows[0]?.place;
      };
      const both = [await place((await duel.attacker.row(entry)).id), await place((await duel.victim.row(entry)).id)];
      const select = `select tenant_id, id from ${quoted(entry.name)} where ctid = any ($1::tid[])`;
      return onlyOwn(duel, await strike(duel, select, both), true);
    });
    expect(findings).toEqual([]);
  });

  it("attack 17: COPY to the client brings only one's own rows", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      return onlyOwn(
        duel,
        await attemptCopy(duel.login, duel.attacker.settings, entry.name, ["tenant_id", "id"]),
        true,
      );
    });
    expect(findings).toEqual([]);
  });

  it("attack 29: asking to see rows without row level security is an error, not rows", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const outcome = await strike(duel, `set local row_security = off; select * from ${quoted(entry.name)}`);
      return unlessRefused(outcome);
    });
    expect(findings).toEqual([]);
  });
});

describe("predicates that tell what they were given", () => {
  const notices: string[] = [];
  const listen = ({ message }: { message?: string | undefined }) => {
    notices.push(message ?? "");
  };
  const leaky = (attributes: string) => `
    create function tenancy.leak(value uuid) returns boolean language plpgsql ${attributes} cost 0.0000001 as $$
      begin raise notice '%', value; return true; end $$;
    revoke execute on function tenancy.leak(uuid) from public;
    grant execute on function tenancy.leak(uuid) to authenticated;
    set local enable_indexscan = off; set local enable_indexonlyscan = off; set local enable_bitmapscan = off`;

  /** Where a function that could not be cheaper was given a row of the other tenant. */
  async function given(attributes: string) {
    const { owner } = arena.duel;
    owner.on("notice", listen);
    const found = await spoilt(arena, leaky(attributes), (run) =>
      everywhere(arena, async ({ attacker, victim }, entry) => {
        notices.length = 0;
        await run(attacker.settings, `select 1 from ${quoted(entry.name)} where tenancy.leak(tenant_id)`);
        if (!notices.includes(tenantOf(attacker))) return "not even its own rows, so this proves nothing";
        return notices.includes(tenantOf(victim)) ? "the other tenant's row" : undefined;
      }),
    );
    owner.off("notice", listen);
    return found;
  }

  it("attack 25: a function that prints its argument never sees another tenant's row", async () => {
    const { leak, refused } = await given("");
    expect(leak).toEqual([]);
    expect(refused).toContain("drift: function tenancy.leak(uuid)");
  });

  it("attack 25: marked LEAKPROOF it would, which only a superuser can do, and the check reports it", async () => {
    const { leak, refused } = await given("leakproof");
    expect(leak).toHaveLength(2 * tenantTables().length);
    for (const found of leak) expect(found).toMatch(/: the other tenant's row$/);
    expect(refused).toContain("drift: function tenancy.leak(uuid)");
    for (const schema of [...catalogueScope.schemas, "public", "pg_temp"]) {
      const create = `create function ${schema}.leak(v text) returns boolean language sql leakproof as 'select true'`;
      expect(codeOf(await strike(arena.duel, create))).toBe("42501");
    }
  });

  it.each([
    ["divides by zero", "22012", "1 / (case when tenant_id = $1 then 0 else 1 end) > 0"],
    ["casts a text that is no number", "22P02", "(case when tenant_id = $1 then id::text else '1' end)::int = 1"],
  ])(
    "attack 26: a predicate that %s on another tenant's rows is never asked about them",
    async (_name, code, where) => {
      const findings = await everywhere(arena, async (duel, entry) => {
        const select = `select tenant_id, id from ${quoted(entry.name)} where ${where}`;
        const own = await strike(duel, select, tenantOf(duel.attacker));
        if (own.error?.code !== code) return `no error on its own rows, so this proves nothing: ${inWords(own)}`;
        return onlyOwn(duel, await strike(duel, select, tenantOf(duel.victim)), true);
      });
      expect(findings).toEqual([]);
    },
  );
});

describe("functions that run SQL given as text", () => {
  const words = (name: string) => `select array_to_tsvector(array[tenant_id::text]) from ${quoted(name)}`;
  const alternatives = (name: string) =>
    `select 'a'::tsquery, string_agg(quote_literal(tenant_id::text), '|')::tsquery from ${quoted(name)}`;
  const calls: [signature: string, call: (table: string) => string][] = [
    [
      "query_to_xml(text, boolean, boolean, text)",
      (name) => `query_to_xml(${pg.escapeLiteral(`select * from ${quoted(name)}`)}, true, false, '')`,
    ],
    ["cursor_to_xml(refcursor, int, boolean, boolean, text)", () => "cursor_to_xml('spy', 1000, true, false, '')"],
    ["table_to_xml(regclass, boolean, boolean, text)", (name) => `table_to_xml('${quoted(name)}', true, false, '')`],
    [
      "table_to_xml_and_xmlschema(regclass, boolean, boolean, text)",
      (name) => `table_to_xml_and_xmlschema('${quoted(name)}', true, false, '')`,
    ],
    [
      "schema_to_xml(name, boolean, boolean, text)",
      (name) => `schema_to_xml('${name.split(".")[0]}', true, false, '')`,
    ],
    ["database_to_xml(boolean, boolean, text)", () => "database_to_xml(true, false, '')"],
    ["ts_stat(text)", (name) => `(select string_agg(word, ' ') from ts_stat(${pg.escapeLiteral(words(name))}))`],
    ["ts_rewrite(tsquery, text)", (name) => `ts_rewrite('a', ${pg.escapeLiteral(alternatives(name))})`],
  ];

  it.each(calls)("SQL as text: %s is refused", async (_signature, call) => {
    const findings = await everywhere(arena, async (duel, entry) =>
      unlessRefused(await strike(duel, `select ${call(entry.name)}`)),
    );
    expect(findings).toEqual([]);
  });

  it("SQL as text: no function of that kind is left open, in any of its forms", async () => {
    const { rows } = await arena.duel.owner.query<{ name: string; open: boolean }>(
      `select p.oid::regprocedure::text as name, has_function_privilege('authenticated', p.oid, 'execute') as open
       from pg_proc p where p.proname ~ '_to_xml|^ts_(stat|rewrite)$' and p.pronamespace = 'pg_catalog'::regnamespace`,
    );
    expect(rows.length).toBeGreaterThan(calls.length);
    // This form takes queries of text search, and none of SQL.
    expect(rows.filter((row) => row.open).map((row) => row.name)).toEqual(["ts_rewrite(tsquery,tsquery,tsquery)"]);
  });

  const shown = new Map<string, Outcome>();

  /** What a call shows of a table. That of a whole schema or database is made once for each side, not for each table. */
  async function shownBy(run: RunAs, { settings }: Duel["attacker"], table: string, call: string): Promise<Outcome> {
    const key = `${settings.tenant} ${call}`;
    const needsCursor = call.startsWith("cursor");
    const known = needsCursor ? undefined : shown.get(key);
    if (known) return known;
    if (needsCursor) await run(settings, `declare spy cursor for select tenant_id from ${quoted(table)}`);
    const outcome = await run(settings, `select ${call}::text as text`);
    if (needsCursor) await run(settings, "close spy");
    shown.set(key, outcome);
    return outcome;
  }

  // A server whose owner is no superuser cannot close them.
  it.each(calls)(
    "SQL as text: with the right to call %s it would show only one's own rows",
    async (signature, call) => {
      const grant = `grant execute on function pg_catalog.${signature} to authenticated`;
      const { leak } = await spoilt(arena, grant, (run) =>
        everywhere(arena, async ({ attacker, victim }, entry) => {
          const outcome = await shownBy(run, attacker, entry.name, call(entry.name));
          const text = String(outcome.rows[0]?.text);
          if (outcome.error || !text.includes(tenantOf(attacker))) return `not even its own: ${inWords(outcome)}`;
          return text.includes(tenantOf(victim)) ? "the other tenant's rows" : undefined;
        }),
      );
      expect(leak).toEqual([]);
    },
  );
});
