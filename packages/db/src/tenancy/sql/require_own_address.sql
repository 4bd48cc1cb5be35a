-- Refuses an account to a person whose e-mail address is not the account's. Who takes an account that was there before must
-- have proven the address as well: whoever signs up first under a stranger's address would get the stranger's rights.
-- Addresses are compared as they are stored, folded by one rule (`src/core/email.ts`). Internal.
-- @owner membership_keeper
-- @execute none
create function auth.require_own_address(p_identity uuid, p_email_lower text, p_must_be_proven boolean) returns void
  language plpgsql
as $$
declare
  v_email text;
  v_verified boolean;
begin
  select u.email, u.email_verified into v_email, v_verified from auth."user" u where u.id = p_identity;
  if not found then
    raise exception using errcode = 'ZT004', message = 'There is no person with this identity id: pass session.user.id';
  end if;
  if v_email <> p_email_lower then
    raise exception using errcode = 'ZT003',
      message = 'The e-mail address is not that of the person: pass session.user.email';
  end if;
  if p_must_be_proven and not v_verified then
    raise exception using errcode = 'ZT003',
      message = 'The person has not verified the e-mail address yet: send the verification mail, and try again afterwards';
  end if;
end $$;
