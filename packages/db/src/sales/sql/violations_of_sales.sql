-- Sales whose figures are not those of their items, allocations, stock movements and refunds. Figures and
-- the rows that they sum up are stacked by UNION ALL and added up, never joined.
-- @select authenticated, platform
create view sales.violations_of_sales (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
-- Total, tara and net weight are the sums of the items.
select f.tenant_id, f.kind, f.business_id, 'sales.sales', f.sale_id, f.detail
from (
  select n.tenant_id, n.business_id, n.sale_id, n.kind, n.detail
  from (
    select 'sale_total_differs' as kind, 'The total is not the sum of the items' as detail, s.tenant_id, s.business_id,
      s.id as sale_id, s.total_amount as amount
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_tara_differs' as kind, 'The tara is not the sum of the items' as detail, s.tenant_id, s.business_id, s.id, s.tara
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_net_weight_differs' as kind, 'The net weight is not the sum of the items of kilos' as detail, s.tenant_id, s.business_id, s.id,
      s.net_weight
    from sales.sales s where s.status = 'recorded'
    union all
    select 'sale_total_differs' as kind, 'The total is not the sum of the items' as detail, i.tenant_id, i.business_id, i.sale_id, -i.subtotal
    from sales.sale_items i
    union all
    select 'sale_tara_differs' as kind, 'The tara is not the sum of the items' as detail, i.tenant_id, i.business_id, i.sale_id, -i.tara
    from sales.sale_items i where i.tara is not null
    union all
    select 'sale_net_weight_differs' as kind, 'The net weight is not the sum of the items of kilos' as detail, i.tenant_id, i.business_id,
      i.sale_id, -i.quantity
    from sales.sale_items i where i.unit = 'kg'
  ) n
  group by n.tenant_id, n.business_id, n.sale_id, n.kind, n.detail
  having sum(n.amount) <> 0
) f
where exists (select from sales.sales s where s.tenant_id = f.tenant_id and s.id = f.sale_id and s.status = 'recorded')
union all
-- What is due is the total less what was paid at once and what abonos pay; nothing is due on a draft or a void sale.
select n.tenant_id, 'sale_balance_differs', n.business_id, 'sales.sales', n.sale_id,
  'What is due is not the total less what was paid at once and is allocated'
from (
  select s.tenant_id, s.business_id, s.id as sale_id,
    s.balance_due - case s.status when 'recorded' then s.total_amount - s.amount_paid else 0 end as amount
  from sales.sales s
  union all
  select a.tenant_id, a.business_id, a.sale_id, a.amount from sales.abono_allocations a where a.reversed_on is null
) n
group by n.tenant_id, n.business_id, n.sale_id
having sum(n.amount) <> 0
union all
-- A refund is what was paid at once of a void sale. One that was a draft until then never had all of its items.
select n.tenant_id, 'sale_refund_differs', n.business_id, 'sales.sales', n.sale_id,
  'What was given back is not what was paid at once of a void sale'
from (
  select s.tenant_id, s.business_id, s.id as sale_id, s.amount_paid as amount
  from sales.sales s where s.status = 'void' and s.amount_paid > 0
    and s.total_amount = (select sum(i.subtotal) from sales.sale_items i where i.tenant_id = s.tenant_id and i.sale_id = s.id)
  union all
  select r.tenant_id, r.business_id, r.sale_id, -r.amount from sales.refunds r where r.sale_id is not null
) n
group by n.tenant_id, n.business_id, n.sale_id
having sum(n.amount) <> 0
union all
-- Stock that a sale took is its items' or none, as the business kept stock then or not; a void sale has it brought back.
select n.tenant_id, 'sale_stock_differs', n.business_id, 'sales.sales', n.sale_id,
  'The stock movements are not what the sale sold'
from (
  select m.tenant_id, m.business_id, m.source_id as sale_id, m.product_id, sum(m.quantity) as moved,
    bool_or(m.kind = 'sale') as taken
  from sales.stock_movements m where m.kind in ('sale', 'sale_void')
  group by 1, 2, 3, 4
) n
left join sales.sales s on s.tenant_id = n.tenant_id and s.id = n.sale_id
where s.id is null or n.moved <> case
  when s.status = 'void' and n.taken then 0
  else coalesce((select sum(i.quantity) from sales.sale_items i where i.tenant_id = n.tenant_id and i.sale_id = n.sale_id
                 and i.product_id = n.product_id), 0) * case when s.status = 'void' then 1 else -1 end end
union all
-- What a sale replaces is void.
select s.tenant_id, 'corrected_sale_stands', s.business_id, 'sales.sales', s.id, 'The sale that it corrects is not void'
from sales.sales s join sales.sales r on r.tenant_id = s.tenant_id and r.id = s.corrects_sale_id
where s.status <> 'draft' and r.status <> 'void';
