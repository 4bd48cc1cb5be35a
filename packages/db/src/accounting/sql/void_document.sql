-- Dates the void of a document: the day given, else today, and never before the document's own date. What is settled, in
-- part or whole, is not voided. The argument is what the document is called.
-- @execute authenticated, platform
create function accounting.void_document() returns trigger
  language plpgsql
as $$
declare
  v_date date;
begin
  if old.paid_amount <> 0 then
    raise exception using errcode = 'ZT003',
      message = format('This %s is settled, in part or whole: take that back first, then void it', tg_argv[0]);
  end if;
  if tg_table_name = 'invoices' then
    v_date := new.invoice_date;
  else
    v_date := new.bill_date;
  end if;
  new.voided_on := coalesce(new.voided_on, greatest(current_date, v_date));
  if new.voided_on < v_date then
    raise exception using errcode = 'ZT003',
      message = format('The %s is not voided before its own date: choose that date or a later one', tg_argv[0]);
  end if;
  return new;
end $$;
