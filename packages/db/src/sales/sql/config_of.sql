-- How a business works: what its own row says, and the tenant's system_config where that says nothing.
-- @execute authenticated, platform
create function sales.config_of(p_business_id uuid) returns table (
  modo_operacion text, control_kilos boolean, usar_distribucion boolean, permitir_venta_sin_stock boolean
)
  language sql stable
as $$
  select coalesce(b.modo_operacion, s.modo_operacion), coalesce(b.control_kilos, s.control_kilos),
    coalesce(b.usar_distribucion, s.usar_distribucion), coalesce(b.permitir_venta_sin_stock, s.permitir_venta_sin_stock)
  from sales.businesses b
  join sales.system_config s on s.tenant_id = b.tenant_id
  where b.tenant_id = tenancy.current_tenant_id() and b.id = p_business_id
$$;
