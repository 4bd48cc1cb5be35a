-- Fills in what the writer of a payment leaves to the books: account, rate and base amounts. A base amount that is given is
-- what the account moved by; where there is no rate, it says the rate.
-- @execute authenticated, platform
create function accounting.prepare_payment() returns trigger
  language plpgsql
as $$
declare
  v_books accounting.books;
  v_account accounting.accounts;
  v_decimals int;
  v_stated numeric;
  v_problem text;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  select b.* into v_books from accounting.books b
  where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  end if;
  -- A payment whose external id exists is not written again: ON CONFLICT decides that after this trigger.
  select p.account_id into v_account.id from accounting.payments p
  where p.tenant_id = new.tenant_id and p.company_id = new.company_id and p.external_id = new.external_id;
  if found then
    new.account_id := coalesce(new.account_id, v_account.id);
    new.base_amount := coalesce(new.base_amount, 0);
    return new;
  end if;
  if new.allocated_amount <> 0 or new.allocated_base_amount <> 0 or new.voided_on is not null then
    raise exception using errcode = 'ZT003',
      message = 'A new payment stands and is allocated to nothing: insert its allocations after it';
  end if;
  if (new.customer_id is not null and not exists (
        select from accounting.customers c
        where c.tenant_id = new.tenant_id and c.company_id = new.company_id and c.id = new.customer_id))
    or (new.vendor_id is not null and not exists (
        select from accounting.vendors v
        where v.tenant_id = new.tenant_id and v.company_id = new.company_id and v.id = new.vendor_id)) then
    raise exception using errcode = 'ZT004', message = 'The company has no such customer or vendor';
  end if;

  new.account_id := coalesce(new.account_id, v_books.bank_account_id);
  select a.* into v_account from accounting.accounts a
  where a.tenant_id = new.tenant_id and a.company_id = new.company_id and a.id = new.account_id;
  if not found then
    raise exception using errcode = 'ZT004', message = 'The company has no such account';
  elsif v_account.type not in ('asset', 'liability')
    or v_account.id in (v_books.receivable_account_id, v_books.payable_account_id) then
    raise exception using errcode = 'ZT003',
      message = 'A payment goes through a bank, cash or card account: not through receivables or payables, income or expenses';
  elsif not v_account.is_active then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is archived: restore it, or take another';
  elsif v_account.currency <> new.currency then
    raise exception using errcode = 'ZT003', message = 'The account of the payment is kept in another currency: take another';
  end if;

  if new.amount <> round(new.amount, tenancy.currency_exponent(new.currency)) then
    raise exception using errcode = 'ZT002', message = 'The amount has more decimals than its currency';
  end if;
  v_decimals := tenancy.currency_exponent(v_books.base_currency);
  v_stated := nullif(new.base_amount, 0);
  if v_stated is not null then
    v_problem := accounting.stated_amount_problem(v_stated, new.amount, new.currency, v_books.base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  if new.currency = v_books.base_currency then
    new.exchange_rate := 1;
  elsif new.exchange_rate is null then
    select x.rate into new.exchange_rate
    from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, new.payment_date) x;
    new.exchange_rate := coalesce(new.exchange_rate, accounting.implied_rate(new.amount, v_stated));
    if new.exchange_rate is null then
      raise exception using errcode = 'ZT003',
        message = 'There is no exchange rate for the currency on that date: set one, or give the rate';
    end if;
  end if;
  new.base_amount := round(coalesce(v_stated, new.amount * new.exchange_rate), v_decimals);
  new.exchange_difference := new.base_amount - round(new.amount * new.exchange_rate, v_decimals);
  new.amount := round(new.amount, tenancy.currency_exponent(new.currency));
  new.allocated_amount := round(0, tenancy.currency_exponent(new.currency));
  new.allocated_base_amount := round(0, v_decimals);
  return new;
end $$;
