import { type SQL, sql } from "drizzle-orm";
import type { Params } from "../core/statement";
import { customers, invoices } from "./schema";
import { sqlStatement } from "./statements";

/** Which postings count; all where nothing is given. */
interface RevenueParams {
  companyId: string | null;
  from: string | null;
  to: string | null;
}

const within = (day: SQL, p: Params<RevenueParams>) => sql`
  (${p.from}::date is null or ${day} >= ${p.from}::date) and (${p.to}::date is null or ${day} <= ${p.to}::date)`;

/**
 * What each invoice and credit note earned, in base currency: its lines on income accounts, those of its void as well. A tax
 * or a refund has another account, and counts nothing. Columns of the table `earned`.
 */
const earned = (p: Params<RevenueParams>) => sql`
  earned as (
    select i.company_id, i.customer_id, i.billing_country,
      i.kind = 'invoice' and i.status <> 'void' and ${within(sql`i.invoice_date`, p)} as is_counted,
      coalesce(sum(l.base_credit - l.base_debit) filter (where a.type = 'income'), 0.00) as revenue
    from accounting.invoices i
    left join accounting.journal_entries e on e.tenant_id = i.tenant_id and e.source_id = i.id
      and e.source in ('invoice', 'invoice_void') and ${within(sql`e.entry_date`, p)}
    left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    left join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
    where i.tenant_id = ${p.tenantId}::uuid and i.status <> 'draft'
      and (${p.companyId}::uuid is null or i.company_id = ${p.companyId}::uuid)
    group by i.tenant_id, i.id
  )`;

const counted = sql`count(*) filter (where r.is_counted)`;

/** What was earned per billing country and base currency: the number of invoices and their revenue, largest first. */
export const revenueByCountry = sqlStatement(
  "accounting.invoices.revenue_by_country",
  (q) =>
    q
      .select({
        country: invoices.billingCountry,
        currency: invoices.currency,
        invoices: sql<number>`0`,
        revenue: sql<string>`0`,
      })
      .from(invoices),
  (p: Params<RevenueParams>) => sql`
    with ${earned(p)}
    select r.billing_country, b.base_currency, ${counted}::int, sum(r.revenue)::text
    from earned r
    join accounting.books b on b.tenant_id = ${p.tenantId}::uuid and b.company_id = r.company_id
    group by r.billing_country, b.base_currency
    having ${counted} > 0 or sum(r.revenue) <> 0
    order by sum(r.revenue) desc, r.billing_country, b.base_currency`,
);

export const largestCustomers = sqlStatement(
  "accounting.invoices.largest_customers",
  (q) =>
    q
      .select({
        customerId: customers.id,
        name: customers.name,
        country: customers.country,
        currency: sql<string>`''`,
        invoices: sql<number>`0`,
        revenue: sql<string>`0`,
      })
      .from(customers),
  (p: Params<RevenueParams & { limit: number }>) => sql`
    with ${earned(p)}, customer as (
      select r.customer_id, r.company_id, ${counted}::int as invoices, sum(r.revenue) as revenue
      from earned r
      group by r.customer_id, r.company_id
      having ${counted} > 0 or sum(r.revenue) <> 0
    )
    select c.id, c.name, c.country, b.base_currency, r.invoices, r.revenue::text
    from customer r
    join accounting.books b on b.tenant_id = ${p.tenantId}::uuid and b.company_id = r.company_id
    join accounting.customers c on c.tenant_id = ${p.tenantId}::uuid and c.id = r.customer_id
    order by r.revenue desc, c.name, c.id limit ${p.limit}::int`,
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
