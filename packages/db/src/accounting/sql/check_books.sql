-- The default accounts of the books have the type that their use needs, are active, and take every currency. A control
-- account changes only while neither the old nor the new one has lines.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.check_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem record;
  v_control uuid[] := array[new.receivable_account_id, new.payable_account_id];
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_op = 'INSERT' and exists (
    select from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id
  ) then
    -- The company has its books: the row is refused, or ON CONFLICT leaves them as they are.
    return new;
  end if;
  if tg_op = 'UPDATE' then
    -- Postings hold this row FOR KEY SHARE: this waits for those in flight, which use the accounts that they have read.
    perform from accounting.books b where b.tenant_id = old.tenant_id and b.id = old.id for update;
    v_control := array(
      select c.account_id
      from (values (new.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (old.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (new.payable_account_id, old.payable_account_id, new.payable_account_id),
        (old.payable_account_id, old.payable_account_id, new.payable_account_id)) as c (account_id, was, becomes)
      where c.was <> c.becomes);
  end if;
  -- These locks keep the accounts from being archived or changed meanwhile.
  perform from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.id in (new.receivable_account_id, new.payable_account_id,
    new.sales_account_id, new.purchases_account_id, new.bank_account_id, new.exchange_account_id)
  order by a.id for share;
  select r.name, r.wanted into v_problem
  from (values (new.receivable_account_id, 'receivable', array['asset'], 'an asset'),
    (new.payable_account_id, 'payable', array['liability'], 'a liability'),
    (new.sales_account_id, 'sales', array['income'], 'income'),
    (new.purchases_account_id, 'purchases', array['expense'], 'an expense'),
    (new.bank_account_id, 'bank', array['asset'], 'an asset'),
    (new.exchange_account_id, 'exchange', array['income', 'expense'], 'income or an expense')) as r (account_id, name, types, wanted)
  join accounting.accounts a on a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = r.account_id
  where a.type <> all (r.types) or not a.is_active or (a.currency is not null and r.name <> 'bank')
  limit 1;
  if found then
    raise exception using errcode = 'ZT002', message = format('The %s account of the books must be %s, active, and open to every currency',
      v_problem.name, v_problem.wanted);
  end if;
  if new.bank_account_id = new.receivable_account_id then
    raise exception using errcode = 'ZT002', message = 'The bank account of the books cannot be their receivable account';
  end if;
  perform from accounting.account_balances b
  where b.tenant_id = new.tenant_id and b.account_id = any (v_control)
  order by b.account_id for no key update;
  if exists (
    select from accounting.account_balances b
    where b.tenant_id = new.tenant_id and b.account_id = any (v_control) and b.version > 0
  ) then
    raise exception using errcode = 'ZT003',
      message = 'A control account can be changed while neither the old nor the new one has lines';
  end if;
  return new;
end $$;
