import { randomUUID } from "node:crypto";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import type pg from "pg";
import { stateTriggers } from "../../src/core/state-triggers";
import type { StateMachineEntry } from "../../src/core/states";
import { tenantTables } from "../../src/core/tenant-table";
import type { TestTenant } from "../../src/testing";
import {
  insertSampleRow,
  insertStatement,
  sampleContext,
  sampleValues,
  type Values,
} from "../../src/testing/sample-rows";

/** What a statement came to: its SQLSTATE and message, or `done`. */
export interface Outcome {
  code: string;
  message?: string;
}

export const done: Outcome = { code: "done" };

/** Tries a statement in the tenant's scope, as `role` when one is given, and takes it back. */
export async function tried(
  client: pg.Client,
  of: TestTenant,
  statement: { text: string; values?: unknown[] },
  role?: string,
): Promise<Outcome> {
  await client.query("begin");
  try {
    if (role) await client.query(`set local role ${role}`);
    await client.query("select set_config('app.current_tenant_id', $1, true)", [of.tenant.id]);
    const { rowCount } = await client.query(statement);
    return rowCount === 1 ? done : { code: `${rowCount} rows` };
  } catch (error) {
    const { code = "no code", message } = error as pg.DatabaseError;
    return { code, message };
  } finally {
    await client.query("rollback");
  }
}

/** A row of the machine's table, in one of its first states; tenants are their own. */
export async function rowOf(owner: pg.Client, of: TestTenant, table: string): Promise<Values> {
  if (table === "tenancy.tenants") return { id: of.tenant.id, tenant_id: of.tenant.id };
  return insertSampleRow(owner, entryOf(table), sampleContext(of.tenant.id));
}

/** Makes inserts of a valid new row, but for the values given. */
export async function insertOf(owner: pg.Client, of: TestTenant, table: string) {
  if (table === "tenancy.tenants") {
    return (given: Values) => insertStatement(table, { id: randomUUID(), name: "New", ...given });
  }
  const values = await sampleValues(owner, entryOf(table), sampleContext(of.tenant.id));
  return (given: Values) => insertStatement(table, { ...values, ...given });
}

function entryOf(table: string) {
  const entry = tenantTables().find(({ name }) => name === table);
  if (!entry) throw new TypeError(`There is no tenant table ${table}`);
  return entry;
}

/** Lets rows have states and values without the history that the CHECKs ask for. */
export async function dropChecks(owner: pg.Client, table: string): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    "select conname as name from pg_constraint where conrelid = $1::regclass and contype = 'c'",
    [table],
  );
  for (const { name } of rows)
    await owner.query(`alter table ${table} drop constraint ${owner.escapeIdentifier(name)}`);
}

/** Runs a statement past all triggers. */
export async function pastTriggers(owner: pg.Client, table: string, text: string, values: unknown[]): Promise<void> {
  await owner.query(`alter table ${table} disable trigger user`);
  await owner.query(text, values);
  await owner.query(`alter table ${table} enable trigger user`);
}

/** Turns every trigger off but those of the state machine. */
export async function onlyMachine(owner: pg.Client, machine: StateMachineEntry): Promise<void> {
  await owner.query(`alter table ${machine.table} disable trigger user`);
  for (const { name } of stateTriggers(machine)) {
    await owner.query(`alter table ${machine.table} enable trigger ${name.split(".")[2]}`);
  }
}

/** SQL for a value that a column does not have. */
export function otherValue(column: PgColumn): string {
  const type = column.getSQLType();
  const name = `"${column.name}"`;
  if (type === "uuid") return "gen_random_uuid()";
  if (column.enumValues && column.enumValues.length > 0) {
    return `(select v from unnest(array['${column.enumValues.join("', '")}']) v where v is distinct from ${name} limit 1)`;
  }
  if (/^(text|varchar)/.test(type)) return `coalesce(${name}, '') || 'x'`;
  if (/^(numeric|integer|bigint)/.test(type)) return `coalesce(${name}, 0) + 1`;
  if (type === "date") return `coalesce(${name}, current_date) + 1`;
  if (type.startsWith("timestamp")) return `coalesce(${name}, now()) + interval '1 day'`;
  if (type === "jsonb") return `coalesce(${name}, '{}') || '{"other": true}'`;
  if (type === "boolean") return `${name} is not true`;
  throw new TypeError(`There is no other value for columns of type ${type} (${column.name}): add one`);
}

/** The columns that a statement may write, by property. */
export function writableColumns(table: PgTable): PgColumn[] {
  return (getTableConfig(table).columns as PgColumn[]).filter((column) => column.generated === undefined);
}
