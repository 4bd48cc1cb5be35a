-- Allocates an abono to the sales that are named, in their order: an amount, or as much as is open, and never beyond that.
-- Internal: the caller has locked the customer's balance.
-- @owner sales_writer
-- @execute none
create function sales.allocate_to(p_abono_id uuid, p_allocations jsonb, p_from date) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
  v_named record;
  v_written uuid;
begin
  for v_named in
    select s.id, s.status, s.client_id = b.client_id as is_customers, s.sale_day, b.business_id, b.abono_day, g.position,
      g.named ->> 'amount' as amount, g.named ->> 'saleId' as sale_id
    from jsonb_array_elements(p_allocations) with ordinality as g (named, position)
    join sales.abonos b on b.tenant_id = v_tenant and b.id = p_abono_id
    left join sales.sales s on s.tenant_id = v_tenant and s.business_id = b.business_id and s.id = (g.named ->> 'saleId')::uuid
    order by g.position
  loop
    if v_named.id is null or v_named.is_customers is not true then
      raise exception using errcode = 'ZT004',
        message = format('allocations.%s.saleId: the customer has no such sale', v_named.position - 1);
    elsif v_named.status <> 'recorded' then
      raise exception using errcode = 'ZT003', message = format('allocations.%s.saleId: the sale does not count: it is %s',
        v_named.position - 1, v_named.status);
    elsif v_named.amount::numeric <= 0 or scale(v_named.amount::numeric) > 2 or v_named.amount::numeric = 'NaN' then
      raise exception using errcode = 'ZT002',
        message = format('allocations.%s.amount: use an amount above 0 with at most two decimals', v_named.position - 1);
    end if;
    -- What others of the list took is seen: each is a statement of its own.
    insert into sales.abono_allocations (tenant_id, business_id, abono_id, sale_id, amount, allocated_on)
    select v_tenant, b.business_id, b.id, s.id, least(s.balance_due, b.amount - b.allocated_amount, v_named.amount::numeric),
      greatest(b.abono_day, s.sale_day, p_from)
    from sales.abonos b
    join sales.sales s on s.tenant_id = v_tenant and s.id = v_named.id
    where b.tenant_id = v_tenant and b.id = p_abono_id and s.balance_due > 0 and b.allocated_amount < b.amount
    returning id into v_written;
    if found then
      perform sales.apply_allocations(array[v_written], 1);
    end if;
  end loop;
end $$;
