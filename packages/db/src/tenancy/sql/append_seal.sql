-- Appends the seal behind p_last: of the lines in the range of transactions from where p_last ends up to p_to. A range of
-- another numbering (p_after differs) begins at its first transaction. p_until bounds the lines by time, null for no bound.
-- Null when another call has appended one there meanwhile: it waits for that call to end, as for any key, and for nothing else.
-- @owner audit_sealer
-- @execute none
create function tenancy.append_seal(
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
