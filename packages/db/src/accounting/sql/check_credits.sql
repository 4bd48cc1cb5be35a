-- The credit notes of a document never exceed its total. The document is locked first, so that two credit notes at once
-- cannot exceed it together. Internal.
-- @owner ledger_writer
-- @execute none
create function accounting.check_credits(p_source text, p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_credited constant uuid[] := array(
    select distinct d.credited_id from accounting.documents(p_source) d
    where d.tenant_id = v_tenant and d.id = any (p_ids) and d.credited_id is not null);
  v_company uuid[];
  v_account uuid[];
begin
  if v_credited = '{}' then
    return;
  end if;
  if p_source = 'invoice' then
    perform from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (v_credited) order by i.id for no key update;
  else
    perform from accounting.bills b where b.tenant_id = v_tenant and b.id = any (v_credited) order by b.id for no key update;
  end if;
  if exists (
    select from accounting.documents(p_source) d
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = d.credited_id
    where d.tenant_id = v_tenant and d.id = any (p_ids)
      and (c.is_credit or c.status in ('draft', 'void') or c.currency <> d.currency or c.document_date > d.document_date
        or num_nonnulls(c.customer_id, d.customer_id) = 2 and c.customer_id <> d.customer_id
        or num_nonnulls(c.vendor_id, d.vendor_id) = 2 and c.vendor_id <> d.vendor_id)
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A credit note takes back a document that is owed, of the same party and currency, on its date or later';
  end if;
  if exists (
    select from unnest(v_credited) as t (id)
    join accounting.documents(p_source) c on c.tenant_id = v_tenant and c.id = t.id
    where c.total_amount < (
      select sum(n.total_amount) from accounting.documents(p_source) n
      where n.tenant_id = v_tenant and n.credited_id = t.id and n.status not in ('draft', 'void'))
  ) then
    raise exception using errcode = 'ZT002', message = 'The credit notes of the document would come to more than its total';
  end if;
  -- A credit note in another currency posts an exchange difference as well when the same transaction allocates it. The
  -- accounts of both entries are locked here, in one order.
  select array_agg(distinct d.company_id), array_agg(distinct a.id) into v_company, v_account
  from accounting.documents(p_source) d
  join accounting.books b on b.tenant_id = v_tenant and b.company_id = d.company_id and b.base_currency <> d.currency
  left join lateral (
    select n.account_id from accounting.document_lines(p_source) n
    where n.tenant_id = v_tenant and n.document_id = d.id offset 0
  ) l on true
  cross join lateral unnest(array[b.receivable_account_id, b.payable_account_id, b.sales_account_id, b.purchases_account_id,
    b.exchange_account_id, l.account_id]) a (id)
  where d.tenant_id = v_tenant and d.id = any (p_ids);
  if v_account is not null then
    perform accounting.lock_accounts(v_company, v_account);
  end if;
end $$;
