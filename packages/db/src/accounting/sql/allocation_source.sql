-- Locks and reads the payment or credit note that an allocation takes from, and what of it is used: the sums of its
-- allocations, which the earlier rows of the same statement are among; the sums that it keeps itself are not raised before
-- the statement ends. One kind of source is read by each statement, because one over all kinds takes three times as long.
-- Nothing is returned of a source that is not there. Internal: a step of prepare_allocation, whose settings it runs with.
-- @execute ledger_writer
create function accounting.allocation_source(
  p_new accounting.payment_allocations,
  out customer_id uuid, out vendor_id uuid, out currency text, out made_on date, out amount numeric, out base_amount numeric,
  out is_usable boolean, out used numeric, out used_base numeric, out last_reversed date
)
  language plpgsql
as $$
begin
  if p_new.payment_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date, p.amount, p.base_amount - p.exchange_difference,
      p.voided_on is null and not p.is_refund
    into customer_id, vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.payments p
    where p.tenant_id = p_new.tenant_id and p.company_id = p_new.company_id and p.id = p_new.payment_id
    for no key update;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.payment_id = p_new.payment_id;
  elsif p_new.credit_note_id is not null then
    -- The credit note and the invoice are rows of one table, locked in the order of their ids.
    perform accounting.lock_allocation(p_new);
    select i.customer_id, i.currency, i.invoice_date, i.total_amount, i.base_amount,
      i.kind = 'credit_note' and i.status not in ('draft', 'void')
    into customer_id, currency, made_on, amount, base_amount, is_usable
    from accounting.invoices i
    where i.tenant_id = p_new.tenant_id and i.company_id = p_new.company_id and i.id = p_new.credit_note_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.credit_note_id = p_new.credit_note_id;
  elsif p_new.vendor_credit_id is not null then
    perform accounting.lock_allocation(p_new);
    select b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount,
      b.kind = 'credit_note' and b.status not in ('draft', 'void')
    into vendor_id, currency, made_on, amount, base_amount, is_usable
    from accounting.bills b
    where b.tenant_id = p_new.tenant_id and b.company_id = p_new.company_id and b.id = p_new.vendor_credit_id;
    select sum(a.amount) filter (where a.reversed_on is null),
      sum(a.source_base_amount) filter (where a.reversed_on is null), max(a.reversed_on)
    into used, used_base, last_reversed
    from accounting.payment_allocations a
    where a.tenant_id = p_new.tenant_id and a.vendor_credit_id = p_new.vendor_credit_id;
  end if;
  used := coalesce(used, 0);
  used_base := coalesce(used_base, 0);
end $$;
