-- Whether a void sale had been recorded, and was no draft: then it left debt, or money that was given back.
-- @execute authenticated, platform
create function sales.was_recorded(p_sale_id uuid) returns boolean
  language sql stable
  return exists (select from sales.refunds r where r.tenant_id = tenancy.current_tenant_id() and r.sale_id = p_sale_id)
    or exists (select from sales.debt_entries e
               where e.tenant_id = tenancy.current_tenant_id() and e.source_id = p_sale_id and e.kind = 'sale');
