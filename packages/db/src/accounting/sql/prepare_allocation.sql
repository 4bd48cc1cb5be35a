-- Computes what an allocation settles of its document or refund and uses up of its source, in base currency, and refuses
-- one that is more than is due or left. Both are locked first, so that no two allocations settle the same amount. It writes
-- nothing: ON CONFLICT decides afterwards whether the row is written, and apply_allocation counts the row that was.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.prepare_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed_through date;
  v_decimals int;
  v_source record;
  v_target record;
  v_last_reversed date;
  v_problem text;
  v_excess text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  -- Refunds are locked before the payments that they pay back, and those before documents.
  if new.refund_id is not null then
    perform accounting.lock_allocation(new);
  end if;
  v_source := accounting.allocation_source(new);
  if v_source.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  v_target := accounting.allocation_target(new);
  if v_target.is_usable is null then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice, bill or refund';
  end if;
  select b.closed_through, tenancy.currency_exponent(b.base_currency) into v_closed_through, v_decimals
  from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  v_last_reversed := greatest(v_source.last_reversed, v_target.last_reversed);
  new.allocated_on := coalesce(new.allocated_on, case when new.refund_id is not null then v_target.made_on end,
    greatest(current_date, v_source.made_on, v_target.made_on, v_last_reversed));
  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_target.is_usable then 'What is settled is an issued invoice, an approved bill, or a refund that is not void'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_target.customer_id, v_target.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_target.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_target.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.refund_id is not null and new.allocated_on <> v_target.made_on
      then 'A refund pays back its credit on its own date: leave allocated_on out'
    when new.allocated_on <= v_closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  v_excess := case
    when v_problem is not null then null
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_target.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_target.amount - v_target.settled then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null or v_excess is not null then
    if exists (select from accounting.payment_allocations a where a.tenant_id = new.tenant_id and a.id = new.id) then
      -- The row is there already: it is refused by its key, or ON CONFLICT leaves it as it is.
      return new;
    end if;
    raise exception using errcode = case when v_problem is null then 'ZT002' else 'ZT003' end,
      message = coalesce(v_problem, v_excess);
  end if;

  new.amount := round(new.amount, tenancy.currency_exponent(v_target.currency));
  new.base_amount := accounting.base_part(
    new.amount, v_target.amount, v_target.settled, v_target.base_amount, v_target.settled_base, v_decimals);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base, v_decimals);
  return new;
end $$;
