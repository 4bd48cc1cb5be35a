-- Adds allocations to what their abonos have allocated and takes them off what is due on their sales; with -1 the other way
-- round. The caller has locked the customers' balances. Internal: a step of allocating and of taking back.
-- @owner sales_writer
-- @execute none
create function sales.apply_allocations(p_id uuid[], p_sign int) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  update sales.sales s set balance_due = s.balance_due - p_sign * a.amount
  from (select g.sale_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where s.tenant_id = v_tenant and s.id = a.sale_id;
  update sales.abonos b set allocated_amount = b.allocated_amount + p_sign * a.amount
  from (select g.abono_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where b.tenant_id = v_tenant and b.id = a.abono_id;
  update sales.customer_balances c
  set open_due = c.open_due - p_sign * a.amount, credit = c.credit - p_sign * a.amount
  from (select b.client_id, sum(g.amount) as amount from sales.abono_allocations g
        join sales.abonos b on b.tenant_id = v_tenant and b.id = g.abono_id
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where c.tenant_id = v_tenant and c.client_id = a.client_id;
end $$;
