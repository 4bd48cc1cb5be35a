-- Journal lines that break the chain of their account, and which account that is.
-- @select authenticated, platform
create view accounting.violations_of_account_chains
  (tenant_id, kind, company_id, record_table, record_id, detail, account_id)
  with (security_invoker = true)
as
-- The lines of an account form one chain: versions without gaps, each balance from the one before.
select c.tenant_id, 'account_chain_broken', c.company_id, 'accounting.journal_lines', c.id,
  'The line does not follow from the line of its account before it', c.account_id
from (
  select l.tenant_id, l.company_id, l.id, l.account_id,
    l.account_version <> coalesce(lag(l.account_version) over chain, 0) + 1
      or l.balance_after <> coalesce(lag(l.balance_after) over chain, 0) + l.base_debit - l.base_credit as is_broken
  from accounting.journal_lines l
  window chain as (partition by l.tenant_id, l.account_id order by l.account_version)
) c
where c.is_broken;
