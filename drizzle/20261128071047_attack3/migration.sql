select set_config('check_function_bodies', 'off', true);
--> statement-breakpoint
select tenancy.join_role('audit_sealer');
--> statement-breakpoint
select tenancy.join_role('audit_writer');
--> statement-breakpoint
select tenancy.join_role('number_writer');
--> statement-breakpoint
-- accounting/sql/first_free_number.sql
create or replace function accounting.first_free_number(p_series tenancy.number_series, p_after bigint) returns bigint
  language plpgsql
as $$
declare
  v_free bigint := p_after;
  v_number text;
begin
  -- One lookup for each number: most calls look at one or two. The order can be had from the index of the numbers alone,
  -- so that the planner takes that one for tables whose size it does not know yet.
  loop
    v_free := v_free + 1;
    v_number := tenancy.format_number(p_series.prefix, v_free, p_series.padding);
    perform from accounting.invoices i
    where i.tenant_id = p_series.tenant_id and i.company_id = p_series.company_id
      and i.invoice_number between v_number and v_number
    order by i.invoice_number limit 1;
    exit when not found;
  end loop;
  return v_free;
end $$;
--> statement-breakpoint
-- accounting/sql/count_invoice_numbers.sql
create or replace function accounting.count_invoice_numbers(p_ids uuid[]) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_series tenancy.number_series;
  v_last bigint;
begin
  for v_series in
    select s.* from (
      select distinct i.company_id, i.kind from accounting.invoices i where i.tenant_id = v_tenant and i.id = any (p_ids)
    ) d
    join tenancy.number_series s on s.tenant_id = v_tenant and s.company_id = d.company_id and s.business_id is null
      and s.series = d.kind and s.period = ''
    order by s.id
  loop
    v_last := accounting.first_free_number(v_series, v_series.last_number) - 1;
    if v_last > v_series.last_number then
      perform tenancy.pass_over_numbers(v_series.id, v_last);
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- accounting/sql/next_invoice_number.sql
create or replace function accounting.next_invoice_number(p_company_id uuid, p_kind text) returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_series constant tenancy.number_series := tenancy.lock_series(
    p_company_id, null, p_kind, '', case p_kind when 'invoice' then 'INV-' else 'CN-' end, 6);
  -- The numbers that this transaction gave last, by their series. They spare a statement of many rows to look for each
  -- number from the beginning. One counts only while an invoice has that number, so that nothing is trusted to it.
  v_transaction constant text := pg_current_xact_id()::text;
  v_given jsonb := coalesce(nullif(current_setting('app.numbers_given', true), ''), '{}')::jsonb;
  v_last bigint;
  v_number bigint;
begin
  if v_given ->> 'transaction' is distinct from v_transaction then
    v_given := jsonb_build_object('transaction', v_transaction);
  end if;
  v_last := v_given ->> v_series.id::text;
  if v_last > v_series.last_number then
    v_number := accounting.first_free_number(v_series, v_last - 1);
  end if;
  if v_number is null or v_number = v_last then
    v_number := accounting.first_free_number(v_series, v_series.last_number);
  end if;
  perform set_config('app.numbers_given', (v_given || jsonb_build_object(v_series.id, v_number))::text, true);
  return tenancy.format_number(v_series.prefix, v_number, v_series.padding);
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
  if jsonb_typeof(details) <> 'object' then
    raise exception using errcode = 'ZT002', message = 'The details of an audit record are an object of its fields';
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
    if v_last.server <> v_server or v_foreign is not null
      or v_last.to_transaction > pg_snapshot_xmax(pg_current_snapshot()) then
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
  -- Where the last seal ends: at a number that this server has not given yet, when it is of another numbering.
  v_last xid8;
begin
  select s.to_transaction into v_last from tenancy.audit_seals s where s.tenant_id = v_tenant order by s.sequence desc limit 1;
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
      if v_until is null and (v_seal.server <> v_server
          or v_last > pg_snapshot_xmax(pg_current_snapshot())) then
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
select tenancy.protect_function('accounting.first_free_number(tenancy.number_series, bigint)', 'number_writer', '{}');
--> statement-breakpoint
select tenancy.protect_function('accounting.count_invoice_numbers(uuid[])', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('accounting.next_invoice_number(uuid, text)', 'number_writer', '{ledger_writer}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.record_audit(text, text, uuid, jsonb)', 'audit_writer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.seal_audit(integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.protect_function('tenancy.verify_audit(integer, integer)', 'audit_sealer', '{authenticated,platform}');
--> statement-breakpoint
select tenancy.leave_role('audit_sealer');
--> statement-breakpoint
select tenancy.leave_role('audit_writer');
--> statement-breakpoint
select tenancy.leave_role('number_writer');
--> statement-breakpoint
select set_config('check_function_bodies', 'on', true);
