-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- tenants and the platform's log are no tenant tables: their owner is a tenant, and the platform.
alter table tenancy.tenants force row level security;

grant select, insert (id, name), update (name, updated_at) on tenancy.tenants to authenticated;

grant select, insert, update on tenancy.tenants to platform;

alter table tenancy.platform_log force row level security;

-- Login and time of a line are the server's: the platform says who and why.
revoke insert on tenancy.platform_log from platform;

grant select, insert (actor, reason) on tenancy.platform_log to platform;

-- What Better Auth's adapter connects as reads and writes these tables alone.
grant select, insert, update, delete on auth."user", auth.session, auth.account, auth.verification to identity;

-- The process that signs people in reports what happens before anybody is in a tenant. The time is the server's, and no
-- login changes or deletes an event.
grant select, insert (id, type, severity, identity_id, ip_address, user_agent, details) on auth.sign_in_events to identity;

-- What belongs to persons is bound by policies too, whoever owns the functions that show it.
alter table auth.user_profiles force row level security;

alter table auth.memberships force row level security;

alter table auth.tenant_directory force row level security;

-- What the owners of definer functions need.
grant insert on tenancy.audit_log to audit_writer;

grant select on tenancy.audit_log to audit_sealer;

grant select, insert on tenancy.audit_seals to audit_sealer;

grant select, insert, update on tenancy.number_series to number_writer;

grant select on auth.memberships, auth.tenant_directory to self_service;

grant select, insert, update on auth.user_profiles to self_service;

grant select, insert, update, delete on auth.memberships, auth.tenant_directory to membership_keeper;

grant select (id, email, email_verified) on auth."user" to membership_keeper;
