-- Locks and reads what an allocation goes to, an invoice, a bill or a refund, and what of it is settled, as
-- allocation_source does for the other end. Internal: a step of prepare_allocation, whose settings it runs with.
-- @execute ledger_writer
create function accounting.allocation_target(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out settled numeric, out settled_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.invoice_id is not null then
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'invoice' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.invoice_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.invoice_id = p_new.invoice_id;
  elsif p_new.bill_id is not null then
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'bill' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.bill_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.bill_id = p_new.bill_id;
  elsif p_new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
      p.is_refund and p.voided_on is null
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.refund_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null), sum(a.base_amount) filter (where a.reversed_on is null),
      max(a.reversed_on)
    into settled, settled_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.refund_id = p_new.refund_id;
  end if;
  settled := coalesce(settled, 0);
  settled_base := coalesce(settled_base, 0);
end $$;
