-- Bills that are set to paid, by hand or in bulk, are paid: what was open of each is paid out and allocated. An
-- allocation that settles the last of a bill sets it to paid as well, and leaves nothing to do here. Credits are
-- refused before, as they are frozen.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.settle_bills() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_bill uuid[];
  v_payment uuid[];
begin
  select array_agg(w.id order by w.id), array_agg(gen_random_uuid()) into v_bill, v_payment
  from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
  where w.status = 'paid' and o.status <> 'paid' and w.paid_amount < w.total_amount;
  if v_bill is null then
    return null;
  end if;
  insert into accounting.payments
    (tenant_id, id, company_id, direction, vendor_id, account_id, payment_date, amount, currency, reference)
  select w.tenant_id, p.id, w.company_id, 'out', w.vendor_id, null, greatest(current_date, w.bill_date),
    w.total_amount - w.paid_amount, w.currency, w.bill_number
  from unnest(v_bill, v_payment) p (bill_id, id) join written w on w.id = p.bill_id;
  insert into accounting.payment_allocations (tenant_id, id, company_id, payment_id, bill_id, amount)
  select w.tenant_id, gen_random_uuid(), w.company_id, p.id, w.id, w.total_amount - w.paid_amount
  from unnest(v_bill, v_payment) p (bill_id, id) join written w on w.id = p.bill_id
  order by w.id;
  return null;
end $$;
