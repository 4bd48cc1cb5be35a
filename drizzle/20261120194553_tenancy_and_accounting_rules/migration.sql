-- The audit function belongs to a role that may append to the trail and nothing else.
grant create on schema tenancy to audit_writer;
--> statement-breakpoint
alter function tenancy.write_audit() owner to audit_writer;
--> statement-breakpoint
alter function tenancy.record_audit(text, text, uuid, jsonb) owner to audit_writer;
--> statement-breakpoint
revoke create on schema tenancy from audit_writer;
--> statement-breakpoint
grant insert on tenancy.audit_log to audit_writer;
--> statement-breakpoint
select tenancy.protect_table('tenancy.companies', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('accounting.customers', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.invoices', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('accounting.invoice_lines', 'read-write', 'changes');
--> statement-breakpoint
select tenancy.protect_table('tenancy.number_series', 'no-delete', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.idempotency_keys', 'read-write', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.users', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.roles', 'read-write', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.user_roles', 'read-write', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.invitations', 'no-delete', 'all');
--> statement-breakpoint
select tenancy.protect_table('tenancy.audit_log', 'read-only', 'none');
--> statement-breakpoint
select tenancy.protect_table('tenancy.security_events', 'append-only', 'none');
--> statement-breakpoint
-- tenants, profiles and the platform's log are no tenant tables: their owner is a tenant, a person, the platform.
alter table tenancy.tenants force row level security;
--> statement-breakpoint
grant select, insert (id, name), update (name, updated_at) on tenancy.tenants to authenticated;
--> statement-breakpoint
grant select, insert, update on tenancy.tenants to platform;
--> statement-breakpoint
create trigger touch_updated_at before update on tenancy.tenants
  for each row execute function tenancy.touch_updated_at();
--> statement-breakpoint
create trigger write_audit after insert or update of name, status or delete on tenancy.tenants
  for each row execute function tenancy.write_audit();
--> statement-breakpoint
alter table tenancy.user_profiles force row level security;
--> statement-breakpoint
grant select, insert, update on tenancy.user_profiles to authenticated;
--> statement-breakpoint
grant select on tenancy.user_profiles to platform;
--> statement-breakpoint
create trigger touch_updated_at before update on tenancy.user_profiles
  for each row execute function tenancy.touch_updated_at();
--> statement-breakpoint
alter table tenancy.platform_log force row level security;
--> statement-breakpoint
grant select, insert on tenancy.platform_log to platform;
--> statement-breakpoint
grant select, insert, update, delete on auth."user", auth.session, auth.account, auth.verification to identity;
--> statement-breakpoint
-- A tenant always has an active admin. The tenant's row is written, not only locked, so that two admins who remove
-- each other at once wait for one another, or fail with 40001 under repeatable read.
create function tenancy.keep_an_admin() returns trigger
  language plpgsql
as $$
begin
  if old.role <> 'admin' or old.status <> 'active' then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' and new.tenant_id = old.tenant_id then
    return null;
  end if;
  update tenancy.tenants t set updated_at = clock_timestamp() where t.id = old.tenant_id;
  if not exists (
    select from tenancy.users u where u.tenant_id = old.tenant_id and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT002', message = 'A tenant needs an active admin: make another member admin first';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger keep_an_admin after update or delete on tenancy.users
  for each row execute function tenancy.keep_an_admin();
--> statement-breakpoint
create function tenancy.keep_archived() returns trigger
  language plpgsql
as $$
begin
  if old.status = 'archived' and new.status <> 'archived' then
    raise exception using errcode = 'ZT003', message = 'An archived tenant stays archived';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger keep_archived before update of status on tenancy.tenants
  for each row execute function tenancy.keep_archived();
--> statement-breakpoint
-- In the scope of a user only an active admin manages members, roles and invitations; jobs and the platform name none.
create function tenancy.require_admin() returns trigger
  language plpgsql
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger require_admin before insert or update of role, status, identity_id, email or delete on tenancy.users
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create trigger require_admin before insert or update or delete on tenancy.roles
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create trigger require_admin before insert or update or delete on tenancy.user_roles
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create trigger require_admin before insert or update or delete on tenancy.invitations
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create function tenancy.step_by_one() returns trigger
  language plpgsql
as $$
begin
  if new.last_number not in (old.last_number, old.last_number + 1) then
    raise exception using errcode = 'ZT002', message = 'A number series moves by one: numbers are neither skipped nor given twice';
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger step_by_one before update on tenancy.number_series
  for each row execute function tenancy.step_by_one();
--> statement-breakpoint
-- An issued invoice is a legal document: only its status moves on, and it is never deleted.
create function accounting.freeze_invoice() returns trigger
  language plpgsql
as $$
begin
  if old.status = 'draft' then
    if tg_op = 'UPDATE' and new.status = 'void' then
      raise exception using errcode = 'ZT003', message = 'A draft is not voided: delete it';
    end if;
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE' then
    raise exception using errcode = 'ZT003', message = 'An issued invoice cannot be deleted: void it';
  end if;
  if to_jsonb(new) - '{status,updated_at}'::text[] <> to_jsonb(old) - '{status,updated_at}'::text[] then
    raise exception using errcode = 'ZT003', message = 'An issued invoice cannot be changed: void it and issue another';
  end if;
  if new.status <> old.status and (old.status, new.status) not in (('issued', 'paid'), ('issued', 'void')) then
    raise exception using errcode = 'ZT003',
      message = format('An invoice does not go from %s to %s', old.status, new.status);
  end if;
  return new;
end $$;
--> statement-breakpoint
create trigger freeze_invoice before update or delete on accounting.invoices
  for each row execute function accounting.freeze_invoice();
--> statement-breakpoint
create function accounting.freeze_invoice_line() returns trigger
  language plpgsql
as $$
declare
  line accounting.invoice_lines := case tg_op when 'DELETE' then old else new end;
begin
  if exists (
    select from accounting.invoices i
    where i.tenant_id = line.tenant_id and i.id = line.invoice_id and i.status <> 'draft'
  ) or (tg_op = 'UPDATE' and new.invoice_id <> old.invoice_id) then
    raise exception using errcode = 'ZT003', message = 'The lines of an issued invoice cannot be changed';
  end if;
  return line;
end $$;
--> statement-breakpoint
create trigger freeze_invoice_line before insert or update or delete on accounting.invoice_lines
  for each row execute function accounting.freeze_invoice_line();
--> statement-breakpoint
-- Whoever issues invoices, one by one or in bulk: each has lines, and its total is their sum.
create function accounting.check_invoice_totals() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from written w
    where w.status <> 'draft' and w.total_amount is distinct from (
      select sum(l.amount) from accounting.invoice_lines l
      where l.tenant_id = w.tenant_id and l.invoice_id = w.id)
  ) then
    raise exception using errcode = 'ZT002', message = 'An invoice needs lines, and its total must be their sum';
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger check_invoice_totals_insert after insert on accounting.invoices
  referencing new table as written for each statement execute function accounting.check_invoice_totals();
--> statement-breakpoint
create trigger check_invoice_totals_update after update on accounting.invoices
  referencing new table as written for each statement execute function accounting.check_invoice_totals();
--> statement-breakpoint
-- A customer owes what is issued and not paid. Kept here, so that a bulk update in plain SQL cannot forget it.
create function accounting.keep_customer_balance() returns trigger
  language plpgsql
as $$
begin
  if tg_op = 'INSERT' then
    update accounting.customers c set balance = c.balance + d.amount
    from (select w.tenant_id, w.customer_id, sum(w.total_amount) as amount
          from written w where w.status = 'issued' group by 1, 2) d
    where c.tenant_id = d.tenant_id and c.id = d.customer_id;
  else
    update accounting.customers c set balance = c.balance + d.amount
    from (select w.tenant_id, w.customer_id,
            sum(w.total_amount * ((w.status = 'issued')::int - (o.status = 'issued')::int)) as amount
          from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
          where w.status <> o.status group by 1, 2) d
    where c.tenant_id = d.tenant_id and c.id = d.customer_id and d.amount <> 0;
  end if;
  return null;
end $$;
--> statement-breakpoint
create trigger keep_customer_balance_insert after insert on accounting.invoices
  referencing new table as written for each statement execute function accounting.keep_customer_balance();
--> statement-breakpoint
create trigger keep_customer_balance_update after update on accounting.invoices
  referencing old table as overwritten new table as written
  for each statement execute function accounting.keep_customer_balance();
--> statement-breakpoint
revoke execute on all functions in schema tenancy, accounting from public;
--> statement-breakpoint
grant execute on function tenancy.keep_archived(), tenancy.keep_an_admin(), tenancy.require_admin(),
  tenancy.step_by_one(), accounting.freeze_invoice(), accounting.freeze_invoice_line(),
  accounting.check_invoice_totals(), accounting.keep_customer_balance() to authenticated, platform;
