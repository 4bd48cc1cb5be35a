-- Pays new sales with what their customers have paid ahead, the oldest abonos first. Internal: a step of write_sales, after
-- the customers are locked.
-- @owner sales_writer
-- @execute none
create function sales.use_credit(p_sale_id uuid[]) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_sale_id) > 0 then
    perform sales.allocate_in_order(array(
        select b.id from sales.abonos b
        where b.tenant_id = v_tenant and b.status = 'recorded' and b.allocated_amount < b.amount and b.client_id in (
          select s.client_id from sales.sales s
          where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.balance_due > 0)
        order by b.abono_date, b.created_at, b.id
      ), p_sale_id);
  end if;
end $$;
