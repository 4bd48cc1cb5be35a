import { sql } from "drizzle-orm";
import { check, date, integer, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod, saleType } from "../choices";
import { businesses } from "./businesses";
import { amount, businessId, kilos } from "./columns";
import { salesSchema } from "./schemas";

/** Of whom and when: a day of the business, a vendor there, a sales point. Vendors share no row, so none waits for another. */
const ofVendor = () => ({
  businessId: businessId(),
  /** A sale counts on its day, a void on the day of the void. */
  day: date("day").notNull(),
  /** A member; members are never deleted, so it needs no key. */
  sellerId: uuid("seller_id").notNull(),
  /** Empty where the sale has none. */
  salesPoint: varchar("sales_point", { length: 100 }).notNull(),
});

/** What was sold of a product: sums of sold items. Reports read these instead of the sales. */
export const productTotals = tenantTable(
  salesSchema,
  "product_totals",
  {
    ...ofVendor(),
    /** Products are never deleted, so it needs no key. */
    productId: uuid("product_id").notNull(),
    quantity: kilos("quantity").notNull(),
    soldAmount: amount("sold_amount").notNull(),
    voidedQuantity: kilos("voided_quantity").notNull(),
    voidedAmount: amount("voided_amount").notNull(),
    /** What was sold less what was voided, of items whose cost is known. */
    costedAmount: amount("costed_amount").notNull(),
    /** What those items cost: quantity × unit cost, rounded half away from zero for each. */
    costAmount: amount("cost_amount").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: { businessId: { table: businesses, index: false } },
    extra: (t) => [
      unique("product_totals_day_unique").on(t.tenantId, t.businessId, t.day, t.sellerId, t.salesPoint, t.productId),
      check("product_totals_amounts_check", sql`${t.soldAmount} >= 0 and ${t.voidedAmount} >= 0`),
      check("product_totals_quantities_check", sql`${t.quantity} >= 0 and ${t.voidedQuantity} >= 0`),
    ],
  },
);

/** How many sales there were, and what was paid at once by which method: sums of sales. */
export const saleTotals = tenantTable(
  salesSchema,
  "sale_totals",
  {
    ...ofVendor(),
    saleType: saleType.column("sale_type").notNull(),
    /** Of what was paid at once. */
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    saleCount: integer("sale_count").notNull(),
    soldAmount: amount("sold_amount").notNull(),
    paidAmount: amount("paid_amount").notNull(),
    voidedCount: integer("voided_count").notNull(),
    voidedAmount: amount("voided_amount").notNull(),
    /** What was paid at once for the sales that were voided. */
    refundedAmount: amount("refunded_amount").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: { businessId: { table: businesses, index: false } },
    extra: (t) => [
      unique("sale_totals_day_unique").on(
        t.tenantId,
        t.businessId,
        t.day,
        t.sellerId,
        t.salesPoint,
        t.saleType,
        t.paymentMethod,
      ),
      check("sale_totals_counts_check", sql`${t.saleCount} >= 0 and ${t.voidedCount} >= 0`),
      check("sale_totals_sold_check", sql`${t.paidAmount} between 0 and ${t.soldAmount}`),
      check("sale_totals_voided_check", sql`${t.refundedAmount} between 0 and ${t.voidedAmount}`),
    ],
  },
);
