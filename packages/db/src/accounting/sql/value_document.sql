-- Gives a draft what it needs when it is issued or approved: rate and amount in base currency, seller and buyer as they are
-- now, and an invoice its number. A base amount that the draft states stays; where there is no rate, it says the rate.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
  v_base_currency text;
  v_decimals int;
  v_problem text;
  v_parties record;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select b.base_currency, tenancy.currency_exponent(b.base_currency), case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x),
        accounting.implied_rate(new.total_amount, new.base_amount)) end
  into v_base_currency, v_decimals, new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  if new.base_amount is not null then
    v_problem := accounting.stated_amount_problem(new.base_amount, new.total_amount, new.currency, v_base_currency);
    if v_problem is not null then
      raise exception using errcode = 'ZT002', message = v_problem;
    end if;
  end if;
  new.base_amount := round(coalesce(new.base_amount, new.total_amount * new.exchange_rate), v_decimals);
  new.paid_base_amount := round(new.paid_base_amount, v_decimals);
  if tg_table_name = 'bills' then
    v_parties := accounting.document_parties('bill', new.tenant_id, new.company_id, new.vendor_id);
  else
    v_parties := accounting.document_parties('invoice', new.tenant_id, new.company_id, new.customer_id);
  end if;
  new.seller := v_parties.seller;
  new.buyer := v_parties.buyer;
  if tg_table_name = 'bills' then
    new.approved_at := now();
    new.approved_by := tenancy.current_user_id();
    return new;
  end if;
  new.issued_at := coalesce(new.issued_at, now());
  if new.invoice_number is null then
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind, new.invoice_date);
  end if;
  return new;
end $$;
