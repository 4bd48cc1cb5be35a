-- Owns the functions that write the ledger. It may do what the runtime login may, under the same policies, and write the
-- tables of the ledger as well, which nobody else can: what is posted is balanced, whoever writes.
select tenancy.make_writer_role('ledger_writer', true);
