import { z } from "zod";
import { pgUuid } from "../../core/column-kinds";

/** The kinds of violation, by the view that finds them. */
export const violationKinds = [
  // violations_of_businesses
  "config_missing",
  "commission_rate_differs",
  "commission_rate_missing",
  // violations_of_stock
  "stock_quantity_differs",
  "stock_version_differs",
  "stock_missing",
  "stock_chain_broken",
  "stock_count_differs",
  "stock_pieces_split",
  "stock_source_missing",
  // violations_of_sales
  "corrected_sale_stands",
  "sale_balance_differs",
  "sale_net_weight_differs",
  "sale_refund_differs",
  "sale_stock_differs",
  "sale_tara_differs",
  "sale_total_differs",
  // violations_of_abonos
  "abono_allocated_differs",
  "abono_refund_differs",
  "allocation_customer_differs",
  "allocation_early",
  // violations_of_debts
  "credit_differs",
  "debt_chain_broken",
  "debt_count_differs",
  "debt_differs",
  "debt_entry_differs",
  "debt_formula_differs",
  "open_due_differs",
  // violations_of_routes
  "route_assigned_differs",
  "route_expected_differs",
  "route_kilos_differ",
  "route_money_differs",
  "route_not_settled",
  "route_sold_differs",
  "route_stock_differs",
  // violations_of_orders
  "order_status_differs",
  "order_total_differs",
  // violations_of_closings
  "closing_money_differs",
  "closing_sales_differ",
  "closing_stock_differs",
  "closing_vendors_differ",
  "last_closed_day_differs",
  "late_without_supplement",
  "route_open_on_closed_day",
  "supplement_differs",
  // violations_of_totals
  "sale_totals_differ",
  "product_totals_differ",
] as const;

/** Which violations: of a business, of a kind; at most 10,000. */
export const violationFilterSchema = z
  .object({
    businessId: pgUuid().optional(),
    kind: z.enum(violationKinds).optional(),
    limit: z.int().min(1).max(10_000).default(1_000),
  })
  .strict();
