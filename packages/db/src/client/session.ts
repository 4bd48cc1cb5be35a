import { fillPlaceholders, type Query } from "drizzle-orm";
import { NodePgDatabase } from "drizzle-orm/node-postgres";
import { PgAsyncSession } from "drizzle-orm/pg-core/async/session";
import { PgBasePreparedQuery } from "drizzle-orm/pg-core/session";
import type { AnyRelations } from "drizzle-orm/relations";
import type { QueryArrayResult } from "pg";
import { DatabaseError } from "../core/errors";
import { dialect, type RowMode, type Statement } from "../core/statement";
import { atCaller } from "./caller";
import type { Executor } from "./executor";
import { unbuildable } from "./guarded";
import type { FieldOf } from "./query";

/** A Drizzle database whose queries all run on one executor; `transaction` is the unit of work's own. */
export type ScopedDrizzle<R extends AnyRelations> = Omit<NodePgDatabase<R>, "transaction" | "$client" | "$cache" | "_">;

type Mapper = ((rows: never[]) => unknown) | undefined;

interface Prepared {
  /** Name of the prepared statement. */
  name: string;
  /** Name of the repository's statement, for errors. */
  statement: string;
  reads: boolean;
  fieldOf: FieldOf;
}

function runQuery(
  executor: Executor,
  query: Query,
  mode: RowMode,
  mapper: Mapper,
  values: Record<string, unknown>,
  prepared?: Prepared,
): Promise<unknown> {
  const filled = query.params.length === 0 ? query.params : fill(query.params, values);
  const sent = executor.run({
    text: query.sql,
    name: prepared?.name,
    statement: prepared?.statement,
    reads: prepared?.reads,
    fieldOf: prepared?.fieldOf,
    rowMode: mode === "arrays" ? "array" : undefined,
    values: filled,
  });
  const take = (result: QueryArrayResult): unknown => {
    if (mode === "raw") return result;
    return mapper ? read(mapper, result.rows as never[], prepared) : result.rows;
  };
  return sent.then(take, refuse);
}

function refuse(error: unknown): never {
  throw atCaller(error);
}

function fill(params: unknown[], values: Record<string, unknown>): unknown[] {
  try {
    return fillPlaceholders(params, values);
  } catch (error) {
    throw unbuildable(error);
  }
}

/** Makes objects of the rows. A mapping of the caller's own may fail, when the statement has already run. */
function read(mapper: (rows: never[]) => unknown, rows: never[], prepared: Prepared | undefined): unknown {
  try {
    return mapper(rows);
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    const reason = error instanceof Error ? error.name : "what a mapping threw";
    throw new DatabaseError(`The answer cannot be read: ${reason} in the mapping of a column; the statement has run`, {
      statement: prepared?.statement,
      outcome: "unknown",
    });
  }
}

/** Runs a compiled statement of a repository. */
export function runStatement<P, Result>(
  executor: Executor,
  statement: Statement<P, Result>,
  values: Record<string, unknown>,
): Promise<Result> {
  const compiled = statement.compiled(values);
  const { name, reads, fieldOf } = compiled;
  const prepared = { name, reads, fieldOf, statement: statement.name };
  return runQuery(executor, compiled.getQuery(), compiled.mode, compiled.mapper, values, prepared) as Promise<Result>;
}

class ExecutorQuery extends PgBasePreparedQuery {
  constructor(
    readonly executor: Executor,
    query: Query,
    readonly mode: RowMode,
    readonly mapper: Mapper,
  ) {
    super(query);
  }

  // Drizzle's own class would wrap each typed error in an error whose message holds the SQL.
  override async execute(values: Record<string, unknown> = {}): Promise<unknown> {
    return runQuery(this.executor, this.query, this.mode, this.mapper, values);
  }
}

class ExecutorSession extends PgAsyncSession {
  constructor(readonly executor: Executor) {
    super(dialect);
  }

  override prepareQuery(query: Query, mode: RowMode, _name: unknown, mapper?: Mapper): never {
    return new ExecutorQuery(this.executor, query, mode, mapper) as never;
  }

  override transaction(): Promise<never> {
    throw new TypeError("Use the unit of work's own transaction()");
  }
}

/** A Drizzle database on an executor. */
export function drizzleOn<R extends AnyRelations>(executor: Executor, relations: R): ScopedDrizzle<R> {
  return new NodePgDatabase(dialect, new ExecutorSession(executor), relations);
}
