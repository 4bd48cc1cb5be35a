-- Routes whose numbers are not those of their assignments, sales, money and movements. The detail says which.
-- @select authenticated, platform
create view sales.violations_of_routes (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'route_assigned_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'What was assigned of a product is not the sum of its assignments'
from (
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, i.assigned as quantity from sales.distribucion_items i
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, a.product_id, -a.quantity from sales.distribucion_assignments a
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.quantity) <> 0
union all
-- Sales that stand are sold. Those that were voided stay sold where the route was settled before, so there is room for them.
select n.tenant_id, 'route_sold_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'What was sold of a product is not the sum of the items sold on the route'
from (
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, i.sold as kept, 0.000 as standing, 0.000 as void
  from sales.distribucion_items i
  union all
  select s.tenant_id, s.business_id, s.distribucion_id, i.product_id, 0,
    case s.status when 'recorded' then i.quantity else 0 end,
    case when s.status = 'void' and d.settlements > 0 then i.quantity else 0 end
  from sales.sales s
  join sales.sale_items i on i.tenant_id = s.tenant_id and i.sale_id = s.id
  join sales.distribuciones d on d.tenant_id = s.tenant_id and d.id = s.distribucion_id
  where s.status <> 'draft'
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.kept) not between sum(n.standing) and sum(n.standing) + sum(n.void)
union all
select n.tenant_id, 'route_kilos_differ', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The kilos of the route are not the sums over its kilo products'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.kilos_asignados as assigned, r.kilos_vendidos as sold
  from sales.distribuciones r
  union all
  select i.tenant_id, i.business_id, i.distribucion_id, -i.assigned, -i.sold
  from sales.distribucion_items i
  join sales.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where p.unit = 'kg'
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.assigned) <> 0 or sum(n.sold) <> 0
union all
-- What was voided counts until its refund takes it off.
select n.tenant_id, 'route_money_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The money of the route is not what was paid on it, less what was given back'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.monto_recaudado as amount from sales.distribuciones r
  union all
  select s.tenant_id, s.business_id, s.distribucion_id, -s.amount_paid
  from sales.sales s
  left join sales.refunds f on f.tenant_id = s.tenant_id and f.sale_id = s.id
  where s.distribucion_id is not null and not s.is_late
    and (s.status = 'recorded' or s.status = 'void' and f.id is not null)
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, -a.amount from sales.abonos a
  where a.distribucion_id is not null and not a.is_late
  union all
  select f.tenant_id, f.business_id, f.distribucion_id, f.amount from sales.refunds f where f.distribucion_id is not null
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.amount) <> 0
union all
select n.tenant_id, 'route_expected_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The money expected at the settlement is not the money of the route'
from (
  select r.tenant_id, r.business_id, r.id as distribucion_id, r.monto_recaudado as amount from sales.distribuciones r
  where r.estado = 'cerrado'
  union all
  select m.tenant_id, m.business_id, m.distribucion_id, -m.expected
  from sales.distribucion_money m
  join sales.distribuciones r on r.tenant_id = m.tenant_id and r.id = m.distribucion_id and r.settlements = m.settlement
  where r.estado = 'cerrado'
) n
group by n.tenant_id, n.business_id, n.distribucion_id
having sum(n.amount) <> 0
union all
select i.tenant_id, 'route_not_settled', i.business_id, 'sales.distribuciones', i.distribucion_id,
  case r.estado when 'cerrado' then 'Of a product not all that was assigned is sold, returned or lost'
    else 'Something is returned or lost on a route that is not settled' end
from sales.distribucion_items i
join sales.distribuciones r on r.tenant_id = i.tenant_id and r.id = i.distribucion_id
where case r.estado when 'cerrado' then i.sold + i.returned + i.lost <> i.assigned else i.returned + i.lost > 0 end
union all
-- What was taken from stock left it by movements; of what is returned at most that comes back.
select n.tenant_id, 'route_stock_differs', n.business_id, 'sales.distribuciones', n.distribucion_id,
  'The movements of stock are not what was assigned from it and returned'
from (
  select m.tenant_id, m.business_id, m.source_id as distribucion_id, m.product_id, m.quantity as moved, 0.000 as taken,
    0.000 as returned
  from sales.stock_movements m where m.kind in ('assignment', 'return', 'loss', 'reopening')
  union all
  select a.tenant_id, a.business_id, a.distribucion_id, a.product_id, 0, a.quantity, 0
  from sales.distribucion_assignments a where a.is_from_stock
  union all
  select i.tenant_id, i.business_id, i.distribucion_id, i.product_id, 0, 0, i.returned from sales.distribucion_items i
) n
group by n.tenant_id, n.business_id, n.distribucion_id, n.product_id
having sum(n.moved) + sum(n.taken) <> least(sum(n.returned), sum(n.taken));
