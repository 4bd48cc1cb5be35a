-- Owns the functions that write the ledger. It may do what the runtime login may, under the same policies, and write the
-- tables of the ledger as well, which nobody else can: so what is posted is balanced, whoever writes, raw SQL too.
do $$
declare
  name constant text := 'ledger_writer';
begin
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
  -- To hand its functions over, an owner that is no superuser must be able to become it; see the first migration.
  if (select rolsuper from pg_roles where rolname = current_user) then
    null;
  elsif current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, name, 'SET') then
      execute format('grant %I to %I', name, current_user);
    end if;
  elsif not pg_has_role(current_user, name, 'MEMBER') then
    execute format('grant %I to %I', name, current_user);
  end if;
  if not pg_has_role(name, 'authenticated', 'USAGE') then
    execute format('grant authenticated to %I', name);
  end if;
end $$;
--> statement-breakpoint
-- Decimals of a currency by ISO 4217: two, but for these.
create function accounting.currency_exponent(currency text) returns int
  language sql immutable parallel safe
  return case
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV',
      'XAF', 'XOF', 'XPF') then 0
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 3
    when currency in ('CLF', 'UYW') then 4
    else 2
  end;
--> statement-breakpoint
revoke execute on function accounting.currency_exponent(text) from public;
--> statement-breakpoint
grant execute on function accounting.currency_exponent(text) to authenticated, platform;
