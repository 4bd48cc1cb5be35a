-- Closed days whose documents are not what the records of the day come to. Late sales and abonos are on supplements.
-- @select authenticated, platform
create view sales.violations_of_closings (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
with sale as (
  select s.tenant_id, s.business_id, s.id, coalesce(r.fecha, s.sale_day) as money_day, s.sale_day, s.is_late, s.total_amount,
    s.net_weight, s.amount_paid, s.payment_method
  from sales.sales s
  left join sales.distribuciones r on r.tenant_id = s.tenant_id and r.id = s.distribucion_id
  where s.status = 'recorded' or s.status = 'void' and (
    exists (select from sales.refunds f where f.tenant_id = s.tenant_id and f.sale_id = s.id)
    or exists (select from sales.debt_entries e where e.tenant_id = s.tenant_id and e.source_id = s.id and e.kind = 'sale'))
), money as (
  select s.tenant_id, s.business_id, s.money_day as day, s.payment_method, s.amount_paid as amount from sale s
  where not s.is_late and s.amount_paid > 0
  union all
  select a.tenant_id, a.business_id, coalesce(r.fecha, a.abono_day), a.payment_method, a.amount from sales.abonos a
  left join sales.distribuciones r on r.tenant_id = a.tenant_id and r.id = a.distribucion_id
  where not a.is_late
  union all
  select f.tenant_id, f.business_id, coalesce(r.fecha, f.refund_day), f.payment_method, -f.amount from sales.refunds f
  left join sales.distribuciones r on r.tenant_id = f.tenant_id and r.id = f.distribucion_id
), closing as (
  select c.tenant_id, c.business_id, c.id, c.day, c.sale_count, c.sold_amount, c.net_weight from sales.day_closings c
  where c.supplement = 0
)
select n.tenant_id, 'closing_sales_differ', n.business_id, 'sales.day_closings', n.id,
  'The sales of the closing are not those of its day'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount, c.net_weight from closing c
  union all
  select c.tenant_id, c.business_id, c.id, -1 as sale_count, -s.total_amount, -s.net_weight
  from closing c join sale s on s.tenant_id = c.tenant_id and s.business_id = c.business_id and s.sale_day = c.day
  where not s.is_late
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.net_weight) <> 0
union all
select n.tenant_id, 'closing_money_differs', n.business_id, 'sales.day_closings', n.id,
  'The money of the closing is not that of its day, by some method'
from (
  select m.tenant_id, m.business_id, c.id, m.payment_method, m.expected as amount
  from sales.day_closing_money m join closing c on c.tenant_id = m.tenant_id and c.id = m.closing_id
  union all
  select c.tenant_id, c.business_id, c.id, m.payment_method, -m.amount
  from closing c join money m on m.tenant_id = c.tenant_id and m.business_id = c.business_id and m.day = c.day
) n
group by n.tenant_id, n.business_id, n.id, n.payment_method
having sum(n.amount) <> 0
union all
select n.tenant_id, 'closing_vendors_differ', n.business_id, 'sales.day_closings', n.id,
  'The vendors of the closing do not come to its totals'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount, c.commission_amount from sales.day_closings c
  where c.supplement = 0
  union all
  select v.tenant_id, v.business_id, v.closing_id, -v.sale_count, -v.sold_amount, -v.commission_amount
  from sales.day_closing_vendors v
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0 or sum(n.commission_amount) <> 0
union all
select n.tenant_id, 'closing_stock_differs', n.business_id, 'sales.day_closings', n.id,
  'The stock of the closing did not move so on its day'
from (
  select k.tenant_id, k.business_id, k.closing_id as id, k.product_id, k.kind, k.quantity from sales.day_closing_stock k
  union all
  select c.tenant_id, c.business_id, c.id, m.product_id, m.kind, -m.quantity
  from closing c
  join sales.stock_movements m on m.tenant_id = c.tenant_id and m.business_id = c.business_id and m.day = c.day
  where not exists (select from sales.sales s where s.tenant_id = m.tenant_id and s.id = m.source_id and s.is_late)
) n
group by n.tenant_id, n.business_id, n.id, n.product_id, n.kind
having sum(n.quantity) <> 0
union all
select s.tenant_id, 'late_without_supplement', s.business_id, 'sales.sales', s.id, 'The sale is late, and on no supplement'
from sale s
where s.is_late and not exists (
  select from sales.day_closing_late d where d.tenant_id = s.tenant_id and d.business_id = s.business_id and d.sale_id = s.id)
union all
select a.tenant_id, 'late_without_supplement', a.business_id, 'sales.abonos', a.id, 'The abono is late, and on no supplement'
from sales.abonos a
where a.is_late and not exists (
  select from sales.day_closing_late d where d.tenant_id = a.tenant_id and d.business_id = a.business_id and d.abono_id = a.id)
union all
select n.tenant_id, 'supplement_differs', n.business_id, 'sales.day_closings', n.id,
  'The supplement is not what its late sales come to'
from (
  select c.tenant_id, c.business_id, c.id, c.sale_count, c.sold_amount from sales.day_closings c where c.supplement > 0
  union all
  select d.tenant_id, d.business_id, d.closing_id, -1 as sale_count, -s.total_amount
  from sales.day_closing_late d join sale s on s.tenant_id = d.tenant_id and s.id = d.sale_id
) n
group by n.tenant_id, n.business_id, n.id
having sum(n.sale_count) <> 0 or sum(n.sold_amount) <> 0
union all
select r.tenant_id, 'route_open_on_closed_day', r.business_id, 'sales.distribuciones', r.id,
  'The day of the route is closed, and the route is not settled'
from sales.distribuciones r join closing c
  on c.tenant_id = r.tenant_id and c.business_id = r.business_id and c.day = r.fecha
where r.estado <> 'cerrado'
union all
select n.tenant_id, 'last_closed_day_differs', n.business_id, 'sales.businesses', n.business_id,
  'The last closed day of the business is not that of its closings'
from (
  select b.tenant_id, b.id as business_id, b.last_closed_day as kept, null::date as day from sales.businesses b
  union all
  select c.tenant_id, c.business_id, null::date as kept, c.day from closing c
) n
group by n.tenant_id, n.business_id
having max(n.kept) is distinct from max(n.day);
