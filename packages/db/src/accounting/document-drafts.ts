import { and, eq, type SQL, sql } from "drizzle-orm";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { inOrder } from "../core/keys";
import { type Given, kept, type RowParams, type Rows, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params, type Statement } from "../core/statement";
import { type GivenDocument, type LinesParams, type ManyParams, type OneParams, WithLines } from "../core/with-lines";
import { type DocumentKind, type DocumentRow, inStatus } from "./documents";
import { type billLines, invoiceLines, type invoices } from "./schema";
import { sqlStatement, statement } from "./statements";
import { keptOfLines } from "./validation/kept";

/** The columns of a new line. Lines of invoices and bills differ only in the column that names their document. */
const newLine = rowsOf(invoiceLines, {
  id: "given",
  lineNumber: "given",
  description: "given",
  quantity: "given",
  unitPrice: "given",
  accountId: "given",
  invoiceId: "kept",
  ...kept(keptOfLines),
});
type NewLine = RowType<typeof newLine>;
export type GivenLine = Given<Omit<NewLine, "id" | "lineNumber">>;

interface DraftKind<Header extends { id: string }, Changeable extends string, Row> extends DocumentKind<Row> {
  /** The columns of a new draft. */
  header: Rows<Header, Changeable>;
  lineTable: typeof invoiceLines | typeof billLines;
  /** The column of the lines that names their document. */
  parent: "invoiceId" | "billId";
}

/** Drafts of invoices or bills with their lines. The total is the sum of the lines, each rounded to the decimals of the currency. */
export class Drafts<Header extends { id: string }, Changeable extends string, Row extends DocumentRow> {
  readonly #kind: DraftKind<Header, Changeable, Row>;
  readonly #withLines: WithLines<Header, NewLine>;
  readonly #statements: DraftStatements<Header, Row>;

  constructor(kind: DraftKind<Header, Changeable, Row>) {
    this.#kind = kind;
    this.#withLines = new WithLines({
      table: kind.table,
      header: kind.header,
      lineTable: kind.lineTable,
      lines: newLine,
      parent: kind.parent,
      repeated: ["companyId", "currency"],
      sums: {
        totalAmount: (header) =>
          sql`sum(round(quantity * unit_price, tenancy.currency_exponent(${header("currency")})))`,
      },
    });
    this.#statements = draftStatements(kind, this.#withLines);
  }

  /** Creates a draft in one statement. */
  async create<Input>(unit: Unit, document: Input & GivenDocument<Header, NewLine, Input>): Promise<Row> {
    const [created] = await unit.run(this.#statements.create, this.#withLines.one(document as never));
    return found(created, this.#kind.noun);
  }

  /** Drafts in slices of 500, all or none, in the order given. */
  async createMany<Input>(
    unit: Unit,
    documents: readonly (Input & GivenDocument<Header, NewLine, Input>)[],
  ): Promise<Row[]> {
    const given = withIds(documents);
    const rows = new Map<string, Row>();
    await inChunks(unit, inOrderOfKeys(given), {
      size: 500,
      prepare: (chunk) => this.many(chunk as readonly (Input & GivenDocument<Header, NewLine, Input>)[]),
      write: async (inner, params) => {
        for (const row of await inner.run(this.#statements.createMany, params)) rows.set(row.id, row);
      },
    });
    return given.map(({ id }) => found(rows.get(id), this.#kind.noun));
  }

  /** The parameters that write many drafts. */
  many<Input>(documents: readonly (Input & GivenDocument<Header, NewLine, Input>)[]): ManyParams<Header, NewLine> {
    return this.#withLines.many(documents as never);
  }

  /** A statement that writes many drafts and returns their ids. It skips those whose external id or id is taken. */
  importStatement(name: string) {
    const { table } = this.#kind;
    return sqlStatement(
      name,
      (q) => q.select({ id: (table as typeof invoices).id }).from(table as typeof invoices),
      (p: Params<ManyParams<Header, NewLine>>) =>
        // Whichever key conflicts: of two imports of one row, either could be met first.
        this.#withLines.insertMany(p, sql`on conflict do nothing`, sql`created.id`),
    );
  }

  /** Changes fields of a draft. */
  async change<Changes extends object>(
    unit: Unit,
    id: string,
    changes: Changes & Record<Exclude<keyof Changes, Changeable>, never>,
  ): Promise<Row> {
    const params = { ...this.#kind.header.rowOf(changes), id, given: Object.keys(changes) };
    const rows = await unit.run(this.#statements.change, params as never);
    return inStatus(unit, this.#kind, { id, rule: "Only a draft can be changed" }, rows);
  }

  /** Replaces the lines of a draft, in a second statement: it sees the lines of an earlier concurrent writer. */
  replaceLines(unit: Unit, id: string, lines: readonly GivenLine[]): Promise<Row> {
    const params = { id, ...this.#withLines.lines(lines) };
    return unit.atomic(async (inner) => {
      const rows = await inner.run(this.#statements.setTotal, params);
      const row = await inStatus(inner, this.#kind, { id, rule: "Only a draft's lines can be changed" }, rows);
      await inner.run(this.#statements.setLines, params);
      return row;
    });
  }

  /** Deletes a draft with its lines. */
  async delete(unit: Unit, id: string): Promise<void> {
    const rows = await unit.run(this.#statements.delete, { id });
    await inStatus(unit, this.#kind, { id, rule: "Only a draft can be deleted" }, rows as Row[]);
  }
}

interface Keyed {
  id?: string | undefined;
  externalId?: string | null | undefined;
  billNumber?: string | undefined;
}

const withIds = <Document extends Keyed>(documents: readonly Document[]) =>
  documents.map((document) => Object.assign({}, document, { id: document.id ?? newId() }));

/**
 * Documents in the order of the keys that are theirs alone. In any other order, two calls with the same keys would each
 * wait for what the other one has written. Without keys of the caller's it is the order given, as ids grow.
 */
function inOrderOfKeys<Document extends Keyed & { id: string }>(documents: readonly Document[]): readonly Document[] {
  const keyOf = ({ externalId, billNumber, id }: Document) => `${externalId ?? ""} ${billNumber ?? ""} ${id}`;
  return inOrder(documents.map((document) => [keyOf(document), document] as const));
}

interface DraftStatements<Header, Row> {
  create: Statement<OneParams<Header, NewLine>, Row[]>;
  createMany: Statement<ManyParams<Header, NewLine>, Row[]>;
  change: Statement<RowParams<Header> & { given: string[] }, Row[]>;
  setTotal: Statement<LinesParams<NewLine>, Row[]>;
  setLines: Statement<LinesParams<NewLine>, { id: string }[]>;
  delete: Statement<{ id: string }, { id: string }[]>;
}

function draftStatements<Header extends { id: string }, Row>(
  { table: either, plural, header }: DraftKind<Header, string, Row>,
  withLines: WithLines<Header, NewLine>,
): DraftStatements<Header, Row> {
  // Both tables have the columns used here. One type for both lets the statements be typed.
  const table = either as typeof invoices;
  const write = <P>(verb: string, build: (p: Params<P>) => SQL) =>
    sqlStatement(`accounting.${plural}.${verb}`, (q) => q.select().from(table), build);

  const made = {
    create: write("create", (p: Params<OneParams<Header, NewLine>>) => withLines.insertOne(p)),

    createMany: write("create_many", (p: Params<ManyParams<Header, NewLine>>) => withLines.insertMany(p)),

    /** Sets those fields of a draft whose names are given. */
    change: write("change", (p: Params<{ id: string; given: string[] }>) => {
      const set = header.changeable.map((key) => {
        const name = header.name(key);
        return sql`${name} = case when ${key} = any (${p.given}::text[]) then ${header.value(p, key)} else d.${name} end`;
      });
      return sql`update ${table} as d set ${sql.join(set, sql`, `)}
        where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and d.status = 'draft'
        returning ${columnsOf(table, "d")}`;
    }),

    /** Sets the total of the new lines. The draft stays locked until they are written. */
    setTotal: write("set_total", (p: Params<LinesParams<NewLine>>) => withLines.setSums(p, sql`d.status = 'draft'`)),

    setLines: sqlStatement(
      `accounting.${plural}.set_lines`,
      (q) => q.select({ id: table.id }).from(table),
      (p: Params<LinesParams<NewLine>>) => withLines.replaceLines(p),
    ),

    delete: statement(`accounting.${plural}.delete_draft`, (q, p: Params<{ id: string }>) =>
      q
        .delete(table)
        .where(and(eq(table.tenantId, p.tenantId), eq(table.id, p.id), eq(table.status, "draft")))
        .returning({ id: table.id }),
    ),
  };
  return made as unknown as DraftStatements<Header, Row>;
}
