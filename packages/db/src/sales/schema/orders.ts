import { sql } from "drizzle-orm";
import { check, date, index, integer, text, unique, uuid } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { orderStatus } from "../states";
import { businesses, businessUsers } from "./businesses";
import { amount, businessId, kilos, price, requestColumns, requestKeys } from "./columns";
import { customers } from "./customers";
import { products } from "./products";
import { salesSchema } from "./schemas";

/** What a customer ordered ahead, where the business works by `pedidos`. The sale that delivers it names it. */
export const orders = tenantTable(
  salesSchema,
  "orders",
  {
    businessId: businessId(),
    clientId: uuid("client_id").notNull(),
    /** Who took the order. */
    sellerId: uuid("seller_id").notNull(),
    status: orderStatus.column("status").notNull().default("ordered"),
    /** The sum of its items; the database computes it. */
    totalAmount: amount("total_amount").notNull().default("0"),
    orderDate: instant("order_date").notNull().defaultNow(),
    /** The day it is wanted on. */
    deliveryDay: date("delivery_day"),
    notes: text("notes"),
    ...requestColumns(),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: ["status", "deliveryDay", "notes"],
      exceptBy: { role: "sales_writer", columns: ["totalAmount"] },
      sentence: "An order keeps its customer and its items: cancel it and make another",
    },
    references: {
      businessId: { table: businesses, index: false },
      clientId: { table: customers, within: "businessId", index: false },
      sellerId: { table: businessUsers, within: "businessId" },
    },
    extra: (t) => [
      unique("orders_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_orders_business_id_status").on(t.tenantId, t.businessId, t.status, t.orderDate, t.id),
      index("idx_orders_delivery_day").on(t.tenantId, t.businessId, t.deliveryDay, t.orderDate, t.id),
      index("idx_orders_client_id").on(t.tenantId, t.clientId, t.orderDate, t.id),
      check("orders_total_amount_check", sql`${t.totalAmount} >= 0`),
      ...requestKeys("orders", t),
    ],
  },
);

/** One position of an order. */
export const orderItems = tenantTable(
  salesSchema,
  "order_items",
  {
    businessId: businessId(),
    orderId: uuid("order_id").notNull(),
    /** Position on the order, from 1. */
    lineNumber: integer("line_number").notNull(),
    productId: uuid("product_id").notNull(),
    quantity: kilos("quantity").notNull(),
    unitPrice: price("unit_price").notNull(),
    subtotal: amount("subtotal").notNull().generatedAlwaysAs(sql`round(quantity * unit_price, 2)`),
    ...timestamps(),
  },
  {
    access: "append-only",
    references: {
      orderId: { table: orders, within: "businessId", part: true, onDelete: "restrict", index: false },
      productId: { table: products, within: "businessId" },
    },
    extra: (t) => [
      unique("order_items_order_id_line_number_unique").on(t.tenantId, t.orderId, t.businessId, t.lineNumber),
      check("order_items_line_number_check", sql`${t.lineNumber} > 0`),
      check("order_items_quantity_check", sql`${t.quantity} > 0`),
      check("order_items_unit_price_check", sql`${t.unitPrice} >= 0`),
    ],
  },
);
