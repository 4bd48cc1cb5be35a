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
        select b.id
        from (select distinct s.client_id from sales.sales s
              where s.tenant_id = v_tenant and s.id = any (p_sale_id) and s.balance_due > 0) c
        cross join lateral (
          select r.* from sales.abonos r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.status = 'recorded'
            and r.allocated_amount < r.amount offset 0) b
        order by b.abono_date, b.created_at, b.id
      ), p_sale_id);
  end if;
end $$;
