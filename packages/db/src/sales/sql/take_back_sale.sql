-- Voids a sale, dated today: its goods go back to where they came from, what abonos paid of it is credit again, what was paid
-- at once is given back by the same method. From a settled route nothing is taken: its goods go back to stock, and the
-- money leaves the business's own. The same void again changes nothing.
-- Internal: the caller has locked what lock_sale names.
-- @owner sales_writer
-- @execute none
create function sales.take_back_sale(p_id uuid, p_reason text) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sale sales.sales;
  v_today date;
  v_route uuid;
begin
  select s.* into v_sale from sales.sales s where s.tenant_id = v_tenant and s.id = p_id for no key update;
  if v_sale.status = 'void' and v_sale.void_reason is not distinct from p_reason then
    return;
  elsif v_sale.status = 'void' then
    raise exception using errcode = 'ZT003', message = 'The sale is void already';
  elsif not sales.may_act_for(v_sale.business_id, v_sale.seller_id) then
    raise exception using errcode = 'ZT006', message = 'Only an admin_negocio of the business may void a sale of another member';
  end if;
  v_today := sales.business_day(v_sale.business_id, now());
  if sales.is_day_closed(v_sale.business_id, v_today) then
    raise exception using errcode = 'ZT003', message = 'A void counts on today, and today is closed: void it tomorrow';
  end if;

  if v_sale.status = 'recorded' then
    select d.id into v_route from sales.distribuciones d
    where d.tenant_id = v_tenant and d.id = v_sale.distribucion_id and d.estado = 'en_ruta';
    perform sales.free_allocations(p_id, null, v_today);
    if v_sale.total_amount > v_sale.amount_paid then
      perform sales.move_debt(array[v_sale.business_id], array[v_sale.client_id], array['sale_void'], array[p_id],
        array[v_today], array[v_sale.amount_paid - v_sale.total_amount]);
    end if;
    if v_sale.amount_paid > 0 then
      insert into sales.refunds (tenant_id, business_id, sale_id, distribucion_id, payment_method, amount, refund_day)
      values (v_tenant, v_sale.business_id, p_id, v_route, v_sale.payment_method, v_sale.amount_paid, v_today);
    end if;
    if v_route is not null then
      update sales.distribucion_items d set sold = d.sold - i.quantity
      from (select product_id, sum(quantity) as quantity from sales.sale_items
            where tenant_id = v_tenant and sale_id = p_id group by 1) i
      where d.tenant_id = v_tenant and d.distribucion_id = v_route and d.product_id = i.product_id;
      perform sales.count_on_routes(array[p_id], -1);
    else
      perform sales.return_goods(p_id, v_today);
    end if;
    update sales.orders o set status = 'ordered'
    where o.tenant_id = v_tenant and o.id = v_sale.order_id and o.status = 'delivered';
    perform sales.add_totals(array[p_id], v_today);
  end if;
  update sales.sales s
  set status = 'void', balance_due = 0, voided_on = v_today, voided_by = sales.current_member_id(v_sale.business_id),
    void_reason = p_reason
  where s.tenant_id = v_tenant and s.id = p_id;
end $$;
