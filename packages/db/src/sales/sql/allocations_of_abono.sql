-- The allocations of an abono that stand, as JSON, the oldest sale first. Amounts are texts, so that JavaScript rounds none.
-- @execute authenticated, platform
create function sales.allocations_of_abono(p_abono_id uuid) returns jsonb
  language sql stable
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'saleId', a.sale_id, 'amount', a.amount::text,
        'allocatedOn', a.allocated_on) order by s.sale_date, s.created_at, s.id, a.id), '[]')
    from sales.abono_allocations a
    join sales.sales s on s.tenant_id = a.tenant_id and s.id = a.sale_id
    where a.tenant_id = tenancy.current_tenant_id() and a.abono_id = p_abono_id and a.reversed_on is null);
