import { sql } from "drizzle-orm";
import { check, date, index, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod } from "../choices";
import { abonoStatus } from "../states";
import { businesses, businessUsers } from "./businesses";
import {
  amount,
  businessId,
  lateColumns,
  requestColumns,
  requestKeys,
  syncChecks,
  syncColumns,
  voidColumns,
} from "./columns";
import { customers } from "./customers";
import { distribuciones } from "./routes";
import { sales } from "./sales";
import { salesSchema } from "./schemas";

/** A payment of a customer's debt, with a purchase or without. What is allocated to no sale stays as credit. */
export const abonos = tenantTable(
  salesSchema,
  "abonos",
  {
    businessId: businessId(),
    clientId: uuid("client_id").notNull(),
    /** Who received it. */
    sellerId: uuid("seller_id").notNull(),
    /** The route it was taken on: it belongs to that money. */
    distribucionId: uuid("distribucion_id"),
    status: abonoStatus.column("status").notNull().default("recorded"),
    amount: amount("amount").notNull(),
    /** What of it is allocated to sales; the allocations keep it. */
    allocatedAmount: amount("allocated_amount").notNull().default("0"),
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    notes: text("notes"),
    ...syncColumns(),
    /** When it was received. */
    abonoDate: instant("abono_date").notNull().defaultNow(),
    /** The business's day of `abono_date`; the database computes it. */
    abonoDay: date("abono_day").notNull(),
    ...voidColumns(),
    ...lateColumns(),
    ...requestColumns(),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: ["status", "notes", "syncStatus", "syncAttempts"],
      exceptBy: {
        role: "sales_writer",
        columns: ["allocatedAmount", "voidedOn", "voidedBy", "voidReason", "reviewedAt", "reviewedBy"],
      },
      sentence: "An abono cannot be changed: void it and record another",
    },
    references: {
      businessId: { table: businesses, index: false },
      clientId: { table: customers, within: "businessId", index: false },
      sellerId: { table: businessUsers, within: "businessId", index: false },
      distribucionId: { table: distribuciones, within: "businessId", index: false },
    },
    extra: (t) => [
      unique("abonos_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_abonos_business_id_abono_date").on(t.tenantId, t.businessId, t.abonoDate, t.id),
      index("idx_abonos_business_id_abono_day").on(t.tenantId, t.businessId, t.abonoDay),
      index("idx_abonos_client_id").on(t.tenantId, t.clientId, t.abonoDate, t.id),
      // Whose rest is credit: used by the next sale on request, oldest first.
      index("idx_abonos_credit")
        .on(t.tenantId, t.clientId, t.abonoDate, t.createdAt, t.id)
        .where(sql`${t.status} = 'recorded' and ${t.allocatedAmount} < ${t.amount}`),
      index("idx_abonos_seller_id").on(t.tenantId, t.sellerId, t.abonoDate, t.id),
      index("idx_abonos_distribucion_id").on(t.tenantId, t.distribucionId).where(sql`${t.distribucionId} is not null`),
      index("idx_abonos_late")
        .on(t.tenantId, t.businessId, t.abonoDate, t.id)
        .where(sql`${t.isLate} and ${t.reviewedAt} is null`),
      check("abonos_amount_check", sql`${t.amount} > 0`),
      check("abonos_allocated_amount_check", sql`${t.allocatedAmount} between 0 and ${t.amount}`),
      check("abonos_voided_on_check", sql`(${t.status} = 'void') = (${t.voidedOn} is not null)`),
      check("abonos_void_allocated_check", sql`${t.status} <> 'void' or ${t.allocatedAmount} = 0`),
      ...syncChecks("abonos", t),
      ...requestKeys("abonos", t),
    ],
  },
);

/** The amount of an abono that pays one sale of the same customer. Taking it back sets `reversed_on`. */
export const abonoAllocations = tenantTable(
  salesSchema,
  "abono_allocations",
  {
    businessId: businessId(),
    abonoId: uuid("abono_id").notNull(),
    saleId: uuid("sale_id").notNull(),
    amount: amount("amount").notNull(),
    /** The business's day that it counts on: commission is on what is collected. */
    allocatedOn: date("allocated_on").notNull(),
    reversedOn: date("reversed_on"),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      abonoId: { table: abonos, within: "businessId", part: true, onDelete: "restrict" },
      saleId: { table: sales, within: "businessId" },
    },
    extra: (t) => [
      index("idx_abono_allocations_allocated_on").on(t.tenantId, t.businessId, t.allocatedOn),
      index("idx_abono_allocations_reversed_on")
        .on(t.tenantId, t.businessId, t.reversedOn)
        .where(sql`${t.reversedOn} is not null`),
      check("abono_allocations_amount_check", sql`${t.amount} > 0`),
      check("abono_allocations_reversed_on_check", sql`${t.reversedOn} >= ${t.allocatedOn}`),
    ],
  },
);

/** Money given back by the same method, because what it was paid for was voided: a sale, or an abono. Never changed. */
export const refunds = tenantTable(
  salesSchema,
  "refunds",
  {
    businessId: businessId(),
    saleId: uuid("sale_id"),
    abonoId: uuid("abono_id"),
    /** The open route whose money it leaves; null where it leaves the business's own. */
    distribucionId: uuid("distribucion_id"),
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    amount: amount("amount").notNull(),
    /** The business's day of the void: it is on that day's closing. */
    refundDay: date("refund_day").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  {
    access: "read-only",
    references: {
      businessId: { table: businesses, index: false },
      saleId: { table: sales, within: "businessId", index: false },
      abonoId: { table: abonos, within: "businessId", index: false },
      distribucionId: { table: distribuciones, within: "businessId", index: false },
    },
    extra: (t) => [
      unique("refunds_sale_id_unique").on(t.tenantId, t.saleId, t.businessId),
      unique("refunds_abono_id_unique").on(t.tenantId, t.abonoId, t.businessId),
      index("idx_refunds_refund_day").on(t.tenantId, t.businessId, t.refundDay),
      index("idx_refunds_distribucion_id").on(t.tenantId, t.distribucionId).where(sql`${t.distribucionId} is not null`),
      check("refunds_amount_check", sql`${t.amount} > 0`),
      check("refunds_source_check", sql`num_nonnulls(${t.saleId}, ${t.abonoId}) = 1`),
    ],
  },
);
