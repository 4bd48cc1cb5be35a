import { sql } from "drizzle-orm";
import { type AnyPgColumn, check, date, index, integer, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, quantity, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { movementKind, paymentMethod } from "../choices";
import { abonos } from "./abonos";
import { businesses, businessUsers } from "./businesses";
import { amountTotal, businessId } from "./columns";
import { products } from "./products";
import { sales } from "./sales";
import { salesSchema } from "./schemas";

/** A document of a business's day. Nobody may change it. After the first one the day takes only late sales, on supplements of it. */
export const dayClosings = tenantTable(
  salesSchema,
  "day_closings",
  {
    businessId: businessId(),
    day: date("day").notNull(),
    /** 0 for the closing of the day, 1, 2, 3, … for its supplements. */
    supplement: integer("supplement").notNull().default(0),
    saleCount: integer("sale_count").notNull(),
    /** All sales recorded of the day, also those voided since: the two below. */
    soldAmount: amountTotal("sold_amount").notNull(),
    contadoAmount: amountTotal("contado_amount").notNull(),
    creditoAmount: amountTotal("credito_amount").notNull(),
    netWeight: quantity("net_weight").notNull().default("0"),
    /** Sales of this day or earlier ones that were voided on it. */
    voidedAmount: amountTotal("voided_amount").notNull(),
    /** Commission of all vendors on what was collected. */
    commissionAmount: amountTotal("commission_amount").notNull(),
    /** Routes of the day, all of them settled. */
    routeCount: integer("route_count").notNull().default(0),
    closedAt: instant("closed_at").notNull().defaultNow(),
    /** The member who closed it; members are never deleted, so it needs no key. Null for a job. */
    closedBy: uuid("closed_by"),
    /** SHA-256 of what was counted: the same request again is answered, another is a conflict. */
    requestHash: text("request_hash"),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "read-only",
    references: {
      businessId: { table: businesses, index: false },
    },
    extra: (t) => [
      unique("day_closings_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      unique("day_closings_day_unique").on(t.tenantId, t.businessId, t.day, t.supplement),
      check("day_closings_supplement_check", sql`${t.supplement} >= 0`),
      check("day_closings_sale_count_check", sql`${t.saleCount} >= 0 and ${t.routeCount} >= 0`),
      check("day_closings_sold_amount_check", sql`${t.soldAmount} = ${t.contadoAmount} + ${t.creditoAmount}`),
    ],
  },
);

/** What the parts of a closing have in common. */
const partOfClosing = { table: dayClosings, within: "businessId", part: true, onDelete: "restrict" } as const;

const businessIndex = (table: string, t: { tenantId: AnyPgColumn; businessId: AnyPgColumn }) =>
  index(`idx_${table}_business_id`).on(t.tenantId as never, t.businessId as never);

/** The money of a closed day by method. What belongs to a route counts on the day of the route. */
export const dayClosingMoney = tenantTable(
  salesSchema,
  "day_closing_money",
  {
    businessId: businessId(),
    closingId: uuid("closing_id").notNull(),
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    /** Paid at sales. */
    salesAmount: amountTotal("sales_amount").notNull(),
    abonosAmount: amountTotal("abonos_amount").notNull(),
    refundsAmount: amountTotal("refunds_amount").notNull(),
    /** What the day should come to: sales and abonos less refunds. */
    expected: amountTotal("expected").notNull().generatedAlwaysAs(sql`sales_amount + abonos_amount - refunds_amount`),
    /** Of that, on routes; the rest is the house's. */
    routesExpected: amountTotal("routes_expected").notNull(),
    /** What the routes handed in. */
    handedIn: amountTotal("handed_in").notNull(),
    /** What was counted in the house, without what the routes handed in; null where nobody counted. */
    counted: amountTotal("counted"),
    /** Handed in and counted less expected; the house's part is left out where nobody counted. */
    difference: amountTotal("difference")
      .notNull()
      .generatedAlwaysAs(
        sql`handed_in - routes_expected + coalesce(counted - (sales_amount + abonos_amount - refunds_amount - routes_expected), 0)`,
      ),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: { closingId: { ...partOfClosing, index: false } },
    extra: (t) => [
      unique("day_closing_money_payment_method_unique").on(t.tenantId, t.closingId, t.businessId, t.paymentMethod),
      businessIndex("day_closing_money", t),
      check("day_closing_money_counted_check", sql`${t.counted} >= 0`),
    ],
  },
);

/** What a vendor sold and collected on a closed day. */
export const dayClosingVendors = tenantTable(
  salesSchema,
  "day_closing_vendors",
  {
    businessId: businessId(),
    closingId: uuid("closing_id").notNull(),
    memberId: uuid("member_id").notNull(),
    saleCount: integer("sale_count").notNull(),
    soldAmount: amountTotal("sold_amount").notNull(),
    netWeight: quantity("net_weight").notNull(),
    /** Paid at the vendor's sales and allocated to them, less what was taken back. */
    collectedAmount: amountTotal("collected_amount").notNull(),
    commissionAmount: amountTotal("commission_amount").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      closingId: { ...partOfClosing, index: false },
      memberId: { table: businessUsers, within: "businessId" },
    },
    extra: (t) => [
      unique("day_closing_vendors_member_id_unique").on(t.tenantId, t.closingId, t.businessId, t.memberId),
      businessIndex("day_closing_vendors", t),
    ],
  },
);

/** How the stock of a product moved on a closed day, by kind of movement. */
export const dayClosingStock = tenantTable(
  salesSchema,
  "day_closing_stock",
  {
    businessId: businessId(),
    closingId: uuid("closing_id").notNull(),
    productId: uuid("product_id").notNull(),
    kind: movementKind.column("kind").notNull(),
    /** The sum of the movements: above zero, the stock grew. */
    quantity: quantity("quantity").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      closingId: { ...partOfClosing, index: false },
      productId: { table: products, within: "businessId" },
    },
    extra: (t) => [
      unique("day_closing_stock_kind_unique").on(t.tenantId, t.closingId, t.businessId, t.productId, t.kind),
      businessIndex("day_closing_stock", t),
    ],
  },
);

/** A late sale or abono on a supplement of its day. */
export const dayClosingLate = tenantTable(
  salesSchema,
  "day_closing_late",
  {
    businessId: businessId(),
    closingId: uuid("closing_id").notNull(),
    saleId: uuid("sale_id"),
    abonoId: uuid("abono_id"),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      closingId: { ...partOfClosing },
      saleId: { table: sales, within: "businessId", index: false },
      abonoId: { table: abonos, within: "businessId", index: false },
    },
    extra: (t) => [
      unique("day_closing_late_sale_id_unique").on(t.tenantId, t.saleId, t.businessId),
      unique("day_closing_late_abono_id_unique").on(t.tenantId, t.abonoId, t.businessId),
      businessIndex("day_closing_late", t),
      check("day_closing_late_source_check", sql`num_nonnulls(${t.saleId}, ${t.abonoId}) = 1`),
    ],
  },
);
