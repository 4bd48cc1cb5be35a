-- Gives a draft what it needs when it is issued or approved: rate and amount in base currency, seller and buyer as they are
-- now, and an invoice its number.
-- @owner ledger_writer
-- @execute authenticated, platform
create function accounting.value_document() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_date date;
  v_parties record;
begin
  perform tenancy.require_own_scope(new.tenant_id, new.company_id);
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  select case when b.base_currency = new.currency then 1
      else coalesce(new.exchange_rate, (
        select x.rate from accounting.last_exchange_rate(new.tenant_id, new.company_id, new.currency, v_date) x)) end
  into new.exchange_rate
  from accounting.books b where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
  if not found then
    raise exception using errcode = 'ZT003',
      message = 'The company has no books yet: call accounts.createStandardChart or books.create first';
  elsif new.exchange_rate is null then
    raise exception using errcode = 'ZT003',
      message = 'There is no exchange rate for this currency on the document''s date: set one, or give the document its own';
  end if;
  new.base_amount := round(new.total_amount * new.exchange_rate, 2);
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
    new.invoice_number := accounting.next_invoice_number(new.company_id, new.kind);
  end if;
  return new;
end $$;
