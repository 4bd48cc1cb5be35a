-- Roles that own functions and may do what those need. Nobody logs in as one. Every statement may run again and again.

-- Appends to the audit trail, and may do nothing else.
select tenancy.make_writer_role('audit_writer', false);

-- Reads the trail of the scope's tenant, whatever its company, and appends the seals.
select tenancy.make_writer_role('audit_sealer', false);

-- Keeps memberships and members in step. Of tenants' tables it sees what the runtime login sees in its scope.
select tenancy.make_writer_role('membership_keeper', true);

-- Shows a person the own rows.
select tenancy.make_writer_role('self_service', false);

-- Gives the numbers of all domains, under the same policies as the runtime login.
select tenancy.make_writer_role('number_writer', true);

grant usage on schema tenancy to audit_writer, audit_sealer, membership_keeper;

grant usage on schema auth to membership_keeper, self_service;

grant usage on schema self to self_service;
