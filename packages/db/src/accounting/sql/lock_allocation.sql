-- Locks both ends of an allocation: the refund, the payment that it pays back, then documents in the order of their ids.
-- Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.lock_allocation(p_allocation accounting.payment_allocations) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if p_allocation.refund_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id
    for no key update;
  end if;
  if p_allocation.payment_id is not null then
    perform from accounting.payments p
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id
    for no key update;
  end if;
  -- One document to a statement: to find two the planner would read all of the tenant's, as long as it knows nothing of the
  -- table.
  if p_allocation.invoice_id is not null or p_allocation.credit_note_id is not null then
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = least(p_allocation.credit_note_id, p_allocation.invoice_id)
    for no key update;
    perform from accounting.invoices i
    where i.tenant_id = p_allocation.tenant_id and i.id = greatest(p_allocation.credit_note_id, p_allocation.invoice_id)
      and p_allocation.credit_note_id <> p_allocation.invoice_id
    for no key update;
  end if;
  if p_allocation.bill_id is not null or p_allocation.vendor_credit_id is not null then
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = least(p_allocation.vendor_credit_id, p_allocation.bill_id)
    for no key update;
    perform from accounting.bills b
    where b.tenant_id = p_allocation.tenant_id and b.id = greatest(p_allocation.vendor_credit_id, p_allocation.bill_id)
      and p_allocation.vendor_credit_id <> p_allocation.bill_id
    for no key update;
  end if;
end $$;
