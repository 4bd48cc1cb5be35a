-- Invoices that are set to paid, by hand or in bulk, are paid: what was open of each is received and allocated. An
-- allocation that settles the last of an invoice sets it to paid as well, and leaves nothing to do here. Credit notes
-- are refused before, as they are frozen.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.settle_invoices() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_invoice uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_invoice, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_invoice is null then
    return null;
  end if;
  insert into accounting.payments
    (tenant_id, id, company_id, direction, customer_id, account_id, payment_date, amount, currency, reference)
  select w.tenant_id, p.id, w.company_id, 'in', w.customer_id, null, greatest(current_date, w.invoice_date),
    w.total_amount - w.paid_amount, w.currency, w.invoice_number
  from unnest(v_invoice, v_payment) p (invoice_id, id) join written w on w.id = p.invoice_id;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, invoice_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, w.id, w.total_amount - w.paid_amount
  from unnest(v_invoice, v_payment) p (invoice_id, id) join written w on w.id = p.invoice_id
  order by w.id;
  return null;
end $$;
