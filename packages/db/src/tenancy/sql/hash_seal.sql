-- Hash of a seal: over the hash of the one before it (empty for the first) and all that it says.
-- @owner audit_sealer
-- @execute none
create function tenancy.hash_seal(p_previous text, p_seal tenancy.audit_seals) returns text
  language sql stable
as $$
  select encode(sha256(convert_to(jsonb_build_array(
    p_previous, p_seal.tenant_id, p_seal.sequence, p_seal.server, extract(epoch from p_seal.written_after)::text,
    p_seal.from_transaction::text, p_seal.to_transaction::text, p_seal.line_count, p_seal.lines_hash,
    extract(epoch from p_seal.sealed_at)::text
  )::text, 'UTF8')), 'hex')
$$;
