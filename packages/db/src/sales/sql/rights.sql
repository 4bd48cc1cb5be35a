-- Rights that protect_table does not give. Every statement may run again and again; a right is taken back by a REVOKE
-- in its place.

-- Everybody reads what is kept of the own tenant; the functions of sales_writer alone write it.
grant insert on sales.stock_movements, sales.debt_entries, sales.refunds, sales.distribucion_money,
  sales.distribucion_assignments, sales.day_closings, sales.day_closing_money, sales.day_closing_vendors, sales.day_closing_stock,
  sales.day_closing_late to sales_writer;

grant insert, update on sales.inventory, sales.customer_balances, sales.commission_rates, sales.abono_allocations,
  sales.distribucion_items to sales_writer;

grant insert, update on sales.product_totals, sales.sale_totals to sales_writer;
