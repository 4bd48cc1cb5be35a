-- Adds sales to the totals that reports read: recorded ones on their days, or, with a day, voided ones on that. Each sale is
-- given once when it is recorded, and once when a recorded one is voided. The rows are written in the order of their keys,
-- and after all other locks of a sale.
-- Internal: the last step of recording and of voiding.
-- @owner sales_writer
-- @execute none
create function sales.add_totals(p_sale_id uuid[], p_voided_on date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sold constant int := (p_voided_on is null)::int;
  v_voided constant int := 1 - v_sold;
begin
  insert into sales.product_totals as t (tenant_id, business_id, day, seller_id, sales_point, product_id, quantity,
    sold_amount, voided_quantity, voided_amount, costed_amount, cost_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), i.product_id,
    v_sold * sum(i.quantity), v_sold * sum(i.subtotal), v_voided * sum(i.quantity), v_voided * sum(i.subtotal),
    (v_sold - v_voided) * coalesce(sum(i.subtotal) filter (where i.unit_cost is not null), 0),
    (v_sold - v_voided) * coalesce(sum(round(i.quantity * i.unit_cost, 2)), 0)
  from sales.sales s
  join sales.sale_items i on i.tenant_id = v_tenant and i.sale_id = s.id
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6
  order by 2, 3, 4, 5, 6
  on conflict (tenant_id, business_id, day, seller_id, sales_point, product_id) do update
  set quantity = t.quantity + excluded.quantity, sold_amount = t.sold_amount + excluded.sold_amount,
    voided_quantity = t.voided_quantity + excluded.voided_quantity, voided_amount = t.voided_amount + excluded.voided_amount,
    costed_amount = t.costed_amount + excluded.costed_amount, cost_amount = t.cost_amount + excluded.cost_amount;

  insert into sales.sale_totals as t (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method,
    sale_count, sold_amount, paid_amount, voided_count, voided_amount, refunded_amount)
  select v_tenant, s.business_id, coalesce(p_voided_on, s.sale_day), s.seller_id, coalesce(s.sales_point, ''), s.sale_type,
    coalesce(s.payment_method, 'efectivo'), v_sold * count(*), v_sold * sum(s.total_amount), v_sold * sum(s.amount_paid),
    v_voided * count(*), v_voided * sum(s.total_amount), v_voided * sum(s.amount_paid)
  from sales.sales s
  where s.tenant_id = v_tenant and s.id = any (p_sale_id)
  group by 2, 3, 4, 5, 6, 7
  order by 2, 3, 4, 5, 6, 7
  on conflict (tenant_id, business_id, day, seller_id, sales_point, sale_type, payment_method) do update
  set sale_count = t.sale_count + excluded.sale_count, sold_amount = t.sold_amount + excluded.sold_amount,
    paid_amount = t.paid_amount + excluded.paid_amount, voided_count = t.voided_count + excluded.voided_count,
    voided_amount = t.voided_amount + excluded.voided_amount, refunded_amount = t.refunded_amount + excluded.refunded_amount;
end $$;
