import { sql } from "drizzle-orm";
import { check, date, index, integer, numeric, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod, productUnit, saleType } from "../choices";
import { saleStatus } from "../states";
import { businesses, businessUsers } from "./businesses";
import {
  amount,
  businessId,
  kilos,
  lateColumns,
  price,
  requestColumns,
  requestKeys,
  syncChecks,
  syncColumns,
  unitCost,
  voidColumns,
} from "./columns";
import { customers } from "./customers";
import { orders } from "./orders";
import { products } from "./products";
import { distribuciones } from "./routes";
import { salesSchema } from "./schemas";

/** A sale, for cash or on credit. It is taken back by a void, and corrected by a void and a new one. */
export const sales = tenantTable(
  salesSchema,
  "sales",
  {
    businessId: businessId(),
    /** Null: to somebody unknown, for cash. */
    clientId: uuid("client_id"),
    sellerId: uuid("seller_id").notNull(),
    /** Null where the business uses no routes, or the sale is made in the house. */
    distribucionId: uuid("distribucion_id"),
    /** The order that it delivers. */
    orderId: uuid("order_id"),
    saleType: saleType.column("sale_type").notNull(),
    status: saleStatus.column("status").notNull().default("draft"),
    /** The sum of its items. */
    totalAmount: amount("total_amount").notNull(),
    /** What was paid at once. */
    amountPaid: amount("amount_paid").notNull().default("0"),
    /** How that was paid; says nothing where nothing was. */
    paymentMethod: paymentMethod.column("payment_method").default("efectivo"),
    /** What is open now: total less what was paid at once and what abonos were allocated. */
    balanceDue: amount("balance_due").notNull().default("0"),
    /** The sum over its kilo products. */
    tara: kilos("tara").notNull().default("0"),
    /** The sum over its kilo products; pieces do not count. */
    netWeight: kilos("net_weight").notNull().default("0"),
    /** Where it was sold: the route's, or else the vendor's. */
    salesPoint: varchar("sales_point", { length: 100 }),
    /** Percent for the vendor of what is collected: in force on the day of the sale. */
    commissionRate: numeric("commission_rate", { precision: 5, scale: 2 }).notNull().default("0"),
    ...syncColumns(),
    saleDate: instant("sale_date").notNull().defaultNow(),
    /** The business's day of `sale_date`; the database computes it. */
    saleDay: date("sale_day").notNull(),
    /** The void sale that this one replaces. */
    correctsSaleId: uuid("corrects_sale_id"),
    ...voidColumns(),
    ...lateColumns(),
    ...requestColumns(),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      when: "old.status <> 'draft'",
      except: ["status", "syncStatus", "syncAttempts"],
      exceptBy: {
        role: "sales_writer",
        columns: ["balanceDue", "voidedOn", "voidedBy", "voidReason", "reviewedAt", "reviewedBy"],
      },
      sentence: "A recorded sale cannot be changed: correct it, which voids it and records another",
    },
    references: {
      businessId: { table: businesses, index: false },
      clientId: { table: customers, within: "businessId", index: false },
      sellerId: { table: businessUsers, within: "businessId", index: false },
      distribucionId: { table: distribuciones, within: "businessId", index: false },
      orderId: { table: orders, within: "businessId", index: false },
      correctsSaleId: { table: "self", within: "businessId", index: false },
    },
    extra: (t) => [
      unique("sales_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_sales_business_id_sale_date").on(t.tenantId, t.businessId, t.saleDate, t.id),
      index("idx_sales_business_id_sale_day").on(t.tenantId, t.businessId, t.saleDay),
      index("idx_sales_voided_on").on(t.tenantId, t.businessId, t.voidedOn).where(sql`${t.voidedOn} is not null`),
      index("idx_sales_client_id").on(t.tenantId, t.clientId, t.saleDate, t.id).where(sql`${t.clientId} is not null`),
      // Which sales abonos are allocated to, oldest first: by date, then arrival.
      index("idx_sales_open").on(t.tenantId, t.clientId, t.saleDate, t.createdAt, t.id).where(sql`${t.balanceDue} > 0`),
      index("idx_sales_seller_id").on(t.tenantId, t.sellerId, t.saleDate, t.id),
      index("idx_sales_distribucion_id").on(t.tenantId, t.distribucionId).where(sql`${t.distribucionId} is not null`),
      // An order is delivered once; after a void by another sale.
      uniqueIndex("sales_order_id_unique")
        .on(t.tenantId, t.businessId, t.orderId)
        .where(sql`${t.orderId} is not null and ${t.status} <> 'void'`),
      index("idx_sales_order_id").on(t.tenantId, t.orderId).where(sql`${t.orderId} is not null`),
      uniqueIndex("idx_sales_corrects_sale_id")
        .on(t.tenantId, t.correctsSaleId)
        .where(sql`${t.correctsSaleId} is not null`),
      index("idx_sales_late")
        .on(t.tenantId, t.businessId, t.saleDate, t.id)
        .where(sql`${t.isLate} and ${t.reviewedAt} is null`),
      check("sales_total_amount_check", sql`${t.totalAmount} >= 0`),
      check("sales_amount_paid_check", sql`${t.amountPaid} between 0 and ${t.totalAmount}`),
      check("sales_balance_due_check", sql`${t.balanceDue} between 0 and ${t.totalAmount} - ${t.amountPaid}`),
      check("sales_method_check", sql`${t.amountPaid} = 0 or ${t.paymentMethod} is not null`),
      check("sales_contado_check", sql`${t.saleType} <> 'contado' or ${t.amountPaid} = ${t.totalAmount}`),
      check("sales_credito_check", sql`${t.saleType} <> 'credito' or ${t.clientId} is not null`),
      check("sales_weight_check", sql`${t.tara} >= 0 and ${t.netWeight} >= 0`),
      check("sales_commission_rate_check", sql`${t.commissionRate} between 0 and 100`),
      check("sales_voided_on_check", sql`(${t.status} = 'void') = (${t.voidedOn} is not null)`),
      check("sales_void_balance_check", sql`${t.status} <> 'void' or ${t.balanceDue} = 0`),
      check("sales_corrects_sale_id_check", sql`${t.correctsSaleId} <> ${t.id}`),
      ...syncChecks("sales", t),
      ...requestKeys("sales", t),
    ],
  },
);

/** One position of a sale. It keeps what the product was called, and cost, on its day. */
export const saleItems = tenantTable(
  salesSchema,
  "sale_items",
  {
    businessId: businessId(),
    saleId: uuid("sale_id").notNull(),
    /** Position on the sale, from 1. */
    lineNumber: integer("line_number").notNull(),
    productId: uuid("product_id").notNull(),
    productName: varchar("product_name", { length: 255 }).notNull(),
    /** The product's, which never changes. */
    unit: productUnit.column("unit").notNull(),
    /** Kilos with the container. */
    gross: kilos("gross"),
    /** Kilos of the container. */
    tara: kilos("tara"),
    /** Net kilos, or pieces. */
    quantity: kilos("quantity").notNull(),
    unitPrice: price("unit_price").notNull(),
    /** Quantity × unit price, rounded half away from zero. */
    subtotal: amount("subtotal").notNull(),
    /** What a kilo or piece cost on that day; null where it was not known. */
    unitCost: unitCost("unit_cost"),
    ...timestamps(),
  },
  {
    access: "append-only",
    references: {
      saleId: { table: sales, within: "businessId", part: true, onDelete: "restrict", index: false },
      productId: { table: products, within: "businessId" },
    },
    extra: (t) => [
      unique("sale_items_sale_id_line_number_unique").on(t.tenantId, t.saleId, t.businessId, t.lineNumber),
      check("sale_items_line_number_check", sql`${t.lineNumber} > 0`),
      check("sale_items_quantity_check", sql`${t.quantity} > 0`),
      check("sale_items_unit_price_check", sql`${t.unitPrice} >= 0`),
      check("sale_items_subtotal_check", sql`${t.subtotal} = round(${t.quantity} * ${t.unitPrice}, 2)`),
      check("sale_items_tara_check", sql`${t.tara} >= 0`),
      check(
        "sale_items_weight_check",
        sql`case when ${t.gross} is null then ${t.tara} is null
          else ${t.tara} is not null and ${t.unit} = 'kg' and ${t.quantity} = ${t.gross} - ${t.tara} end`,
      ),
      check("sale_items_pieces_check", sql`${t.unit} = 'kg' or ${t.quantity} = trunc(${t.quantity})`),
      check("sale_items_unit_cost_check", sql`${t.unitCost} >= 0`),
    ],
  },
);
