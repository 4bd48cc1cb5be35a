-- Compares the seals of the scope's tenant behind number p_sequence with the trail, in their order, until p_lines lines
-- have been read. For each: how many lines it says it has and how many there are, whether their hash is the sealed one,
-- whether the seal itself is as it was hashed, and whether it follows the one before without a gap. Nothing without a scope.
-- @owner audit_sealer
-- @execute authenticated, platform
create function tenancy.verify_audit(p_sequence integer, p_lines integer)
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
