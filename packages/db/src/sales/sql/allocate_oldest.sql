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
        select s.id
        from (select distinct b.client_id from sales.abonos b where b.tenant_id = v_tenant and b.id = any (p_abono_id)) c
        cross join lateral (
          select r.* from sales.sales r
          where r.tenant_id = v_tenant and r.client_id = c.client_id and r.balance_due > 0 offset 0) s
        order by s.sale_date, s.created_at, s.id
      ), p_from);
  end if;
end $$;
