-- Adds an allocation to what is used of its source and settled of its document or refund (sign 1), or takes it off
-- (sign -1). Each row is found by its key alone, so that one plan serves every kind of allocation.
-- Internal. The amounts of both have the decimals of their currencies by now.
-- @owner ledger_writer
-- @execute none
create function accounting.count_allocation(p_allocation accounting.payment_allocations, p_sign int) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_amount constant numeric := p_sign * p_allocation.amount;
  v_base constant numeric := p_sign * p_allocation.base_amount;
  v_source_base constant numeric := p_sign * p_allocation.source_base_amount;
begin
  if p_allocation.payment_id is not null then
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_source_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.payment_id;
  elsif p_allocation.credit_note_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_source_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.credit_note_id;
  else
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_source_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.vendor_credit_id;
  end if;
  if p_allocation.invoice_id is not null then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount, paid_base_amount = i.paid_base_amount + v_base,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id = p_allocation.invoice_id;
  elsif p_allocation.bill_id is not null then
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount, paid_base_amount = b.paid_base_amount + v_base,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id = p_allocation.bill_id;
  else
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount, allocated_base_amount = p.allocated_base_amount + v_base
    where p.tenant_id = p_allocation.tenant_id and p.id = p_allocation.refund_id;
  end if;
end $$;
