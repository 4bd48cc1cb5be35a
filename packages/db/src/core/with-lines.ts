import { getColumns, getTableName, type SQL, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { chosenOrNewId, newId } from "./ids";
import type { ArrayParams, Forgotten, Given, RowParams, Rows } from "./rows";
import { columnsOf, type Params } from "./statement";

/** What each line has besides its own fields: a new id, and its position in the document, from 1. */
interface LineKey {
  id: string;
  lineNumber: number;
}

/** How the lines belong to their header. */
export interface LinesOptions<Header, Line extends LineKey> {
  table: PgTable;
  header: Rows<Header, string>;
  lineTable: PgTable;
  lines: Rows<Line>;
  /** Property of the lines that names their header. */
  parent: string;
  /** Properties of the lines that repeat the header's, such as its company. */
  repeated: readonly string[];
  /**
   * Properties of the header that are computed from its lines: aggregates over the columns of the lines. `header` gives the
   * value of another property of the header.
   */
  sums: Readonly<Record<string, (header: (key: string) => SQL) => SQL>>;
}

type LineArrays<Line> = ArrayParams<Line, "line.">;

/** The parameters of one header with its lines. */
export type OneParams<Header, Line> = RowParams<Header> & LineArrays<Line>;
/** The parameters of many headers with their lines, which name their header by its position from 1. */
export type ManyParams<Header, Line> = ArrayParams<Header> & LineArrays<Line> & { "line.header": number[] };
/** The lines of one header that is there already. */
export type LinesParams<Line> = LineArrays<Line> & { id: string };

/** A line as a caller gives it. */
export type GivenLine<Line> = Given<Omit<Line, keyof LineKey>>;
/** A header with its lines, as a caller gives them; `Input` is what it has in fact, so that no field is forgotten. */
export type GivenDocument<Header, Line, Input> = Given<Omit<Header, "id">> & { id?: string | undefined } & {
  lines: readonly GivenLine<Line>[];
} & Forgotten<Omit<Header, "id">, Input>;

/**
 * Headers with their lines, such as invoices, each written in one statement: with many headers as with one, since
 * arrays carry them. Lines get time-ordered ids, so that those of a document stand together in the index.
 */
export class WithLines<Header, Line extends LineKey> {
  readonly #options: LinesOptions<Header, Line>;
  readonly #lines: Rows<Line, never, "line.">;

  constructor(options: LinesOptions<Header, Line>) {
    this.#options = options;
    this.#lines = options.lines.prefixed("line.");
  }

  /** The parameters of one document. */
  one<Input>(document: Input & GivenDocument<Header, Line, Input>): OneParams<Header, Line> {
    const { lines } = document as { lines: readonly object[] };
    // Assigned to an empty object, because spreading two, or adding to a full one, takes many times as long.
    return Object.assign(
      {},
      this.#options.header.rowOf(document as object, { id: chosenOrNewId }),
      this.lines(lines as never),
    );
  }

  /** The parameters of many documents. */
  many<Input>(documents: readonly (Input & GivenDocument<Header, Line, Input>)[]): ManyParams<Header, Line> {
    const all = documents as readonly { lines: readonly object[] }[];
    const headers: number[] = [];
    const numbers: number[] = [];
    all.forEach(({ lines }, header) => {
      for (let number = 1; number <= lines.length; number += 1) {
        headers.push(header + 1);
        numbers.push(number);
      }
    });
    const lines = all.flatMap((document) => document.lines);
    return {
      ...this.#options.header.arraysOf(all, { id: chosenOrNewId }),
      ...this.#lines.arraysOf(lines, { id: newId, lineNumber: (_line, index) => numbers[index] }),
      "line.header": headers,
    };
  }

  /** The parameters of the lines of one document. */
  lines(lines: readonly GivenLine<Line>[]): LineArrays<Line> {
    return this.#lines.arraysOf(lines as readonly object[], { id: newId, lineNumber: (_line, index) => index + 1 });
  }

  /** Inserts one document, and returns its header. */
  insertOne(params: Params<OneParams<Header, Line>>): SQL {
    const { header, table, sums } = this.#options;
    return sql`
      with line as (select * from ${this.#lines.unnest(params as never, "l")}), created as (
        insert into ${table} as d (tenant_id, ${header.names()}, ${this.#names(Object.keys(sums))})
        select ${params.tenantId}::uuid, ${header.values(params as never)}, ${this.#sumsOfLine((key) => header.value(params, key))}
        returning ${columnsOf(table, "d")}
      ), written as (
        insert into ${this.#target()} select ${this.#lineValues()} from created d cross join line l returning n.id
      )
      select ${columnsOf(table, "created")} from created`;
  }

  /** Inserts many documents in their order, and returns their headers, or what `returned` says of them. */
  insertMany(params: Params<ManyParams<Header, Line>>, onConflict = sql``, returned?: SQL): SQL {
    const { header, table, sums } = this.#options;
    const ofHeader = (key: string) => sql`(${header.list(params, key)})[position]`;
    const named = Object.entries(sums).map(([key, sum]) => sql`${sum(ofHeader)} as ${this.#name(key)}`);
    const totals = this.#names(Object.keys(sums));
    const columns = sql`${header.names()}, ${totals}`;
    return sql`
      with line as (
        select * from unnest(${params["line.header"]}::int[], ${this.#lines.lists(params as never)})
          as l (position, ${this.#lines.names()})
      ), given as (
        select g.*, ${this.#names(Object.keys(sums), "t")} from ${header.unnest(params as never, "g", "position")}
        join (select position, ${sql.join(named, sql`, `)} from line group by 1) t using (position)
      ), created as (
        insert into ${table} as d (tenant_id, ${columns})
        select ${params.tenantId}::uuid, ${columns} from given order by position ${onConflict}
        returning ${columnsOf(table, "d")}
      ), written as (
        insert into ${this.#target()} select ${this.#lineValues()}
        from created d join given g on g.id = d.id join line l on l.position = g.position
        returning n.id
      )
      select ${returned ?? columnsOf(table, "created")} from created`;
  }

  /** Sets the sums of other lines, where `condition` holds of the header `d`, which stays locked. Returns the header. */
  setSums(params: Params<LinesParams<Line>>, condition: SQL): SQL {
    const { table, sums } = this.#options;
    const ofHeader = (key: string) => sql`d.${this.#name(key)}`;
    const set = Object.entries(sums).map(([key, sum]) => sql`${this.#name(key)} = (select ${sum(ofHeader)} from line)`);
    return sql`
      with line as (select * from ${this.#lines.unnest(params as never, "l")})
      update ${table} as d set ${sql.join(set, sql`, `)}
      where d.tenant_id = ${params.tenantId}::uuid and d.id = ${params.id}::uuid and ${condition}
      returning ${columnsOf(table, "d")}`;
  }

  /** Replaces the lines of one document. Reading the count makes the delete run before the insert. */
  replaceLines(params: Params<LinesParams<Line>>): SQL {
    const { table, lineTable, parent } = this.#options;
    return sql`
      with line as (select * from ${this.#lines.unnest(params as never, "l")}), removed as (
        delete from ${lineTable} as o
        where o.tenant_id = ${params.tenantId}::uuid and o.${this.#lineName(parent)} = ${params.id}::uuid
        returning o.id
      )
      insert into ${this.#target()} select ${this.#lineValues()} from ${table} as d cross join line l
      where d.tenant_id = ${params.tenantId}::uuid and d.id = ${params.id}::uuid and (select count(*) from removed) >= 0
      returning n.id`;
  }

  /** The lines' table and the columns that are written. */
  #target(): SQL {
    const { lineTable, parent, repeated } = this.#options;
    const linked = sql.join(
      [...repeated, parent].map((key) => this.#lineName(key)),
      sql`, `,
    );
    return sql`${lineTable} as n (tenant_id, ${linked}, ${this.#lines.names()})`;
  }

  #lineValues(): SQL {
    return sql`d.tenant_id, ${this.#names([...this.#options.repeated, "id"], "d")}, ${this.#lines.names("l")}`;
  }

  #sumsOfLine(ofHeader: (key: string) => SQL): SQL {
    return sql.join(
      Object.values(this.#options.sums).map((sum) => sql`(select ${sum(ofHeader)} from line)`),
      sql`, `,
    );
  }

  /** Columns of the header. */
  #names(keys: readonly string[], alias?: string): SQL {
    const of = alias === undefined ? sql`` : sql`${sql.identifier(alias)}.`;
    return sql.join(
      keys.map((key) => sql`${of}${this.#name(key)}`),
      sql`, `,
    );
  }

  #name(key: string): SQL {
    return nameOf(this.#options.table, key);
  }

  #lineName(key: string): SQL {
    return nameOf(this.#options.lineTable, key);
  }
}

function nameOf(table: PgTable, key: string): SQL {
  const column = (getColumns(table) as Record<string, PgColumn>)[key];
  if (!column) throw new TypeError(`${getTableName(table)} has no column "${key}"`);
  return sql`${sql.identifier(column.name)}`;
}
