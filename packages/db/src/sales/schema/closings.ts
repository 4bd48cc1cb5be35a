import { sql } from "drizzle-orm";
import { check, date, index, integer, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod } from "../choices";
import { businesses } from "./businesses";
import { amount, businessId } from "./columns";
import { salesSchema } from "./schemas";

/**
 * The document of a business's day. After it the day takes no sales but late ones, which are on a supplement of it. A day
 * that is opened again keeps the document, and is closed by the next one.
 */
export const dayClosings = tenantTable(
  salesSchema,
  "day_closings",
  {
    businessId: businessId(),
    day: date("day").notNull(),
    /** 0 for the document of the day, 1, 2, 3, … for its supplements. */
    supplement: integer("supplement").notNull().default(0),
    /** 1 for the first time that the day is closed, 2 after it was opened again, and so on. */
    edition: integer("edition").notNull().default(1),
    saleCount: integer("sale_count").notNull(),
    /** All sales of the day: the two below. */
    soldAmount: amount("sold_amount").notNull(),
    contadoAmount: amount("contado_amount").notNull(),
    creditoAmount: amount("credito_amount").notNull(),
    /** Sales of this day or earlier ones that were voided on it. */
    voidedAmount: amount("voided_amount").notNull(),
    /** Commission on what was collected. */
    commissionAmount: amount("commission_amount").notNull(),
    closedAt: instant("closed_at").notNull().defaultNow(),
    /** The member who closed it; members are never deleted, so it needs no key. Null for a job. */
    closedBy: uuid("closed_by"),
    reopenedAt: instant("reopened_at"),
    reopenedBy: uuid("reopened_by"),
    reopenReason: text("reopen_reason"),
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
      unique("day_closings_day_unique").on(t.tenantId, t.businessId, t.day, t.edition, t.supplement),
      check("day_closings_supplement_check", sql`${t.supplement} >= 0`),
      check("day_closings_edition_check", sql`${t.edition} >= 1`),
      check("day_closings_sold_amount_check", sql`${t.soldAmount} = ${t.contadoAmount} + ${t.creditoAmount}`),
      check("day_closings_reopened_at_check", sql`(${t.reopenedAt} is null) = (${t.reopenReason} is null)`),
    ],
  },
);

/** The money of a closed day by method. */
export const dayClosingMoney = tenantTable(
  salesSchema,
  "day_closing_money",
  {
    businessId: businessId(),
    closingId: uuid("closing_id").notNull(),
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    /** Paid at sales. */
    salesAmount: amount("sales_amount").notNull(),
    abonosAmount: amount("abonos_amount").notNull(),
    refundsAmount: amount("refunds_amount").notNull(),
    /** What the day should come to: sales and abonos less refunds. */
    expected: amount("expected").notNull().generatedAlwaysAs(sql`sales_amount + abonos_amount - refunds_amount`),
    /** Handed in by the routes and counted in the house. */
    counted: amount("counted").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      closingId: { table: dayClosings, within: "businessId", part: true, onDelete: "restrict", index: false },
    },
    extra: (t) => [
      unique("day_closing_money_payment_method_unique").on(t.tenantId, t.closingId, t.businessId, t.paymentMethod),
      index("idx_day_closing_money_business_id").on(t.tenantId, t.businessId),
    ],
  },
);
