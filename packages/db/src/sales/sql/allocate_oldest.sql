-- Allocates what is left of abonos to the open sales of their customers, the oldest first: by date, then arrival.
-- Internal: the caller has locked the customers' balances.
-- @owner sales_writer
-- @execute none
create function sales.allocate_oldest(p_abono_id uuid[], p_from date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  if cardinality(p_abono_id) > 0 then
    perform sales.allocate_in_order(p_abono_id, array(
        select s.id from sales.sales s
        where s.tenant_id = v_tenant and s.balance_due > 0 and s.client_id in (
          select b.client_id from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id))
        order by s.sale_date, s.created_at, s.id
      ), p_from);
  end if;
end $$;
