-- Before any table of the package: schemas, group roles, and the rights on what belongs to everybody. Every statement
-- may run again and again.

-- Group roles (NOLOGIN) of logins: each login is a member of exactly one. Roles belong to the whole server, so another
-- database of it may have made them.
do $$
declare
  name text;
begin
  foreach name in array array['authenticated', 'identity', 'platform'] loop
    if not exists (select from pg_roles r where r.rolname = name) then
      begin
        execute format('create role %I nologin nosuperuser nobypassrls nocreaterole nocreatedb', name);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
    if exists (select from pg_roles r where r.rolname = name and (r.rolsuper or r.rolbypassrls or r.rolcanlogin)) then
      raise exception 'role % exists already and may log in or bypass row level security: rename it first', name;
    end if;
  end loop;
end $$;
--> statement-breakpoint
create schema if not exists auth;
--> statement-breakpoint
-- What a signed-in person may ask of auth, by functions: the runtime login has no right on auth itself.
create schema if not exists self;
--> statement-breakpoint
create schema if not exists tenancy;
--> statement-breakpoint
-- Nobody connects, makes temporary tables or makes tables in public, except who is told.
do $$
begin
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to authenticated, identity, platform', current_database());
exception when insufficient_privilege then
  raise notice 'the rights on the database stay as they are: only its owner can change them';
end $$;
--> statement-breakpoint
do $$
begin
  revoke create on schema public from public;
exception when insufficient_privilege then
  raise notice 'the rights on the schema public stay as they are: only its owner can change them';
end $$;
--> statement-breakpoint
-- Large objects know no policies, so their functions are for nobody.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (p.proname like 'lo\_%' or p.proname in ('loread', 'lowrite'))
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
exception when insufficient_privilege then
  raise notice 'large object functions stay executable: only a superuser can revoke them';
end $$;
--> statement-breakpoint
-- The server's own functions that reach other sessions, which all tenants' calls share, and those that run SQL given
-- as text, in which a change of the session can hide. Updating pg_settings is another way to SET.
do $$
declare
  closed regprocedure;
begin
  for closed in
    select p.oid from pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace and (
      p.proname in ('pg_cancel_backend', 'pg_terminate_backend', 'pg_stat_get_activity',
        'pg_stat_get_backend_activity', 'ts_stat')
      or (p.proname = 'ts_rewrite' and p.pronargs = 2)
      or p.proname ~ '^(query|table|cursor|schema|database)_to_xml')
  loop
    execute format('revoke execute on function %s from public', closed);
  end loop;
  grant execute on function pg_stat_get_activity(integer) to pg_read_all_stats;
  revoke update on pg_catalog.pg_settings from public;
exception when insufficient_privilege then
  raise notice 'functions that reach other sessions stay executable: only a superuser can revoke them';
end $$;
--> statement-breakpoint
grant usage on schema tenancy to authenticated, platform;
--> statement-breakpoint
grant usage on schema auth to identity;
--> statement-breakpoint
grant usage on schema self to authenticated;
--> statement-breakpoint
select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
-- Roles that own functions and may do what those need. Nobody logs in as one. Every statement may run again and again.

-- Appends to the audit trail, and may do nothing else.
select tenancy.make_writer_role('audit_writer', false);
--> statement-breakpoint
-- Reads the trail of the scope's tenant, whatever its company, and appends the seals.
select tenancy.make_writer_role('audit_sealer', false);
--> statement-breakpoint
-- Keeps memberships and members in step. Of tenants' tables it sees what the runtime login sees in its scope.
select tenancy.make_writer_role('membership_keeper', true);
--> statement-breakpoint
-- Shows a person the own rows.
select tenancy.make_writer_role('self_service', false);
--> statement-breakpoint
-- Gives the numbers of all domains, under the same policies as the runtime login.
select tenancy.make_writer_role('number_writer', true);
--> statement-breakpoint
grant usage on schema tenancy to audit_writer, audit_sealer, membership_keeper;
--> statement-breakpoint
grant usage on schema auth to membership_keeper, self_service;
--> statement-breakpoint
grant usage on schema self to self_service;
--> statement-breakpoint
select tenancy.join_role('audit_sealer');
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
-- tenancy/sql/current_tenant_id.sql
create or replace function tenancy.current_tenant_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_tenant_id', true), '')::uuid;
--> statement-breakpoint
select tenancy.protect_function('tenancy.current_tenant_id()', null, '{authenticated,platform,audit_sealer,audit_writer}');
--> statement-breakpoint
CREATE TABLE "tenancy"."audit_seals" (
	"tenant_id" uuid DEFAULT tenancy.current_tenant_id(),
	"id" uuid DEFAULT gen_random_uuid(),
	"sequence" integer NOT NULL,
	"server" text NOT NULL,
	"written_after" timestamp(3) with time zone,
	"from_transaction" xid8 NOT NULL,
	"to_transaction" xid8 NOT NULL,
	"line_count" integer NOT NULL,
	"lines_hash" text NOT NULL,
	"sealed_at" timestamp(3) with time zone NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_seals_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_seals_sequence_key" UNIQUE("tenant_id","sequence"),
	CONSTRAINT "audit_seals_written_after_range_check" CHECK ("written_after" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "audit_seals_sealed_at_range_check" CHECK ("sealed_at" between '1000-01-01 00:00:00+00' and '9999-12-31 23:59:59.999+00'),
	CONSTRAINT "audit_seals_range_check" CHECK (from_transaction <= to_transaction)
);
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_seals" ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "source" text DEFAULT 'database' NOT NULL;
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_log" ADD COLUMN "transaction_id" xid8 DEFAULT pg_current_xact_id() NOT NULL;
--> statement-breakpoint
CREATE INDEX "idx_audit_log_transaction_id" ON "tenancy"."audit_log" ("tenant_id","transaction_id");
--> statement-breakpoint
ALTER TABLE "tenancy"."audit_seals" ADD CONSTRAINT "audit_seals_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenancy"."tenants"("id") ON DELETE RESTRICT;
--> statement-breakpoint
CREATE POLICY "audit_seal" ON "tenancy"."audit_log" AS PERMISSIVE FOR SELECT TO "audit_sealer" USING (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "tenant_isolation" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "authenticated" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
CREATE POLICY "platform_access" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "platform" USING (true) WITH CHECK (true);
--> statement-breakpoint
CREATE POLICY "audit_seal" ON "tenancy"."audit_seals" AS PERMISSIVE FOR ALL TO "audit_sealer" USING (tenant_id = (select tenancy.current_tenant_id())) WITH CHECK (tenant_id = (select tenancy.current_tenant_id()));
--> statement-breakpoint
select tenancy.protect_table('tenancy.audit_seals', 'read-only', 'none');
--> statement-breakpoint
-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- tenants and the platform's log are no tenant tables: their owner is a tenant, and the platform.
alter table tenancy.tenants force row level security;
--> statement-breakpoint
grant select, insert (id, name), update (name, updated_at) on tenancy.tenants to authenticated;
--> statement-breakpoint
grant select, insert, update on tenancy.tenants to platform;
--> statement-breakpoint
alter table tenancy.platform_log force row level security;
--> statement-breakpoint
-- Login and time of a line are the server's: the platform says who and why.
revoke insert on tenancy.platform_log from platform;
--> statement-breakpoint
grant select, insert (actor, reason) on tenancy.platform_log to platform;
--> statement-breakpoint
-- What Better Auth's adapter connects as reads and writes these tables alone.
grant select, insert, update, delete on auth."user", auth.session, auth.account, auth.verification to identity;
--> statement-breakpoint
-- What belongs to persons is bound by policies too, whoever owns the functions that show it.
alter table auth.user_profiles force row level security;
--> statement-breakpoint
alter table auth.memberships force row level security;
--> statement-breakpoint
alter table auth.tenant_directory force row level security;
--> statement-breakpoint
-- What the owners of definer functions need.
grant insert on tenancy.audit_log to audit_writer;
--> statement-breakpoint
grant select on tenancy.audit_log to audit_sealer;
--> statement-breakpoint
grant select, insert on tenancy.audit_seals to audit_sealer;
--> statement-breakpoint
grant select, insert, update on tenancy.number_series to number_writer;
--> statement-breakpoint
grant select on auth.memberships, auth.tenant_directory to self_service;
--> statement-breakpoint
grant select, insert, update on auth.user_profiles to self_service;
--> statement-breakpoint
grant select, insert, update, delete on auth.memberships, auth.tenant_directory to membership_keeper;
--> statement-breakpoint
grant select (id, email, email_verified) on auth."user" to membership_keeper;
--> statement-breakpoint
-- tenancy/sql/digest_audit.sql
create or replace function tenancy.digest_audit(
  p_from xid8, p_to xid8, p_after timestamptz, p_until timestamptz, out line_count integer, out lines_hash text
)
  language plpgsql stable set timezone = 'UTC'
as $$
declare
  v_line text;
  v_hash bytea := '';
begin
  line_count := 0;
  for v_line in
    select (
      select jsonb_object_agg(e.key, e.value)::text from jsonb_each(to_jsonb(l)) e
      where e.value <> 'null'::jsonb)
    from tenancy.audit_log l
    where l.tenant_id = tenancy.current_tenant_id() and l.transaction_id >= p_from and l.transaction_id < p_to
      and l.created_at > coalesce(p_after, '-infinity') and l.created_at <= coalesce(p_until, 'infinity')
    order by l.transaction_id, l.id
  loop
    v_hash := sha256(v_hash || convert_to(v_line, 'UTF8'));
    line_count := line_count + 1;
  end loop;
  lines_hash := encode(v_hash, 'hex');
end $$;
--> statement-breakpoint
-- tenancy/sql/hash_seal.sql
create or replace function tenancy.hash_seal(p_previous text, p_seal tenancy.audit_seals) returns text
  language sql stable
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    p_previous, p_seal.tenant_id, p_seal.sequence, p_seal.server, extract(epoch from p_seal.written_after)::text,
    p_seal.from_transaction::text, p_seal.to_transaction::text, p_seal.line_count, p_seal.lines_hash,
    extract(epoch from p_seal.sealed_at)::text
  )::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- tenancy/sql/append_seal.sql
create or replace function tenancy.append_seal(
  p_last tenancy.audit_seals, p_server text, p_after timestamptz, p_until timestamptz, p_to xid8
) returns tenancy.audit_seals
  language plpgsql
as $$
declare
  v_seal tenancy.audit_seals;
begin
  v_seal.tenant_id := tenancy.current_tenant_id();
  v_seal.id := gen_random_uuid();
  v_seal.sequence := coalesce(p_last.sequence, 0) + 1;
  v_seal.server := p_server;
  v_seal.written_after := p_after;
  v_seal.from_transaction := case
    when p_last.sequence is null or p_last.written_after is distinct from p_after then '0'::xid8
    else p_last.to_transaction end;
  v_seal.to_transaction := p_to;
  select d.line_count, d.lines_hash into v_seal.line_count, v_seal.lines_hash
  from tenancy.digest_audit(v_seal.from_transaction, p_to, p_after, p_until) d;
  v_seal.sealed_at := clock_timestamp();
  v_seal.hash := tenancy.hash_seal(coalesce(p_last.hash, ''), v_seal);
  insert into tenancy.audit_seals select v_seal.* on conflict (tenant_id, sequence) do nothing;
  return case when found then v_seal end;
end $$;
--> statement-breakpoint
-- tenancy/sql/record_audit.sql
create or replace function tenancy.record_audit(action text, target_type text, target_id uuid, details jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tenancy.current_tenant_id() is null then
    raise exception using errcode = 'ZT005', message = 'An audit record needs a tenant scope';
  end if;
  if btrim(action) = '' or btrim(target_type) = '' then
    raise exception using errcode = 'ZT002', message = 'An audit record needs an action and a target type';
  end if;
  if lower(action collate "C") ~ '^[^a-z]*(insert|update|delete|truncate)[^a-z]*$' then
    raise exception using errcode = 'ZT002',
      message = 'insert, update, delete and truncate are recorded by the database: name the action otherwise';
  end if;
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, source, action, target_type, target_id, details)
  values (tenancy.current_tenant_id(), tenancy.current_user_id(), session_user, 'application', action, target_type,
    target_id, coalesce(details, '{}'));
end $$;
--> statement-breakpoint
-- tenancy/sql/require_active_tenant.sql
create or replace function tenancy.require_active_tenant() returns void
  language plpgsql stable
as $$
begin
  if exists (select from tenancy.tenants t where t.status <> 'active') then
    raise exception using errcode = 'ZT001',
      message = 'The tenant is suspended or archived: it may be read; a job that must write in it says inactive: true';
  end if;
end $$;
--> statement-breakpoint
-- tenancy/sql/server_number.sql
create or replace function tenancy.server_number() returns text
  language plpgsql stable
as $$
begin
  return (select c.system_identifier::text from pg_control_system() c);
exception when insufficient_privilege or feature_not_supported then
  return '';
end $$;
--> statement-breakpoint
-- tenancy/sql/seal_audit.sql
create or replace function tenancy.seal_audit(p_lines integer, out sealed integer, out remaining boolean)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_last tenancy.audit_seals;
  v_oldest xid8;
  v_foreign timestamptz;
  v_from xid8;
  v_first xid8;
  v_to xid8;
begin
  if v_tenant is null then
    raise exception using errcode = 'ZT005', message = 'Sealing the audit trail needs a tenant scope';
  end if;
  loop
    sealed := 0;
    select s.* into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
    v_oldest := pg_snapshot_xmin(pg_current_snapshot());

    -- What the query sees and this server numbered is below the end of the query's own snapshot.
    select max(l.created_at) into v_foreign from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id >= greatest(pg_snapshot_xmax(pg_current_snapshot()), v_last.to_transaction)
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned();
    if v_last.server <> v_server or v_foreign is not null then
      v_foreign := greatest(v_last.sealed_at, v_foreign);
      v_last := tenancy.append_seal(v_last, coalesce(v_last.server, v_server), v_last.written_after, v_foreign,
        '18446744073709551615'::xid8);
      continue when v_last.sequence is null;
      sealed := v_last.line_count;
      v_last := tenancy.append_seal(v_last, v_server, v_foreign, null, '0'::xid8);
    end if;

    v_from := coalesce(v_last.to_transaction, '0'::xid8);
    select l.transaction_id into v_first from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= v_from and l.transaction_id < v_oldest
      and l.created_at > coalesce(v_last.written_after, '-infinity')
    order by l.transaction_id limit 1;
    if v_first is not null then
      select l.transaction_id into v_to from tenancy.audit_log l
      where l.tenant_id = v_tenant and l.transaction_id > v_first and l.transaction_id < v_oldest
        and l.created_at > coalesce(v_last.written_after, '-infinity')
      order by l.transaction_id offset greatest(p_lines, 1) limit 1;
      v_last := tenancy.append_seal(v_last, v_server, v_last.written_after, null,
        coalesce(v_to, v_oldest));
      continue when v_last.sequence is null;
      sealed := sealed + v_last.line_count;
    end if;
    exit;
  end loop;
  remaining := exists (
    select from tenancy.audit_log l
    where l.tenant_id = v_tenant and l.transaction_id >= coalesce(v_last.to_transaction, '0'::xid8)
      and l.created_at > coalesce(v_last.written_after, '-infinity')
      and l.transaction_id is distinct from pg_current_xact_id_if_assigned());
end $$;
--> statement-breakpoint
-- tenancy/sql/verify_audit.sql
create or replace function tenancy.verify_audit(p_sequence integer, p_lines integer)
  returns table (sequence integer, hash text, line_count integer, found_count integer, lines_agree boolean,
    seal_agrees boolean, follows boolean)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_server constant text := tenancy.server_number();
  v_previous tenancy.audit_seals;
  v_seal tenancy.audit_seals;
  v_until timestamptz;
  v_digest record;
  v_read bigint;
begin
  select s.* into v_previous from tenancy.audit_seals s
  where s.tenant_id = v_tenant and s.sequence <= p_sequence order by s.sequence desc limit 1;
  for v_seal in
    select s.* from tenancy.audit_seals s where s.tenant_id = v_tenant and s.sequence > p_sequence order by s.sequence
  loop
    -- A numbering ends where the next one begins; the last one, on another server, at its last seal.
    if v_read is null or v_seal.written_after is distinct from v_previous.written_after then
      v_read := coalesce(v_read, 0);
      select min(s.written_after) into v_until from tenancy.audit_seals s
      where s.tenant_id = v_tenant and s.written_after > coalesce(v_seal.written_after, '-infinity');
      if v_until is null and v_seal.server <> v_server then
        select max(s.sealed_at) into v_until from tenancy.audit_seals s where s.tenant_id = v_tenant;
      end if;
    end if;
    select d.* into v_digest from tenancy.digest_audit(
      v_seal.from_transaction, v_seal.to_transaction, v_seal.written_after, v_until) d;
    sequence := v_seal.sequence;
    hash := v_seal.hash;
    line_count := v_seal.line_count;
    found_count := v_digest.line_count;
    lines_agree := v_digest.lines_hash = v_seal.lines_hash;
    seal_agrees := v_seal.hash = tenancy.hash_seal(coalesce(v_previous.hash, ''), v_seal);
    follows := v_seal.sequence = coalesce(v_previous.sequence, 0) + 1 and case
      when v_previous.sequence is null then v_seal.from_transaction = '0'::xid8 and v_seal.written_after is null
      when v_seal.written_after is not distinct from v_previous.written_after
        then v_seal.from_transaction = v_previous.to_transaction
      else v_seal.from_transaction = '0'::xid8
        and v_seal.written_after > coalesce(v_previous.written_after, '-infinity')
        and v_previous.to_transaction = '18446744073709551615'::xid8 end;
    return next;
    v_previous := v_seal;
    v_read := v_read + found_count;
    exit when v_read >= p_lines;
  end loop;
end $$;
--> statement-breakpoint
select tenancy.protect_function('tenancy.digest_audit(xid8, xid8, timestamp with time zone, timestamp with time zone)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.hash_seal(text, tenancy.audit_seals)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.append_seal(tenancy.audit_seals, text, timestamp with time zone, timestamp with time zone, xid8)', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.record_audit(text, text, uuid, jsonb)', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.require_active_tenant()', null, '{authenticated}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.server_number()', 'audit_sealer', '{}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.seal_audit(integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.verify_audit(integer, integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
create or replace trigger guard_key before update on tenancy.audit_seals
  for each row when (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id)
  execute function tenancy.refuse_other_key('The row is known by tenant_id, id: make another row instead of changing them');
--> statement-breakpoint
select tenancy.leave_role('audit_sealer');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
