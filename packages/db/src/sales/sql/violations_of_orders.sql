-- Orders whose total is not that of their items, or whose state is not that of their sale.
-- @select authenticated, platform
create view sales.violations_of_orders (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'order_total_differs', n.business_id, 'sales.orders', n.order_id,
  'The total of the order is not the sum of its items'
from (
  select o.tenant_id, o.business_id, o.id as order_id, o.total_amount as amount from sales.orders o
  union all
  select i.tenant_id, i.business_id, i.order_id, -i.subtotal from sales.order_items i
) n
group by n.tenant_id, n.business_id, n.order_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'order_status_differs', n.business_id, 'sales.orders', n.order_id,
  'The order is delivered without a sale that stands, or has one and is not delivered'
from (
  select o.tenant_id, o.business_id, o.id as order_id, case o.status when 'delivered' then 1 else 0 end as sales
  from sales.orders o
  union all
  select s.tenant_id, s.business_id, s.order_id, -1 as sales from sales.sales s
  where s.order_id is not null and s.status = 'recorded'
) n
group by n.tenant_id, n.business_id, n.order_id
having sum(n.sales) <> 0;
