select tenancy.protect_table('accounting.accounts', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.books', 'no-delete', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.fiscal_periods', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('accounting.exchange_rates', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.vendors', 'read-write', 'changes');
--> statement-breakpoint
-- Refuses what the trigger's WHEN says: its arguments are the code and the message.
create function accounting.refuse() returns trigger
  language plpgsql
as $$
begin
  raise exception using errcode = tg_argv[0], message = tg_argv[1];
end $$;
--> statement-breakpoint
-- Every account has its balance from the start: posting locks that row, and finds it without a search for gaps.
create function accounting.open_balances() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An account is made in the scope of its tenant';
  end if;
  insert into accounting.account_balances (tenant_id, company_id, account_id)
  select w.tenant_id, w.company_id, w.id from written w order by w.id;
  return null;
end $$;
--> statement-breakpoint
-- After the statement's last row, so that a whole chart is made, moved or given another type in any order of its rows.
-- The chain is locked: of two transactions that would make a ring together, the second waits, and sees the first one's.
create function accounting.check_account_parent() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_path uuid[] := array[new.id];
  v_type text;
  v_next uuid := new.parent_id;
begin
  while v_next is not null loop
    if v_next = any (v_path) then
      raise exception using errcode = 'ZT002', message = 'An account cannot be below itself: choose another parent';
    end if;
    v_path := v_path || v_next;
    select a.type, a.parent_id into v_type, v_next from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.id = v_next for share;
    if v_type <> new.type then
      raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
    end if;
  end loop;
  if exists (
    select from accounting.accounts a
    where a.tenant_id = new.tenant_id and a.parent_id = new.id and a.type <> new.type
  ) then
    raise exception using errcode = 'ZT002', message = 'An account and its parent must be of one type';
  end if;
  return null;
end $$;
--> statement-breakpoint
create function accounting.guard_account() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_deleted constant boolean := tg_op = 'DELETE';
  v_changes_type boolean := false;
  v_changes_currency boolean := false;
  v_lines bigint;
  v_books accounting.books;
begin
  if not v_is_deleted then
    v_changes_type := new.type <> old.type;
    v_changes_currency := new.currency is distinct from old.currency;
    if not (v_changes_type or v_changes_currency or (old.is_active and not new.is_active)) then
      return new;
    end if;
  end if;
  -- Posting locks this row and reads the account afterwards. It is written, not only locked, so that a posting under
  -- repeatable read, which would still see the account as it was, fails with 40001.
  update accounting.account_balances b set version = b.version
  where b.tenant_id = old.tenant_id and b.account_id = old.id
  returning b.version into v_lines;
  if v_lines > 0 and v_is_deleted then
    raise exception using errcode = 'ZT003', message = 'An account with lines is not deleted: archive it';
  elsif v_lines > 0 and (v_changes_type or v_changes_currency) then
    raise exception using errcode = 'ZT003', message = 'An account with lines keeps its type and currency: make another account';
  end if;
  select b.* into v_books from accounting.books b
  where b.tenant_id = old.tenant_id and b.company_id = old.company_id for share;
  if old.id in (v_books.receivable_account_id, v_books.payable_account_id, v_books.sales_account_id,
      v_books.purchases_account_id, v_books.bank_account_id, v_books.exchange_account_id)
    and (v_is_deleted or v_changes_type or not new.is_active
      or (v_changes_currency and new.currency is not null and old.id <> v_books.bank_account_id)) then
    raise exception using errcode = 'ZT003', message = 'The books use this account: give them another one first';
  end if;
  return case when v_is_deleted then old else new end;
end $$;
--> statement-breakpoint
create function accounting.check_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_problem record;
  v_control uuid[] := array[new.receivable_account_id, new.payable_account_id];
begin
  if tg_op = 'UPDATE' then
    -- Postings hold this row FOR KEY SHARE: those in flight end first, with the accounts that they have read.
    perform from accounting.books b where b.tenant_id = old.tenant_id and b.id = old.id for update;
    v_control := array(
      select c.account_id
      from (values (new.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (old.receivable_account_id, old.receivable_account_id, new.receivable_account_id),
        (new.payable_account_id, old.payable_account_id, new.payable_account_id),
        (old.payable_account_id, old.payable_account_id, new.payable_account_id)) as c (account_id, was, becomes)
      where c.was <> c.becomes);
  end if;
  -- None of them is archived or changed while the books take it.
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
--> statement-breakpoint
-- Periods follow one another. The books are written, not only locked, so that under repeatable read a second new period,
-- which would not see the first, fails with 40001. Postings do not wait for it.
create function accounting.begin_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_last date;
begin
  update accounting.books b set closed_through = b.closed_through
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart first';
  end if;
  select max(p.ends_on) into v_last from accounting.fiscal_periods p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id;
  if new.starts_on <> v_last + 1 then
    raise exception using errcode = 'ZT002', message = 'A period begins the day after the last one ends';
  end if;
  return new;
end $$;
--> statement-breakpoint
create function accounting.stamp_period() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Postings hold the books FOR KEY SHARE: those in flight end first, later ones see what is closed.
  perform from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id for update;
  new.closed_at := case when new.status = 'closed' then clock_timestamp() end;
  new.closed_by := case when new.status = 'closed' then tenancy.current_user_id() end;
  return new;
end $$;
--> statement-breakpoint
-- Closed are all days up to one, or none; after the statement, so that it may close a whole year in any order.
create function accounting.close_books() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_company record;
begin
  for v_company in
    select p.tenant_id, p.company_id, max(p.ends_on) filter (where p.status = 'closed') as closed_through,
      min(p.starts_on) filter (where p.status = 'open') as open_from
    from (
      select distinct w.tenant_id, w.company_id from written w
      join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id and o.status <> w.status
    ) c
    join accounting.fiscal_periods p on p.tenant_id = c.tenant_id and p.company_id = c.company_id
    group by 1, 2
  loop
    if v_company.open_from < v_company.closed_through then
      raise exception using errcode = 'ZT003',
        message = 'Periods are closed one after another, the earliest first, and the last closed one is reopened first';
    end if;
    update accounting.books b set closed_through = v_company.closed_through
    where b.tenant_id = v_company.tenant_id and b.company_id = v_company.company_id;
  end loop;
  return null;
end $$;
--> statement-breakpoint
revoke execute on function accounting.refuse(), accounting.open_balances(), accounting.check_account_parent(),
  accounting.guard_account(), accounting.check_books(), accounting.begin_period(), accounting.stamp_period(),
  accounting.close_books() from public;
--> statement-breakpoint
grant execute on function accounting.refuse(), accounting.open_balances(), accounting.check_account_parent(),
  accounting.guard_account(), accounting.check_books(), accounting.begin_period(), accounting.stamp_period(),
  accounting.close_books() to authenticated, platform;
--> statement-breakpoint
grant create on schema accounting to ledger_writer;
--> statement-breakpoint
do $$
declare
  definer regprocedure;
begin
  for definer in
    select p.oid from pg_proc p where p.pronamespace = 'accounting'::regnamespace
      and p.proname in ('open_balances', 'check_account_parent', 'guard_account', 'check_books', 'begin_period',
        'stamp_period', 'close_books')
  loop
    execute format('alter function %s owner to ledger_writer', definer);
  end loop;
end $$;
--> statement-breakpoint
revoke create on schema accounting from ledger_writer;
--> statement-breakpoint
create trigger open_balances after insert on accounting.accounts
  referencing new table as written for each statement execute function accounting.open_balances();
--> statement-breakpoint
create trigger check_parent after insert or update of type, parent_id on accounting.accounts
  for each row execute function accounting.check_account_parent();
--> statement-breakpoint
create trigger guard_account before update or delete on accounting.accounts
  for each row execute function accounting.guard_account();
--> statement-breakpoint
create trigger guard_company before update on accounting.accounts
  for each row when (new.company_id <> old.company_id)
  execute function accounting.refuse('ZT003', 'An account stays with its company: make another account there');
--> statement-breakpoint
create trigger guard_closed_insert before insert on accounting.books
  for each row when (new.closed_through is not null)
  execute function accounting.refuse('ZT003', 'The books are closed by closing periods');
--> statement-breakpoint
create trigger guard_closed_update before update on accounting.books
  for each row when (new.closed_through is distinct from old.closed_through and current_user <> 'ledger_writer')
  execute function accounting.refuse('ZT003', 'The books are closed by closing periods');
--> statement-breakpoint
create trigger guard_fixed before update on accounting.books
  for each row when (new.base_currency <> old.base_currency or new.company_id <> old.company_id)
  execute function accounting.refuse('ZT003', 'The books keep their company and their base currency');
--> statement-breakpoint
create trigger check_books before insert or update of receivable_account_id, payable_account_id, sales_account_id,
    purchases_account_id, bank_account_id, exchange_account_id on accounting.books
  for each row execute function accounting.check_books();
--> statement-breakpoint
-- What the ledger does to the books, their periods' trail tells.
drop trigger write_audit on accounting.books;
--> statement-breakpoint
create trigger write_audit after update or delete on accounting.books
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
create trigger guard_open before insert on accounting.fiscal_periods
  for each row when (new.status <> 'open' or new.closed_by is not null)
  execute function accounting.refuse('ZT003', 'A period begins open: close it afterwards');
--> statement-breakpoint
create trigger begin_period before insert on accounting.fiscal_periods
  for each row execute function accounting.begin_period();
--> statement-breakpoint
create trigger guard_fixed before update on accounting.fiscal_periods
  for each row when (new.company_id <> old.company_id or new.starts_on <> old.starts_on or new.ends_on <> old.ends_on
    or (new.status = old.status and (new.closed_at is distinct from old.closed_at or new.closed_by is distinct from old.closed_by)))
  execute function accounting.refuse('ZT003', 'A period keeps its days, and when and by whom it was closed');
--> statement-breakpoint
create trigger stamp_period before update on accounting.fiscal_periods
  for each row when (new.status <> old.status) execute function accounting.stamp_period();
--> statement-breakpoint
create trigger close_books after update on accounting.fiscal_periods
  referencing old table as overwritten new table as written
  for each statement execute function accounting.close_books();
--> statement-breakpoint
create trigger guard_balance_insert before insert on accounting.customers
  for each row when (new.balance <> 0)
  execute function accounting.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create trigger guard_balance_update before update on accounting.customers
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function accounting.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create trigger guard_balance_insert before insert on accounting.vendors
  for each row when (new.balance <> 0)
  execute function accounting.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
create trigger guard_balance_update before update on accounting.vendors
  for each row when (new.balance is distinct from old.balance and current_user <> 'ledger_writer')
  execute function accounting.refuse('ZT002', 'The balance follows the documents: it cannot be set');
--> statement-breakpoint
-- The ledger writes nothing of a customer or vendor but the balance, and the journal is the record of that.
drop trigger write_audit on accounting.customers;
--> statement-breakpoint
create trigger write_audit after update or delete on accounting.customers
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
--> statement-breakpoint
drop trigger write_audit on accounting.vendors;
--> statement-breakpoint
create trigger write_audit after update or delete on accounting.vendors
  for each row when (current_user <> 'ledger_writer') execute function tenancy.write_audit();
