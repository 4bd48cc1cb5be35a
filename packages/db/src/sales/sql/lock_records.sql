-- Locks records in the order in which everybody does: businesses, routes, stock, debts, orders, and rows of a table by
-- their ids. A function that needs several calls it once, before it reads what it decides by.
-- Internal: a step of functions that write sales and abonos.
-- @owner sales_writer
-- @execute none
create function sales.lock_records(
  p_business_id uuid[], p_distribucion_id uuid[], p_product_id uuid[], p_client_id uuid[], p_order_id uuid[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  -- Closing a day takes this lock FOR UPDATE: it waits for what is being recorded, and what comes later sees it.
  perform from (select distinct i as id from unnest(p_business_id) i where i is not null order by 1) g
  cross join lateral (
    select from sales.businesses b
    where b.tenant_id = v_tenant and b.id between g.id and g.id order by b.id for key share) l;
  if num_nonnulls(variadic p_distribucion_id) > 0 then
    perform from (select distinct i as id from unnest(p_distribucion_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.distribuciones d
      where d.tenant_id = v_tenant and d.id between g.id and g.id order by d.id for no key update) l;
  end if;
  if num_nonnulls(variadic p_product_id) > 0 then
    perform from (select distinct i as id from unnest(p_product_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.inventory s
      where s.tenant_id = v_tenant and s.product_id between g.id and g.id order by s.product_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_client_id) > 0 then
    perform from (select distinct i as id from unnest(p_client_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.customer_balances c
      where c.tenant_id = v_tenant and c.client_id between g.id and g.id order by c.client_id for no key update) l;
  end if;
  if num_nonnulls(variadic p_order_id) > 0 then
    perform from (select distinct i as id from unnest(p_order_id) i where i is not null order by 1) g
    cross join lateral (
      select from sales.orders o
      where o.tenant_id = v_tenant and o.id between g.id and g.id order by o.id for no key update) l;
  end if;
end $$;
