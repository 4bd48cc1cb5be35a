-- Members, roles and invitations are managed by admins: checked once per statement, before anything is written.
create trigger require_admin before insert or update or delete on tenancy.invitations
  for each statement execute function tenancy.require_admin();

-- Numbers are neither skipped nor given twice, whoever writes the series.
create trigger step_by_one before update on tenancy.number_series
  for each row execute function tenancy.step_by_one();

create trigger require_admin before insert or update or delete on tenancy.roles
  for each statement execute function tenancy.require_admin();

-- Tenants are no tenant table, so protect_table does not give them these triggers.
create trigger keep_archived before update of status on tenancy.tenants
  for each row execute function tenancy.keep_archived();

create trigger touch_updated_at before update on tenancy.tenants
  for each row execute function tenancy.touch_updated_at();

-- Only what people decide is recorded: keep_an_admin writes `updated_at` to lock the row.
create trigger write_audit after insert or update of name, status or delete on tenancy.tenants
  for each row execute function tenancy.write_audit();

-- A profile belongs to an identity, so protect_table does not give it this trigger.
create trigger touch_updated_at before update on tenancy.user_profiles
  for each row execute function tenancy.touch_updated_at();

create trigger require_admin before insert or update or delete on tenancy.user_roles
  for each statement execute function tenancy.require_admin();

-- A member changes the own name and settings; what gives rights is for admins.
create trigger require_admin before insert or update of role, status, identity_id, email or delete on tenancy.users
  for each statement execute function tenancy.require_admin();

create trigger keep_an_admin after update or delete on tenancy.users
  for each row execute function tenancy.keep_an_admin();
