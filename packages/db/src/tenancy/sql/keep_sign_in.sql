-- The last active admin of a tenant keeps a way to sign in. Whoever deletes a person step by step (sessions, accounts,
-- person: as Better Auth does) is refused here, while the password is still there, and not at the last step.
-- Accounts of an unproven address are let go: Better Auth drops them itself when the owner of the address signs in.
-- @execute identity
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
