-- Writes the amounts of a draft with the decimals of their currencies, and refuses more. In another currency the total is
-- that of the lines, which are rounded anew. A base amount that was stated for another total or currency is dropped.
-- @execute authenticated, platform
create function accounting.draft_amounts() returns trigger
  language plpgsql
as $$
declare
  v_decimals constant int := tenancy.currency_exponent(new.currency);
  v_base_decimals int;
  v_total numeric;
begin
  if tg_op = 'UPDATE' and old.currency <> new.currency and old.total_amount = new.total_amount then
    if tg_table_name = 'invoices' then
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.invoice_lines l where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
    else
      select sum(round(l.quantity * l.unit_price, v_decimals)) into v_total
      from accounting.bill_lines l where l.tenant_id = new.tenant_id and l.bill_id = new.id;
    end if;
    new.total_amount := coalesce(v_total, new.total_amount);
  end if;
  if new.total_amount <> round(new.total_amount, v_decimals) then
    raise exception using errcode = 'ZT002', message = 'The total has more decimals than its currency has';
  end if;
  new.total_amount := round(new.total_amount, v_decimals);
  new.paid_amount := tenancy.with_decimals(new.paid_amount, v_decimals);
  if tg_op = 'UPDATE' and old.base_amount = new.base_amount
    and (old.currency <> new.currency or old.total_amount <> new.total_amount) then
    new.base_amount := null;
  end if;
  if new.base_amount is not null then
    select tenancy.currency_exponent(b.base_currency) into v_base_decimals from accounting.books b
    where b.tenant_id = new.tenant_id and b.company_id = new.company_id;
    if new.base_amount <> round(new.base_amount, v_base_decimals) then
      raise exception using errcode = 'ZT002', message = 'The base amount has more decimals than the base currency of the books has';
    end if;
    new.base_amount := round(new.base_amount, coalesce(v_base_decimals, scale(new.base_amount)));
  end if;
  return new;
end $$;
