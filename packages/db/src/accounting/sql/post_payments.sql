-- Posts new payments, all of a statement at once. Money in debits the bank account and credits the control account of its
-- party: receivables, or payables for a refund. Money out credits the bank account and debits the control account. What
-- the bank account moved by otherwise than at the rate goes to the exchange account.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.post_payments() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_entry record;
  v_line record;
begin
  select array_agg(gen_random_uuid()) as id, array_agg(w.company_id order by w.id) as company_id,
    array_agg(w.payment_date order by w.id) as entry_date,
    array_agg(case w.direction when 'in' then case when w.is_refund then 'Refund received' else 'Payment received' end
      else case when w.is_refund then 'Refund made' else 'Payment made' end end order by w.id) as description,
    array_agg(w.reference order by w.id) as reference, array_agg(w.id order by w.id) as source_id, count(*)::int as count
    into v_entry
  from written w;
  if v_entry.count = 0 then
    return null;
  end if;
  select array_agg(l.entry_position order by l.entry_position, l.side) as entry, array_agg(gen_random_uuid()) as id,
    array_agg(l.account_id order by l.entry_position, l.side) as account_id,
    array_agg(l.currency order by l.entry_position, l.side) as currency,
    array_agg(case when l.is_debit then l.amount else 0 end order by l.entry_position, l.side) as debit,
    array_agg(case when l.is_debit then 0 else l.amount end order by l.entry_position, l.side) as credit,
    array_agg(case when l.is_debit then l.base_amount else 0 end order by l.entry_position, l.side) as base_debit,
    array_agg(case when l.is_debit then 0 else l.base_amount end order by l.entry_position, l.side) as base_credit,
    array_agg(l.side = 3 order by l.entry_position, l.side) as is_difference, count(*)::int as count,
    array_agg(case when l.is_control then l.customer_id end order by l.entry_position, l.side) as customer_id,
    array_agg(case when l.is_control then l.vendor_id end order by l.entry_position, l.side) as vendor_id,
    array_agg(l.exchange_account_id) filter (where l.is_foreign) as exchange_account_id
    into v_line
  from (
    select p.entry_position, s.side, s.account_id, s.is_debit, s.is_control, p.customer_id, p.vendor_id,
      s.amount, s.base_amount, case s.side when 3 then b.base_currency else p.currency end as currency,
      b.exchange_account_id, p.currency <> b.base_currency as is_foreign
    from (
      select w.*, row_number() over (order by w.id)::int as entry_position, w.direction = 'in' as is_in
      from written w
    ) p
    join accounting.books b on b.tenant_id = p.tenant_id and b.company_id = p.company_id
    cross join lateral (values
      (case when p.is_in then 1 else 2 end, p.account_id, p.is_in, false, p.amount, p.base_amount),
      (case when p.is_in then 2 else 1 end,
        case when p.vendor_id is null then b.receivable_account_id else b.payable_account_id end,
        not p.is_in, true, p.amount, p.base_amount - p.exchange_difference),
      (3, b.exchange_account_id, p.is_in = (p.exchange_difference < 0), false, abs(p.exchange_difference),
        abs(p.exchange_difference))
    ) s (side, account_id, is_debit, is_control, amount, base_amount)
    where s.side < 3 or p.exchange_difference <> 0
  ) l;
  if v_line.exchange_account_id is not null then
    perform accounting.lock_accounts(v_entry.company_id, v_line.account_id || v_line.exchange_account_id);
  end if;
  perform from accounting.write_entries(
    v_entry.id, v_entry.company_id, v_entry.entry_date, v_entry.description, v_entry.reference,
    array_fill('payment'::text, array[v_entry.count]), v_entry.source_id, array_fill(null::uuid, array[v_entry.count]),
    array_fill(null::text, array[v_entry.count]), array_fill(null::text, array[v_entry.count]),
    v_line.entry, v_line.id, v_line.account_id, v_line.currency, v_line.debit, v_line.credit, v_line.base_debit,
    v_line.base_credit, v_line.is_difference, v_line.customer_id, v_line.vendor_id,
    array_fill(null::text, array[v_line.count]));
  return null;
end $$;
