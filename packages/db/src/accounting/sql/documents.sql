-- Invoices (source `invoice`) or bills (`bill`), under common column names. The planner inlines it into the query that
-- calls it.
-- @execute authenticated, platform
create function accounting.documents(p_source text) returns table (
  tenant_id uuid, id uuid, company_id uuid, customer_id uuid, vendor_id uuid, document_date date, number text,
  is_credit boolean, credited_id uuid, status text, currency text, total_amount numeric, exchange_rate numeric,
  base_amount numeric, voided_on date)
  language sql stable
as $$
  select i.tenant_id, i.id, i.company_id, i.customer_id, null::uuid, i.invoice_date, i.invoice_number,
    i.kind = 'credit_note', i.credited_invoice_id, i.status, i.currency, i.total_amount,
    i.exchange_rate, i.base_amount, i.voided_on
  from accounting.invoices i where p_source = 'invoice'
  union all
  select b.tenant_id, b.id, b.company_id, null::uuid, b.vendor_id, b.bill_date, b.bill_number,
    b.kind = 'credit_note', b.credited_bill_id, b.status, b.currency, b.total_amount,
    b.exchange_rate, b.base_amount, b.voided_on
  from accounting.bills b where p_source = 'bill'
$$;
