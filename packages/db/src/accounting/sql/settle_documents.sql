-- Pays documents that are set to paid, by hand or in bulk: what is open of each invoice is received, of each bill paid
-- out, and the payment is allocated to it. An allocation that settles the rest of a document sets it to paid as well,
-- and leaves nothing to do here. A credit note does not come here: the status of one is refused before.
-- Argument of the trigger: `invoice` or `bill`.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.settle_documents() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_document uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_document, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_document is null then
    return null;
  end if;
  if tg_argv[0] = 'invoice' then
    insert into accounting.payments
      (tenant_id, id, company_id, direction, customer_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'in', w.customer_id, null, greatest(current_date, w.invoice_date),
      w.total_amount - w.paid_amount, w.currency, w.invoice_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  else
    insert into accounting.payments
      (tenant_id, id, company_id, direction, vendor_id, account_id, payment_date, amount, currency, reference)
    select w.tenant_id, p.id, w.company_id, 'out', w.vendor_id, null, greatest(current_date, w.bill_date),
      w.total_amount - w.paid_amount, w.currency, w.bill_number
    from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id;
  end if;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, invoice_id, bill_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, case tg_argv[0] when 'invoice' then w.id end,
    case tg_argv[0] when 'bill' then w.id end, w.total_amount - w.paid_amount
  from unnest(v_document, v_payment) p (document_id, id) join written w on w.id = p.document_id
  order by w.id;
  return null;
end $$;
