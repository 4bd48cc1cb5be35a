-- Number series that gave a number which no document has.
-- @select authenticated, platform
create view accounting.violations_of_numbers (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each number that a series gave belongs to a document; an imported document that has it counts. ORDER BY and LIMIT make
-- the planner look up each number.
select s.tenant_id, 'number_gap', s.company_id, 'tenancy.number_series', s.id, 'No document has the number ' || g.number
from tenancy.number_series s
cross join lateral (
  select tenancy.format_number(s.prefix, given, s.padding) as number
  from generate_series(s.first_number, s.last_number) given
) g
left join lateral (
  select i.id from accounting.invoices i
  where i.tenant_id = s.tenant_id and i.company_id = s.company_id and i.invoice_number between g.number and g.number
  order by i.invoice_number limit 1
) i on true
where s.series in ('invoice', 'credit_note') and i.id is null;
