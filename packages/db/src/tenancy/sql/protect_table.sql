-- What Drizzle cannot express for a tenant table: FORCE, grants, and the triggers touch_updated_at and write_audit.
-- `pnpm db:generate` writes a call for each table of the registry that is new, or whose `access` or `audit` changed. A call
-- takes back what an earlier one gave.
-- @execute none
create function tenancy.protect_table(target regclass, access text, audit text) returns void
  language plpgsql
as $$
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
  execute format('revoke all on %s from authenticated, platform', target);
  execute format('grant %s on %s to authenticated', rights, target);
  execute format('grant %s on %s to platform', rights, target);
  if exists (select from pg_attribute a where a.attrelid = target and a.attname = 'updated_at' and not a.attisdropped) then
    execute format('create or replace trigger touch_updated_at before update on %s
      for each row execute function tenancy.touch_updated_at()', target);
  end if;
  if audit = 'none' then
    if exists (select from pg_trigger t where t.tgrelid = target and t.tgname = 'write_audit') then
      execute format('drop trigger write_audit on %s', target);
    end if;
  else
    execute format('create or replace trigger write_audit after %s on %s
      for each row execute function tenancy.write_audit()',
      case audit when 'all' then 'insert or update or delete' else 'update or delete' end, target);
  end if;
end $$;
