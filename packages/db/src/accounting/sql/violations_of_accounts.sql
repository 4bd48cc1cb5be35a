-- Accounts whose balance or month totals are not the sums of their journal lines.
-- @select authenticated, platform
create view accounting.violations_of_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of an account is the sum of its lines, its version that of the last one.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    0 as kept
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version from accounting.account_balances b
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept)
union all
-- The totals of a month are the sums of its lines: lines without totals count, totals without lines as well.
select t.tenant_id, 'period_total_differs', t.company_id, 'accounting.accounts', t.account_id,
  'The totals of ' || to_char(t.month, 'YYYY-MM') || ' in ' || t.currency || ' are not those of the lines'
from (
  select l.tenant_id, l.company_id, l.account_id, date_trunc('month', l.entry_date::timestamp)::date as month,
    l.currency, l.debit, l.credit, l.base_debit, l.base_credit
  from accounting.journal_lines l
  union all
  select p.tenant_id, p.company_id, p.account_id, p.month, p.currency, -p.debit, -p.credit, -p.base_debit,
    -p.base_credit
  from accounting.period_totals p
) t
group by t.tenant_id, t.company_id, t.account_id, t.month, t.currency
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0;
