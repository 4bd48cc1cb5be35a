-- Seals committed lines of the scope's tenant: about p_lines of them, the oldest first; a transaction's lines stay
-- together. It reads up to the oldest transaction that still runs, as lines of that one or a later one may yet appear:
-- so no write waits, and no line that commits late is left out. Returns how many lines it sealed, and whether committed
-- lines are left, which a later call seals. Of two calls at once the second begins anew behind the seal of the first.
--
-- Transaction numbers are a server's own. When the server is another one than that of the last seal, or a line or the last
-- seal has a number that this server has not given yet, the numbering has changed: the lines of the old one are sealed up
-- to the time at which it ended, and the new one begins after it.
-- @owner audit_sealer
-- @execute authenticated, platform
create function tenancy.seal_audit(p_lines integer, out sealed integer, out remaining boolean)
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
