-- Hash over the lines of the scope's tenant whose transaction is in [p_from, p_to) and which were written after p_after,
-- up to p_until (null for no bound), in the order of transaction and id. Each line goes in as the text of its columns
-- in jsonb, which is the same whatever the session's settings and the server's version. Columns without a value are left
-- out, so that a column added later changes no hash.
-- @owner audit_sealer
-- @execute none
create function tenancy.digest_audit(
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
