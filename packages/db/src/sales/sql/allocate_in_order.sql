-- Allocates what is left of abonos to what is due on sales of the same customers, both in the order given: each customer's
-- credit and dues are laid side by side, and where they overlap is an allocation. It counts from the later of both days on, and not before p_from.
-- Internal: the caller has locked the customers' balances.
-- @owner sales_writer
-- @execute none
create function sales.allocate_in_order(p_abono_id uuid[], p_sale_id uuid[], p_from date default null) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_written uuid[];
begin
  with credit as (
    select b.id, b.business_id, b.client_id, b.abono_day, b.amount - b.allocated_amount as amount,
      sum(b.amount - b.allocated_amount) over (partition by b.client_id order by g.position) as until
    from unnest(p_abono_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.abonos r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) b
    where b.status = 'recorded' and b.allocated_amount < b.amount
  ), due as (
    select s.id, s.business_id, s.client_id, s.sale_day, s.balance_due as amount,
      sum(s.balance_due) over (partition by s.client_id order by g.position) as until
    from unnest(p_sale_id) with ordinality as g (id, position)
    cross join lateral (select r.* from sales.sales r where r.tenant_id = v_tenant and r.id between g.id and g.id order by r.id) s
    where s.status = 'recorded' and s.balance_due > 0
  ), written as (
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, c.business_id, c.id, d.id,
      least(c.until, d.until) - greatest(c.until - c.amount, d.until - d.amount),
      greatest(c.abono_day, d.sale_day, p_from)
    from credit c
    join due d on d.business_id = c.business_id and d.client_id = c.client_id
      and c.until - c.amount < d.until and d.until - d.amount < c.until
    returning id
  )
  select coalesce(array_agg(w.id), '{}') into v_written from written w;
  if cardinality(v_written) > 0 then
    perform sales.apply_allocations(v_written, 1);
  end if;
end $$;
