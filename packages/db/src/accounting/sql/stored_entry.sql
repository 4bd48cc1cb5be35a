-- An entry for the statement that has just posted it, or found that its key stands for it already. VOLATILE lets it see
-- what that statement wrote, and what another transaction committed while it waited. Without an id it reads nothing.
-- @execute authenticated, platform
create function accounting.stored_entry(p_entry_id uuid) returns table (
  id uuid, company_id uuid, entry_date date, description text, reference text, source text, source_id uuid,
  reverses_entry_id uuid, idempotency_key text, posted_by uuid, created_at timestamptz, lines jsonb)
  language sql volatile strict rows 1
as $$
  select e.id, e.company_id, e.entry_date, e.description, e.reference, e.source, e.source_id, e.reverses_entry_id,
    e.idempotency_key, e.posted_by, e.created_at, e.lines
  from accounting.entries_with_lines e
  where e.tenant_id = tenancy.current_tenant_id() and e.id = p_entry_id
$$;
