-- Adds an allocation to what is used of its source and settled of its document or refund (sign 1), or takes it off
-- (sign -1). Internal.
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
  if num_nonnulls(p_allocation.payment_id, p_allocation.refund_id) > 0 then
    update accounting.payments p
    set allocated_amount = p.allocated_amount + v_amount,
      allocated_base_amount = p.allocated_base_amount + case when p.id = p_allocation.refund_id then v_base else v_source_base end
    where p.tenant_id = p_allocation.tenant_id and p.id in (p_allocation.payment_id, p_allocation.refund_id);
  end if;
  if num_nonnulls(p_allocation.invoice_id, p_allocation.credit_note_id) > 0 then
    update accounting.invoices i
    set paid_amount = i.paid_amount + v_amount,
      paid_base_amount = i.paid_base_amount + case when i.id = p_allocation.invoice_id then v_base else v_source_base end,
      status = case i.paid_amount + v_amount when i.total_amount then 'paid' when 0 then 'issued' else 'partly_paid' end
    where i.tenant_id = p_allocation.tenant_id and i.id in (p_allocation.credit_note_id, p_allocation.invoice_id);
  end if;
  if num_nonnulls(p_allocation.bill_id, p_allocation.vendor_credit_id) > 0 then
    update accounting.bills b
    set paid_amount = b.paid_amount + v_amount,
      paid_base_amount = b.paid_base_amount + case when b.id = p_allocation.bill_id then v_base else v_source_base end,
      status = case b.paid_amount + v_amount when b.total_amount then 'paid' when 0 then 'approved' else 'partly_paid' end
    where b.tenant_id = p_allocation.tenant_id and b.id in (p_allocation.vendor_credit_id, p_allocation.bill_id);
  end if;
end $$;
