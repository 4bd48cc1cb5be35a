-- Accounts whose balance or month totals are not the sums of their journal lines, or that do not fit where they are used.
-- @select authenticated, platform
create view accounting.violations_of_accounts (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- The balance of an account is the sum of its lines, its version that of the last one. Each account has one balance, and
-- each balance its account.
select n.tenant_id, 'account_balance_differs', n.company_id, 'accounting.accounts', n.account_id,
  'The balance or version of the account is missing, or not that of its lines'
from (
  select l.tenant_id, l.company_id, l.account_id, l.base_debit - l.base_credit as amount, l.account_version as posted,
    null::bigint as kept, null::uuid as own_id
  from accounting.journal_lines l
  union all
  select b.tenant_id, b.company_id, b.account_id, -b.balance, 0, b.version, null::uuid as own_id
  from accounting.account_balances b
  union all
  select a.tenant_id, a.company_id, a.id, 0, 0, null::bigint as kept, a.id from accounting.accounts a
) n
group by n.tenant_id, n.company_id, n.account_id
having sum(n.amount) <> 0 or max(n.posted) <> max(n.kept) or count(n.kept) <> 1 or count(n.own_id) <> 1
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
having sum(t.debit) <> 0 or sum(t.credit) <> 0 or sum(t.base_debit) <> 0 or sum(t.base_credit) <> 0
union all
-- The default accounts of the books are active, have the type that their use needs, and take every currency.
select b.tenant_id, 'default_account', b.company_id, 'accounting.books', b.id,
  'The ' || used.name || ' account is missing, archived, or of another type or one currency'
from accounting.books b
cross join lateral (values ('receivable', b.receivable_account_id, array['asset']),
  ('payable', b.payable_account_id, array['liability']), ('sales', b.sales_account_id, array['income']),
  ('purchases', b.purchases_account_id, array['expense']), ('bank', b.bank_account_id, array['asset']),
  ('exchange', b.exchange_account_id, array['income', 'expense'])) used (name, account_id, types)
left join lateral (
  select a.* from accounting.accounts a where a.tenant_id = b.tenant_id and a.id = used.account_id offset 0
) a on true
where (a.company_id = b.company_id and a.type = any (used.types) and a.is_active
  and (a.currency is null or used.name = 'bank')) is not true
union all
-- An account and its parent are of one company and type.
select a.tenant_id, 'account_parent', a.company_id, 'accounting.accounts', a.id,
  'The parent is missing, of another company or type, or below the account'
from accounting.accounts a
left join lateral (
  select p.company_id, p.type from accounting.accounts p where p.tenant_id = a.tenant_id and p.id = a.parent_id offset 0
) p on true
where a.parent_id is not null and (p.company_id = a.company_id and p.type = a.type) is not true
union all
-- No account is below itself. UNION ends the walk where it comes round.
select r.tenant_id, 'account_parent', r.company_id, 'accounting.accounts', r.id,
  'The parent is missing, of another company or type, or below the account'
from (
  with recursive above (tenant_id, company_id, id, parent_id) as (
    select a.tenant_id, a.company_id, a.id, a.parent_id from accounting.accounts a where a.parent_id is not null
    union
    select c.tenant_id, c.company_id, c.id, p.parent_id
    from above c join accounting.accounts p on p.tenant_id = c.tenant_id and p.id = c.parent_id
    where p.parent_id is not null
  )
  select * from above
) r
where r.parent_id = r.id;
