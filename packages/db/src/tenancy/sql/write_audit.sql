-- Appends one row to the audit trail for each written row. It runs as audit_writer, so that the writer itself needs no
-- right on the trail and cannot forge it. The actor comes from the scope of the transaction.
-- @owner audit_writer
-- @execute authenticated, platform
create function tenancy.write_audit() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  row_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - 'token_hash' end;
  row_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - 'token_hash' end;
  written jsonb := coalesce(row_after, row_before);
  -- Whose record it is: of a company or a business; their own rows have their id.
  company uuid := coalesce(written ->> 'company_id', written ->> 'business_id',
    case when format('%s.%s', tg_table_schema, tg_table_name) in ('tenancy.companies', 'sales.businesses')
      then written ->> 'id' end)::uuid;
begin
  insert into tenancy.audit_log
    (tenant_id, admin_user_id, actor_login, action, company_id, target_type, target_id, row_before, row_after)
  values (
    coalesce(written ->> 'tenant_id', written ->> 'id')::uuid, tenancy.current_user_id(), session_user, lower(tg_op collate "C"),
    company, format('%s.%s', tg_table_schema, tg_table_name), (written ->> 'id')::uuid, row_before, row_after);
  return null;
end $$;
