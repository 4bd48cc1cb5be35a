import { getColumns, is, Param, Placeholder, type Query, type SQL, sql } from "drizzle-orm";
import { NodePgDatabase } from "drizzle-orm/node-postgres";
import { nodePgCodecs } from "drizzle-orm/node-postgres/codecs";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { PgAsyncSession } from "drizzle-orm/pg-core/async/session";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import { PgBasePreparedQuery } from "drizzle-orm/pg-core/session";
import type { AnyRelations, EmptyRelations } from "drizzle-orm/relations";
import { isProvenToRead } from "./reads";

/** How rows arrive: positional arrays for typed queries, objects or the whole driver result for raw SQL. */
export type RowMode = "arrays" | "objects" | "raw";

/** A query turned into SQL text once: what is sent, under which name, and how its rows become objects. */
export class CompiledQuery extends PgBasePreparedQuery {
  /**
   * True when it only reads and locks no row, as was declared or proven. Its calls may share a round trip, in which the
   * failure of one means that those behind it are run again; a lost connection loses nothing but its answer.
   */
  readonly reads: boolean;

  constructor(
    query: Query,
    readonly mode: RowMode,
    /** Name of the prepared statement. */
    readonly name: string,
    readonly mapper: ((rows: never[]) => unknown) | undefined,
    reads?: boolean,
  ) {
    super(query);
    this.reads = reads ?? isProvenToRead(query.sql);
  }

  /** The named parameter at this position of the query, from 1; undefined for a constant. */
  readonly fieldOf = (position: number): string | undefined => {
    const param = this.getQuery().params[position - 1];
    const hole = is(param, Param) ? param.value : param;
    return is(hole, Placeholder) ? (hole as unknown as { name: string }).name : undefined;
  };

  override execute(): Promise<never> {
    throw new TypeError("A compiled query has no connection: run it through a unit of work");
  }
}

/** The dialect all queries of the package share; `jit` builds one row mapper per query shape. */
export const dialect = new PgDialect({ useJitMappers: true, codecs: nodePgCodecs });

/** Session of the builder that `statement` gives: it compiles queries and cannot run them. */
class CompileOnlySession extends PgAsyncSession {
  constructor() {
    super(dialect);
  }

  override prepareQuery(query: Query, mode: RowMode, name: string, mapper?: (rows: never[]) => unknown): never {
    return new CompiledQuery(query, mode, name, mapper) as never;
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

/** Named parameters of a statement, given at each call. `tenantId` is always among them, and always the scope's. */
export type Params<P> = { readonly [K in keyof P]-?: Placeholder } & { readonly tenantId: Placeholder };

export interface Preparable<Result> {
  prepare(name: string): { execute(values?: Record<string, unknown>): Promise<Result> };
}

/** One SQL statement of a repository, compiled on first use and prepared on each connection. */
export interface Statement<P, Result> {
  readonly name: string;
  /** The query for these values. */
  compiled(values?: Readonly<Record<string, unknown>>): CompiledQuery;
  /** Every query that `compiled` can give. */
  variants(): CompiledQuery[];
  /** Carries the types of parameters and result; undefined at run time. */
  readonly types?: { params: P; result: Result };
}

/** Whatever runs statements in a scope, like a unit of work. */
export interface StatementRunner {
  run<P extends object, Result>(statement: Statement<P, Result>, params: P): Promise<Result>;
}

const registry = new Map<string, Statement<never, unknown>>();

/** Names registered since the event loop last went on. A program's modules are evaluated in one go, each once. */
const claimed = new Set<string>();
let reruns = 0;

/**
 * Claims a name, and returns the one under which the statement is prepared. A name that is taken twice in one go is a
 * mistake. Later it is the same module, run again after a change: its statement replaces the one before, under another
 * name on the wire, as an open connection may hold the old text under this one. Throws `TypeError`.
 */
function claim(name: string): string {
  if (name.length > 60 || claimed.has(name)) throw new TypeError(`Statement name is taken or too long: ${name}`);
  if (claimed.size === 0) queueMicrotask(() => claimed.clear());
  claimed.add(name);
  if (!registry.has(name)) return name;
  reruns += 1;
  return `org_db_rerun_${reruns}`;
}

/** Every statement made so far, by name. The plan tests walk it, so that a new statement is always tested. */
export function allStatements(): Statement<never, unknown>[] {
  return [...registry.values()];
}

/**
 * Rows that a list reads when no page size is given: fifty, and one more that shows whether a next page exists. The
 * limit is a constant in the query: PostgreSQL takes a parameter for a tenth of the table and plans at each call.
 */
const usualLimit = 51;

type AnyParams = Record<string, Placeholder | SQL>;

/** Placeholders for the parameters that a statement reads; `asked` collects their names. */
function paramsInto(asked: Set<string>, known: Record<string, SQL> = {}): AnyParams {
  const hole = (key: string) => {
    asked.add(key);
    return known[key] ?? sql.placeholder(key);
  };
  return new Proxy({}, { get: (_target, key) => (typeof key === "string" ? hole(key) : undefined) });
}

function register<P, Result>(name: string, compile: (params: AnyParams, name: string) => CompiledQuery) {
  const prepared = claim(name);
  const asked = new Set<string>();
  let general: CompiledQuery | undefined;
  let usual: CompiledQuery | undefined;
  const made: Statement<P, Result> = {
    name,
    compiled(values) {
      general ??= compile(paramsInto(asked), prepared);
      if (values?.limit !== usualLimit || !asked.has("limit")) return general;
      usual ??= compile(paramsInto(asked, { limit: sql.raw(String(usualLimit)) }), `${prepared}_${usualLimit}`);
      return usual;
    },
    variants: () => [...new Set([made.compiled(), made.compiled({ limit: usualLimit })])],
  };
  registry.set(name, made as unknown as Statement<never, unknown>);
  return made;
}

/** A domain's function `statement`, whatever its relations: what core writes statements of a table with. */
export type WriteStatement = <P, Result>(
  name: string,
  build: (query: StatementBuilder, params: P) => Preparable<Result>,
) => Statement<ParamsOf<P>, Result>;

export type ParamsOf<P> = P extends Params<infer Q> ? Omit<Q, "tenantId"> : never;

/**
 * Makes the two functions a domain writes its statements with; they know the domain's relations. Names are unique and
 * at most 63 characters (PostgreSQL's limit), like `accounting.customers.find`.
 */
export function statementsWith<R extends AnyRelations>(relations: R) {
  const builder = new NodePgDatabase(dialect, new CompileOnlySession(), relations) as unknown as StatementBuilder<R>;

  /** A query in Drizzle's language: `statement(name, (q, p: Params<{ id: string }>) => q.select()…)`. */
  function statement<P, Result>(
    name: string,
    build: (query: StatementBuilder<R>, params: P) => Preparable<Result>,
  ): Statement<ParamsOf<P>, Result> {
    return register(
      name,
      (params, variant) => build(builder, params as P).prepare(variant) as unknown as CompiledQuery,
    );
  }

  /**
   * A query in SQL, for what Drizzle cannot say (several writes in one statement). `shape` is a Drizzle query with the
   * same columns in the same order; its row mapper, and so its types, are used. `reads` declares what a function of ours
   * does that the statement calls; without it the statement counts as a write, unless it is proven to read.
   */
  function sqlStatement<P, Result>(
    name: string,
    shape: (query: StatementBuilder<R>) => Preparable<Result>,
    build: (params: P) => SQL,
    { reads }: { reads?: boolean } = {},
  ): Statement<ParamsOf<P>, Result> {
    return register(name, (params, variant) => {
      const { mapper } = shape(builder).prepare(variant) as unknown as CompiledQuery;
      return new CompiledQuery(dialect.sqlToQuery(build(params as P)), "arrays", variant, mapper, reads);
    });
  }

  return { statement, sqlStatement };
}

/**
 * The columns of a table in its own order, read from `source`: what `select().from(table)` expects. Those that are
 * computed otherwise are given by their properties.
 */
export function columnsOf(table: PgTable, source: string, computed: Readonly<Record<string, SQL>> = {}): SQL {
  const columns = Object.entries(getColumns(table)) as [string, PgColumn][];
  return sql.join(
    columns.map(([key, c]) => computed[key] ?? sql`${sql.identifier(source)}.${sql.identifier(c.name)}`),
    sql`, `,
  );
}
