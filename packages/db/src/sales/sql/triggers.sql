-- Abonos. stamp_abono fires after the guards of the state machine, and computes what the caller does not know.
create trigger guard_late_insert before insert on sales.abonos
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late abono');

create trigger stamp_abono before insert on sales.abonos
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_abono();

-- Members. The rate of a member is kept by day.
create trigger require_manager before insert or update on sales.business_users
  for each row execute function sales.require_manager();

create trigger keep_commission_rate_insert after insert on sales.business_users
  for each row execute function sales.keep_commission_rate();

create trigger keep_commission_rate_update after update on sales.business_users
  for each row when (new.commission_rate is distinct from old.commission_rate)
  execute function sales.keep_commission_rate();

create trigger keep_admin_negocio after update on sales.business_users
  for each row when (old.role = 'admin_negocio' and old.is_active and not (new.role = 'admin_negocio' and new.is_active))
  execute function sales.keep_admin_negocio();

-- Businesses.
create trigger require_manager before insert or update on sales.businesses
  for each row execute function sales.require_manager();

create trigger open_config after insert on sales.businesses
  referencing new table as written for each statement execute function sales.open_config();

-- Customers.
create trigger require_admin_insert before insert on sales.customers
  for each row when (new.credit_limit is not null)
  execute function sales.require_admin_negocio('set a credit limit');

create trigger require_admin_update before update on sales.customers
  for each row when (new.credit_limit is distinct from old.credit_limit)
  execute function sales.require_admin_negocio('set a credit limit');

create trigger open_customer_balances after insert on sales.customers
  referencing new table as written for each statement execute function sales.open_customer_balances();

-- Routes begin without goods and money.
create trigger guard_counters before insert on sales.distribuciones
  for each row when (current_user <> 'sales_writer'
    and (new.kilos_asignados <> 0 or new.kilos_vendidos <> 0 or new.monto_recaudado <> 0))
  execute function tenancy.refuse('ZT003', 'A new route is empty: assign products to it afterwards');

-- Products are the catalogue of the admin; a receipt alone sets what one costs besides.
create trigger require_admin before insert or update on sales.products
  for each row when (current_user <> 'sales_writer')
  execute function sales.require_admin_negocio('change products and prices');

create trigger open_inventory after insert on sales.products
  referencing new table as written for each statement execute function sales.open_inventory();

-- Sales. A draft may be changed, but never made late.
create trigger guard_late_insert before insert on sales.sales
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');

create trigger guard_late_update before update on sales.sales
  for each row when (new.is_late <> old.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late sale');

create trigger stamp_sale before insert or update on sales.sales
  for each row when (current_user <> 'sales_writer' and new.status = 'draft') execute function sales.stamp_sale();

-- The configuration of the tenant.
create trigger require_config_right before insert or update on sales.system_config
  for each row when (current_user <> 'sales_writer') execute function sales.require_config_right();
