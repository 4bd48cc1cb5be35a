import type { TestDatabase, TestTenant } from "../../../src/testing";

/*
 * The books, computed once more from lines and documents by other SQL than the package's own. It knows nothing of
 * maintained balances, and looks at every day on which something happened, and the day before.
 */

/** Both sides in the same words: what is owed (sign 1), and what is set against it (sign -1), per party. */
const claims = `
  with document as (
    select 'in' as side, i.id, i.company_id, i.customer_id as party_id, i.kind = 'credit_note' as is_credit, i.status,
      i.invoice_date as starts_on, i.voided_on, i.total_amount as amount, i.base_amount, i.paid_amount, i.paid_base_amount
    from accounting.invoices i where i.tenant_id = $1 and i.status <> 'draft'
    union all
    select 'out', b.id, b.company_id, b.vendor_id, b.kind = 'credit_note', b.status, b.bill_date, b.voided_on,
      b.total_amount, b.base_amount, b.paid_amount, b.paid_base_amount
    from accounting.bills b where b.tenant_id = $1 and b.status <> 'draft'
    union all
    select case when p.customer_id is null then 'out' else 'in' end, p.id, p.company_id,
      coalesce(p.customer_id, p.vendor_id), (p.direction = 'in') = (p.vendor_id is null), 'payment', p.payment_date,
      p.voided_on, p.amount, p.base_amount - p.exchange_difference, p.allocated_amount, p.allocated_base_amount
    from accounting.payments p where p.tenant_id = $1
  ), used as (
    select a.id, a.allocated_on, a.reversed_on, a.amount, u.document_id, u.base_amount
    from accounting.payment_allocations a
    cross join lateral (values
      (coalesce(a.invoice_id, a.bill_id, a.refund_id), a.base_amount),
      (coalesce(a.payment_id, a.credit_note_id, a.vendor_credit_id), a.source_base_amount)) u (document_id, base_amount)
    where a.tenant_id = $1
  ), day as (
    select distinct d.day - before as day
    from (select e.entry_date as day from accounting.journal_entries e where e.tenant_id = $1
      union select starts_on from document union select voided_on from document
      union select allocated_on from used union select reversed_on from used) d
    cross join (values (0), (1)) b (before)
    where d.day is not null
  ), open as (
    select y.day, d.side, d.company_id, d.party_id, d.id,
      case when d.is_credit then -1 else 1 end * (d.base_amount - coalesce(u.base, 0)) as base,
      d.amount - coalesce(u.amount, 0) as rest, d.base_amount - coalesce(u.base, 0) as base_rest
    from day y
    join document d on d.starts_on <= y.day and (d.voided_on is null or d.voided_on > y.day)
    cross join lateral (
      select sum(s.amount) as amount, sum(s.base_amount) as base from used s
      where s.document_id = d.id and s.allocated_on <= y.day and (s.reversed_on is null or s.reversed_on > y.day)) u
  ), line as (
    select case l.account_id when b.receivable_account_id then 'in' else 'out' end as side, l.company_id,
      coalesce(l.customer_id, l.vendor_id) as party_id, l.entry_date,
      case l.account_id when b.receivable_account_id then 1 else -1 end * (l.base_debit - l.base_credit) as base
    from accounting.journal_lines l
    join accounting.books b on b.tenant_id = l.tenant_id and b.company_id = l.company_id
    where l.tenant_id = $1 and l.account_id in (b.receivable_account_id, b.payable_account_id)
  )`;

const checks: Record<string, string> = {
  "on a day, a control account is not what is open": `
    select y.day::text, s.side, l.base as control, o.base as open
    from day y cross join (values ('in'), ('out')) s (side)
    cross join lateral (
      select coalesce(sum(l.base), 0) as base from line l where l.side = s.side and l.entry_date <= y.day) l
    cross join lateral (
      select coalesce(sum(o.base), 0) as base from open o where o.side = s.side and o.day = y.day) o
    where l.base <> o.base`,
  "on a day, what a party owes by the lines is not what is open of it": `
    select y.day::text, p.side, l.base as lines, o.base as open
    from day y cross join (select distinct side, party_id from line) p
    cross join lateral (select coalesce(sum(l.base), 0) as base from line l
      where l.side = p.side and l.party_id = p.party_id and l.entry_date <= y.day) l
    cross join lateral (select coalesce(sum(o.base), 0) as base from open o
      where o.side = p.side and o.party_id = p.party_id and o.day = y.day) o
    where l.base <> o.base`,
  "on a day, a refund is not covered by credit": `
    select o.day::text, o.id, o.rest from open o join accounting.payments p on p.tenant_id = $1 and p.id = o.id
    where p.is_refund and o.rest <> 0`,
  "a line of a control account names no party": "select * from line l where l.party_id is null",
  "on a day, more is settled than was due":
    "select o.day::text, o.id, o.rest, o.base_rest from open o where o.rest < 0 or o.base_rest < 0",
  "on a day, base currency is left of what is settled":
    "select o.day::text, o.id from open o where o.rest = 0 and o.base_rest <> 0",
  "the balance of a party is not the sum of its lines": `
    select p.id, p.balance, l.base
    from (select id, balance, 'in' as side from accounting.customers where tenant_id = $1
      union all select id, balance, 'out' from accounting.vendors where tenant_id = $1) p
    cross join lateral (
      select coalesce(sum(l.base), 0) as base from line l where l.side = p.side and l.party_id = p.id) l
    where p.balance <> l.base`,
  "what is settled of a document is not the sum of its allocations": `
    select d.id, d.paid_amount, u.amount, d.paid_base_amount, u.base
    from document d
    cross join lateral (
      select coalesce(sum(s.amount), 0) as amount, coalesce(sum(s.base_amount), 0) as base
      from used s where s.document_id = d.id and s.reversed_on is null) u
    where (d.paid_amount, d.paid_base_amount) <> (u.amount, u.base)`,
  "the status of a document is not what its amounts say": `
    select d.id, d.status, d.paid_amount, d.amount from document d
    where d.status not in ('payment', 'void') and d.amount > 0 and d.status not in (case d.paid_amount
      when d.amount then 'paid' when 0 then case d.side when 'in' then 'issued' else 'approved' end else 'partly_paid' end)`,
  "an entry is not balanced": `
    select l.entry_id from accounting.journal_lines l where l.tenant_id = $1 group by 1
    having sum(l.base_debit) <> sum(l.base_credit)`,
  "a kept balance is not the sum of its lines": `
    select b.account_id, b.balance from accounting.account_balances b where b.tenant_id = $1 and b.balance <> (
      select coalesce(sum(l.base_debit - l.base_credit), 0) from accounting.journal_lines l
      where l.tenant_id = b.tenant_id and l.account_id = b.account_id)`,
};

/**
 * Everything about the tenant's receivables and payables that does not add up; empty when all is well: on every day the
 * control account = Σ parties = Σ open documents − Σ unallocated payments and credit notes.
 */
export async function discrepancies(test: TestDatabase, of: TestTenant): Promise<Record<string, unknown>[]> {
  return test.asOwner(async (owner) => {
    const found: Record<string, unknown>[] = [];
    for (const [wrong, query] of Object.entries(checks)) {
      const { rows } = await owner.query(`${claims} ${query}`, [of.tenant.id]);
      found.push(...rows.map((row) => ({ wrong, ...row })));
    }
    return found;
  });
}
