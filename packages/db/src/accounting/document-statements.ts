import { and, desc, eq, getColumns, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { columnsOf, type Params, type Statement } from "../core/statement";
import type { DraftColumns, DraftValues, LineArrays } from "./document-columns";
import type { billLines, bills, invoiceLines, invoices } from "./schema";
import { sqlStatement, statement } from "./statements";

/** What tells one kind of document from the other: tables, names of columns, words. */
export interface DocumentKind {
  /** As in the names of its statements. */
  plural: "invoices" | "bills";
  table: typeof invoices | typeof bills;
  lines: typeof invoiceLines | typeof billLines;
  /** Properties of the header that a draft is written with. */
  fields: readonly string[];
  /** Those of them that may change while it is a draft. */
  changeable: readonly string[];
  /** The property of the document's date, by which lists are ordered. */
  date: "invoiceDate" | "billDate";
  /** The property of whom it is from or for. */
  party: "customerId" | "vendorId";
  /** Its first status after draft. */
  valid: "issued" | "approved";
}

interface ListParams {
  limit: number;
  status: string;
  partyId: string;
  date: string;
  id: string;
}

type ListCondition = "status" | "party" | "after";

/** The statements that invoices and bills have in common; `Row` is the row of the kind's table. */
export interface DocumentStatements<Row> {
  find: Statement<{ id: string }, Row[]>;
  list(present: { status: boolean; party: boolean; after: boolean }): Statement<ListParams, Row[]>;
  create: Statement<DraftValues & LineArrays, Row[]>;
  createMany: Statement<DraftColumns, Row[]>;
  change: Statement<DraftValues & { given: string[] }, Row[]>;
  setTotal: Statement<LineArrays & { id: string }, Row[]>;
  setLines: Statement<LineArrays & { id: string }, { id: string }[]>;
  deleteDraft: Statement<{ id: string }, { id: string }[]>;
  validate: Statement<{ id: string }, Row[]>;
  void: Statement<{ id: string; date: string | null }, Row[]>;
  lockOwed: Statement<{ ids: string[] }, { id: string }[]>;
  markPaid: Statement<{ ids: string[] }, { id: string }[]>;
}

/** Makes the statements of one kind of document. */
export function documentStatements<Row>(kind: DocumentKind): DocumentStatements<Row> {
  const { plural } = kind;
  // Both tables have what is used here; as one type, its statements can be typed.
  const table = kind.table as typeof invoices;
  const column = (key: string) => columnOf(kind, key);
  const { document, detail, documentId, header, lineTarget } = names(kind);
  const named = (verb: string) => `accounting.${plural}.${verb}`;
  const own = (p: Params<{ id: string }>) => and(eq(table.tenantId, p.tenantId), eq(table.id, p.id));
  const draft = (p: Params<{ id: string }>) => and(own(p), eq(table.status, "draft"));

  const find = statement(named("find"), (q, p: Params<{ id: string }>) => q.select().from(table).where(own(p)));

  const conditions = {
    status: (p: Params<ListParams>) => eq(table.status, p.status as never),
    party: (p: Params<ListParams>) => eq(column(kind.party), p.partyId),
    after: (p: Params<ListParams>) => sql`(${column(kind.date)}, ${table.id}) < (${p.date}::date, ${p.id}::uuid)`,
  };

  /** One prepared statement for each set of filters. */
  const lists = new Map(
    allSubsets(["status", "party", "after"] as const).map((present) => [
      present.join(),
      statement(named(`list_by_${present.join("_") || "all"}`), (q, p: Params<ListParams>) =>
        q
          .select()
          .from(table)
          .where(and(eq(table.tenantId, p.tenantId), ...present.map((name): SQL => conditions[name](p))))
          .orderBy(desc(column(kind.date)), desc(table.id))
          .limit(p.limit),
      ),
    ]),
  );

  const create = sqlStatement(
    named("create"),
    (q) => q.select().from(table),
    (p: Params<DraftValues & LineArrays>) => sql`
      with line as (${linesOf(p)}), created as (
        insert into ${document} as d (tenant_id, id, ${header}, total_amount)
        select ${p.tenantId}::uuid, ${p.id}::uuid, ${values(kind, p)}, ${total}
        returning ${columnsOf(table, "d")}
      ), written as (
        insert into ${lineTarget} select ${lineValues} from created d cross join line l returning n.id
      )
      select ${columnsOf(table, "created")} from created`,
  );

  const createMany = sqlStatement(
    named("create_many"),
    (q) => q.select().from(table),
    (p: Params<DraftColumns>) => insertDrafts(kind, p, sql``, columnsOf(table, "created")),
  );

  /** Sets those fields of a draft whose names are given. */
  const change = sqlStatement(
    named("change"),
    (q) => q.select().from(table),
    (p: Params<DraftValues & { given: string[] }>) => {
      const set = kind.changeable.map((key) => {
        const name = sql.identifier(column(key).name);
        return sql`${name} = case when ${key} = any (${p.given}::text[]) then ${value(kind, p, key)} else d.${name} end`;
      });
      return sql`update ${document} d set ${sql.join(set, sql`, `)}
        where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and d.status = 'draft'
        returning ${columnsOf(table, "d")}`;
    },
  );

  /** The total of other lines for a draft, which it locks until they are written. */
  const setTotal = sqlStatement(
    named("set_total"),
    (q) => q.select().from(table),
    (p: Params<LineArrays & { id: string }>) => sql`
      with line as (${linesOf(p)})
      update ${document} d set total_amount = ${total}
      where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and d.status = 'draft'
      returning ${columnsOf(table, "d")}`,
  );

  /** Those lines. The count makes the old ones go before the new ones come, with the same numbers. */
  const setLines = sqlStatement(
    named("set_lines"),
    (q) => q.select({ id: table.id }).from(table),
    (p: Params<LineArrays & { id: string }>) => sql`
      with line as (${linesOf(p)}), removed as (
        delete from ${detail} o where o.tenant_id = ${p.tenantId}::uuid and o.${documentId} = ${p.id}::uuid
        returning o.id
      )
      insert into ${lineTarget} select ${lineValues} from ${document} d cross join line l
      where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and (select count(*) from removed) >= 0
      returning n.id`,
  );

  const deleteDraft = statement(named("delete_draft"), (q, p: Params<{ id: string }>) =>
    q.delete(table).where(draft(p)).returning({ id: table.id }),
  );

  // Triggers give it number, rate and base amount, check it and post it.
  const validate = statement(named(kind.valid === "issued" ? "issue" : "approve"), (q, p: Params<{ id: string }>) =>
    q
      .update(table)
      .set({ status: kind.valid as "issued" })
      .where(draft(p))
      .returning(),
  );

  const voidOne = statement(named("void"), (q, p: Params<{ id: string; date: string | null }>) =>
    q
      .update(table)
      .set({ status: "void", voidedOn: sql`${p.date}::date` })
      .where(and(own(p), eq(table.status, kind.valid as "issued")))
      .returning(),
  );

  const owed = (p: Params<{ ids: string[] }>) =>
    and(
      eq(table.tenantId, p.tenantId),
      sql`${table.id} = any (${p.ids}::uuid[])`,
      sql`${table.status} in (${sql.raw(`'${kind.valid}'`)}, 'partly_paid')`,
    );

  // A statement of its own: an update locks rows as its plan finds them, and one that locks them in a subquery goes back to
  // their versions of before, which those who wait hold.
  const lockOwed = statement(named("lock_owed"), (q, p: Params<{ ids: string[] }>) =>
    q.select({ id: table.id }).from(table).where(owed(p)).orderBy(table.id).for("no key update"),
  );

  const markPaid = statement(named("mark_paid"), (q, p: Params<{ ids: string[] }>) =>
    q.update(table).set({ status: "paid" }).where(owed(p)).returning({ id: table.id }),
  );

  const list = (present: Record<ListCondition, boolean>) =>
    lists.get((["status", "party", "after"] as const).filter((name) => present[name]).join());
  const made = {
    find,
    list,
    create,
    createMany,
    change,
    setTotal,
    setLines,
    deleteDraft,
    validate,
    lockOwed,
    markPaid,
  };
  return { ...made, void: voidOne } as unknown as DocumentStatements<Row>;
}

function columnOf(kind: DocumentKind, key: string): PgColumn {
  const found = (getColumns(kind.table) as Record<string, PgColumn>)[key];
  if (!found) throw new TypeError(`${kind.plural} have no column "${key}"`);
  return found;
}

/** The parameter of a field, as its column's type; `suffix` makes it an array. */
function value(kind: DocumentKind, params: unknown, key: string, suffix = ""): SQL {
  const type = sql.raw(columnOf(kind, key).getSQLType() + suffix);
  return sql`${(params as Record<string, SQL>)[key]}::${type}`;
}

function values(kind: DocumentKind, params: unknown, suffix = ""): SQL {
  return sql.join(
    kind.fields.map((key) => value(kind, params, key, suffix)),
    sql`, `,
  );
}

function allSubsets<T>(items: readonly T[]): T[][] {
  const [first, ...others] = items;
  if (first === undefined) return [[]];
  return allSubsets(others).flatMap((set) => [set, [first, ...set]]);
}

/** The names of a kind in SQL. */
function names(kind: DocumentKind) {
  const isInvoice = kind.plural === "invoices";
  const detail = sql.raw(isInvoice ? "accounting.invoice_lines" : "accounting.bill_lines");
  const documentId = sql.raw(isInvoice ? "invoice_id" : "bill_id");
  return {
    document: sql.raw(`accounting.${kind.plural}`),
    detail,
    documentId,
    header: sql.join(
      kind.fields.map((key) => sql.identifier(columnOf(kind, key).name)),
      sql`, `,
    ),
    lineTarget: sql`${detail} as n
      (tenant_id, id, company_id, ${documentId}, line_number, description, quantity, unit_price, account_id)`,
  };
}

const lineValues = sql.raw(
  "d.tenant_id, l.id, d.company_id, d.id, l.line_number, l.description, l.quantity, l.unit_price, l.account_id",
);
const total = sql.raw("(select sum(round(quantity * unit_price, 2)) from line)");

/** The lines of one document. */
const linesOf = (p: Params<LineArrays>) => sql`
  select * from unnest(${p.lineId}::uuid[], ${p.lineNumber}::int[], ${p.description}::text[], ${p.quantity}::numeric[],
    ${p.unitPrice}::numeric[], ${p.accountId}::uuid[])
    as l (id, line_number, description, quantity, unit_price, account_id)`;

/** Writes drafts with their lines, which name their document by its position in the arrays. */
export function insertDrafts(kind: DocumentKind, p: Params<DraftColumns>, onConflict: SQL, returned: SQL): SQL {
  const { document, header, lineTarget } = names(kind);
  return sql`
    with line as (
      select * from unnest(${p.lineId}::uuid[], ${p.lineDocument}::int[], ${p.lineNumber}::int[], ${p.description}::text[],
        ${p.quantity}::numeric[], ${p.unitPrice}::numeric[], ${p.accountId}::uuid[])
        as l (id, position, line_number, description, quantity, unit_price, account_id)
    ), given as (
      select g.*, t.total from unnest(${p.id}::uuid[], ${values(kind, p, "[]")}) with ordinality
        as g (id, ${header}, position)
      join (select position, sum(round(quantity * unit_price, 2)) as total from line group by 1) t using (position)
    ), created as (
      insert into ${document} as d (tenant_id, id, ${header}, total_amount)
      select ${p.tenantId}::uuid, id, ${header}, total from given order by position ${onConflict}
      returning ${columnsOf(kind.table, "d")}
    ), written as (
      insert into ${lineTarget} select ${lineValues}
      from created d join given g on g.id = d.id join line l on l.position = g.position
      returning n.id
    )
    select ${returned} from created`;
}
