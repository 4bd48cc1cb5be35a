-- The total of an order is the sum of its items, whoever writes which first. An order takes items while it is ordered.
-- Argument of the trigger: the column of the written rows that names the order.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.keep_order_totals() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_orders uuid[];
begin
  perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
  v_orders := case tg_argv[0] when 'id' then array(select (to_jsonb(w) ->> 'id')::uuid from written w)
    else array(select distinct (to_jsonb(w) ->> 'order_id')::uuid from written w) end;
  perform from sales.orders o
  where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
  order by o.id for no key update;
  if exists (select from sales.orders o where o.tenant_id = tenancy.current_tenant_id() and o.id = any (v_orders)
               and o.status <> 'ordered') then
    raise exception using errcode = 'ZT003', message = 'An order takes items while it is ordered: make another';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where p.unit = 'unidad' and (to_jsonb(w) ->> 'quantity')::numeric % 1 <> 0
  ) then
    raise exception using errcode = 'ZT002', message = 'Pieces are whole: order a whole quantity of what is sold by unidad';
  elsif tg_argv[0] <> 'id' and exists (
    select from written w
    join sales.products p on p.tenant_id = tenancy.current_tenant_id() and p.id = (to_jsonb(w) ->> 'product_id')::uuid
    where not p.is_active
  ) then
    raise exception using errcode = 'ZT003', message = 'A product is archived: order another, or restore it';
  end if;
  update sales.orders o set total_amount = t.total
  from (select x.id, (select coalesce(sum(i.subtotal), 0) from sales.order_items i
                      where i.tenant_id = tenancy.current_tenant_id() and i.order_id = x.id) as total
        from unnest(v_orders) x (id)) t
  where o.tenant_id = tenancy.current_tenant_id() and o.id = t.id and o.total_amount <> t.total;
  return null;
end $$;
