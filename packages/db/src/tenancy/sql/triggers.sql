-- The first step of a deletion that can be told from a sign-out: the last active admin of a tenant is refused while the
-- password is still there.
create trigger keep_sign_in after delete on auth.account
  referencing old table as gone for each statement execute function auth.keep_sign_in();

-- The last step ends the memberships, or refuses, whoever deletes the person.
create trigger end_memberships before delete on auth.user
  for each row execute function auth.end_memberships();

-- Members, roles and invitations are managed by admins: checked once per statement, before anything is written.
create trigger require_admin before insert or update or delete on tenancy.invitations
  for each statement execute function tenancy.require_admin();

create trigger keep_to_addressee after insert or update of accepted_by, email on tenancy.invitations
  for each row when (new.accepted_by is not null) execute function auth.keep_to_addressee();

-- A number is neither skipped nor given twice: a series moves by one, or by issuing past numbers that records have already.
-- Where it begins is an admin's decision, which is in the trail, and stays once a number was given.
create trigger step_by_one before update on tenancy.number_series
  for each row when (new.last_number <> old.last_number and new.last_number <> old.last_number + 1
    and not (current_user = 'number_writer'
      and (new.last_number > old.last_number or old.last_number < old.first_number)))
  execute function tenancy.refuse('ZT002', 'A number series moves by one: numbers are neither skipped nor given twice');

create trigger guard_start before update on tenancy.number_series
  for each row when (old.last_number >= old.first_number
    and (new.first_number <> old.first_number or new.prefix <> old.prefix or new.padding <> old.padding))
  execute function tenancy.refuse('ZT003', 'The series gave a number already: its prefix, padding and first number stay');

create trigger require_admin_of_start before update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.require_admin();

create trigger audit_start after update on tenancy.number_series
  for each row when (new.first_number <> old.first_number) execute function tenancy.write_audit();

create trigger require_admin before insert or update or delete on tenancy.roles
  for each statement execute function tenancy.require_admin();

-- Tenants are no tenant table, so that nothing gives them these triggers but their source.
create trigger touch_updated_at before update on tenancy.tenants
  for each row execute function tenancy.touch_updated_at();

create trigger guard_key before update on tenancy.tenants
  for each row when (new.id <> old.id)
  execute function tenancy.refuse('ZT003', 'The id of a tenant stays: make another tenant');

create trigger keep_directory after insert or update of id, name, status or delete on tenancy.tenants
  for each row execute function auth.keep_directory();

-- Only what people decide is recorded: keep_an_admin writes `updated_at` to lock the row.
create trigger write_audit after insert or update of name, status or delete on tenancy.tenants
  for each row execute function tenancy.write_audit();

create trigger require_admin before insert or update or delete on tenancy.user_roles
  for each statement execute function tenancy.require_admin();

-- A member changes the own name and settings; what gives rights is for admins.
create trigger require_admin before insert or update of role, identity_id or delete on tenancy.users
  for each statement execute function tenancy.require_admin();

-- An address too, but for one change that a member makes alone: to follow the sign-in address, which keep_membership holds
-- it to. An account without a person has none, and a changed address would open it to another person.
create trigger require_admin_of_email before update of email on tenancy.users
  for each row when (new.email <> old.email
    and not (old.id = tenancy.current_user_id() and old.identity_id is not null and new.identity_id is not distinct from old.identity_id))
  execute function tenancy.require_admin();

create trigger require_admin_of_others before update of name, settings on tenancy.users
  for each row when (old.id <> tenancy.current_user_id())
  execute function tenancy.require_admin();

-- The status too, but for one change that a member makes alone: to leave, which removes the own account.
create trigger require_admin_of_status before update of status on tenancy.users
  for each row when (not (old.id = tenancy.current_user_id() and new.status = 'removed'))
  execute function tenancy.require_admin();

create trigger keep_an_admin after update or delete on tenancy.users
  for each row execute function tenancy.keep_an_admin();

-- The one way from a tenant's tables to auth: what a person may choose from before a tenant is chosen. It is kept in the
-- same transaction, in two triggers, as the name and status of a tenant stand in its own row.
create trigger keep_membership after insert or update of identity_id, email, name, role, status or delete
  on tenancy.users
  for each row execute function auth.keep_membership();
