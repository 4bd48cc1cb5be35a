import { and, desc, eq, inArray, type SQL, sql } from "drizzle-orm";
import { columnsOf, type Params } from "../core/statement";
import { customers, invoices } from "./schema";
import { sqlStatement, statement } from "./statements";

export const findInvoice = statement("accounting.invoices.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(invoices)
    .where(and(eq(invoices.tenantId, p.tenantId), eq(invoices.id, p.id))),
);

/** An invoice with its customer and its lines in order, read in one statement. */
export const findInvoiceDocument = statement("accounting.invoices.find_document", (q, p: Params<{ id: string }>) =>
  q.query.accountingInvoices.findFirst({
    where: { tenantId: { eq: p.tenantId }, id: { eq: p.id } },
    with: { customer: true, lines: { orderBy: { lineNumber: "asc" } } },
  }),
);

interface ListParams {
  limit: number;
  status: string;
  customerId: string;
  date: string;
  id: string;
}

const conditions = {
  status: (p: Params<ListParams>) => eq(invoices.status, p.status),
  customerId: (p: Params<ListParams>) => eq(invoices.customerId, p.customerId),
  after: (p: Params<ListParams>) => sql`(${invoices.invoiceDate}, ${invoices.id}) < (${p.date}::date, ${p.id}::uuid)`,
};

type Condition = keyof typeof conditions;

function listStatement(...present: Condition[]) {
  const suffix = present.length === 0 ? "all" : present.map((name) => name.toLowerCase()).join("_");
  return statement(`accounting.invoices.list_by_${suffix}`, (q, p: Params<ListParams>) =>
    q
      .select()
      .from(invoices)
      .where(and(eq(invoices.tenantId, p.tenantId), ...present.map((name): SQL => conditions[name](p))))
      .orderBy(desc(invoices.invoiceDate), desc(invoices.id))
      .limit(p.limit),
  );
}

const lists = new Map(
  [
    [],
    ["status"],
    ["customerId"],
    ["status", "customerId"],
    ["after"],
    ["status", "after"],
    ["customerId", "after"],
    ["status", "customerId", "after"],
  ].map((present) => [present.join(), listStatement(...(present as Condition[]))]),
);

/** The list statement for the filters that are present: one prepared statement per shape, eight in all. */
export function listInvoices(filter: { status?: unknown; customerId?: unknown; after: boolean }) {
  const present = [
    ...(filter.status === undefined ? [] : ["status"]),
    ...(filter.customerId === undefined ? [] : ["customerId"]),
    ...(filter.after ? ["after"] : []),
  ];
  const found = lists.get(present.join());
  if (!found) throw new TypeError("There is no list statement for these filters");
  return found;
}

interface LineArrays {
  /** Time-ordered, so that the lines of a document stand together in the index. */
  lineId: string[];
  lineNumber: number[];
  description: string[];
  quantity: string[];
  unitPrice: string[];
}

/** Draft and lines in one statement; the total is the sum of the lines, each rounded once. */
export const createInvoice = sqlStatement(
  "accounting.invoices.create",
  (q) => q.select().from(invoices),
  (
    p: Params<
      LineArrays & {
        id: string;
        companyId: string;
        customerId: string;
        invoiceDate: string;
        dueDate: string;
        currency: string;
        billingCountry: string | null;
        externalId: string | null;
      }
    >,
  ) => sql`
    with line as (
      select * from unnest(${p.lineId}::uuid[], ${p.lineNumber}::int[], ${p.description}::text[], ${p.quantity}::numeric[],
        ${p.unitPrice}::numeric[]) as l (id, line_number, description, quantity, unit_price)
    ), created as (
      insert into accounting.invoices as i
        (tenant_id, id, company_id, customer_id, invoice_date, due_date, currency, billing_country, external_id, total_amount)
      select ${p.tenantId}::uuid, ${p.id}::uuid, ${p.companyId}::uuid, ${p.customerId}::uuid, ${p.invoiceDate}::date,
        ${p.dueDate}::date, ${p.currency}::text, ${p.billingCountry}::text, ${p.externalId}::text,
        (select sum(round(quantity * unit_price, 2)) from line)
      returning ${columnsOf(invoices, "i")}
    ), written as (
      insert into accounting.invoice_lines as n
        (tenant_id, id, company_id, invoice_id, line_number, description, quantity, unit_price)
      select c.tenant_id, l.id, c.company_id, c.id, l.line_number, l.description, l.quantity, l.unit_price
      from created c cross join line l
      returning n.id
    )
    select ${columnsOf(invoices, "created")} from created`,
);

/**
 * Issues a draft: the next number of the company's series and the status, in one statement; a trigger raises the
 * customer's balance.
 * No draft with that id: nothing happens, no number is used, no row comes back.
 */
export const issueInvoice = sqlStatement(
  "accounting.invoices.issue",
  (q) => q.select().from(invoices),
  (p: Params<{ id: string; series: string; prefix: string; seriesId: string }>) => sql`
    with draft as materialized (
      select i.tenant_id, i.id, i.company_id from accounting.invoices i
      where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      for update
    ), counter as (
      insert into tenancy.number_series as s (tenant_id, id, company_id, series, prefix, last_number)
      select d.tenant_id, ${p.seriesId}::uuid, d.company_id, ${p.series}::text, ${p.prefix}::text, 1 from draft d
      on conflict (tenant_id, company_id, series) do update set last_number = s.last_number + 1
      returning s.prefix, s.padding, s.last_number
    ), issued as (
      update accounting.invoices i
      set status = 'issued', issued_at = now(),
        invoice_number = n.prefix || lpad(n.last_number::text, greatest(n.padding, length(n.last_number::text)), '0')
      from draft d cross join counter n
      where i.tenant_id = d.tenant_id and i.id = d.id
      returning ${columnsOf(invoices, "i")}
    )
    select ${columnsOf(invoices, "issued")} from issued`,
);

/** AI-BOS bulk update: every given invoice becomes paid, in one statement; a trigger lowers the customers' balances. */
export const markInvoicesPaid = statement("accounting.invoices.mark_paid", (q, p: Params<{ ids: string[] }>) =>
  q
    .update(invoices)
    .set({ status: "paid" })
    .where(
      and(
        eq(invoices.tenantId, p.tenantId),
        sql`${invoices.id} = any (${p.ids}::uuid[])`,
        eq(invoices.status, "issued"),
      ),
    )
    .returning({ id: invoices.id }),
);

interface ImportedColumns extends LineArrays {
  id: string[];
  companyId: string[];
  customerId: string[];
  externalId: string[];
  invoiceDate: string[];
  dueDate: string[];
  currency: string[];
  billingCountry: (string | null)[];
  lineInvoice: number[];
}

/** Drafts of an import with their lines, which name their invoice by its position in the arrays. */
export const importDrafts = sqlStatement(
  "accounting.invoices.import_drafts",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<ImportedColumns>) => sql`
    with line as (
      select * from unnest(${p.lineId}::uuid[], ${p.lineInvoice}::int[], ${p.lineNumber}::int[], ${p.description}::text[],
        ${p.quantity}::numeric[], ${p.unitPrice}::numeric[])
        as l (id, position, line_number, description, quantity, unit_price)
    ), given as (
      select g.*, t.total from unnest(${p.id}::uuid[], ${p.companyId}::uuid[], ${p.customerId}::uuid[],
        ${p.externalId}::text[], ${p.invoiceDate}::date[], ${p.dueDate}::date[], ${p.currency}::text[],
        ${p.billingCountry}::text[]) with ordinality
        as g (id, company_id, customer_id, external_id, invoice_date, due_date, currency, billing_country, position)
      join (select position, sum(round(quantity * unit_price, 2)) as total from line group by 1) t using (position)
    ), written as (
      insert into accounting.invoices as i (tenant_id, id, company_id, customer_id, external_id, invoice_date, due_date,
        currency, billing_country, total_amount)
      select ${p.tenantId}::uuid, id, company_id, customer_id, external_id, invoice_date, due_date, currency,
        billing_country, total
      from given
      on conflict (tenant_id, company_id, external_id) where external_id is not null do nothing
      returning i.tenant_id, i.company_id, i.id
    ), detail as (
      insert into accounting.invoice_lines as n
        (tenant_id, id, company_id, invoice_id, line_number, description, quantity, unit_price)
      select w.tenant_id, l.id, w.company_id, w.id, l.line_number, l.description, l.quantity, l.unit_price
      from written w join given g on g.id = w.id join line l on l.position = g.position
      returning n.id
    )
    select id from written`,
);

/** Gives the drafts of an import the numbers and the status that they have in the other system. */
export const finishImport = sqlStatement(
  "accounting.invoices.finish_import",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<{ id: string[]; invoiceNumber: string[]; status: string[] }>) => sql`
    update accounting.invoices i
    set invoice_number = g.invoice_number, status = g.status, issued_at = i.invoice_date
    from unnest(${p.id}::uuid[], ${p.invoiceNumber}::text[], ${p.status}::text[]) as g (id, invoice_number, status)
    where i.tenant_id = ${p.tenantId}::uuid and i.id = g.id
    returning i.id`,
);

const billed = inArray(invoices.status, ["issued", "paid"]);

/** What the books say per billing country: the number of invoices and their sum, largest first. */
export const revenueByCountry = statement("accounting.invoices.revenue_by_country", (q, p: Params<object>) =>
  q
    .select({
      country: invoices.billingCountry,
      currency: invoices.currency,
      invoices: sql<number>`count(*)::int`,
      revenue: sql<string>`sum(${invoices.totalAmount})`,
    })
    .from(invoices)
    .where(and(eq(invoices.tenantId, p.tenantId), billed))
    .groupBy(invoices.billingCountry, invoices.currency)
    .orderBy(desc(sql`sum(${invoices.totalAmount})`), invoices.billingCountry),
);

export const largestCustomers = statement("accounting.invoices.largest_customers", (q, p: Params<{ limit: number }>) =>
  q
    .select({
      customerId: customers.id,
      name: customers.name,
      country: customers.country,
      currency: invoices.currency,
      invoices: sql<number>`count(*)::int`,
      revenue: sql<string>`sum(${invoices.totalAmount})`,
    })
    .from(invoices)
    .innerJoin(customers, and(eq(customers.tenantId, invoices.tenantId), eq(customers.id, invoices.customerId)))
    .where(and(eq(invoices.tenantId, p.tenantId), billed))
    .groupBy(customers.id, customers.name, customers.country, invoices.currency)
    .orderBy(desc(sql`sum(${invoices.totalAmount})`), customers.name)
    .limit(p.limit),
);

/** Totals of the documents beside totals of their lines: equal, or something is wrong. */
export const reconcileTotals = sqlStatement(
  "accounting.invoices.reconcile",
  (q) =>
    q
      .select({
        currency: invoices.currency,
        invoices: sql<number>`0`,
        lines: sql<number>`0`,
        documentTotal: sql<string>`0`,
        lineTotal: sql<string>`0`,
      })
      .from(invoices),
  (p: Params<object>) => sql`
    select i.currency, count(*)::int, sum(l.lines)::int, sum(i.total_amount), sum(l.total)
    from accounting.invoices i
    cross join lateral (
      select count(*) as lines, coalesce(sum(d.amount), 0) as total from accounting.invoice_lines d
      where d.tenant_id = i.tenant_id and d.invoice_id = i.id
    ) l
    where i.tenant_id = ${p.tenantId}::uuid and i.status in ('issued', 'paid')
    group by i.currency order by i.currency`,
);
