-- The database after all migrations, read from its catalogue. Made by `pnpm db:migrate`: do not edit.
-- A difference to a real database is reported block by block.

-- schema accounting
CREATE SCHEMA accounting;

-- grants accounting
GRANT USAGE ON SCHEMA accounting TO authenticated;
GRANT USAGE ON SCHEMA accounting TO platform;

-- schema auth
CREATE SCHEMA auth;

-- grants auth
GRANT USAGE ON SCHEMA auth TO identity;

-- schema tenancy
CREATE SCHEMA tenancy;

-- grants tenancy
GRANT USAGE ON SCHEMA tenancy TO audit_writer;
GRANT USAGE ON SCHEMA tenancy TO authenticated;
GRANT USAGE ON SCHEMA tenancy TO membership_reader;
GRANT USAGE ON SCHEMA tenancy TO platform;

-- function accounting.check_invoice_total()
CREATE OR REPLACE FUNCTION accounting.check_invoice_total()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.check_invoice_total()
GRANT EXECUTE ON FUNCTION accounting.check_invoice_total() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.check_invoice_total() TO platform;

-- function accounting.check_invoice_totals()
CREATE OR REPLACE FUNCTION accounting.check_invoice_totals()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.check_invoice_totals()
GRANT EXECUTE ON FUNCTION accounting.check_invoice_totals() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.check_invoice_totals() TO platform;

-- function accounting.freeze_invoice()
CREATE OR REPLACE FUNCTION accounting.freeze_invoice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.freeze_invoice()
GRANT EXECUTE ON FUNCTION accounting.freeze_invoice() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.freeze_invoice() TO platform;

-- function accounting.freeze_invoice_line()
CREATE OR REPLACE FUNCTION accounting.freeze_invoice_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.freeze_invoice_line()
GRANT EXECUTE ON FUNCTION accounting.freeze_invoice_line() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.freeze_invoice_line() TO platform;

-- function accounting.keep_customer_balance()
CREATE OR REPLACE FUNCTION accounting.keep_customer_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update accounting.customers c set balance = c.balance + d.amount
  from (select w.tenant_id, w.customer_id,
          sum(w.total_amount * ((w.status = 'issued')::int - (o.status = 'issued')::int)) as amount
        from written w join overwritten o on o.tenant_id = w.tenant_id and o.id = w.id
        where w.status <> o.status group by 1, 2) d
  where c.tenant_id = d.tenant_id and c.id = d.customer_id and d.amount <> 0;
  return null;
end $function$;

-- grants accounting.keep_customer_balance()
GRANT EXECUTE ON FUNCTION accounting.keep_customer_balance() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.keep_customer_balance() TO platform;

-- function accounting.refuse_lines_of_issued()
CREATE OR REPLACE FUNCTION accounting.refuse_lines_of_issued()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants accounting.refuse_lines_of_issued()
GRANT EXECUTE ON FUNCTION accounting.refuse_lines_of_issued() TO authenticated;
GRANT EXECUTE ON FUNCTION accounting.refuse_lines_of_issued() TO platform;

-- function tenancy.current_company_id()
CREATE OR REPLACE FUNCTION tenancy.current_company_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_company_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_company_id()
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_company_id() TO platform;

-- function tenancy.current_identity_id()
CREATE OR REPLACE FUNCTION tenancy.current_identity_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_identity_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_identity_id()
GRANT EXECUTE ON FUNCTION tenancy.current_identity_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_identity_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_identity_id() TO membership_reader;
GRANT EXECUTE ON FUNCTION tenancy.current_identity_id() TO platform;

-- function tenancy.current_tenant_id()
CREATE OR REPLACE FUNCTION tenancy.current_tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_tenant_id()
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO membership_reader;
GRANT EXECUTE ON FUNCTION tenancy.current_tenant_id() TO platform;

-- function tenancy.current_user_id()
CREATE OR REPLACE FUNCTION tenancy.current_user_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('app.current_user_id'::text, true), ''::text))::uuid;

-- grants tenancy.current_user_id()
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO audit_writer;
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO membership_reader;
GRANT EXECUTE ON FUNCTION tenancy.current_user_id() TO platform;

-- function tenancy.keep_an_admin()
CREATE OR REPLACE FUNCTION tenancy.keep_an_admin()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$;

-- grants tenancy.keep_an_admin()
GRANT EXECUTE ON FUNCTION tenancy.keep_an_admin() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.keep_an_admin() TO platform;

-- function tenancy.keep_archived()
CREATE OR REPLACE FUNCTION tenancy.keep_archived()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.status = 'archived' and new.status <> 'archived' then
    raise exception using errcode = 'ZT003', message = 'An archived tenant stays archived';
  end if;
  return new;
end $function$;

-- grants tenancy.keep_archived()
GRANT EXECUTE ON FUNCTION tenancy.keep_archived() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.keep_archived() TO platform;

-- function tenancy.own_memberships()
CREATE OR REPLACE FUNCTION tenancy.own_memberships()
 RETURNS TABLE(tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return query
    select u.tenant_id, t.name, u.id, u.name, u.role
    from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.identity_id = tenancy.current_identity_id() and u.status = 'active' and t.status = 'active'
    order by t.name, u.tenant_id;
end $function$;
ALTER FUNCTION tenancy.own_memberships() OWNER TO membership_reader;

-- grants tenancy.own_memberships()
GRANT EXECUTE ON FUNCTION tenancy.own_memberships() TO authenticated;

-- function tenancy.protect_table(regclass, text, text)
CREATE OR REPLACE FUNCTION tenancy.protect_table(target regclass, access text, audit text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  rights text := case access
    when 'read-write' then 'select, insert, update, delete'
    when 'no-delete' then 'select, insert, update'
    when 'append-only' then 'select, insert'
    when 'read-only' then 'select'
  end;
begin
  if rights is null or audit not in ('all', 'changes', 'none') then
    raise exception 'protect_table: unknown access % or audit %', access, audit;
  end if;
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('grant %s on %s to authenticated', rights, target);
  execute format('grant %s on %s to platform', rights, target);
  if exists (select from pg_attribute a where a.attrelid = target and a.attname = 'updated_at' and not a.attisdropped) then
    execute format('create trigger touch_updated_at before update on %s for each row execute function tenancy.touch_updated_at()', target);
  end if;
  if audit <> 'none' then
    execute format('create trigger write_audit after %s on %s for each row execute function tenancy.write_audit()',
      case audit when 'all' then 'insert or update or delete' else 'update or delete' end, target);
  end if;
end $function$;

-- function tenancy.record_audit(text, text, uuid, jsonb)
CREATE OR REPLACE FUNCTION tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  insert into tenancy.audit_log (tenant_id, admin_user_id, actor_login, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, action, target_type, target_id,
    coalesce(details, '{}'));
end $function$;
ALTER FUNCTION tenancy.record_audit(text, text, uuid, jsonb) OWNER TO audit_writer;

-- grants tenancy.record_audit(text, text, uuid, jsonb)
GRANT EXECUTE ON FUNCTION tenancy.record_audit(text, text, uuid, jsonb) TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.record_audit(text, text, uuid, jsonb) TO platform;

-- function tenancy.require_active_member()
CREATE OR REPLACE FUNCTION tenancy.require_active_member()
 RETURNS void
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.status = 'active' and t.status = 'active'
  ) then
    raise exception using errcode = 'ZT001',
      message = 'The user is not an active member of this tenant, or the tenant is not active';
  end if;
end $function$;
ALTER FUNCTION tenancy.require_active_member() OWNER TO membership_reader;

-- grants tenancy.require_active_member()
GRANT EXECUTE ON FUNCTION tenancy.require_active_member() TO authenticated;

-- function tenancy.require_admin()
CREATE OR REPLACE FUNCTION tenancy.require_admin()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return null;
end $function$;

-- grants tenancy.require_admin()
GRANT EXECUTE ON FUNCTION tenancy.require_admin() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.require_admin() TO platform;

-- function tenancy.step_by_one()
CREATE OR REPLACE FUNCTION tenancy.step_by_one()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.last_number not in (old.last_number, old.last_number + 1) then
    raise exception using errcode = 'ZT002', message = 'A number series moves by one: numbers are neither skipped nor given twice';
  end if;
  return new;
end $function$;

-- grants tenancy.step_by_one()
GRANT EXECUTE ON FUNCTION tenancy.step_by_one() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.step_by_one() TO platform;

-- function tenancy.touch_updated_at()
CREATE OR REPLACE FUNCTION tenancy.touch_updated_at()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.updated_at := clock_timestamp();
  return new;
end $function$;

-- grants tenancy.touch_updated_at()
GRANT EXECUTE ON FUNCTION tenancy.touch_updated_at() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.touch_updated_at() TO platform;

-- function tenancy.write_audit()
CREATE OR REPLACE FUNCTION tenancy.write_audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  row_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'token_hash' end;
  row_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'token_hash' end;
  written jsonb := coalesce(row_after, row_before);
begin
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, action, target_type, target_id, row_before, row_after)
  values (
    coalesce(written ->> 'tenant_id', written ->> 'id')::uuid, tenancy.current_user_id(), session_user, lower(tg_op),
    format('%s.%s', tg_table_schema, tg_table_name), (written ->> 'id')::uuid, row_before, row_after);
  return null;
end $function$;
ALTER FUNCTION tenancy.write_audit() OWNER TO audit_writer;

-- grants tenancy.write_audit()
GRANT EXECUTE ON FUNCTION tenancy.write_audit() TO authenticated;
GRANT EXECUTE ON FUNCTION tenancy.write_audit() TO platform;

-- table accounting.customers
CREATE TABLE accounting.customers (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  name text NOT NULL,
  email text,
  phone text,
  tax_id text,
  address text,
  city text,
  state text,
  postal_code text,
  country text,
  balance numeric(15,2) DEFAULT '0'::numeric NOT NULL,
  external_id text,
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.customers.customers_balance_nan_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_balance_nan_check CHECK ((balance <> 'NaN'::numeric));

-- constraint accounting.customers.customers_company_id_fkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.customers.customers_company_id_id_unique
ALTER TABLE accounting.customers ADD CONSTRAINT customers_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.customers.customers_name_check
ALTER TABLE accounting.customers ADD CONSTRAINT customers_name_check CHECK ((name <> ''::text));

-- constraint accounting.customers.customers_pkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.customers.customers_tenant_id_fkey
ALTER TABLE accounting.customers ADD CONSTRAINT customers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- index accounting.customers.idx_customers_external_id
CREATE UNIQUE INDEX idx_customers_external_id ON accounting.customers USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.customers.idx_customers_name_id
CREATE INDEX idx_customers_name_id ON accounting.customers USING btree (tenant_id, name, id);

-- rls accounting.customers
ALTER TABLE accounting.customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.customers FORCE ROW LEVEL SECURITY;

-- policy accounting.customers.company_isolation
CREATE POLICY company_isolation ON accounting.customers AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.customers.platform_access
CREATE POLICY platform_access ON accounting.customers AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.customers.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.customers AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.customers.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.customers FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.customers.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.customers FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.customers
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.customers TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.customers TO platform;

-- table accounting.invoice_lines
CREATE TABLE accounting.invoice_lines (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  invoice_id uuid NOT NULL,
  line_number integer NOT NULL,
  description text NOT NULL,
  quantity numeric(15,3) NOT NULL,
  unit_price numeric(15,4) NOT NULL,
  amount numeric(15,2) GENERATED ALWAYS AS (round((quantity * unit_price), 2)) STORED NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.invoice_lines.invoice_lines_invoice_id_fkey
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_invoice_id_fkey FOREIGN KEY (tenant_id, company_id, invoice_id) REFERENCES accounting.invoices(tenant_id, company_id, id) ON DELETE CASCADE;

-- constraint accounting.invoice_lines.invoice_lines_invoice_id_line_number_unique
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_invoice_id_line_number_unique UNIQUE (tenant_id, invoice_id, company_id, line_number);

-- constraint accounting.invoice_lines.invoice_lines_line_number_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_line_number_check CHECK ((line_number > 0));

-- constraint accounting.invoice_lines.invoice_lines_pkey
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.invoice_lines.invoice_lines_quantity_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_quantity_check CHECK ((quantity > (0)::numeric));

-- constraint accounting.invoice_lines.invoice_lines_quantity_nan_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_quantity_nan_check CHECK ((quantity <> 'NaN'::numeric));

-- constraint accounting.invoice_lines.invoice_lines_unit_price_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_unit_price_check CHECK ((unit_price >= (0)::numeric));

-- constraint accounting.invoice_lines.invoice_lines_unit_price_nan_check
ALTER TABLE accounting.invoice_lines ADD CONSTRAINT invoice_lines_unit_price_nan_check CHECK ((unit_price <> 'NaN'::numeric));

-- rls accounting.invoice_lines
ALTER TABLE accounting.invoice_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.invoice_lines FORCE ROW LEVEL SECURITY;

-- policy accounting.invoice_lines.company_isolation
CREATE POLICY company_isolation ON accounting.invoice_lines AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.invoice_lines.platform_access
CREATE POLICY platform_access ON accounting.invoice_lines AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.invoice_lines.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.invoice_lines AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.invoice_lines.freeze_invoice_line
CREATE TRIGGER freeze_invoice_line BEFORE DELETE OR UPDATE ON accounting.invoice_lines FOR EACH ROW EXECUTE FUNCTION accounting.freeze_invoice_line();

-- trigger accounting.invoice_lines.refuse_lines_of_issued
CREATE TRIGGER refuse_lines_of_issued AFTER INSERT ON accounting.invoice_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.refuse_lines_of_issued();

-- trigger accounting.invoice_lines.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.invoice_lines FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.invoice_lines.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.invoice_lines FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.invoice_lines
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoice_lines TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoice_lines TO platform;

-- table accounting.invoices
CREATE TABLE accounting.invoices (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  invoice_number text,
  invoice_date date NOT NULL,
  due_date date NOT NULL,
  total_amount numeric(15,2) NOT NULL,
  currency text DEFAULT 'USD'::text NOT NULL,
  status text DEFAULT 'draft'::text NOT NULL,
  billing_country text,
  issued_at timestamp(3) with time zone,
  external_id text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint accounting.invoices.invoices_company_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_company_id_id_unique
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_company_id_id_unique UNIQUE (tenant_id, company_id, id);

-- constraint accounting.invoices.invoices_currency_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text));

-- constraint accounting.invoices.invoices_customer_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (tenant_id, company_id, customer_id) REFERENCES accounting.customers(tenant_id, company_id, id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_due_date_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_due_date_check CHECK ((due_date >= invoice_date));

-- constraint accounting.invoices.invoices_invoice_number_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_invoice_number_check CHECK (((status = 'draft'::text) = (invoice_number IS NULL)));

-- constraint accounting.invoices.invoices_pkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_pkey PRIMARY KEY (tenant_id, id);

-- constraint accounting.invoices.invoices_status_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'issued'::text, 'paid'::text, 'void'::text])));

-- constraint accounting.invoices.invoices_tenant_id_fkey
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint accounting.invoices.invoices_total_amount_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_total_amount_check CHECK ((total_amount >= (0)::numeric));

-- constraint accounting.invoices.invoices_total_amount_nan_check
ALTER TABLE accounting.invoices ADD CONSTRAINT invoices_total_amount_nan_check CHECK ((total_amount <> 'NaN'::numeric));

-- index accounting.invoices.idx_invoices_customer_id
CREATE INDEX idx_invoices_customer_id ON accounting.invoices USING btree (tenant_id, customer_id);

-- index accounting.invoices.idx_invoices_external_id
CREATE UNIQUE INDEX idx_invoices_external_id ON accounting.invoices USING btree (tenant_id, company_id, external_id) WHERE (external_id IS NOT NULL);

-- index accounting.invoices.idx_invoices_invoice_date_id
CREATE INDEX idx_invoices_invoice_date_id ON accounting.invoices USING btree (tenant_id, invoice_date, id);

-- index accounting.invoices.idx_invoices_status_invoice_date_id
CREATE INDEX idx_invoices_status_invoice_date_id ON accounting.invoices USING btree (tenant_id, status, invoice_date, id);

-- index accounting.invoices.invoices_invoice_number_unique
CREATE UNIQUE INDEX invoices_invoice_number_unique ON accounting.invoices USING btree (tenant_id, company_id, invoice_number) WHERE (invoice_number IS NOT NULL);

-- rls accounting.invoices
ALTER TABLE accounting.invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounting.invoices FORCE ROW LEVEL SECURITY;

-- policy accounting.invoices.company_isolation
CREATE POLICY company_isolation ON accounting.invoices AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy accounting.invoices.platform_access
CREATE POLICY platform_access ON accounting.invoices AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy accounting.invoices.tenant_isolation
CREATE POLICY tenant_isolation ON accounting.invoices AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger accounting.invoices.check_invoice_total
CREATE TRIGGER check_invoice_total AFTER INSERT ON accounting.invoices FOR EACH ROW WHEN ((new.status <> 'draft'::text)) EXECUTE FUNCTION accounting.check_invoice_total();

-- trigger accounting.invoices.check_invoice_totals_update
CREATE TRIGGER check_invoice_totals_update AFTER UPDATE ON accounting.invoices REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.check_invoice_totals();

-- trigger accounting.invoices.freeze_invoice
CREATE TRIGGER freeze_invoice BEFORE DELETE OR UPDATE ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION accounting.freeze_invoice();

-- trigger accounting.invoices.keep_customer_balance_update
CREATE TRIGGER keep_customer_balance_update AFTER UPDATE ON accounting.invoices REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION accounting.keep_customer_balance();

-- trigger accounting.invoices.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger accounting.invoices.write_audit
CREATE TRIGGER write_audit AFTER DELETE OR UPDATE ON accounting.invoices FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants accounting.invoices
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoices TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON accounting.invoices TO platform;

-- table auth.account
CREATE TABLE auth.account (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  account_id text NOT NULL,
  provider_id text NOT NULL,
  user_id uuid NOT NULL,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp(3) with time zone,
  refresh_token_expires_at timestamp(3) with time zone,
  scope text,
  password text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.account.account_pkey
ALTER TABLE auth.account ADD CONSTRAINT account_pkey PRIMARY KEY (id);

-- constraint auth.account.account_user_id_user_id_fkey
ALTER TABLE auth.account ADD CONSTRAINT account_user_id_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- index auth.account.idx_account_account_id
CREATE INDEX idx_account_account_id ON auth.account USING btree (account_id, provider_id);

-- index auth.account.idx_account_user_id
CREATE INDEX idx_account_user_id ON auth.account USING btree (user_id);

-- grants auth.account
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.account TO identity;

-- table auth.session
CREATE TABLE auth.session (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  token text NOT NULL,
  ip_address text,
  user_agent text,
  user_id uuid NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.session.session_pkey
ALTER TABLE auth.session ADD CONSTRAINT session_pkey PRIMARY KEY (id);

-- constraint auth.session.session_user_id_user_id_fkey
ALTER TABLE auth.session ADD CONSTRAINT session_user_id_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- index auth.session.idx_session_token
CREATE UNIQUE INDEX idx_session_token ON auth.session USING btree (token);

-- index auth.session.idx_session_user_id
CREATE INDEX idx_session_user_id ON auth.session USING btree (user_id);

-- grants auth.session
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.session TO identity;

-- table auth.user
CREATE TABLE auth."user" (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  email text NOT NULL,
  email_verified boolean DEFAULT false NOT NULL,
  image text,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.user.user_pkey
ALTER TABLE auth."user" ADD CONSTRAINT user_pkey PRIMARY KEY (id);

-- index auth.user.idx_user_email
CREATE UNIQUE INDEX idx_user_email ON auth."user" USING btree (email);

-- grants auth.user
GRANT DELETE, INSERT, SELECT, UPDATE ON auth."user" TO identity;

-- table auth.verification
CREATE TABLE auth.verification (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  identifier text NOT NULL,
  value text NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint auth.verification.verification_pkey
ALTER TABLE auth.verification ADD CONSTRAINT verification_pkey PRIMARY KEY (id);

-- index auth.verification.idx_verification_identifier
CREATE INDEX idx_verification_identifier ON auth.verification USING btree (identifier);

-- grants auth.verification
GRANT DELETE, INSERT, SELECT, UPDATE ON auth.verification TO identity;

-- table tenancy.audit_log
CREATE TABLE tenancy.audit_log (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  admin_user_id uuid,
  actor_login text NOT NULL,
  action text NOT NULL,
  target_type text NOT NULL,
  target_id uuid,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  row_before jsonb,
  row_after jsonb,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint tenancy.audit_log.audit_log_admin_user_id_fkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_admin_user_id_fkey FOREIGN KEY (tenant_id, admin_user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.audit_log.audit_log_pkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.audit_log.audit_log_tenant_id_fkey
ALTER TABLE tenancy.audit_log ADD CONSTRAINT audit_log_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- index tenancy.audit_log.idx_audit_log_admin_user_id
CREATE INDEX idx_audit_log_admin_user_id ON tenancy.audit_log USING btree (tenant_id, admin_user_id);

-- index tenancy.audit_log.idx_audit_log_created_at_id
CREATE INDEX idx_audit_log_created_at_id ON tenancy.audit_log USING btree (tenant_id, created_at, id);

-- index tenancy.audit_log.idx_audit_log_target_type_target_id_created_at
CREATE INDEX idx_audit_log_target_type_target_id_created_at ON tenancy.audit_log USING btree (tenant_id, target_type, target_id, created_at);

-- rls tenancy.audit_log
ALTER TABLE tenancy.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.audit_log FORCE ROW LEVEL SECURITY;

-- policy tenancy.audit_log.audit_append
CREATE POLICY audit_append ON tenancy.audit_log AS PERMISSIVE FOR INSERT TO audit_writer
  WITH CHECK (true);

-- policy tenancy.audit_log.platform_access
CREATE POLICY platform_access ON tenancy.audit_log AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.audit_log.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.audit_log AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- grants tenancy.audit_log
GRANT INSERT ON tenancy.audit_log TO audit_writer;
GRANT SELECT ON tenancy.audit_log TO authenticated;
GRANT SELECT ON tenancy.audit_log TO platform;

-- table tenancy.companies
CREATE TABLE tenancy.companies (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  tax_id text,
  address text,
  email text,
  phone text,
  logo_url text,
  status text DEFAULT 'active'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.companies.companies_name_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_name_check CHECK ((name <> ''::text));

-- constraint tenancy.companies.companies_pkey
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.companies.companies_status_check
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_status_check CHECK ((status = ANY (ARRAY['active'::text, 'inactive'::text])));

-- constraint tenancy.companies.companies_tenant_id_fkey
ALTER TABLE tenancy.companies ADD CONSTRAINT companies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- rls tenancy.companies
ALTER TABLE tenancy.companies ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.companies FORCE ROW LEVEL SECURITY;

-- policy tenancy.companies.platform_access
CREATE POLICY platform_access ON tenancy.companies AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.companies.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.companies AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.companies.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.companies FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.companies.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.companies FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.companies
GRANT INSERT, SELECT, UPDATE ON tenancy.companies TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.companies TO platform;

-- table tenancy.idempotency_keys
CREATE TABLE tenancy.idempotency_keys (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  operation text NOT NULL,
  key text NOT NULL,
  request_hash text NOT NULL,
  result jsonb,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.idempotency_keys.idempotency_keys_operation_key_unique
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_operation_key_unique UNIQUE (tenant_id, operation, key);

-- constraint tenancy.idempotency_keys.idempotency_keys_pkey
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.idempotency_keys.idempotency_keys_tenant_id_fkey
ALTER TABLE tenancy.idempotency_keys ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- rls tenancy.idempotency_keys
ALTER TABLE tenancy.idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.idempotency_keys FORCE ROW LEVEL SECURITY;

-- policy tenancy.idempotency_keys.platform_access
CREATE POLICY platform_access ON tenancy.idempotency_keys AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.idempotency_keys.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.idempotency_keys AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.idempotency_keys.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.idempotency_keys FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants tenancy.idempotency_keys
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.idempotency_keys TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.idempotency_keys TO platform;

-- table tenancy.invitations
CREATE TABLE tenancy.invitations (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  email text NOT NULL,
  role text DEFAULT 'user'::text NOT NULL,
  token_hash text NOT NULL,
  status text DEFAULT 'pending'::text NOT NULL,
  expires_at timestamp(3) with time zone NOT NULL,
  invited_by uuid,
  accepted_by uuid,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.invitations.invitations_accepted_by_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_accepted_by_fkey FOREIGN KEY (tenant_id, accepted_by) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_invited_by_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (tenant_id, invited_by) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_pkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.invitations.invitations_role_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text, 'market_maker'::text])));

-- constraint tenancy.invitations.invitations_status_check
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'accepted'::text, 'revoked'::text])));

-- constraint tenancy.invitations.invitations_tenant_id_fkey
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.invitations.invitations_token_hash_unique
ALTER TABLE tenancy.invitations ADD CONSTRAINT invitations_token_hash_unique UNIQUE (tenant_id, token_hash);

-- index tenancy.invitations.idx_invitations_accepted_by
CREATE INDEX idx_invitations_accepted_by ON tenancy.invitations USING btree (tenant_id, accepted_by);

-- index tenancy.invitations.idx_invitations_email
CREATE INDEX idx_invitations_email ON tenancy.invitations USING btree (tenant_id, email);

-- index tenancy.invitations.idx_invitations_invited_by
CREATE INDEX idx_invitations_invited_by ON tenancy.invitations USING btree (tenant_id, invited_by);

-- rls tenancy.invitations
ALTER TABLE tenancy.invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.invitations FORCE ROW LEVEL SECURITY;

-- policy tenancy.invitations.platform_access
CREATE POLICY platform_access ON tenancy.invitations AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.invitations.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.invitations AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.invitations.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.invitations FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.invitations.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.invitations FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.invitations.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.invitations FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.invitations
GRANT INSERT, SELECT, UPDATE ON tenancy.invitations TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.invitations TO platform;

-- table tenancy.number_series
CREATE TABLE tenancy.number_series (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  company_id uuid NOT NULL,
  series text NOT NULL,
  prefix text DEFAULT ''::text NOT NULL,
  padding integer DEFAULT 6 NOT NULL,
  last_number bigint DEFAULT 0 NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.number_series.number_series_company_id_fkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_company_id_fkey FOREIGN KEY (tenant_id, company_id) REFERENCES tenancy.companies(tenant_id, id) ON DELETE RESTRICT;

-- constraint tenancy.number_series.number_series_company_id_series_unique
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_company_id_series_unique UNIQUE (tenant_id, company_id, series);

-- constraint tenancy.number_series.number_series_last_number_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_last_number_check CHECK ((last_number >= 0));

-- constraint tenancy.number_series.number_series_padding_check
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_padding_check CHECK (((padding >= 0) AND (padding <= 18)));

-- constraint tenancy.number_series.number_series_pkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.number_series.number_series_tenant_id_fkey
ALTER TABLE tenancy.number_series ADD CONSTRAINT number_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- rls tenancy.number_series
ALTER TABLE tenancy.number_series ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.number_series FORCE ROW LEVEL SECURITY;

-- policy tenancy.number_series.company_isolation
CREATE POLICY company_isolation ON tenancy.number_series AS RESTRICTIVE FOR ALL TO authenticated
  USING (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))))
  WITH CHECK (((( SELECT tenancy.current_company_id() AS current_company_id) IS NULL) OR (company_id = ( SELECT tenancy.current_company_id() AS current_company_id))));

-- policy tenancy.number_series.platform_access
CREATE POLICY platform_access ON tenancy.number_series AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.number_series.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.number_series AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.number_series.step_by_one
CREATE TRIGGER step_by_one BEFORE UPDATE ON tenancy.number_series FOR EACH ROW EXECUTE FUNCTION tenancy.step_by_one();

-- trigger tenancy.number_series.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.number_series FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants tenancy.number_series
GRANT INSERT, SELECT, UPDATE ON tenancy.number_series TO authenticated;
GRANT INSERT, SELECT, UPDATE ON tenancy.number_series TO platform;

-- table tenancy.platform_log
CREATE TABLE tenancy.platform_log (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  actor text NOT NULL,
  reason text NOT NULL,
  login text DEFAULT SESSION_USER NOT NULL,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint tenancy.platform_log.platform_log_pkey
ALTER TABLE tenancy.platform_log ADD CONSTRAINT platform_log_pkey PRIMARY KEY (id);

-- rls tenancy.platform_log
ALTER TABLE tenancy.platform_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.platform_log FORCE ROW LEVEL SECURITY;

-- policy tenancy.platform_log.platform_append
CREATE POLICY platform_append ON tenancy.platform_log AS PERMISSIVE FOR INSERT TO platform
  WITH CHECK (true);

-- policy tenancy.platform_log.platform_read
CREATE POLICY platform_read ON tenancy.platform_log AS PERMISSIVE FOR SELECT TO platform
  USING (true);

-- grants tenancy.platform_log
GRANT INSERT, SELECT ON tenancy.platform_log TO platform;

-- table tenancy.roles
CREATE TABLE tenancy.roles (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  description text,
  permissions text[] DEFAULT '{}'::text[] NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.roles.roles_name_check
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_name_check CHECK ((name <> ''::text));

-- constraint tenancy.roles.roles_name_unique
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_name_unique UNIQUE (tenant_id, name);

-- constraint tenancy.roles.roles_pkey
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.roles.roles_tenant_id_fkey
ALTER TABLE tenancy.roles ADD CONSTRAINT roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- rls tenancy.roles
ALTER TABLE tenancy.roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.roles FORCE ROW LEVEL SECURITY;

-- policy tenancy.roles.platform_access
CREATE POLICY platform_access ON tenancy.roles AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.roles.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.roles AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.roles.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.roles FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.roles.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.roles FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.roles.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.roles FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.roles
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.roles TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.roles TO platform;

-- table tenancy.security_events
CREATE TABLE tenancy.security_events (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  type text NOT NULL,
  severity text NOT NULL,
  user_id uuid,
  ip_address text,
  user_agent text,
  details jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL
);

-- constraint tenancy.security_events.security_events_pkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.security_events.security_events_severity_check
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_severity_check CHECK ((severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])));

-- constraint tenancy.security_events.security_events_tenant_id_fkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.security_events.security_events_user_id_fkey
ALTER TABLE tenancy.security_events ADD CONSTRAINT security_events_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE RESTRICT;

-- index tenancy.security_events.idx_security_events_created_at_id
CREATE INDEX idx_security_events_created_at_id ON tenancy.security_events USING btree (tenant_id, created_at, id);

-- index tenancy.security_events.idx_security_events_user_id
CREATE INDEX idx_security_events_user_id ON tenancy.security_events USING btree (tenant_id, user_id);

-- rls tenancy.security_events
ALTER TABLE tenancy.security_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.security_events FORCE ROW LEVEL SECURITY;

-- policy tenancy.security_events.platform_access
CREATE POLICY platform_access ON tenancy.security_events AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.security_events.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.security_events AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- grants tenancy.security_events
GRANT INSERT, SELECT ON tenancy.security_events TO authenticated;
GRANT INSERT, SELECT ON tenancy.security_events TO platform;

-- table tenancy.tenants
CREATE TABLE tenancy.tenants (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  name text NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.tenants.tenants_name_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_name_check CHECK ((name <> ''::text));

-- constraint tenancy.tenants.tenants_pkey
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

-- constraint tenancy.tenants.tenants_status_check
ALTER TABLE tenancy.tenants ADD CONSTRAINT tenants_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'archived'::text])));

-- rls tenancy.tenants
ALTER TABLE tenancy.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.tenants FORCE ROW LEVEL SECURITY;

-- policy tenancy.tenants.membership_reading
CREATE POLICY membership_reading ON tenancy.tenants AS PERMISSIVE FOR SELECT TO membership_reader
  USING (true);

-- policy tenancy.tenants.platform_access
CREATE POLICY platform_access ON tenancy.tenants AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.tenants.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.tenants AS PERMISSIVE FOR ALL TO authenticated
  USING ((id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.tenants.keep_archived
CREATE TRIGGER keep_archived BEFORE UPDATE OF status ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION tenancy.keep_archived();

-- trigger tenancy.tenants.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.tenants.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE OF name, status ON tenancy.tenants FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.tenants
GRANT SELECT ON tenancy.tenants TO authenticated;
GRANT SELECT ON tenancy.tenants TO membership_reader;
GRANT INSERT, SELECT, UPDATE ON tenancy.tenants TO platform;
GRANT INSERT (id) ON tenancy.tenants TO authenticated;
GRANT INSERT (name) ON tenancy.tenants TO authenticated;
GRANT UPDATE (name) ON tenancy.tenants TO authenticated;
GRANT UPDATE (updated_at) ON tenancy.tenants TO authenticated;

-- table tenancy.user_profiles
CREATE TABLE tenancy.user_profiles (
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  dni character varying(20),
  phone character varying(50),
  birth_date date,
  avatar_url character varying(255),
  is_active boolean DEFAULT true NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.user_profiles.user_profiles_pkey
ALTER TABLE tenancy.user_profiles ADD CONSTRAINT user_profiles_pkey PRIMARY KEY (id);

-- constraint tenancy.user_profiles.user_profiles_user_id_fkey
ALTER TABLE tenancy.user_profiles ADD CONSTRAINT user_profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES auth."user"(id) ON DELETE CASCADE;

-- constraint tenancy.user_profiles.user_profiles_user_id_unique
ALTER TABLE tenancy.user_profiles ADD CONSTRAINT user_profiles_user_id_unique UNIQUE (user_id);

-- rls tenancy.user_profiles
ALTER TABLE tenancy.user_profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.user_profiles FORCE ROW LEVEL SECURITY;

-- policy tenancy.user_profiles.own_profile
CREATE POLICY own_profile ON tenancy.user_profiles AS PERMISSIVE FOR ALL TO authenticated
  USING ((user_id = ( SELECT tenancy.current_identity_id() AS current_identity_id)))
  WITH CHECK ((user_id = ( SELECT tenancy.current_identity_id() AS current_identity_id)));

-- policy tenancy.user_profiles.platform_access
CREATE POLICY platform_access ON tenancy.user_profiles AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- trigger tenancy.user_profiles.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.user_profiles FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- grants tenancy.user_profiles
GRANT INSERT, SELECT, UPDATE ON tenancy.user_profiles TO authenticated;
GRANT SELECT ON tenancy.user_profiles TO platform;

-- table tenancy.user_roles
CREATE TABLE tenancy.user_roles (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  user_id uuid NOT NULL,
  role_id uuid NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.user_roles.user_roles_pkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.user_roles.user_roles_role_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES tenancy.roles(tenant_id, id) ON DELETE CASCADE;

-- constraint tenancy.user_roles.user_roles_tenant_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- constraint tenancy.user_roles.user_roles_user_id_fkey
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.users(tenant_id, id) ON DELETE CASCADE;

-- constraint tenancy.user_roles.user_roles_user_id_role_id_unique
ALTER TABLE tenancy.user_roles ADD CONSTRAINT user_roles_user_id_role_id_unique UNIQUE (tenant_id, user_id, role_id);

-- index tenancy.user_roles.idx_user_roles_role_id
CREATE INDEX idx_user_roles_role_id ON tenancy.user_roles USING btree (tenant_id, role_id);

-- rls tenancy.user_roles
ALTER TABLE tenancy.user_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.user_roles FORCE ROW LEVEL SECURITY;

-- policy tenancy.user_roles.platform_access
CREATE POLICY platform_access ON tenancy.user_roles AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.user_roles.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.user_roles AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.user_roles.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE ON tenancy.user_roles FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.user_roles.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.user_roles FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.user_roles.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.user_roles FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.user_roles
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.user_roles TO authenticated;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenancy.user_roles TO platform;

-- table tenancy.users
CREATE TABLE tenancy.users (
  tenant_id uuid DEFAULT tenancy.current_tenant_id() NOT NULL,
  id uuid DEFAULT gen_random_uuid() NOT NULL,
  identity_id uuid,
  email text NOT NULL,
  email_lower text GENERATED ALWAYS AS (lower(email)) STORED,
  name text NOT NULL,
  role text DEFAULT 'user'::text NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  settings jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
  updated_at timestamp(3) with time zone DEFAULT now() NOT NULL
);

-- constraint tenancy.users.users_email_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_email_check CHECK ((email <> ''::text));

-- constraint tenancy.users.users_identity_id_fkey
ALTER TABLE tenancy.users ADD CONSTRAINT users_identity_id_fkey FOREIGN KEY (identity_id) REFERENCES auth."user"(id) ON DELETE RESTRICT;

-- constraint tenancy.users.users_identity_id_unique
ALTER TABLE tenancy.users ADD CONSTRAINT users_identity_id_unique UNIQUE (tenant_id, identity_id);

-- constraint tenancy.users.users_pkey
ALTER TABLE tenancy.users ADD CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id);

-- constraint tenancy.users.users_role_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_role_check CHECK ((role = ANY (ARRAY['user'::text, 'admin'::text, 'market_maker'::text])));

-- constraint tenancy.users.users_status_check
ALTER TABLE tenancy.users ADD CONSTRAINT users_status_check CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'removed'::text])));

-- constraint tenancy.users.users_tenant_id_fkey
ALTER TABLE tenancy.users ADD CONSTRAINT users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE RESTRICT;

-- index tenancy.users.idx_users_identity_id
CREATE INDEX idx_users_identity_id ON tenancy.users USING btree (identity_id);

-- index tenancy.users.users_email_unique
CREATE UNIQUE INDEX users_email_unique ON tenancy.users USING btree (tenant_id, email_lower) WHERE (email_lower IS NOT NULL);

-- rls tenancy.users
ALTER TABLE tenancy.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenancy.users FORCE ROW LEVEL SECURITY;

-- policy tenancy.users.membership_reading
CREATE POLICY membership_reading ON tenancy.users AS PERMISSIVE FOR SELECT TO membership_reader
  USING (true);

-- policy tenancy.users.platform_access
CREATE POLICY platform_access ON tenancy.users AS PERMISSIVE FOR ALL TO platform
  USING (true)
  WITH CHECK (true);

-- policy tenancy.users.tenant_isolation
CREATE POLICY tenant_isolation ON tenancy.users AS PERMISSIVE FOR ALL TO authenticated
  USING ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)))
  WITH CHECK ((tenant_id = ( SELECT tenancy.current_tenant_id() AS current_tenant_id)));

-- trigger tenancy.users.keep_an_admin
CREATE TRIGGER keep_an_admin AFTER DELETE OR UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.keep_an_admin();

-- trigger tenancy.users.require_admin
CREATE TRIGGER require_admin BEFORE INSERT OR DELETE OR UPDATE OF role, status, identity_id, email ON tenancy.users FOR EACH STATEMENT EXECUTE FUNCTION tenancy.require_admin();

-- trigger tenancy.users.touch_updated_at
CREATE TRIGGER touch_updated_at BEFORE UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.touch_updated_at();

-- trigger tenancy.users.write_audit
CREATE TRIGGER write_audit AFTER INSERT OR DELETE OR UPDATE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.write_audit();

-- grants tenancy.users
GRANT INSERT, SELECT, UPDATE ON tenancy.users TO authenticated;
GRANT SELECT ON tenancy.users TO membership_reader;
GRANT INSERT, SELECT, UPDATE ON tenancy.users TO platform;
