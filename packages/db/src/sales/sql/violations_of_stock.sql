-- Stock that is not the sum of its movements, and movements that do not follow one another or belong to nothing.
-- @select authenticated, platform
create view sales.violations_of_stock (tenant_id, kind, business_id, record_table, record_id, detail)
  with (security_invoker = true)
as
select n.tenant_id, 'stock_quantity_differs', n.business_id, 'sales.products', n.product_id,
  'The stock of the product is not the sum of its movements'
from (
  select i.tenant_id, i.business_id, i.product_id, i.quantity from sales.inventory i
  union all
  select m.tenant_id, m.business_id, m.product_id, -m.quantity from sales.stock_movements m
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.quantity) <> 0
union all
select n.tenant_id, 'stock_version_differs', n.business_id, 'sales.products', n.product_id,
  'The stock of the product does not count its movements: one is missing, or there is one too many'
from (
  select i.tenant_id, i.business_id, i.product_id, i.version as movements from sales.inventory i
  union all
  select m.tenant_id, m.business_id, m.product_id, -1 as movements from sales.stock_movements m
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.movements) <> 0
union all
select n.tenant_id, 'stock_missing', n.business_id, 'sales.products', n.product_id,
  'The product has no stock, not even one of 0'
from (
  select p.tenant_id, p.business_id, p.id as product_id, 1 as rows from sales.products p
  union all
  select i.tenant_id, i.business_id, i.product_id, -1 as rows from sales.inventory i
) n
group by n.tenant_id, n.business_id, n.product_id
having sum(n.rows) <> 0
union all
select m.tenant_id, 'stock_chain_broken', m.business_id, 'sales.stock_movements', m.id,
  'The stock after the movement is not the stock before it and what was moved, or their order has a gap'
from (
  select c.tenant_id, c.business_id, c.id, c.quantity, c.quantity_after, c.product_version,
    lag(c.quantity_after, 1, 0.000) over of_product as quantity_before,
    lag(c.product_version, 1, 0::bigint) over of_product as version_before
  from sales.stock_movements c
  window of_product as (partition by c.tenant_id, c.business_id, c.product_id order by c.product_version)
) m
where m.quantity_after <> m.quantity_before + m.quantity or m.product_version <> m.version_before + 1
union all
select m.tenant_id, 'stock_count_differs', m.business_id, 'sales.stock_movements', m.id,
  'The stock after the count is not what was counted'
from sales.stock_movements m
where m.counted_quantity <> m.quantity_after
union all
select n.tenant_id, 'stock_pieces_split', n.business_id, 'sales.products', n.product_id,
  'Part of a piece was moved'
from (
  select p.tenant_id, p.business_id, p.id as product_id, true as in_pieces, 0 as split from sales.products p
  where p.unit = 'unidad'
  union all
  select m.tenant_id, m.business_id, m.product_id, false, 1 from sales.stock_movements m
  where m.quantity <> trunc(m.quantity)
) n
group by n.tenant_id, n.business_id, n.product_id
having bool_or(n.in_pieces) and sum(n.split) > 0
union all
-- A movement names its sale or route without a key.
select n.tenant_id, 'stock_source_missing', n.business_id, 'sales.stock_movements', n.source_id,
  'Stock was moved for a sale or route of the business that does not exist'
from (
  select m.tenant_id, m.business_id, m.source_id, case when m.kind in ('sale', 'sale_void') then 'sale' else 'route' end as of,
    1 as moved, 0 as source
  from sales.stock_movements m
  where m.source_id is not null
  union all
  select s.tenant_id, s.business_id, s.id, 'sale' as of, 0, 1 from sales.sales s
  union all
  select d.tenant_id, d.business_id, d.id, 'route' as of, 0, 1 from sales.distribuciones d
) n
group by n.tenant_id, n.business_id, n.source_id, n.of
having sum(n.moved) > 0 and sum(n.source) = 0;
