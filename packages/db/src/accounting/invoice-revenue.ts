import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Params } from "../core/statement";
import { customers, invoices } from "./schema";
import { sqlStatement, statement } from "./statements";

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
