do $$
begin
  if not exists (select from pg_roles r where r.rolname = 'membership_keeper') then
    begin
      create role membership_keeper nologin nosuperuser nobypassrls nocreaterole nocreatedb;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  if (select rolsuper from pg_roles where rolname = current_user) then
    null;
  elsif current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, 'membership_keeper', 'SET') then
      execute format('grant membership_keeper to %I', current_user);
    end if;
  elsif not pg_has_role(current_user, 'membership_keeper', 'MEMBER') then
    execute format('grant membership_keeper to %I', current_user);
  end if;
  if not pg_has_role('membership_keeper', 'authenticated', 'USAGE') then grant authenticated to membership_keeper; end if;
end $$;
--> statement-breakpoint
do $$
begin
  if not exists (select from pg_roles r where r.rolname = 'self_service') then
    begin
      create role self_service nologin nosuperuser nobypassrls nocreaterole nocreatedb;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
  if (select rolsuper from pg_roles where rolname = current_user) then
    null;
  elsif current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, 'self_service', 'SET') then
      execute format('grant self_service to %I', current_user);
    end if;
  elsif not pg_has_role(current_user, 'self_service', 'MEMBER') then
    execute format('grant self_service to %I', current_user);
  end if;
  
end $$;
--> statement-breakpoint
create schema self;
--> statement-breakpoint
grant usage on schema self to authenticated, self_service;
--> statement-breakpoint
grant usage on schema auth to membership_keeper, self_service;
--> statement-breakpoint
grant usage on schema tenancy to membership_keeper;
--> statement-breakpoint
create function self.current_identity_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.current_identity_id', true), '')::uuid;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='current_identity_id' and pronamespace='self'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated, self_service', f); end loop; end $$;
--> statement-breakpoint
drop policy membership_reading on tenancy.users;
--> statement-breakpoint
drop policy membership_reading on tenancy.tenants;
--> statement-breakpoint
alter table tenancy.users drop constraint users_identity_id_fkey;
--> statement-breakpoint
drop index tenancy.idx_users_identity_id;
--> statement-breakpoint
drop table tenancy.user_profiles;
--> statement-breakpoint
create table auth.user_profiles (
  id uuid primary key default gen_random_uuid(), user_id uuid not null, dni varchar(20), phone varchar(50), birth_date date,
  avatar_url varchar(255), is_active boolean not null default true,
  created_at timestamp (3) with time zone not null default now(), updated_at timestamp (3) with time zone not null default now(),
  constraint user_profiles_user_id_unique unique (user_id),
  constraint user_profiles_user_id_fkey foreign key (user_id) references auth."user" (id) on delete cascade
);
--> statement-breakpoint
alter table auth.user_profiles enable row level security;
--> statement-breakpoint
create policy own_profile on auth.user_profiles as permissive for all to self_service using ("user_id" = (select self.current_identity_id())) with check ("user_id" = (select self.current_identity_id()));
--> statement-breakpoint
create table auth.tenant_directory (
  id uuid primary key, name text not null, status text not null,
  created_at timestamp (3) with time zone not null default now(), updated_at timestamp (3) with time zone not null default now()
);
--> statement-breakpoint
alter table auth.tenant_directory enable row level security;
--> statement-breakpoint
create policy directory_reading on auth.tenant_directory as permissive for select to self_service using (true);
--> statement-breakpoint
create policy directory_keeping on auth.tenant_directory as permissive for all to membership_keeper using (true) with check (true);
--> statement-breakpoint
create table auth.memberships (
  identity_id uuid not null, tenant_id uuid not null, user_id uuid not null, name text not null, role text not null, status text not null,
  created_at timestamp (3) with time zone not null default now(), updated_at timestamp (3) with time zone not null default now(),
  constraint memberships_pkey primary key (identity_id, tenant_id),
  constraint memberships_identity_id_fkey foreign key (identity_id) references auth."user" (id) on delete restrict,
  constraint memberships_tenant_id_fkey foreign key (tenant_id) references auth.tenant_directory (id) on delete restrict
);
--> statement-breakpoint
create index idx_memberships_tenant_id on auth.memberships (tenant_id);
--> statement-breakpoint
alter table auth.memberships enable row level security;
--> statement-breakpoint
create policy own_memberships on auth.memberships as permissive for select to self_service using ("identity_id" = (select self.current_identity_id()));
--> statement-breakpoint
create policy membership_keeping on auth.memberships as permissive for all to membership_keeper using (true) with check (true);
--> statement-breakpoint
alter table auth.user_profiles force row level security;
--> statement-breakpoint
alter table auth.tenant_directory force row level security;
--> statement-breakpoint
alter table auth.memberships force row level security;
--> statement-breakpoint
grant select, insert, update on auth.user_profiles to self_service;
--> statement-breakpoint
grant select on auth.memberships, auth.tenant_directory to self_service;
--> statement-breakpoint
grant select, insert, update, delete on auth.memberships, auth.tenant_directory to membership_keeper;
--> statement-breakpoint
grant select (id) on auth."user" to membership_keeper;
--> statement-breakpoint
create function self.memberships()
  returns table (tenant_id uuid, tenant_name text, user_id uuid, name text, role text)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id, m.name, m.role
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = self.current_identity_id() and m.status = 'active' and t.status = 'active'
    order by t.name, m.tenant_id;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='memberships' and pronamespace='self'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated', f); execute format('grant create on schema self to self_service'); execute format('alter function %s owner to self_service', f); execute format('revoke create on schema self from self_service'); end loop; end $$;
--> statement-breakpoint
create function self.profile() returns setof auth.user_profiles
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query select * from auth.user_profiles p where p.user_id = self.current_identity_id();
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='profile' and pronamespace='self'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated', f); execute format('grant create on schema self to self_service'); execute format('alter function %s owner to self_service', f); execute format('revoke create on schema self from self_service'); end loop; end $$;
--> statement-breakpoint
create function self.save_profile(p_id uuid, p_changes jsonb) returns auth.user_profiles
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  person constant uuid := self.current_identity_id();
  given auth.user_profiles := jsonb_populate_record(null::auth.user_profiles, p_changes);
  saved auth.user_profiles;
begin
  if person is null then
    raise exception using errcode = 'ZT001', message = 'A profile is saved by its person: forIdentity(session.user.id).profile';
  end if;
  -- A column that is added to the table and forgotten here is refused, not lost.
  if p_changes - '{dni,phone,birth_date,avatar_url}'::text[] <> '{}' then
    raise exception using errcode = 'ZT006', message = 'Of a profile only dni, phone, birth_date and avatar_url are written';
  end if;
  insert into auth.user_profiles as p (id, user_id, dni, phone, birth_date, avatar_url)
  values (p_id, person, given.dni, given.phone, given.birth_date, given.avatar_url)
  on conflict (user_id) do update set
    dni = case when p_changes ? 'dni' then excluded.dni else p.dni end,
    phone = case when p_changes ? 'phone' then excluded.phone else p.phone end,
    birth_date = case when p_changes ? 'birth_date' then excluded.birth_date else p.birth_date end,
    avatar_url = case when p_changes ? 'avatar_url' then excluded.avatar_url else p.avatar_url end,
    updated_at = clock_timestamp()
  returning * into saved;
  return saved;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='save_profile' and pronamespace='self'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated', f); execute format('grant create on schema self to self_service'); execute format('alter function %s owner to self_service', f); execute format('revoke create on schema self from self_service'); end loop; end $$;
--> statement-breakpoint
create function auth.keep_directory() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' then
    delete from auth.tenant_directory d where d.id = old.id;
    return null;
  end if;
  insert into auth.tenant_directory as d (id, name, status) values (new.id, new.name, new.status)
  on conflict (id) do update set name = excluded.name, status = excluded.status, updated_at = clock_timestamp();
  return null;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='keep_directory' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.keep_membership() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and (old.tenant_id, old.id, old.identity_id)
      is distinct from (new.tenant_id, new.id, new.identity_id)) then
    delete from auth.memberships m
    where m.identity_id = old.identity_id and m.tenant_id = old.tenant_id and m.user_id = old.id;
  end if;
  if tg_op = 'DELETE' or new.identity_id is null then
    return null;
  end if;
  if not exists (select from auth."user" u where u.id = new.identity_id) then
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end if;
  insert into auth.memberships as m (identity_id, tenant_id, user_id, name, role, status)
  values (new.identity_id, new.tenant_id, new.id, new.name, new.role, new.status)
  on conflict (identity_id, tenant_id) do update set user_id = excluded.user_id, name = excluded.name,
    role = excluded.role, status = excluded.status, updated_at = clock_timestamp();
  return null;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='keep_membership' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.sole_admin_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text)
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  set app.current_tenant_id = '' set app.current_user_id = '' set app.current_company_id = ''
as $$
declare
  membership record;
begin
  for membership in
    select m.tenant_id, m.user_id, t.name
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.role = 'admin' and m.status = 'active' and t.status <> 'archived'
    order by t.name, m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    if not exists (
      select from tenancy.users u
      where u.tenant_id = membership.tenant_id and u.role = 'admin' and u.status = 'active' and u.id <> membership.user_id
    ) then
      tenant_id := membership.tenant_id;
      tenant_name := membership.name;
      return next;
    end if;
  end loop;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='sole_admin_of' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to identity', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.memberships_of(p_identity uuid) returns table (tenant_id uuid, tenant_name text, user_id uuid)
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return query
    select m.tenant_id, t.name, m.user_id
    from auth.memberships m join auth.tenant_directory t on t.id = m.tenant_id
    where m.identity_id = p_identity and m.status <> 'removed'
    order by t.name, m.tenant_id;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='memberships_of' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to identity', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.refuse_last_admin(p_identity uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  tenants constant text := (select string_agg(s.tenant_id::text, ', ') from auth.sole_admin_of(p_identity) s);
begin
  if tenants is not null then
    raise exception using errcode = 'ZT002',
      message = format('The person is the last active admin of %s: make another member admin there first', tenants);
  end if;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='refuse_last_admin' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to identity', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.end_memberships() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  set app.current_tenant_id = '' set app.current_user_id = '' set app.current_company_id = ''
as $$
declare
  membership record;
begin
  perform auth.refuse_last_admin(old.id);
  for membership in
    select m.tenant_id, m.user_id from auth.memberships m where m.identity_id = old.id order by m.tenant_id
  loop
    perform set_config('app.current_tenant_id', membership.tenant_id::text, true);
    update tenancy.users u set status = 'removed', identity_id = null
    where u.tenant_id = membership.tenant_id and u.id = membership.user_id;
  end loop;
  return old;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='end_memberships' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant create on schema auth to membership_keeper'); execute format('alter function %s owner to membership_keeper', f); execute format('revoke create on schema auth from membership_keeper'); end loop; end $$;
--> statement-breakpoint
create function auth.keep_sign_in() returns trigger
  language plpgsql
as $$
declare
  person uuid;
begin
  for person in
    select u.id from auth."user" u
    where u.id in (select g.user_id from gone g) and u.email_verified
      and not exists (select from auth.account a where a.user_id = u.id)
    order by u.id
  loop
    perform auth.refuse_last_admin(person);
  end loop;
  return null;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='keep_sign_in' and pronamespace='auth'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to identity', f); end loop; end $$;
--> statement-breakpoint
drop function tenancy.own_memberships();
--> statement-breakpoint
drop function tenancy.require_active_member();
--> statement-breakpoint
create function tenancy.require_active_member() returns void
  language plpgsql stable
as $$
begin
  if tenancy.current_user_id() is not null and (tenancy.current_tenant_id() = (
    select u.tenant_id from tenancy.users u join tenancy.tenants t on t.id = u.tenant_id
    where u.id = tenancy.current_user_id() and u.status = 'active' and t.status = 'active'
  )) is not true then
    raise exception using errcode = 'ZT001',
      message = 'The user is not an active member of this tenant, or the tenant is not active';
  end if;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='require_active_member' and pronamespace='tenancy'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated', f); end loop; end $$;
--> statement-breakpoint
create or replace function tenancy.require_admin() returns trigger
  language plpgsql stable
as $$
begin
  if tenancy.current_user_id() is not null and not exists (
    select from tenancy.users u
    where u.tenant_id = tenancy.current_tenant_id() and u.id = tenancy.current_user_id()
      and u.role = 'admin' and u.status = 'active'
  ) then
    raise exception using errcode = 'ZT006', message = 'Only an admin of the tenant may manage members, roles and invitations';
  end if;
  return case tg_level when 'ROW' then new end;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='require_admin' and pronamespace='tenancy'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated, platform', f); end loop; end $$;
--> statement-breakpoint
create or replace function tenancy.keep_an_admin() returns trigger
  language plpgsql
as $$
begin
  if old.role <> 'admin' or old.status <> 'active' then
    return null;
  end if;
  if tg_op = 'UPDATE' and new.role = 'admin' and new.status = 'active' and new.tenant_id = old.tenant_id then
    return null;
  end if;
  update tenancy.tenants t set updated_at = clock_timestamp() where t.id = old.tenant_id;
  if not exists (
    select from tenancy.users u where u.tenant_id = old.tenant_id and u.role = 'admin' and u.status = 'active'
  ) and not exists (
    select from tenancy.tenants t where t.id = old.tenant_id and t.status = 'archived'
  ) then
    raise exception using errcode = 'ZT002', message = 'A tenant needs an active admin: make another member admin first';
  end if;
  return null;
end $$;
--> statement-breakpoint
do $$ declare f regprocedure; begin for f in select oid from pg_proc where proname='keep_an_admin' and pronamespace='tenancy'::regnamespace loop execute format('revoke execute on function %s from public', f); execute format('grant execute on function %s to authenticated, platform', f); end loop; end $$;
--> statement-breakpoint
drop function tenancy.current_identity_id();
--> statement-breakpoint
drop trigger require_admin on tenancy.users;
--> statement-breakpoint
create trigger require_admin before insert or update of role, identity_id, email or delete on tenancy.users
  for each statement execute function tenancy.require_admin();
--> statement-breakpoint
create trigger require_admin_of_status before update of status on tenancy.users
  for each row when (not (old.id = tenancy.current_user_id() and new.status = 'removed'))
  execute function tenancy.require_admin();
--> statement-breakpoint
create trigger keep_membership after insert or update of tenant_id, id, identity_id, name, role, status or delete on tenancy.users
  for each row execute function auth.keep_membership();
--> statement-breakpoint
create trigger keep_directory after insert or update of id, name, status or delete on tenancy.tenants
  for each row execute function auth.keep_directory();
--> statement-breakpoint
create trigger end_memberships before delete on auth."user"
  for each row execute function auth.end_memberships();
--> statement-breakpoint
create trigger keep_sign_in after delete on auth.account
  referencing old table as gone for each statement execute function auth.keep_sign_in();
--> statement-breakpoint
revoke all on tenancy.users, tenancy.tenants from membership_reader;
--> statement-breakpoint
revoke all on schema tenancy from membership_reader;
--> statement-breakpoint
revoke execute on function tenancy.current_tenant_id(), tenancy.current_user_id() from membership_reader;
