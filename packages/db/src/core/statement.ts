import { type Placeholder, type Query, sql } from "drizzle-orm";
import { NodePgDatabase } from "drizzle-orm/node-postgres";
import { nodePgCodecs } from "drizzle-orm/node-postgres/codecs";
import { PgAsyncSession } from "drizzle-orm/pg-core/async/session";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import { PgBasePreparedQuery } from "drizzle-orm/pg-core/session";
import type { AnyRelations, EmptyRelations } from "drizzle-orm/relations";

/** How rows arrive: positional arrays for typed queries, objects or the whole driver result for raw SQL. */
export type RowMode = "arrays" | "objects" | "raw";

/** A query turned into SQL text once: what is sent, under which name, and how its rows become objects. */
export class CompiledQuery extends PgBasePreparedQuery {
  constructor(
    query: Query,
    readonly mode: RowMode,
    readonly mapper: ((rows: never[]) => unknown) | undefined,
  ) {
    super(query);
  }

  override execute(): Promise<never> {
    throw new TypeError("A compiled query has no connection: run it through a unit of work");
  }
}

/** The dialect all queries of the package share; `jit` builds one row mapper per query shape. */
export const dialect = new PgDialect({ useJitMappers: true, codecs: nodePgCodecs });

/** Compiles queries and can run none: the session of the builder that `statement` hands out. */
class CompileOnlySession extends PgAsyncSession {
  constructor() {
    super(dialect);
  }

  override prepareQuery(query: Query, mode: RowMode, _name: unknown, mapper?: (rows: never[]) => unknown): never {
    return new CompiledQuery(query, mode, mapper) as never;
  }

  override transaction(): Promise<never> {
    throw new TypeError("A statement is a single query; use unit.transaction for several");
  }
}

/** The query builder that statements are written with: Drizzle's, without a connection. */
export type StatementBuilder<R extends AnyRelations = EmptyRelations> = Omit<
  NodePgDatabase<R>,
  "transaction" | "execute" | "$client" | "$cache"
>;

/** Named holes of a statement, filled at each call. `tenantId` is always there and always the scope's own. */
export type Params<P> = { readonly [K in keyof P]-?: Placeholder } & { readonly tenantId: Placeholder };

interface Preparable<Result> {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<Result> };
}

/** One SQL statement of a repository, compiled on first use and prepared under its name on each connection. */
export interface Statement<P, Result> {
  readonly name: string;
  compiled(): CompiledQuery;
  /** Never there at run time: carries the types of the parameters and of the result. */
  readonly types?: { params: P; result: Result };
}

const registry = new Map<string, Statement<never, unknown>>();

/** Every statement made so far, by name: the plan tests walk it, so that a new one cannot escape them. */
export function allStatements(): Statement<never, unknown>[] {
  return [...registry.values()];
}

const anyParams = new Proxy({} as Record<string, Placeholder>, {
  get: (_target, key) => (typeof key === "string" ? sql.placeholder(key) : undefined),
});

/**
 * Makes the `statement` function of a domain, which knows the domain's relations.
 *
 * `statement("accounting.customers.find", (q, p: Params<{ id: string }>) => q.select()…)` writes a query once; the
 * builder's Drizzle expression gives the result type. Names are unique and at most 63 characters (PostgreSQL's limit).
 */
export function statementsWith<R extends AnyRelations>(relations: R) {
  const builder = new NodePgDatabase(dialect, new CompileOnlySession(), relations);
  return function statement<P, Result>(
    name: string,
    build: (query: StatementBuilder<R>, params: P) => Preparable<Result>,
  ): Statement<P extends Params<infer Q> ? Omit<Q, "tenantId"> : never, Result> {
    if (name.length > 63 || registry.has(name)) throw new TypeError(`Statement name is taken or too long: ${name}`);
    let compiled: CompiledQuery | undefined;
    const made = {
      name,
      compiled() {
        compiled ??= build(builder as never, anyParams as never).prepare(name) as unknown as CompiledQuery;
        return compiled;
      },
    };
    registry.set(name, made);
    return made;
  };
}
