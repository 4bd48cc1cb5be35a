import { getColumns } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stateMachines } from "../../src/core/states";
import { tenantTables } from "../../src/core/tenant-table";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin } from "../kit/sql";
import { done, dropChecks, otherValue, pastTriggers, rowOf, tried, writableColumns } from "./rows";
import "../../src/schema";

/** Every column of every frozen table is changed by raw SQL: those that are frozen, and those that are not. */
let test: TestDatabase;
let of: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  of = await createTenant(test);
});
afterAll(() => test.close());

const frozenTables = tenantTables().flatMap((entry) => (entry.frozen ? [{ ...entry, frozen: entry.frozen }] : []));

it("attacks the tables whose rows freeze", () => {
  expect(frozenTables.map(({ name }) => name).sort()).toEqual([
    "accounting.bills",
    "accounting.books",
    "accounting.fiscal_periods",
    "accounting.invoices",
    "accounting.payment_allocations",
    "accounting.payments",
    "sales.abonos",
    "sales.distribuciones",
    "sales.orders",
    "sales.sales",
  ]);
});

describe.each(frozenTables)("a row of $name", ({ name, table, frozen }) => {
  const columns = getColumns(table) as Record<string, PgColumn>;
  const namesOf = (keys: readonly string[] = []) => keys.map((key) => columns[key]?.name);
  const movable = ["updated_at", ...namesOf(frozen.except)];
  const ofRole = namesOf(frozen.exceptBy?.columns);

  it("keeps every column but those that are excepted, whoever writes", async () => {
    await test.asOwner((owner) =>
      asLogin(test.urls.runtime, async (runtime) => {
        const { id } = await rowOf(owner, of, name);
        await dropChecks(owner, name);
        const change = (column: PgColumn) => ({
          text: `update ${name} set "${column.name}" = ${otherValue(column)} where id = $1`,
          values: [id],
        });
        const machine = stateMachines().find((each) => each.table === name);
        for (const state of frozen.when ? (machine?.states ?? []) : [""]) {
          if (state) await pastTriggers(owner, name, `update ${name} set status = $1 where id = $2`, [state, id]);
          const condition = frozen.when?.replaceAll("old.", "t.") ?? "true";
          const { rows } = await owner.query(`select ${condition} as frozen from ${name} t where id = $1`, [id]);
          const isFrozen = rows[0]?.frozen === true;
          await owner.query(`alter table ${name} disable trigger user`);
          await owner.query(`alter table ${name} enable trigger freeze_columns`);
          for (const column of writableColumns(table)) {
            const isHeld = isFrozen && !movable.includes(column.name);
            const refused = { code: "ZT003", message: frozen.sentence };
            const outcome = await tried(runtime, of, change(column));
            const place = `${state} ${column.name}`;
            if (isHeld) expect(outcome, place).toEqual(refused);
            else expect(outcome.message, place).not.toBe(frozen.sentence);
            if (!isFrozen || !frozen.exceptBy) continue;
            const byRole = await tried(owner, of, change(column), frozen.exceptBy.role);
            expect(byRole, `${place} by the role`).toEqual(isHeld && !ofRole.includes(column.name) ? refused : done);
          }
          await owner.query(`alter table ${name} enable trigger user`);
        }
      }),
    );
  });
});
