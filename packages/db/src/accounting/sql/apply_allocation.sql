-- Settles a document, or a part of it, from a payment or credit note. Both are locked first, so that no more is settled
-- than is due, and no more is used than is there. The difference of their base amounts is posted as an exchange gain or
-- loss.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.apply_allocation() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_books accounting.books;
  v_source record;
  v_document record;
  v_last_reversed date;
  -- Positive when it debits the control account.
  v_difference numeric;
  v_control uuid;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if new.reversed_on is not null then
    raise exception using errcode = 'ZT003', message = 'A new allocation stands: take it back afterwards';
  end if;
  perform accounting.lock_allocation(new);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  for key share;

  select s.* into v_source from (
    select p.customer_id, p.vendor_id, p.currency, p.payment_date as made_on, p.amount, p.base_amount,
      p.allocated_amount as used, p.allocated_base_amount as used_base, p.account_id, p.voided_on is null as is_usable
    from accounting.payments p
    where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.id = new.payment_id
    union all
    select i.customer_id, null, i.currency, i.invoice_date, i.total_amount, i.base_amount, i.paid_amount,
      i.paid_base_amount, null, i.kind = 'credit_note' and i.status not in ('draft', 'void')
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.credit_note_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, null, b.kind = 'credit_note' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.vendor_credit_id
  ) s;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such payment or credit note';
  end if;
  select d.* into v_document from (
    select i.customer_id, null::uuid as vendor_id, i.currency, i.invoice_date as made_on, i.total_amount as amount,
      i.base_amount, i.paid_amount as used, i.paid_base_amount as used_base,
      i.kind = 'invoice' and i.status not in ('draft', 'void') as is_usable
    from accounting.invoices i
    where i.tenant_id = new.tenant_id and i.company_id = new.company_id and i.id = new.invoice_id
    union all
    select null, b.vendor_id, b.currency, b.bill_date, b.total_amount, b.base_amount, b.paid_amount,
      b.paid_base_amount, b.kind = 'bill' and b.status not in ('draft', 'void')
    from accounting.bills b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id and b.id = new.bill_id
  ) d;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no such invoice or bill';
  end if;

  v_last_reversed := greatest(
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.payment_id = new.payment_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.credit_note_id = new.credit_note_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.vendor_credit_id = new.vendor_credit_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.invoice_id = new.invoice_id),
    (select max(a.reversed_on) from accounting.payment_allocations a
     where a.tenant_id = new.tenant_id and a.bill_id = new.bill_id));
  new.allocated_on := coalesce(
    new.allocated_on, greatest(current_date, v_source.made_on, v_document.made_on, v_last_reversed));

  v_problem := case
    when not v_source.is_usable then 'What is allocated is a payment that is not void, or an issued or approved credit note'
    when not v_document.is_usable then 'What is settled is an issued invoice or an approved bill'
    when (v_source.customer_id, v_source.vendor_id) is distinct from (v_document.customer_id, v_document.vendor_id)
      then 'The payment or credit note and the document are not of the same customer or vendor'
    when v_source.currency <> v_document.currency
      then 'The payment or credit note and the document are in different currencies'
    when new.allocated_on < greatest(v_source.made_on, v_document.made_on)
      then 'An allocation is not dated before what it allocates and what it settles: choose a later date'
    -- An earlier date could show more settled than was due on a past day.
    when new.allocated_on < v_last_reversed
      then 'An allocation is not dated before an earlier one of the same payment or document was taken back: choose a later date'
    when new.allocated_on <= v_books.closed_through
      then 'The date is in a closed period: post to an open one, or reopen the period'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT003', message = v_problem;
  end if;
  v_problem := case
    when new.amount <> round(new.amount, tenancy.currency_exponent(v_document.currency))
      then 'The amount has more decimals than its currency'
    when new.amount > v_document.amount - v_document.used then 'The amount is more than is due on the document'
    when new.amount > v_source.amount - v_source.used then 'The amount is more than is left of the payment or credit note'
  end;
  if v_problem is not null then
    raise exception using errcode = 'ZT002', message = v_problem;
  end if;

  new.base_amount := accounting.base_part(
    new.amount, v_document.amount, v_document.used, v_document.base_amount, v_document.used_base);
  new.source_base_amount := accounting.base_part(
    new.amount, v_source.amount, v_source.used, v_source.base_amount, v_source.used_base);
  perform accounting.count_allocation(new, 1);

  v_difference := new.source_base_amount - new.base_amount;
  if v_difference = 0 then
    return new;
  end if;
  v_control := case when new.invoice_id is not null then v_books.receivable_account_id else v_books.payable_account_id end;
  if new.bill_id is not null then
    v_difference := -v_difference;
  end if;
  perform accounting.lock_accounts(
    array[new.company_id], array[v_source.account_id, v_control, v_books.exchange_account_id]);
  perform from accounting.write_entries(
    array[gen_random_uuid()], array[new.company_id], array[new.allocated_on], array['Exchange difference'],
    array[null::text], array['allocation'], array[new.id], array[null::uuid], array[null::text], array[null::text],
    array[1, 1], array[gen_random_uuid(), gen_random_uuid()], array[v_control, v_books.exchange_account_id],
    array[v_books.base_currency, v_books.base_currency],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[greatest(v_difference, 0), greatest(-v_difference, 0)],
    array[greatest(-v_difference, 0), greatest(v_difference, 0)],
    array[false, false], array[v_document.customer_id, null], array[v_document.vendor_id, null], array[null::text, null]);
  return new;
end $$;
