import type pg from "pg";

/*
 * What must hold of any books, computed from the records alone: nothing here knows what was done to them.
 */

/** A standing allocation counts for its document and for its source. */
const settled = `
  select a.tenant_id, e.id, sum(a.amount) as amount, sum(e.base) as base
  from accounting.payment_allocations a
  cross join lateral (values (a.invoice_id, a.base_amount), (a.bill_id, a.base_amount), (a.payment_id, a.source_base_amount),
    (a.credit_note_id, a.source_base_amount), (a.vendor_credit_id, a.source_base_amount), (a.refund_id, a.base_amount))
    e (id, base)
  where a.reversed_on is null and e.id is not null group by 1, 2`;

const documents = `
  select tenant_id, company_id, id, 'invoice' as source, kind = 'credit_note' as is_credit, status, total_amount, base_amount,
    paid_amount, paid_base_amount, customer_id as party_id from accounting.invoices
  union all
  select tenant_id, company_id, id, 'bill', kind = 'credit_note', replace(status, 'approved', 'issued'), total_amount,
    base_amount, paid_amount, paid_base_amount, vendor_id from accounting.bills`;

/** Per rule, the query of the records that break it. */
const rules: Record<string, string> = {
  "an entry is balanced, and has two lines or more": `
    select e.id from accounting.journal_entries e
    left join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    group by e.tenant_id, e.id having count(l.id) < 2 or sum(l.base_debit) <> sum(l.base_credit)
    union all
    select l.entry_id from accounting.journal_lines l where not l.is_exchange_difference
    group by l.tenant_id, l.entry_id, l.currency having sum(l.debit) <> sum(l.credit)`,
  "an account's balance is the sum of its lines, counted without gaps": `
    select b.account_id from accounting.account_balances b
    left join accounting.journal_lines l on l.tenant_id = b.tenant_id and l.account_id = b.account_id
    group by b.tenant_id, b.account_id, b.balance, b.version
    having b.balance <> coalesce(sum(l.base_debit - l.base_credit), 0) or b.version <> count(l.id)
      or b.version <> coalesce(max(l.account_version), 0)`,
  "a line says what its account stood at after it": `
    select l.id from (
      select l.id, l.balance_after, sum(l.base_debit - l.base_credit) over (
        partition by l.tenant_id, l.account_id order by l.account_version rows unbounded preceding) as balance
      from accounting.journal_lines l) l
    where l.balance_after <> l.balance`,
  "the totals of a month are those of its lines": `
    select coalesce(t.account_id, l.account_id) from accounting.period_totals t
    full join (
      select tenant_id, account_id, date_trunc('month', entry_date)::date as month, currency, sum(debit) as debit,
        sum(credit) as credit, sum(base_debit) as base_debit, sum(base_credit) as base_credit
      from accounting.journal_lines group by 1, 2, 3, 4) l using (tenant_id, account_id, month, currency)
    where (t.debit, t.credit, t.base_debit, t.base_credit) is distinct from (l.debit, l.credit, l.base_debit, l.base_credit)`,
  "what a party owes is the sum of its lines": `
    select p.id from (
      select tenant_id, id, balance from accounting.customers
      union all select tenant_id, id, -balance from accounting.vendors) p
    left join accounting.journal_lines l on l.tenant_id = p.tenant_id and coalesce(l.customer_id, l.vendor_id) = p.id
    group by p.tenant_id, p.id, p.balance having p.balance <> coalesce(sum(l.base_debit - l.base_credit), 0)`,
  "what is paid of a document is what its allocations come to, and its status says so": `
    select d.id from (${documents}) d left join (${settled}) s on s.tenant_id = d.tenant_id and s.id = d.id
    where d.paid_amount <> coalesce(s.amount, 0) or d.paid_base_amount <> coalesce(s.base, 0)
      or d.paid_amount > d.total_amount
      or d.total_amount > 0 and d.status in ('issued', 'partly_paid', 'paid') and d.status <> case d.paid_amount
        when 0 then 'issued' when d.total_amount then 'paid' else 'partly_paid' end
      or d.status in ('draft', 'void') and d.paid_amount <> 0`,
  "what is allocated of a payment is what its allocations come to, and no more than it has": `
    select p.id from accounting.payments p left join (${settled}) s on s.tenant_id = p.tenant_id and s.id = p.id
    where p.allocated_amount <> coalesce(s.amount, 0) or p.allocated_base_amount <> coalesce(s.base, 0)
      or p.allocated_amount > p.amount or p.voided_on is not null and p.allocated_amount <> 0`,
  "everything has one entry of its kind, and one that takes it back when it was": `
    select w.id from (
      select tenant_id, id, source, 1 as entries from (${documents}) d where status <> 'draft' and total_amount > 0
      union all
      select tenant_id, id, source || '_void', 1 from (${documents}) d where status = 'void' and total_amount > 0
      union all select tenant_id, id, 'payment', 1 from accounting.payments
      union all select tenant_id, id, 'payment_void', 1 from accounting.payments where voided_on is not null
      union all select tenant_id, id, 'allocation', 1 from accounting.payment_allocations where base_amount <> source_base_amount
      union all
      select tenant_id, id, 'allocation_void', 1 from accounting.payment_allocations
      where base_amount <> source_base_amount and reversed_on is not null) w
    full join (
      select tenant_id, source_id as id, source, count(*) as entries from accounting.journal_entries
      where source not in ('manual', 'reversal') group by 1, 2, 3) e using (tenant_id, id, source)
    where w.entries is distinct from e.entries`,
  "what takes an entry back is its mirror, and on no earlier day": `
    select r.id from accounting.journal_entries r
    join accounting.journal_entries o on o.tenant_id = r.tenant_id
      and (o.id = r.reverses_entry_id or o.source_id = r.source_id and o.source || '_void' = r.source)
    join accounting.journal_lines l on l.tenant_id = r.tenant_id and l.entry_id in (r.id, o.id)
    group by r.tenant_id, r.id, r.entry_date, o.entry_date, l.account_id, l.currency
    having sum(l.debit) <> sum(l.credit) or sum(l.base_debit) <> sum(l.base_credit) or r.entry_date < o.entry_date`,
  "numbers have no gaps": `
    select min(i.id::text)::uuid from accounting.invoices i where i.invoice_number is not null
    group by i.tenant_id, i.company_id, i.kind
    having count(*) <> max(substring(i.invoice_number from '[0-9]+$')::bigint)
      or count(distinct i.invoice_number) <> count(*)`,
  "what is open comes to the control accounts": `
    select b.company_id from accounting.books b
    cross join lateral (values (b.receivable_account_id, 'invoice'), (b.payable_account_id, 'bill')) c (account_id, source)
    join accounting.account_balances s on s.tenant_id = b.tenant_id and s.account_id = c.account_id
    where case c.source when 'invoice' then s.balance else -s.balance end <>
      (select coalesce(sum(case when d.is_credit then -1 else 1 end * (d.base_amount - d.paid_base_amount)), 0)
       from (${documents}) d where d.tenant_id = b.tenant_id and d.company_id = b.company_id and d.source = c.source
         and d.status not in ('draft', 'void'))
      - (select coalesce(sum(case when p.is_refund then -1 else 1 end
            * (p.base_amount - p.exchange_difference - p.allocated_base_amount)), 0)
         from accounting.payments p
         where p.tenant_id = b.tenant_id and p.company_id = b.company_id and p.voided_on is null
           and case c.source when 'invoice' then p.customer_id else p.vendor_id end is not null)`,
  "a refund that stands is covered by credit": `
    select p.id from accounting.payments p where p.is_refund and p.voided_on is null and p.allocated_amount <> p.amount`,
};

/** The rules that do not hold, each with how many records break it and one of those. */
export async function brokenRules(owner: pg.Client): Promise<string[]> {
  const broken: string[] = [];
  for (const [rule, query] of Object.entries(rules)) {
    const { rows } = await owner.query<{ id: string }>(query);
    if (rows.length > 0) broken.push(`${rule}: not so for ${rows.length}, as ${rows[0]?.id}`);
  }
  return broken;
}
