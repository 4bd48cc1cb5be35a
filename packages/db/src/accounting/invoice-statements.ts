import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { columnsOf, type Params } from "../core/statement";
import type { DraftColumns } from "./document-columns";
import { type DocumentKind, documentStatements, insertDrafts } from "./document-statements";
import { customers, invoiceLines, invoices } from "./schema";
import { sqlStatement, statement } from "./statements";

const changeable = ["customerId", "invoiceDate", "dueDate", "currency", "exchangeRate", "billingCountry", "externalId"];

export const invoiceKind = {
  plural: "invoices",
  table: invoices,
  lines: invoiceLines,
  fields: ["companyId", "kind", "creditedInvoiceId", ...changeable],
  changeable,
  date: "invoiceDate",
  party: "customerId",
  valid: "issued",
} as const satisfies DocumentKind;

export const invoiceStatements = documentStatements<typeof invoices.$inferSelect>(invoiceKind);

/** An invoice with its customer and its lines in order, read in one statement. */
export const findInvoiceDocument = statement("accounting.invoices.find_document", (q, p: Params<{ id: string }>) =>
  q.query.accountingInvoices.findFirst({
    where: { tenantId: { eq: p.tenantId }, id: { eq: p.id } },
    with: { customer: true, lines: { orderBy: { lineNumber: "asc" } } },
  }),
);

/** Issues a draft; when the company's series has no number yet, it is made with this prefix before. */
export const issueWithPrefix = sqlStatement(
  "accounting.invoices.issue_with_prefix",
  (q) => q.select().from(invoices),
  (p: Params<{ id: string; prefix: string; seriesId: string }>) => sql`
    with series as (
      insert into tenancy.number_series as s (tenant_id, id, company_id, series, prefix)
      select i.tenant_id, ${p.seriesId}::uuid, i.company_id, i.kind, ${p.prefix}::text from accounting.invoices i
      where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      on conflict (tenant_id, company_id, business_id, series, period) do nothing
      returning s.id
    )
    update accounting.invoices i set status = 'issued'
    where i.tenant_id = ${p.tenantId}::uuid and i.id = ${p.id}::uuid and i.status = 'draft'
      and (select count(*) from series) >= 0
    returning ${columnsOf(invoices, "i")}`,
);

/** Drafts of an import; those whose external id the company has already are left out. */
export const importDrafts = sqlStatement(
  "accounting.invoices.import_drafts",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<DraftColumns>) => {
    const known = sql`on conflict (tenant_id, company_id, external_id) where external_id is not null do nothing`;
    return insertDrafts(invoiceKind, p, known, sql`created.id`);
  },
);

/** Issues the drafts of an import under the numbers that they have in the other system. */
export const finishImport = sqlStatement(
  "accounting.invoices.finish_import",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<{ id: string[]; invoiceNumber: string[] }>) => sql`
    update accounting.invoices i
    set invoice_number = g.invoice_number, status = 'issued', issued_at = i.invoice_date
    from unnest(${p.id}::uuid[], ${p.invoiceNumber}::text[]) as g (id, invoice_number)
    where i.tenant_id = ${p.tenantId}::uuid and i.id = g.id
    returning i.id`,
);

/** Settles invoices of an import by a payment each, of the day on which they were paid. Over nothing, there is none. */
export const payImport = sqlStatement(
  "accounting.invoices.pay_import",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<{ id: string[]; paymentId: string[]; paidOn: string[] }>) => sql`
    with invoice as materialized (
      select i.id, i.company_id, i.customer_id, i.total_amount, i.currency, i.invoice_number, g.payment_id, g.paid_on
      from unnest(${p.id}::uuid[], ${p.paymentId}::uuid[], ${p.paidOn}::date[]) as g (id, payment_id, paid_on)
      join accounting.invoices i on i.tenant_id = ${p.tenantId}::uuid and i.id = g.id
      where i.total_amount > 0
    ), payment as (
      insert into accounting.payments
        (tenant_id, id, company_id, direction, customer_id, payment_date, amount, currency, reference)
      select ${p.tenantId}::uuid, i.payment_id, i.company_id, 'in', i.customer_id, i.paid_on, i.total_amount, i.currency,
        i.invoice_number
      from invoice i
      returning id
    )
    insert into accounting.payment_allocations
      (tenant_id, id, company_id, payment_id, invoice_id, amount, allocated_on)
    select ${p.tenantId}::uuid, gen_random_uuid(), i.company_id, i.payment_id, i.id, i.total_amount, i.paid_on
    from invoice i cross join (select count(*) from payment) paid
    order by i.id
    returning invoice_id as id`,
);

const billed = inArray(invoices.status, ["issued", "partly_paid", "paid"]);
const billedCount = sql<number>`(count(*) filter (where ${invoices.kind} = 'invoice'))::int`;
/** Credit notes count against what was invoiced. */
const billedAmount = sql<string>`sum(case ${invoices.kind} when 'invoice' then ${invoices.totalAmount} else -${invoices.totalAmount} end)`;

/** What the books say per billing country: the number of invoices and their sum, largest first. */
export const revenueByCountry = statement("accounting.invoices.revenue_by_country", (q, p: Params<object>) =>
  q
    .select({
      country: invoices.billingCountry,
      currency: invoices.currency,
      invoices: billedCount,
      revenue: billedAmount,
    })
    .from(invoices)
    .where(and(eq(invoices.tenantId, p.tenantId), billed))
    .groupBy(invoices.billingCountry, invoices.currency)
    .orderBy(desc(billedAmount), invoices.billingCountry),
);

export const largestCustomers = statement("accounting.invoices.largest_customers", (q, p: Params<{ limit: number }>) =>
  q
    .select({
      customerId: customers.id,
      name: customers.name,
      country: customers.country,
      currency: invoices.currency,
      invoices: billedCount,
      revenue: billedAmount,
    })
    .from(invoices)
    .innerJoin(customers, and(eq(customers.tenantId, invoices.tenantId), eq(customers.id, invoices.customerId)))
    .where(and(eq(invoices.tenantId, p.tenantId), billed))
    .groupBy(customers.id, customers.name, customers.country, invoices.currency)
    .orderBy(desc(billedAmount), customers.name)
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
    select i.currency, count(*)::int, sum(l.lines)::int, sum(sign.of_kind * i.total_amount), sum(sign.of_kind * l.total)
    from accounting.invoices i
    cross join lateral (select case i.kind when 'invoice' then 1 else -1 end as of_kind) sign
    cross join lateral (
      select count(*) as lines, coalesce(sum(d.amount), 0) as total from accounting.invoice_lines d
      where d.tenant_id = i.tenant_id and d.invoice_id = i.id
    ) l
    where i.tenant_id = ${p.tenantId}::uuid and i.status in ('issued', 'partly_paid', 'paid')
    group by i.currency order by i.currency`,
);
