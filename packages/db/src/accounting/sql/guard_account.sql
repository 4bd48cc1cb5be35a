-- An account with lines keeps its type and currency and is not deleted. An account that the books use stays as they
-- need it.
-- @owner ledger_writer
-- @execute authenticated, platform
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
  perform tenancy.require_own_scope(old.tenant_id, old.company_id);
  -- Posting locks this row and reads the account afterwards.
  select b.version into v_lines from accounting.account_balances b
  where b.tenant_id = old.tenant_id and b.account_id = old.id
  for no key update;
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
