-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- tenants, profiles and the platform's log are no tenant tables: their owner is a tenant, a person, the platform.
alter table tenancy.tenants force row level security;

grant select, insert (id, name), update (name, updated_at) on tenancy.tenants to authenticated;

grant select, insert, update on tenancy.tenants to platform;

alter table tenancy.user_profiles force row level security;

grant select, insert, update on tenancy.user_profiles to authenticated;

grant select on tenancy.user_profiles to platform;

alter table tenancy.platform_log force row level security;

grant select, insert on tenancy.platform_log to platform;

-- What Better Auth's adapter connects as reads and writes these tables alone.
grant select, insert, update, delete on auth."user", auth.session, auth.account, auth.verification to identity;

-- What the owners of definer functions need.
grant insert on tenancy.audit_log to audit_writer;

grant select on tenancy.users, tenancy.tenants to membership_reader;
