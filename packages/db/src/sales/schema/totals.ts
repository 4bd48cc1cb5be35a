import { sql } from "drizzle-orm";
import { check, date, integer, numeric, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod, saleType } from "../choices";
import { businesses } from "./businesses";
import { businessId } from "./columns";
import { salesSchema } from "./schemas";

const totalAmount = (name: string) => numeric(name, { precision: 16, scale: 2 }).notNull();
const totalQuantity = (name: string) => numeric(name, { precision: 14, scale: 3 }).notNull();

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
    quantity: totalQuantity("quantity"),
    soldAmount: totalAmount("sold_amount"),
    voidedQuantity: totalQuantity("voided_quantity"),
    voidedAmount: totalAmount("voided_amount"),
    /** What was sold less what was voided, of items whose cost is known. */
    costedAmount: totalAmount("costed_amount"),
    /** What those items cost: quantity × unit cost, rounded half away from zero for each. */
    costAmount: totalAmount("cost_amount"),
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
    soldAmount: totalAmount("sold_amount"),
    paidAmount: totalAmount("paid_amount"),
    voidedCount: integer("voided_count").notNull(),
    voidedAmount: totalAmount("voided_amount"),
    /** What was paid at once for the sales that were voided. */
    refundedAmount: totalAmount("refunded_amount"),
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
