-- Owns the functions that keep stock, debt, routes and closings. It may do what the runtime login may, under the same
-- policies, and write the tables that nobody else can: these numbers are the sums of their movements, whoever writes.
select tenancy.make_writer_role('sales_writer', true);
