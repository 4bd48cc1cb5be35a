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
