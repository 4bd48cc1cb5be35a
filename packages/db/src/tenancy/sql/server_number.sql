-- The server that gives the transaction numbers, by the identifier that initdb gave it. A copy on another server, as
-- restored from a dump, has another one, and counts transactions from elsewhere. Empty where a host closed the function.
-- @owner audit_sealer
-- @execute none
create function tenancy.server_number() returns text
  language plpgsql stable
as $$
begin
  return (select c.system_identifier::text from pg_control_system() c);
exception when insufficient_privilege or feature_not_supported then
  return '';
end $$;
