-- Writes debt entries, and adds them to what their customers owe, whose balances the caller has locked. A sale changes what
-- is open, an abono the credit. Internal: it trusts its callers.
-- @owner sales_writer
-- @execute none
create function sales.move_debt(
  p_business_id uuid[], p_client_id uuid[], p_kind text[], p_source_id uuid[], p_day date[], p_amount numeric[]
) returns void
  language plpgsql
as $$
declare
  v_tenant constant uuid := tenancy.current_tenant_id();
begin
  insert into sales.debt_entries (tenant_id, business_id, client_id, kind, source_id, day, amount, client_version, balance_after)
  select v_tenant, e.business_id, e.client_id, e.kind, e.source_id, e.day, e.amount,
    b.version + row_number() over of_client, b.balance + sum(e.amount) over of_client
  from unnest(p_business_id, p_client_id, p_kind, p_source_id, p_day, p_amount) with ordinality as e
    (business_id, client_id, kind, source_id, day, amount, position)
  cross join lateral (
    select c.version, c.balance from sales.customer_balances c
    where c.tenant_id = v_tenant and c.client_id between e.client_id and e.client_id order by c.client_id
  ) b
  window of_client as (partition by e.client_id order by e.position);

  update sales.customer_balances b
  set open_due = b.open_due + e.due, credit = b.credit - e.paid, version = b.version + e.entries
  from (
    select g.client_id, count(*) as entries, coalesce(sum(g.amount) filter (where g.kind in ('sale', 'sale_void')), 0) as due,
      coalesce(sum(g.amount) filter (where g.kind in ('abono', 'abono_void')), 0) as paid
    from unnest(p_client_id, p_kind, p_amount) as g (client_id, kind, amount) group by 1
  ) e
  where b.tenant_id = v_tenant and b.client_id = any (p_client_id) and b.client_id = e.client_id;
end $$;
