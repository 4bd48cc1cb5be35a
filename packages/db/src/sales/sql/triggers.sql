-- Abonos. stamp_abono fires after the guards of the state machine, and computes what the caller does not know.
create trigger guard_late_insert before insert on sales.abonos
  for each row when (new.is_late and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'Only the synchronisation records a late abono');

create trigger stamp_abono before insert on sales.abonos
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_abono();

create trigger post_written after insert on sales.abonos
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.post_written_abonos();

create trigger supplement after insert on sales.abonos
  referencing new table as written
  for each statement execute function sales.add_supplements('select tenant_id, business_id, abono_day as day,
    null::uuid as sale_id, id as abono_id from written where is_late');

-- Allocations of abonos count on open days; those of late sales and abonos may be of a closed one.
create trigger require_open_day_insert after insert on sales.abono_allocations
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, allocated_on as day from written w
    where not exists (select from sales.abonos a where a.tenant_id = w.tenant_id and a.id = w.abono_id and a.is_late)
      and not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.sale_id and s.is_late)');

create trigger require_open_day_update after update on sales.abono_allocations
  referencing old table as before new table as written
  for each statement execute function sales.require_open_days('select w.tenant_id, w.business_id, w.reversed_on as day
    from written w join before b on b.tenant_id = w.tenant_id and b.id = w.id where w.reversed_on is distinct from b.reversed_on');

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

create trigger guard_closed_day_insert before insert on sales.businesses
  for each row when (new.last_closed_day is not null and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');

create trigger guard_closed_day_update before update on sales.businesses
  for each row when (new.last_closed_day is distinct from old.last_closed_day and current_user <> 'sales_writer')
  execute function tenancy.refuse('ZT003', 'A day is closed by the function sales.close_day');

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

-- Routes begin without goods and money, on a day that is open. A settled one stays as it is.
create trigger require_member before insert or update on sales.distribuciones
  for each row when (current_user <> 'sales_writer')
  execute function sales.require_member('assign and start routes', 'vendedor_id');

create trigger guard_settled before update on sales.distribuciones
  for each row when (old.estado = 'cerrado' and new.estado = 'cerrado'
    and (new.punto_venta is distinct from old.punto_venta or new.kilos_asignados <> old.kilos_asignados
      or new.kilos_vendidos <> old.kilos_vendidos or new.monto_recaudado <> old.monto_recaudado))
  execute function tenancy.refuse('ZT003', 'The route is settled: nothing on it is changed');

create trigger guard_item before insert or update on sales.distribucion_items
  for each row execute function sales.guard_route_item();

create trigger require_open_day after insert on sales.distribuciones
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, fecha as day from written');

create trigger guard_counters before insert on sales.distribuciones
  for each row when (current_user <> 'sales_writer'
    and (new.kilos_asignados <> 0 or new.kilos_vendidos <> 0 or new.monto_recaudado <> 0 or new.settlements <> 0
      or num_nonnulls(new.settlement_hash, new.reopen_reason, new.closed_by) > 0))
  execute function tenancy.refuse('ZT003', 'A new route is empty: assign products to it afterwards');

-- Orders.
create trigger require_member_insert before insert on sales.orders
  for each row when (current_user <> 'sales_writer') execute function sales.require_member('take orders', 'seller_id');

create trigger require_member_update before update on sales.orders
  for each row when (current_user <> 'sales_writer') execute function sales.require_member('change orders');

create trigger keep_total after insert on sales.orders
  referencing new table as written for each statement execute function sales.keep_order_totals('id');

create trigger keep_total after insert on sales.order_items
  referencing new table as written for each statement execute function sales.keep_order_totals('order_id');

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

create trigger record_drafts after update on sales.sales
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.record_drafts();

create trigger supplement after insert on sales.sales
  referencing new table as written
  for each statement execute function sales.add_supplements('select tenant_id, business_id, sale_day as day, id as sale_id,
    null::uuid as abono_id from written where is_late and status = ''recorded''');

-- Items. stamp_sale_item fills in before the CHECKs look; the last item records the sale.
create trigger stamp_sale_item before insert on sales.sale_items
  for each row when (current_user <> 'sales_writer') execute function sales.stamp_sale_item();

create trigger record_drafts after insert on sales.sale_items
  referencing new table as written for each statement when (current_user <> 'sales_writer')
  execute function sales.record_drafts();

-- Stock moves on open days; a late sale is of a closed one.
create trigger require_open_day after insert on sales.stock_movements
  referencing new table as written
  for each statement execute function sales.require_open_days('select tenant_id, business_id, day from written w
    where not exists (select from sales.sales s where s.tenant_id = w.tenant_id and s.id = w.source_id and s.is_late)');

-- The configuration of the tenant.
create trigger require_config_right before insert or update on sales.system_config
  for each row when (current_user <> 'sales_writer') execute function sales.require_config_right();
