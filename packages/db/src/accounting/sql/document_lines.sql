-- The lines of invoices (source `invoice`) or bills (`bill`), under common column names. The planner inlines it into
-- the query that calls it.
-- @execute authenticated, platform
create function accounting.document_lines(p_source text) returns table (
  tenant_id uuid, document_id uuid, line_number int, account_id uuid, currency text,
  amount numeric)
  language sql stable
as $$
  select l.tenant_id, l.invoice_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.invoice_lines l where p_source = 'invoice'
  union all
  select l.tenant_id, l.bill_id, l.line_number, l.account_id, l.currency, l.amount
  from accounting.bill_lines l where p_source = 'bill'
$$;
