-- Records drafts that SQL writes as soon as their items come to their total: then they count like every other sale. Fewer
-- items leave a draft; more are refused, and so are items of a sale that is no draft.
-- @owner sales_writer
-- @execute authenticated, platform
create function sales.record_drafts() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan
  set enable_seqscan = off set enable_sort = off
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_ids uuid[];
  v_complete uuid[];
begin
  if tg_table_name = 'sale_items' then
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w;
    v_ids := array(select distinct w.sale_id from written w);
    if exists (select from sales.sales s where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status <> 'draft') then
      raise exception using errcode = 'ZT003', message = 'A recorded sale takes no more items: correct it';
    end if;
  else
    perform tenancy.require_own_scope(w.tenant_id, w.business_id) from written w where w.status = 'draft';
    v_ids := array(select w.id from written w where w.status = 'draft');
  end if;
  perform from (select i as id from unnest(v_ids) i order by 1) g
  cross join lateral (
    select from sales.sales s
    where s.tenant_id = v_tenant and s.id between g.id and g.id and s.status = 'draft' order by s.id for no key update) l;
  if exists (
    select from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) > s.total_amount
  ) then
    raise exception using errcode = 'ZT002', message = 'The items come to more than the total_amount of the sale';
  end if;
  v_complete := array(
    select s.id from sales.sales s join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
    where s.tenant_id = v_tenant and s.id = any (v_ids) and s.status = 'draft'
    group by s.id, s.total_amount having sum(i.subtotal) = s.total_amount);
  if cardinality(v_complete) > 0 then
    update sales.sales s
    set status = 'recorded', balance_due = s.total_amount - s.amount_paid, tara = t.tara, net_weight = t.net,
      sales_point = sales.sales_point_of(s.distribucion_id, s.seller_id),
      commission_rate = coalesce(sales.commission_rate_on(s.seller_id, s.sale_day), 0)
    from (
      select i.sale_id, coalesce(sum(i.tara), 0) as tara, coalesce(sum(i.quantity) filter (where i.unit = 'kg'), 0) as net
      from sales.sale_items i where i.tenant_id = v_tenant and i.sale_id = any (v_complete) group by 1
    ) t
    where s.tenant_id = v_tenant and s.id = any (v_complete) and s.id = t.sale_id;
    perform sales.post_sales(v_complete);
  end if;
  return null;
end $$;
