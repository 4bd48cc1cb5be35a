-- Counts a new allocation at its document or refund and its source, and posts the difference of their base amounts as an exchange
-- gain or loss. It fires after the row is written: one that ON CONFLICT leaves out counts nowhere.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source_account uuid;
  v_refund_account uuid;
  v_customer uuid;
  v_vendor uuid;
  -- Positive when it debits the control account.
  v_difference numeric;
  v_control uuid;
begin
  perform accounting.count_allocation(new, 1);
  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return null;
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  select p.account_id into v_source_account from accounting.payments p
  where p.tenant_id = new.tenant_id and p.id = new.payment_id;
  if new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.account_id into v_customer, v_vendor, v_refund_account from accounting.payments p
    where p.tenant_id = new.tenant_id and p.id = new.refund_id;
  else
    select i.customer_id into v_customer from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.id = new.invoice_id;
    select b.vendor_id into v_vendor from accounting.bills b
    where b.tenant_id = new.tenant_id and b.id = new.bill_id;
  end if;
  v_control := case when v_customer is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if v_vendor is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source_account, v_refund_account, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_customer, null], array[v_vendor, null], array[null::text, null]);
  return null;
end $$;
