-- Totals of reports that are not the sums of sales and their items. A void sale counts twice, if it had been recorded: sold
-- on its day, voided on the day of the void.
-- @select authenticated, platform
create view sales.violations_of_totals (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
with counted as (
  select s.*, coalesce(s.payment_method, 'efectivo') as method, coalesce(s.sales_point, '') as point
  from sales.sales s
  where s.status = 'recorded' or s.status = 'void' and sales.was_recorded(s.id)
)
select n.tenant_id, 'sale_totals_differ', n.business_id, 'sales.businesses', n.business_id,
  'The totals of sales are not the sums of the sales of ' || to_char(n.day, 'YYYY-MM-DD')
from (
  select t.tenant_id, t.business_id, t.day, t.seller_id, t.sales_point, t.sale_type, t.payment_method, t.sale_count,
    t.sold_amount, t.paid_amount, t.voided_count, t.voided_amount, t.refunded_amount
  from sales.sale_totals t
  union all
  select s.tenant_id, s.business_id, s.sale_day, s.seller_id, s.point, s.sale_type, s.method, -1 as sale_count, -s.total_amount,
    -s.amount_paid, 0, 0, 0
  from counted s
  union all
  select s.tenant_id, s.business_id, s.voided_on, s.seller_id, s.point, s.sale_type, s.method, 0, 0, 0, -1 as voided_count,
    -s.total_amount, -s.amount_paid
  from counted s where s.status = 'void'
) n
group by n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.sale_type, n.payment_method
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.paid_amount) <> 0 or sum(n.voided_count) <> 0
  or sum(n.voided_amount) <> 0 or sum(n.refunded_amount) <> 0
union all
select n.tenant_id, 'product_totals_differ', n.business_id, 'sales.products', n.product_id,
  'The totals of the product are not the sums of what was sold of it on ' || to_char(n.day, 'YYYY-MM-DD')
from (
  select t.tenant_id, t.business_id, t.day, t.seller_id, t.sales_point, t.product_id, t.quantity, t.sold_amount,
    t.voided_quantity, t.voided_amount, t.costed_amount, t.cost_amount
  from sales.product_totals t
  union all
  select s.tenant_id, s.business_id, s.sale_day, s.seller_id, s.point, i.product_id, -i.quantity, -i.subtotal, 0, 0,
    case when i.unit_cost is null then 0 else -i.subtotal end, -coalesce(round(i.quantity * i.unit_cost, 2), 0)
  from counted s join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  union all
  select s.tenant_id, s.business_id, s.voided_on, s.seller_id, s.point, i.product_id, 0, 0, -i.quantity, -i.subtotal,
    case when i.unit_cost is null then 0 else i.subtotal end, coalesce(round(i.quantity * i.unit_cost, 2), 0)
  from counted s join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  where s.status = 'void'
) n
group by n.tenant_id, n.business_id, n.day, n.seller_id, n.sales_point, n.product_id
having sum(n.quantity) <> 0 or sum(n.sold_amount) <> 0 or sum(n.voided_quantity) <> 0 or sum(n.voided_amount) <> 0
  or sum(n.costed_amount) <> 0 or sum(n.cost_amount) <> 0;
