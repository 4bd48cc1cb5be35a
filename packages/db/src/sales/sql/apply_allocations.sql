-- Adds allocations to what their abonos have allocated and takes them off what is due on their sales; with -1 the other way
-- round. The caller has locked the customers' balances. Internal: a step of allocating and of taking back.
-- @owner sales_writer
-- @execute none
create function sales.apply_allocations(p_id uuid[], p_sign int) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_sales uuid[];
  v_abonos uuid[];
begin
  select array_agg(distinct g.sale_id), array_agg(distinct g.abono_id) into v_sales, v_abonos
  from sales.abono_allocations g where g.tenant_id = v_tenant and g.id = any (p_id);
  update sales.sales s set balance_due = s.balance_due - p_sign * a.amount
  from (select g.sale_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where s.tenant_id = v_tenant and s.id = any (v_sales) and s.id = a.sale_id;
  update sales.abonos b set allocated_amount = b.allocated_amount + p_sign * a.amount
  from (select g.abono_id, sum(g.amount) as amount from sales.abono_allocations g
        where g.tenant_id = v_tenant and g.id = any (p_id) group by 1) a
  where b.tenant_id = v_tenant and b.id = any (v_abonos) and b.id = a.abono_id;
  update sales.customer_balances c
  set open_due = c.open_due - p_sign * a.amount, credit = c.credit - p_sign * a.amount
  from (
    select b.client_id, sum(g.amount) as amount
    from sales.abono_allocations g
    cross join lateral (
      select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id between g.abono_id and g.abono_id order by r.id) b
    where g.tenant_id = v_tenant and g.id = any (p_id) group by 1
  ) a
  where c.tenant_id = v_tenant and c.client_id = a.client_id and c.client_id = any (array(
    select r.client_id from sales.abonos r where r.tenant_id = v_tenant and r.id = any (v_abonos)));
end $$;
