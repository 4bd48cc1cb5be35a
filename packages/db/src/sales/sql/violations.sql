-- Every rule of sales, computed again from the records; empty in healthy books. Each kind of record has a part of its own,
-- `violations_of_…`. All of them read with their caller's rights, so that a tenant sees its own rows. A kept figure and the
-- rows that it sums up are stacked by UNION ALL and added up, not joined: without statistics the planner would join such
-- sums row by row.
-- @select authenticated, platform
create view sales.violations (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select * from sales.violations_of_businesses
union all
select * from sales.violations_of_stock
union all
select * from sales.violations_of_sales
union all
select * from sales.violations_of_abonos
union all
select * from sales.violations_of_debts
union all
select * from sales.violations_of_routes
union all
select * from sales.violations_of_orders
union all
select * from sales.violations_of_closings
union all
select * from sales.violations_of_totals;
