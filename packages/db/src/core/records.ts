import { and, eq, type InferSelectModel } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { found } from "./found";
import type { Params, Statement, StatementRunner, WriteStatement } from "./statement";
import type { TenantTable } from "./tenant-table";

/** The records of a table, read by their ids. A repository has one, and says what it reads. */
export interface Records<Row> {
  /** What messages call one of them, such as `invoice`. */
  readonly noun: string;
  /** The record, or undefined when the scope has none with that id. */
  find(unit: StatementRunner, id: string): Promise<Row | undefined>;
  /** The record. Throws `NotFoundError`. */
  get(unit: StatementRunner, id: string): Promise<Row>;
}

/** Records that `find` finds. */
export function recordsBy<Row>(noun: string, find: Records<Row>["find"]): Records<Row> {
  return { noun, find, get: async (unit, id) => found(await find(unit, id), noun) };
}

/** The records of a table of a tenant, by the prepared statement `name`. */
export function recordsOf<T extends PgTable & TenantTable>(
  statement: WriteStatement,
  name: string,
  table: T,
  noun: string,
): Records<InferSelectModel<T>> {
  const rows: TenantTable & PgTable = table;
  const byId = statement(name, (q, p: Params<{ id: string }>) =>
    q
      .select()
      .from(rows)
      .where(and(eq(rows.tenantId, p.tenantId), eq(rows.id, p.id))),
  );
  return recordsBy(
    noun,
    async (unit, id) => (await unit.run(byId as Statement<{ id: string }, InferSelectModel<T>[]>, { id }))[0],
  );
}
