-- A draft in another currency: its lines are in that one too, and their amounts are rounded to its decimals.
-- @execute authenticated, platform
create function accounting.renew_line_amounts() returns trigger
  language plpgsql
as $$
begin
  if tg_table_name = 'invoices' then
    update accounting.invoice_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.invoice_id = new.id;
  else
    update accounting.bill_lines l set currency = new.currency
    where l.tenant_id = new.tenant_id and l.bill_id = new.id;
  end if;
  return null;
end $$;
