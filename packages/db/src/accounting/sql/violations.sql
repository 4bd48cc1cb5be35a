-- Every rule of the books, computed again from the records; empty in healthy books. Each kind of record has a part of
-- its own, `violations_of_…`. All of them read with their caller's rights, so that a tenant sees its own rows. Each
-- part reads its tables a fixed number of times, whatever their size. A stored figure and the rows that it sums up are
-- stacked by UNION ALL and added up, never joined: without statistics the planner would join such sums row by row.
-- @select authenticated, platform
create view accounting.violations (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from accounting.violations_of_journal_entries
union all
select * from accounting.violations_of_journal_lines
union all
select v.tenant_id, v.kind, v.company_id, v.record_table, v.record_id, v.detail
from accounting.violations_of_account_chains v
union all
select * from accounting.violations_of_accounts
union all
select * from accounting.violations_of_parties
union all
select * from accounting.violations_of_documents
union all
select * from accounting.violations_of_base_amounts
union all
select * from accounting.violations_of_allocations
union all
select * from accounting.violations_of_postings
union all
select * from accounting.violations_of_posted_accounts
union all
select * from accounting.violations_of_periods
union all
select * from accounting.violations_of_numbers;
