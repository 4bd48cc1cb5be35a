-- Number series that gave a number which no document has.
-- @select authenticated, platform
create view accounting.violations_of_numbers (tenant_id, kind, company_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Each number that a series gave belongs to a document; an imported document that has it counts.
select n.tenant_id, 'number_gap', n.company_id, 'tenancy.number_series', max(n.series_id)::uuid,
  'No document has the number ' || n.number
from (
  select s.tenant_id, s.company_id, s.id::text as series_id, 0 as documents,
    s.prefix || lpad(given::text, greatest(s.padding, length(given::text)), '0') as number
  from tenancy.number_series s
  cross join lateral generate_series(s.first_number, s.last_number) given
  where s.series in ('invoice', 'credit_note')
  union all
  select i.tenant_id, i.company_id, null as series, 1, i.invoice_number
  from accounting.invoices i where i.invoice_number is not null
) n
group by n.tenant_id, n.company_id, n.number
having count(n.series_id) > 0 and sum(n.documents) = 0;
