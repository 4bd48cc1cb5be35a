-- A void payment settles nothing from its date on, and its entry is mirrored. A void refund gives its credit free again.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.void_payment() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_entry uuid;
  -- Those that stand: what the payment settles, or what a refund pays back.
  v_allocations constant uuid[] := array(
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and a.reversed_on is null
    union all
    select a.id from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.refund_id = new.id and a.reversed_on is null);
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if not new.is_refund and exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations) and a.refund_id is not null
  ) then
    raise exception using errcode = 'ZT003', message = 'The payment was given back by a refund: void the refund first';
  elsif exists (
    select from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.payment_id = new.id and coalesce(a.reversed_on, a.allocated_on) > new.voided_on
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A payment is not voided before its allocations were made or taken back: choose a later date';
  end if;
  -- Payments and documents are locked in the order of their ids, then accounts, as everywhere.
  if new.is_refund then
    perform from accounting.payments p where p.tenant_id = new.tenant_id and p.id in (
      select a.payment_id from accounting.payment_allocations a
      where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
    order by p.id for no key update;
  end if;
  perform from accounting.invoices i where i.tenant_id = new.tenant_id and i.id in (
    select coalesce(a.invoice_id, a.credit_note_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by i.id for no key update;
  perform from accounting.bills b where b.tenant_id = new.tenant_id and b.id in (
    select coalesce(a.bill_id, a.vendor_credit_id) from accounting.payment_allocations a
    where a.tenant_id = new.tenant_id and a.id = any (v_allocations))
  order by b.id for no key update;
  select b.* into v_books from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if new.currency <> v_books.base_currency then
    perform accounting.lock_accounts(array[new.company_id], array[
      new.account_id, v_books.exchange_account_id,
      case when new.customer_id is null then v_books.payable_account_id else v_books.receivable_account_id end]);
  end if;
  update accounting.payment_allocations a set reversed_on = new.voided_on
  where a.tenant_id = new.tenant_id and a.id = any (v_allocations);
  select e.id into v_entry from accounting.journal_entries e
  where e.tenant_id = new.tenant_id and e.source_id = new.id and e.source = 'payment';
  perform from accounting.write_reversals(
    array[v_entry], array[gen_random_uuid()], array[new.voided_on], array['payment_void'], array[new.id],
    array['Payment voided']);
  return null;
end $$;
