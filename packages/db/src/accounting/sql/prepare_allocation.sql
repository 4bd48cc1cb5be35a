-- Computes what an allocation settles of its document or refund and uses up of its source, in base currency, and refuses
-- one that is more than is due or left. Both are locked first, so that no two allocations settle the same amount. It writes
-- nothing: ON CONFLICT decides afterwards whether the row is written, and apply_allocation counts the row that was. Each
-- end is read by a statement of its own, as one over all kinds of ends costs three times as much.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_source record;
  v_document record;
  v_made record;
  v_is_missing boolean;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  -- Refunds are locked first, then payments, then documents in the order of their ids, as by lock_allocation.
  if new.refund_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.is_refund and p.voided_on is null as is_usable into v_document
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.refund_id
    for no key update;
    v_is_missing := not found;
  end if;
  if new.payment_id is not null then
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.voided_on is null and not p.is_refund as is_usable into v_source
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    for no key update;
  elsif new.credit_note_id is not null then
    perform accounting.lock_allocation(new);
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.kind = 'credit_note' and i.status not in ('draft', 'void') as is_usable into v_source
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id;
  else
    perform accounting.lock_allocation(new);
    select null::uuid as customer_id, b.vendor_id, b.currency, b.bill_date as made_on, b.total_amount as amount,
      b.base_amount, b.kind = 'credit_note' and b.status not in ('draft', 'void') as is_usable into v_source
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id;
  end if;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  if new.invoice_id is not null then
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable into v_document
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    for no key update;
    v_is_missing := not found;
  elsif new.refund_id is null then
    select null::uuid as customer_id, b.vendor_id, b.currency, b.bill_date as made_on, b.total_amount as amount,
      b.base_amount, b.kind = 'bill' and b.status not in ('draft', 'void') as is_usable into v_document
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
    for no key update;
    v_is_missing := not found;
  end if;
  if v_is_missing then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice, bill or refund';
  end if;
  select b.closed_through into v_closed_through from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  -- Summed from the allocations, which this statement's earlier rows are among; the sums kept by the documents are not
  -- raised before its end.
  select max(a.reversed_on) as last_reversed, bool_or(a.id = new.id) as is_there,
    coalesce(sum(a.amount) filter (where a.of_source and a.reversed_on is null), 0) as used,
    coalesce(sum(a.base) filter (where a.of_source and a.reversed_on is null), 0) as used_base,
    coalesce(sum(a.amount) filter (where not a.of_source and a.reversed_on is null), 0) as settled,
    coalesce(sum(a.base) filter (where not a.of_source and a.reversed_on is null), 0) as settled_base
  into v_made
  from (
    select p.id, true as of_source, p.amount, p.source_base_amount as base, p.reversed_on from accounting.payment_allocations p
    where p.tenant_id = new.tenant_id and p.payment_id = new.payment_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.credit_note_id = new.credit_note_id
    union all
    select c.id, true, c.amount, c.source_base_amount, c.reversed_on from accounting.payment_allocations c
    where c.tenant_id = new.tenant_id and c.vendor_credit_id = new.vendor_credit_id
    union all
    select i.id, false, i.amount, i.base_amount, i.reversed_on from accounting.payment_allocations i
    where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id
    union all
    select b.id, false, b.amount, b.base_amount, b.reversed_on from accounting.payment_allocations b
    where b.tenant_id = new.tenant_id and b.bill_id = new.bill_id
    union all
    select r.id, false, r.amount, r.base_amount, r.reversed_on from accounting.payment_allocations r
    where r.tenant_id = new.tenant_id and r.refund_id = new.refund_id
  ) a;
  new.allocated_on := coalesce(new.allocated_on, case when new.refund_id is not null then v_document.made_on end,
    greatest(current_date, v_source.made_on, v_document.made_on, v_made.last_reversed));
  if v_made.is_there then
    -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
    return new;
  end if;

  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_document.is_usable then 'What is settled is an issued invoice, an approved bill, or a refund that is not void'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_document.customer_id, v_document.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_document.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_document.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_made.last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.refund_id is not null and new.allocated_on <> v_document.made_on
      then 'A refund pays back its credit on its own date: leave allocated_on out'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_made.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_made.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_made.settled, v_document.base_amount, v_made.settled_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_made.used, v_source.base_amount, v_made.used_base);
  return new;
end $$;
