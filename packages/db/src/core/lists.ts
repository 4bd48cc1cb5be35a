import { and, asc, desc, eq, getColumns, type InferSelectModel, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { z } from "zod";
import { snakeCase } from "./columns";
import { cursorKey, firstId, lastId, type Page, type PageRequest, pageSize, toPage } from "./page";
import type { Statement, StatementRunner, WriteStatement } from "./statement";
import type { TenantTable } from "./tenant-table";
import { parseInput } from "./validation";

/** How the position in a list is compared, and where lists by such a column begin and end. */
const sortable: Record<string, { type: string; first: string; last?: string }> = {
  PgUUID: { type: "uuid", first: firstId, last: lastId },
  PgDateString: { type: "date", first: "-infinity", last: "infinity" },
  PgBigInt64: { type: "bigint", first: "-9223372036854775808", last: "9223372036854775807" },
  PgTimestamp: { type: "timestamptz", first: "-infinity", last: "infinity" },
  // There is no last text: a list by text goes upwards.
  PgText: { type: "text", first: "" },
  PgVarchar: { type: "text", first: "" },
};

/** The parameters that say where a page begins and how long it is. */
export type Position<Key extends string> = { limit: number } & Record<`after_${Key}`, string>;

interface SortColumn {
  key: string;
  /** Name of the parameter that holds its part of the position. */
  param: string;
  column: PgColumn;
  type: string;
  /** Before all rows, in the list's direction. */
  start: string;
}

/** What a list is sorted by: columns of which the last one, or all together, are unique in the list. */
export class SortKey<Key extends string> {
  readonly #columns: readonly SortColumn[];
  readonly #direction: "asc" | "desc";

  constructor(table: PgTable, keys: readonly Key[], direction: "asc" | "desc" = "asc") {
    this.#direction = direction;
    this.#columns = keys.map((key) => {
      const column = columnOf(table, key);
      const { type, first, last } = sortable[column.columnType] ?? { type: "" };
      const start = direction === "asc" ? first : last;
      if (start === undefined) throw new TypeError(`A list cannot be sorted by "${key}" ${direction}`);
      return { key, param: `after_${key}`, column, type, start };
    });
  }

  /** Orders the rows, for Drizzle. */
  order(): SQL[] {
    return this.#columns.map(({ column }) => (this.#direction === "asc" ? asc(column) : desc(column)));
  }

  /** True of rows after the position. `alias` is the table's in SQL that is written by hand. */
  after(params: object, alias?: string): SQL {
    const names = this.#columns.map(({ column }) =>
      alias === undefined ? sql`${column}` : sql`${sql.identifier(alias)}.${sql.identifier(column.name)}`,
    );
    const holes = this.#columns.map(
      ({ param, type }) => sql`${(params as Record<string, SQL>)[param]}::${sql.raw(type)}`,
    );
    const operator = sql.raw(this.#direction === "asc" ? ">" : "<");
    return sql`(${sql.join(names, sql`, `)}) ${operator} (${sql.join(holes, sql`, `)})`;
  }

  /** Where a request begins. Throws `ValidationError` for a cursor or a page size that does not fit. */
  position(request: PageRequest): Position<Key> {
    const position: Record<string, unknown> = { limit: pageSize(request) + 1 };
    const after = cursorKey(request, this.#columns.length);
    this.#columns.forEach(({ param, start }, index) => {
      position[param] = after?.[index] ?? start;
    });
    return position as Position<Key>;
  }

  /** The page of rows read from a position, of which one more than the page has been asked for. */
  page<Row extends { [K in Key]: string | bigint | Date }>(rows: Row[], { limit }: { limit: number }): Page<Row> {
    return toPage(rows, limit - 1, (row) =>
      this.#columns.map(({ key }) => {
        const part = row[key as Key];
        return part instanceof Date ? part.toISOString() : String(part);
      }),
    );
  }
}

/** A list of which pages are read: `list(unit, { status: "draft", limit: 100, cursor })`. */
export type List<Filter, Row> = (unit: StatementRunner, request: PageRequest & Filter) => Promise<Page<Row>>;

/** What a page request asks for besides its page. */
export function filterOf<R extends PageRequest>(request: R): Omit<R, keyof PageRequest> {
  const { limit: _limit, cursor: _cursor, ...filter } = request;
  return filter;
}

/**
 * A list that `read` reads: it gets the checked filter and the position, and uses the sort key's `after` and `order`.
 * Throws `ValidationError` for a filter, page size or cursor that does not fit.
 */
export function listBy<S extends z.ZodType, Key extends string, Row extends { [K in Key]: string | bigint | Date }>(
  schema: S,
  sort: SortKey<Key>,
  read: (unit: StatementRunner, filter: z.output<S>, position: Position<Key>) => Promise<Row[]>,
): List<z.input<S>, Row> {
  return async (unit, request) => {
    const filter = parseInput(schema, filterOf(request), "filter");
    const position = sort.position(request);
    return sort.page(await read(unit, filter, position), position);
  };
}

/** How optional filters go together: each with each, or as alternatives of which one or none, or exactly one, is given. */
type Combining = "any" | "one or none" | "one";

export interface ListOptions<T extends PgTable, S extends z.ZodType | undefined, Key extends string> {
  /** The statement's name; those for optional filters get `_by_…` behind it. */
  name: string;
  table: T;
  /** Properties of the row, the last one unique. */
  sort: readonly (Key & keyof InferSelectModel<T>)[];
  direction?: "asc" | "desc";
  /** Checks the filter; left out, there is none. Its fields are properties of the row, which must be equal. */
  filter?: S;
  /** Fields of the filter that are always given. */
  required?: readonly (keyof InferSelectModel<T> & string)[];
  /** Fields of the filter that may be left out. */
  optional?: readonly (keyof InferSelectModel<T> & string)[];
  /** How the optional ones go together; `any` when left out. */
  combined?: Combining;
  /** What is true of all rows of the list. */
  where?: SQL;
}

type FilterOf<S> = S extends z.ZodType ? z.input<S> : unknown;

/**
 * A list of a tenant's table: `listOf(statement, { name: "accounting.invoices.list", table: invoices, sort:
 * ["invoiceDate", "id"], direction: "desc", filter: invoiceFilterSchema, optional: ["status", "customerId"] })`.
 * Each set of filters has a prepared statement of its own, so that each has the plan and the index that fit it.
 */
export function listOf<
  T extends PgTable & TenantTable,
  Key extends keyof InferSelectModel<T> & string,
  S extends z.ZodType | undefined = undefined,
>(statement: WriteStatement, options: ListOptions<T, S, Key>): List<FilterOf<S>, InferSelectModel<T>> {
  const { name, filter: schema, required = [], optional = [], combined = "any", where } = options;
  const table: TenantTable & PgTable = options.table;
  const sort = new SortKey<string>(table, options.sort, options.direction);

  const narrowedBy = (fields: readonly string[]) =>
    statement(named(name, fields), (q, p: never) => {
      const holes = p as unknown as Record<string, SQL>;
      const equal = [...required, ...fields].map((key) => eq(columnOf(table, key), holes[key]));
      return q
        .select()
        .from(table)
        .where(and(eq(table.tenantId, holes.tenantId), ...equal, where, sort.after(holes)))
        .orderBy(...sort.order())
        .limit(holes.limit as never);
    }) as unknown as Statement<object, Record<string, string>[]>;
  const statements = new Map(subsets(optional, combined).map((fields) => [fields.join(), narrowedBy(fields)]));

  return async (unit, request) => {
    const filter = schema ? (parseInput(schema, filterOf(request), "filter") as Record<string, unknown>) : {};
    const position = sort.position(request);
    const given = optional.filter((key) => filter[key] !== undefined);
    const chosen = statements.get(given.join());
    if (!chosen) throw new TypeError(`${name} has no statement for the filter ${given.join()}`);
    return sort.page(await unit.run(chosen, Object.assign({}, filter, position)), position) as never;
  };
}

const named = (name: string, fields: readonly string[]) =>
  [name, ...fields.map((key, index) => `${index === 0 ? "by_" : ""}${snakeCase(key.replace(/Id$/, ""))}`)].join("_");

function subsets<F>(items: readonly F[], combined: Combining): F[][] {
  if (combined !== "any") return [...(combined === "one" ? [] : [[]]), ...items.map((item) => [item])];
  const [first, ...others] = items;
  return first === undefined ? [[]] : subsets(others, "any").flatMap((set) => [set, [first, ...set]]);
}

function columnOf(table: PgTable, key: string): PgColumn {
  const column = (getColumns(table) as Record<string, PgColumn>)[key];
  if (!column) throw new TypeError(`There is no column "${key}" to list by`);
  return column;
}
