import { getColumns, getTableName } from "drizzle-orm";
import type { Client } from "pg";
import { describe, expect } from "vitest";
import { accountingDomain } from "../../../src/accounting/domain";
import { isSoak, runSeed } from "../../kit/length";
import { type Fault, faultsOf } from "./faults";
import { type HealthyBooks, inHealthyBooks as it } from "./healthy-books";
import { sources } from "./sources";

describe("every column of every table of accounting", () => {
  it("is computed again by the health check, or is written down as a source", async ({ test, books }) => {
    const seed = runSeed();
    await test.asOwner(async (owner) => {
      await owner.query("set session_replication_role = replica");
      await owner.query("set plan_cache_mode = force_generic_plan");
      expect(await isFound(owner, books)).toBe(false);
      const missed = new Set<string>();
      for (const table of accountingDomain.tables) {
        const faults = faultsOf(table, await rowsOf(owner, books, getTableName(table)));
        expect(faults.length, `${getTableName(table)} has rows`).toBeGreaterThan(0);
        for (const fault of chosen(faults, seed)) {
          if (await staysHidden(owner, books, fault, seed)) missed.add(`${fault.table}.${fault.column}`);
        }
      }
      // What is computed again after all is no source.
      if (isSoak) expect([...missed].map(listedAs).sort()).toEqual(expect.arrayContaining(Object.keys(sources).sort()));
    });
  });
});

/** Sources name tables and columns that there are. */
it("has no source that is no column", () => {
  const columns = accountingDomain.tables.flatMap((table) =>
    ["(row)", ...Object.values(getColumns(table)).map(({ name }) => name)].map(
      (name) => `${getTableName(table)}.${name}`,
    ),
  );
  const unknown = Object.keys(sources).filter((name) => !columns.some((column) => listedAs(column) === name));
  expect(unknown).toEqual([]);
});

const listedAs = (name: string) => (sources[name] ? name : (name.split(".")[1] ?? ""));

const rowsOf = async (owner: Client, books: HealthyBooks, table: string): Promise<string[]> =>
  (await owner.query(`select id from accounting.${table} where tenant_id = ${books.tenant} order by id`)).rows.map(
    ({ id }) => id,
  );

/** Each way to falsify each column: of all rows in the soak, of one in every run, which the seed chooses. */
function chosen(faults: readonly Fault[], seed: number): Fault[] {
  if (isSoak) return [...faults];
  const rows = [...new Set(faults.map(({ rowId }) => rowId))];
  const ways = faults.length / rows.length;
  return faults.filter(({ rowId }, index) => rowId === rows[(seed + (index % ways)) % rows.length]);
}

/** Plants the fault and takes it back. Returns whether it stayed hidden, which only a source may. */
async function staysHidden(owner: Client, books: HealthyBooks, fault: Fault, seed: number): Promise<boolean> {
  const source = sources[listedAs(`${fault.table}.${fault.column}`)];
  await owner.query("begin");
  try {
    const { rows } = await owner.query(
      `select ${source ? (source.where ?? "true") : "false"} as may_hide from accounting.${fault.table} r where r.id = $1`,
      [fault.rowId],
    );
    const { rowCount } = await owner.query(fault.text);
    if (rowCount === 0 || (await isFound(owner, books))) return false;
    expect(rows[0]?.may_hide, `not found (SOAK_SEED=${seed}): ${fault.text}`).toBe(true);
    return true;
  } catch (error) {
    // A CHECK or unique key refuses it, whoever writes.
    if (/^23/.test(String((error as { code?: unknown }).code))) return false;
    throw error;
  } finally {
    await owner.query("rollback");
  }
}

async function isFound(owner: Client, { of }: HealthyBooks): Promise<boolean> {
  const text = "select count(*)::int as violations from accounting.violations where tenant_id = $1";
  return (await owner.query({ name: "violations", text, values: [of.tenant.id] })).rows[0].violations > 0;
}
