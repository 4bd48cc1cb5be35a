-- Takes back the allocations of a sale or an abono that stand: what they paid is due again, and credit again. Internal: the
-- caller has locked the customer's balance.
-- @owner sales_writer
-- @execute none
create function sales.free_allocations(p_sale_id uuid, p_abono_id uuid, p_day date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_freed uuid[];
begin
  with freed as (
    update sales.abono_allocations a set reversed_on = greatest(p_day, a.allocated_on)
    where a.tenant_id = v_tenant and (a.sale_id = p_sale_id or a.abono_id = p_abono_id) and a.reversed_on is null
    returning a.id
  )
  select coalesce(array_agg(f.id), '{}') into v_freed from freed f;
  if cardinality(v_freed) > 0 then
    perform sales.apply_allocations(v_freed, -1);
  end if;
end $$;
