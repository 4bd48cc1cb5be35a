-- Journal lines that disagree with their entry, account or books.
-- @select authenticated, platform
create view accounting.violations_of_journal_lines (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- A line agrees with its entry, its currency, its account, and in base currency with its base amount; the control
-- accounts have lines of parties, others have none.
select c.tenant_id, rule.kind, c.company_id, 'accounting.journal_lines', c.id, rule.detail
from (
  select l.tenant_id, l.company_id, l.id,
    e.entry_date is distinct from l.entry_date as has_other_date,
    l.debit + l.credit <> round(l.debit + l.credit, tenancy.currency_exponent(l.currency))
      or l.base_debit + l.base_credit <> round(l.base_debit + l.base_credit, tenancy.currency_exponent(b.base_currency))
      as has_decimals,
    a.currency <> l.currency and not l.is_exchange_difference as has_other_currency,
    a.company_id is distinct from l.company_id as lacks_account,
    case when l.currency = b.base_currency then l.debit <> l.base_debit or l.credit <> l.base_credit
      else l.is_exchange_difference end as has_other_base,
    (l.account_id = b.receivable_account_id and l.customer_id is null)
      or (l.account_id = b.payable_account_id and l.vendor_id is null) as lacks_party,
    (l.customer_id is not null and l.account_id is distinct from b.receivable_account_id)
      or (l.vendor_id is not null and l.account_id is distinct from b.payable_account_id) as is_off_control
  from accounting.journal_lines l
  left join accounting.journal_entries e on e.tenant_id = l.tenant_id and e.id = l.entry_id
  left join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
  left join accounting.books b on b.tenant_id = l.tenant_id and b.company_id = l.company_id
) c
cross join lateral (values
  ('entry_date_differs', c.has_other_date, 'The line has another date than its entry, or no entry'),
  ('line_scale', c.has_decimals, 'The amount, or the base amount, has more decimals than its currency'),
  ('line_currency', c.has_other_currency, 'The line has another currency than its account'),
  ('line_account', c.lacks_account, 'The line names an account that its company does not have'),
  ('line_base_amount', c.has_other_base, 'The line is in base currency and has another base amount, or is an exchange difference in another currency'),
  ('control_line_without_party', c.lacks_party, 'The line of a control account names no customer or vendor'),
  ('party_off_control', c.is_off_control, 'The line names a customer or vendor, but is not of their control account')
) rule (kind, is_broken, detail)
where (c.has_other_date or c.has_decimals or c.has_other_currency or c.lacks_account or c.has_other_base or c.lacks_party
    or c.is_off_control)
  and rule.is_broken;
