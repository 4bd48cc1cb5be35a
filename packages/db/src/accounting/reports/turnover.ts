import { type Placeholder, type SQL, sql } from "drizzle-orm";
import type { turnoverOf } from "./days";

/** An amount in base currency as text, with the decimals that the currency of the books `b` has. */
export const inBase = (amount: SQL): SQL =>
  sql`tenancy.with_decimals(${amount}, tenancy.currency_exponent(b.base_currency))::text`;

type Turnover = ReturnType<typeof turnoverOf> & { companyId: string };
type Holes<P> = { readonly [K in keyof P]-?: Placeholder } & { readonly tenantId: Placeholder };

/**
 * The net turnover (debit less credit) of each account that turned something over: columns account_id, net. Whole months
 * come from their totals, and the lines of the broken months from each account's own stretch of the ledger's index.
 */
export const netTurnover = (p: Holes<Turnover>): SQL => sql`
  select m.account_id, sum(m.debit) - sum(m.credit) as net
  from (
    select t.account_id, sum(t.base_debit) as debit, sum(t.base_credit) as credit
    from accounting.period_totals t
    where t.tenant_id = ${p.tenantId}::uuid and t.company_id = ${p.companyId}::uuid
      and t.month >= ${p.firstMonth}::date and t.month < ${p.endMonth}::date
    group by t.account_id
    union all
    select a.id, edge.sign * part.debit, edge.sign * part.credit
    from unnest(${p.edgeFirst}::date[], ${p.edgePast}::date[], ${p.edgeSign}::int[]) as edge (first, past, sign)
    cross join accounting.accounts a
    cross join lateral (
      select sum(l.base_debit) as debit, sum(l.base_credit) as credit
      from accounting.journal_lines l
      where l.tenant_id = ${p.tenantId}::uuid and l.account_id = a.id
        and l.entry_date >= edge.first and l.entry_date < edge.past
    ) part
    where a.tenant_id = ${p.tenantId}::uuid and a.company_id = ${p.companyId}::uuid and edge.first < edge.past
  ) m
  group by m.account_id
  having sum(m.debit) <> 0 or sum(m.credit) <> 0`;
