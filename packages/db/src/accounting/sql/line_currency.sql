-- The currency of a document's line: that of its document, whatever the writer says when it changes. A line without its
-- document is refused by its key.
-- @execute authenticated, platform
create function accounting.line_currency() returns trigger
  language plpgsql
as $$
begin
  if tg_table_name = 'invoice_lines' then
    select d.currency into new.currency from accounting.invoices d
    where d.tenant_id = new.tenant_id and d.id = new.invoice_id;
  else
    select d.currency into new.currency from accounting.bills d
    where d.tenant_id = new.tenant_id and d.id = new.bill_id;
  end if;
  return new;
end $$;
