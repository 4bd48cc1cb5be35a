-- Roles that own functions and may do what those need. Nobody logs in as one. Every statement may run again and again.

-- Appends to the audit trail, and may do nothing else.
select tenancy.make_writer_role('audit_writer', false);

-- Answers who is a member of what, which is asked across tenants.
select tenancy.make_writer_role('membership_reader', false);

-- Gives the numbers of all domains, under the same policies as the runtime login.
select tenancy.make_writer_role('number_writer', true);

grant usage on schema tenancy to audit_writer, membership_reader;
