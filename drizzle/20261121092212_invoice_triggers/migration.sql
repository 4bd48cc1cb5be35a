-- A line is checked against its invoice once per statement, not once per line. The invoice is locked while it gains,
-- changes or loses lines, so that it cannot be issued in between with a total that is not theirs; a draft of this
-- transaction needs no lock, as nobody else can change it.
create function accounting.refuse_lines_of_issued() returns trigger
  language plpgsql
as $$
declare
  frozen boolean;
begin
  -- For each invoice by its key, whatever the planner takes the tables for: LATERAL with a lock cannot be turned round.
  -- In one order, so that two writers cannot wait for each other. A WHERE on the status would go below the lock, and
  -- draft invoices stay unlocked.
  select bool_or(locked.status <> 'draft') into frozen
  from (select distinct w.tenant_id, w.invoice_id from written w order by 1, 2) d
  cross join lateral (
    select i.status from accounting.invoices i
    where i.tenant_id = d.tenant_id and i.id = d.invoice_id
      and (i.status <> 'draft' or i.xmin <> pg_current_xact_id()::xid)
    for no key update
  ) locked;
  if frozen then
    raise exception using errcode = 'ZT003', message = 'The lines of an issued invoice cannot be changed';
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace function accounting.freeze_invoice_line() returns trigger
  language plpgsql
as $$
declare
  invoice_status text;
begin
  select i.status into invoice_status from accounting.invoices i
  where i.tenant_id = old.tenant_id and i.id = old.invoice_id
  for no key update;
  if invoice_status <> 'draft' or (tg_op = 'UPDATE' and new.invoice_id <> old.invoice_id) then
    raise exception using errcode = 'ZT003', message = 'The lines of an issued invoice cannot be changed';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
--> statement-breakpoint
revoke execute on function accounting.refuse_lines_of_issued() from public;
--> statement-breakpoint
grant execute on function accounting.refuse_lines_of_issued() to authenticated, platform;
--> statement-breakpoint
drop trigger freeze_invoice_line on accounting.invoice_lines;
--> statement-breakpoint
create trigger freeze_invoice_line before update or delete on accounting.invoice_lines
  for each row execute function accounting.freeze_invoice_line();
--> statement-breakpoint
create trigger refuse_lines_of_issued after insert on accounting.invoice_lines
  referencing new table as written for each statement execute function accounting.refuse_lines_of_issued();
--> statement-breakpoint
-- New invoices are drafts, for which there is nothing to check and nothing is owed: only others start the triggers.
create function accounting.check_invoice_total() returns trigger
  language plpgsql
as $$
begin
  if new.total_amount is distinct from (
    select sum(l.amount) from accounting.invoice_lines l
    where l.tenant_id = new.tenant_id and l.invoice_id = new.id
  ) then
    raise exception using errcode = 'ZT002', message = 'An invoice needs lines, and its total must be their sum';
  end if;
  if new.status = 'issued' then
    update accounting.customers c set balance = c.balance + new.total_amount
    where c.tenant_id = new.tenant_id and c.id = new.customer_id;
  end if;
  return null;
end $$;
--> statement-breakpoint
revoke execute on function accounting.check_invoice_total() from public;
--> statement-breakpoint
grant execute on function accounting.check_invoice_total() to authenticated, platform;
--> statement-breakpoint
drop trigger check_invoice_totals_insert on accounting.invoices;
--> statement-breakpoint
drop trigger keep_customer_balance_insert on accounting.invoices;
--> statement-breakpoint
create trigger check_invoice_total after insert on accounting.invoices
  for each row when (new.status <> 'draft') execute function accounting.check_invoice_total();
--> statement-breakpoint
create or replace function accounting.keep_customer_balance() returns trigger
  language plpgsql
as $$
begin
  update accounting.customers c set balance = c.balance + d.amount
  from (select w.tenant_id, w.customer_id,
          sum(w.total_amount * ((w.status = 'issued')::int - (o.status = 'issued')::int)) as amount
        from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
        where w.status <> o.status group by 1, 2) d
  where c.tenant_id = d.tenant_id and c.id = d.customer_id and d.amount <> 0;
  return null;
end $$;
