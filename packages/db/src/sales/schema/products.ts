import { sql } from "drizzle-orm";
import { bigint, boolean, check, date, index, text, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { movementKind, productType, productUnit } from "../choices";
import { businesses } from "./businesses";
import { businessId, kilos, price, requestColumns, requestKeys, unitCost } from "./columns";
import { salesSchema } from "./schemas";

/** What a business sells. Sold items keep name, price and cost of their day. */
export const products = tenantTable(
  salesSchema,
  "products",
  {
    businessId: businessId(),
    name: varchar("name", { length: 255 }).notNull(),
    type: productType.column("type").notNull(),
    unit: productUnit.column("unit").notNull(),
    /** Suggested price of a kilo or piece; a sale may have another. */
    basePrice: price("base_price"),
    /** What a kilo or piece cost last; null where it is not known, and then there is no margin. A receipt sets it. */
    unitCost: unitCost("unit_cost"),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    identifiedBy: ["unit"],
    references: { businessId: { table: businesses, index: false } },
    extra: (t) => [
      unique("products_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_products_business_id_name").on(t.tenantId, t.businessId, t.name, t.id),
      check("products_name_check", sql`${t.name} <> ''`),
      check("products_base_price_check", sql`${t.basePrice} >= 0`),
      check("products_unit_cost_check", sql`${t.unitCost} >= 0`),
    ],
  },
);

/** The stock of a product: the sum of its movements. What is on a route has left it. */
export const inventory = tenantTable(
  salesSchema,
  "inventory",
  {
    businessId: businessId(),
    productId: uuid("product_id").notNull(),
    quantity: kilos("quantity").notNull().default("0"),
    /** How many movements the product has. In `mixto` one without any is sold without stock. */
    version: bigint("version", { mode: "bigint" }).notNull().default(sql`0`),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: { productId: { table: products, within: "businessId", part: true, index: false } },
    extra: (t) => [
      unique("inventory_product_id_unique").on(t.tenantId, t.productId, t.businessId),
      index("idx_inventory_business_id").on(t.tenantId, t.businessId),
    ],
  },
);

/** Every movement of stock; never changed. */
export const stockMovements = tenantTable(
  salesSchema,
  "stock_movements",
  {
    businessId: businessId(),
    productId: uuid("product_id").notNull(),
    kind: movementKind.column("kind").notNull(),
    /** The sale or route it belongs to; null for what is made by hand. */
    sourceId: uuid("source_id"),
    /** The business's day that it counts on. */
    day: date("day").notNull(),
    /** Above zero: the stock grows. */
    quantity: kilos("quantity").notNull(),
    /** What a kilo or piece of a receipt cost. */
    unitCost: unitCost("unit_cost"),
    /** What was found by a count. */
    countedQuantity: kilos("counted_quantity"),
    /** Why it was adjusted, or what was found. */
    reason: text("reason"),
    /** 1, 2, 3, … in the order in which the product's movements were written: a missing one leaves a gap. */
    productVersion: bigint("product_version", { mode: "bigint" }).notNull(),
    /** The stock after this movement, in that order. */
    quantityAfter: kilos("quantity_after").notNull(),
    /** The member who made it; members are never deleted, so it needs no key. Null for a job. */
    createdBy: uuid("created_by"),
    ...requestColumns(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  {
    access: "read-only",
    references: {
      productId: { table: products, within: "businessId", part: true, onDelete: "restrict", index: false },
    },
    extra: (t) => [
      unique("stock_movements_product_version_unique").on(t.tenantId, t.productId, t.productVersion),
      index("idx_stock_movements_product_id_day").on(t.tenantId, t.productId, t.day, t.productVersion),
      index("idx_stock_movements_source_id").on(t.tenantId, t.sourceId).where(sql`${t.sourceId} is not null`),
      ...requestKeys("stock_movements", t),
      check(
        "stock_movements_source_id_check",
        sql`(${t.kind} in ('receipt', 'adjustment', 'count')) = (${t.sourceId} is null)`,
      ),
      check(
        "stock_movements_reason_check",
        sql`${t.kind} not in ('adjustment', 'loss') or coalesce(${t.reason}, '') <> ''`,
      ),
      check("stock_movements_counted_check", sql`(${t.kind} = 'count') = (${t.countedQuantity} is not null)`),
      check("stock_movements_unit_cost_check", sql`${t.unitCost} >= 0`),
      check(
        "stock_movements_sign_check",
        sql`case when ${t.kind} in ('receipt', 'sale_void', 'return') then ${t.quantity} > 0
          when ${t.kind} in ('sale', 'assignment', 'loss', 'reopening') then ${t.quantity} < 0
          when ${t.kind} = 'adjustment' then ${t.quantity} <> 0 else ${t.countedQuantity} >= 0 end`,
      ),
    ],
  },
);
