import {
  getColumns,
  getTableUniqueName,
  type InferInsertModel,
  type InferSelectModel,
  type SQL,
  sql,
} from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { snakeCase } from "./columns";
import type { Params } from "./statement";

/**
 * Who sets a column of the rows that a writer writes. `given`: the caller. `changeable`: the caller, who may change it
 * later. `defaulted`: the caller, or the database where the caller leaves null. `kept`: never the writer, but the
 * database, the scope or the statement itself.
 */
export type Decision = "given" | "changeable" | "defaulted" | "kept";

/** A field of the rows that is no column of the table: an SQL type for its values of type `V`. */
export interface Field<V> {
  readonly type: string;
  /** Never there at run time. */
  readonly value?: V;
}

/** A field that is no column of the table, such as `field<string | null>("numeric")`. */
export const field = <V>(type: string): Field<V> => ({ type });

/** Decides `kept` for the columns of a mask, which zod's `omit` takes as well: what nobody writes is said once. */
export function kept<K extends string>(mask: Readonly<Record<K, true>>): Record<K, "kept"> {
  return Object.fromEntries(Object.keys(mask).map((key) => [key, "kept"])) as Record<K, "kept">;
}

type Columns<T extends PgTable> = InferInsertModel<T>;

/** Each column that can be inserted needs a decision: one that is added to the table and not decided is a type error. */
export type Decisions<T extends PgTable> = { readonly [K in keyof Columns<T>]-?: Decision };

/** Whatever else is decided must be a field of its own: a misspelt column is a type error too. */
type Others<T extends PgTable, D> = { readonly [K in Exclude<keyof D, keyof Columns<T>>]: Field<unknown> };

type Stored<T extends PgTable, K> = K extends keyof InferSelectModel<T> ? InferSelectModel<T>[K] : never;
type OrNull<V> = null extends V ? V | undefined : V;

type RowOf<T extends PgTable, D> = {
  [K in keyof D & string as D[K] extends "kept" ? never : K]: D[K] extends Field<infer V>
    ? OrNull<V>
    : D[K] extends "defaulted"
      ? Stored<T, K> | null | undefined
      : OrNull<Stored<T, K>>;
};

type ChangeableOf<D> = { [K in keyof D & string]: D[K] extends "changeable" ? K : never }[keyof D & string];

/** A row as a caller gives it: what may be null can be left out. */
export type Given<Row> = { [K in keyof Row as undefined extends Row[K] ? never : K]: Row[K] } & {
  [K in keyof Row as undefined extends Row[K] ? K : never]?: Row[K];
};

/** The fields of `Row` that `Input` does not have, not even as optional ones: forgetting one is a type error. */
export type Forgotten<Row, Input> = { [K in Exclude<keyof Row, keyof Input>]: Row[K] };

/** How fields are computed: those that the input has not in the right type must be, the others may. */
type Computed<Row, Input> = {
  [K in keyof Row as K extends keyof Input ? (Input[K] extends Row[K] ? never : K) : K]: (
    input: Input,
    index: number,
  ) => Row[K];
};
type AnyComputed<Row, Input> = { [K in keyof Row]?: (input: Input, index: number) => Row[K] };

type ComputedArgument<Row, Input> = keyof Computed<Row, Input> extends never
  ? [computed?: AnyComputed<Row, Input>]
  : [computed: Computed<Row, Input> & AnyComputed<Row, Input>];

/** The parameters of one row. */
export type RowParams<Row> = { [K in keyof Row]: Exclude<Row[K], undefined> };
/** The parameters of many rows: an array for each field. */
export type ArrayParams<Row, Prefix extends string = ""> = {
  [K in keyof Row & string as `${Prefix}${K}`]: Exclude<Row[K], undefined>[];
};

type Compute = (row: never, index: number) => unknown;

/**
 * What a writer writes: the fields of its rows, with their names and types in SQL. Gives the type of a row, the
 * parameters of one row or of many, and the SQL that reads them. Arrays carry many rows in one prepared statement.
 */
export class Rows<Row, Changeable extends string = never, Prefix extends string = ""> {
  /** Fields in the order in which SQL names them. */
  readonly keys: readonly string[];
  /** Fields that may be changed later. */
  readonly changeable: readonly Changeable[];
  readonly #fields: ReadonlyMap<string, { name: string; type: string }>;
  readonly #prefix: Prefix;
  /** The names of the parameters, made once: calls are many. */
  readonly #params: readonly { key: string; param: string }[];
  /** All parameters, as null. Filling a copy is much faster than adding one property after another. */
  readonly #blank: Readonly<Record<string, null>>;

  constructor(fields: ReadonlyMap<string, { name: string; type: string }>, changeable: Changeable[], prefix: Prefix) {
    this.keys = [...fields.keys()];
    this.changeable = changeable;
    this.#fields = fields;
    this.#prefix = prefix;
    this.#params = this.keys.map((key) => ({ key, param: prefix + key }));
    this.#blank = Object.fromEntries(this.#params.map(({ param }) => [param, null]));
  }

  /** The same fields with other names of parameters, for a statement that is given two kinds of rows. */
  prefixed<P extends string>(prefix: P): Rows<Row, Changeable, P> {
    return new Rows(this.#fields, [...this.changeable], prefix);
  }

  /** The parameters of many rows. What the input does not have, `computed` says. */
  arrays<Input extends object>(
    rows: readonly Input[],
    ...[computed]: ComputedArgument<Row, Input>
  ): ArrayParams<Row, Prefix> {
    return this.arraysOf(rows, computed as Record<string, Compute> | undefined);
  }

  /** The parameters of one row. What the input does not have, `computed` says. */
  row<Input extends object>(input: Input, ...[computed]: ComputedArgument<Row, Input>): RowParams<Row> {
    return this.rowOf(input, computed as Record<string, Compute> | undefined);
  }

  /** `arrays` for those who have checked the types of their rows themselves. */
  arraysOf(rows: readonly object[], computed: Readonly<Record<string, Compute>> = {}): ArrayParams<Row, Prefix> {
    const params: Record<string, unknown> = { ...this.#blank };
    for (const { key, param } of this.#params) {
      const compute = computed[key];
      const values = new Array<unknown>(rows.length);
      for (let index = 0; index < rows.length; index += 1) {
        const row = rows[index];
        values[index] = (compute ? compute(row as never, index) : (row as Record<string, unknown>)[key]) ?? null;
      }
      params[param] = values;
    }
    return params as ArrayParams<Row, Prefix>;
  }

  /** `row` for those who have checked the type of their row themselves. */
  rowOf(row: object, computed: Readonly<Record<string, Compute>> = {}): RowParams<Row> {
    const params: Record<string, unknown> = {};
    for (const key of this.keys) {
      params[key] = computed[key]?.(row as never, 0) ?? (row as Record<string, unknown>)[key] ?? null;
    }
    return params as RowParams<Row>;
  }

  /** The names of the columns: `id, company_id, …`; with an alias, `g.id, g.company_id, …`. */
  names(alias?: string): SQL {
    const of = alias === undefined ? sql`` : sql`${sql.identifier(alias)}.`;
    return this.#joined((_key, { name }) => sql`${of}${sql.identifier(name)}`);
  }

  /** The name of one column. */
  name(key: string): SQL {
    return sql`${sql.identifier(this.#of(key).name)}`;
  }

  /** The values of one row, each as its column's type: `$1::uuid, $2::text, …`, or as `computed` says. */
  values(params: Params<RowParams<Row>>, computed: { readonly [K in keyof Row]?: SQL } = {}): SQL {
    return this.#joined((key) => computed[key as keyof Row] ?? this.value(params, key));
  }

  /** One value of a row, as its column's type. */
  value(params: object, key: string): SQL {
    return sql`${this.#hole(params, key)}::${sql.raw(this.#of(key).type)}`;
  }

  /** The array of one field of many rows: `$1::text[]`. */
  list(params: object, key: string): SQL {
    return sql`${this.#hole(params, key)}::${sql.raw(this.#of(key).type)}[]`;
  }

  /** The arrays of many rows, for a function that takes them: `$1::uuid[], $2::text[], …`. */
  lists(params: Params<ArrayParams<Row, Prefix>>): SQL {
    return this.#joined((key) => this.list(params, key));
  }

  /** The rows as a table: `unnest($1::uuid[], …) as alias (id, …)`; with `position`, that column counts them from 1. */
  unnest(params: Params<ArrayParams<Row, Prefix>>, alias: string, position?: "position"): SQL {
    const counted = position ? sql` with ordinality` : sql``;
    const last = position ? sql`, ${sql.identifier(position)}` : sql``;
    return sql`unnest(${this.lists(params)})${counted} as ${sql.identifier(alias)} (${this.names()}${last})`;
  }

  /** One row for Drizzle's `insert(table).values(…)`, in the scope's tenant. */
  insertable(params: Params<RowParams<Row>>): Row & { tenantId: SQL } {
    const holes = this.keys.map((key) => [key, this.#hole(params, key)]);
    return { tenantId: params.tenantId, ...Object.fromEntries(holes) };
  }

  #of(key: string): { name: string; type: string } {
    const found = this.#fields.get(key);
    if (!found) throw new TypeError(`The rows have no field "${key}"`);
    return found;
  }

  #hole(params: object, key: string): SQL {
    return (params as Record<string, SQL>)[this.#prefix + key] as SQL;
  }

  #joined(one: (key: string, field: { name: string; type: string }) => SQL): SQL {
    return sql.join(
      [...this.#fields].map(([key, each]) => one(key, each)),
      sql`, `,
    );
  }
}

/** The row that a writer takes: `RowType<typeof newInvoice>`. */
export type RowType<R> = R extends Rows<infer Row, infer _C, infer _P> ? Row : never;

// Without precision: the column that it is written to applies its own, once and not for each element of an array before.
const castType = (column: PgColumn) => column.getSQLType().replace(/ ?\([^)]*\)/g, "");

/** Rows of a table that some writer writes: the properties that it is given, and those of them that may change. */
export interface WrittenRows {
  table: PgTable;
  keys: readonly string[];
  changeable: readonly string[];
}

const registry = new Map<string, WrittenRows>();

/** Every kind of rows made so far: a test writes and reads each of their columns, so that none is lost on the way. */
export function allWrittenRows(): readonly WrittenRows[] {
  return [...registry.values()];
}

/**
 * The rows of a table that a writer writes, from one decision per column, in the order in which SQL names them.
 * `rowsOf(accounts, { id: "given", code: "given", …, createdAt: "kept" })`.
 */
export function rowsOf<T extends PgTable, const D extends Readonly<Record<string, Decision | Field<unknown>>>>(
  table: T,
  decisions: D & Decisions<T> & Others<T, D>,
): Rows<RowOf<T, D>, ChangeableOf<D>> {
  const columns = getColumns(table) as Record<string, PgColumn>;
  const fields = new Map<string, { name: string; type: string }>();
  const changeable: string[] = [];
  for (const [key, decision] of Object.entries(decisions as Record<string, Decision | Field<unknown>>)) {
    if (typeof decision === "object") fields.set(key, { name: snakeCase(key), type: decision.type });
    if (typeof decision === "object" || decision === "kept") continue;
    const column = columns[key];
    if (!column) throw new TypeError(`There is no column "${key}"`);
    fields.set(key, { name: column.name, type: castType(column) });
    if (decision === "changeable") changeable.push(key);
  }
  const keys = [...fields.keys()].filter((key) => key in columns);
  // A module that runs again makes the same rows again.
  registry.set(`${getTableUniqueName(table)} ${keys}`, { table, keys, changeable });
  return new Rows(fields, changeable as ChangeableOf<D>[], "");
}

/** Rows that belong to no one table, such as a choice of records: `fieldsOf({ id: field<string>("uuid") })`. */
export function fieldsOf<const F extends Readonly<Record<string, Field<unknown>>>>(
  fields: F,
): Rows<{ [K in keyof F & string]: F[K] extends Field<infer V> ? OrNull<V> : never }> {
  const entries = Object.entries(fields).map(([key, { type }]) => [key, { name: snakeCase(key), type }] as const);
  return new Rows(new Map(entries), [], "");
}
