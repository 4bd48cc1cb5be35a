import { sql } from "drizzle-orm";
import { boolean, check, date, index, integer, text, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { paymentMethod } from "../choices";
import { distribucionStatus } from "../states";
import { businesses, businessUsers } from "./businesses";
import { amount, businessId, kilos, requestColumns, requestKeys, syncChecks, syncColumns } from "./columns";
import { products } from "./products";
import { salesSchema } from "./schemas";

/** A vendor's route of a day: what was given along, what of it was sold, and the money that came of it. */
export const distribuciones = tenantTable(
  salesSchema,
  "distribuciones",
  {
    businessId: businessId(),
    vendedorId: uuid("vendedor_id").notNull(),
    /** Carro A, Casa, … */
    puntoVenta: varchar("punto_venta", { length: 100 }),
    /** The kilos of its items that are sold by the kilo. */
    kilosAsignados: kilos("kilos_asignados").notNull().default("0"),
    kilosVendidos: kilos("kilos_vendidos").notNull().default("0"),
    /** Paid at its sales and by abonos taken on it, less what was given back. */
    montoRecaudado: amount("monto_recaudado").notNull().default("0"),
    fecha: date("fecha").notNull(),
    estado: distribucionStatus.column("estado").notNull().default("activo"),
    closedAt: instant("closed_at"),
    /** The member who settled it; members are never deleted, so it needs no key. Null for a job. */
    closedBy: uuid("closed_by"),
    /** How often it was settled. */
    settlements: integer("settlements").notNull().default(0),
    /** SHA-256 of the settlement that stands: the same one again is answered, another is a conflict. */
    settlementHash: text("settlement_hash"),
    /** Why it was opened again last. */
    reopenReason: text("reopen_reason"),
    ...syncColumns(),
    ...requestColumns(),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    frozen: {
      except: ["estado", "puntoVenta", "syncStatus", "syncAttempts"],
      exceptBy: {
        role: "sales_writer",
        columns: [
          ...(["kilosAsignados", "kilosVendidos", "montoRecaudado", "closedAt", "closedBy"] as const),
          ...(["settlements", "settlementHash", "reopenReason"] as const),
        ],
      },
      sentence: "A route keeps its vendor and day; functions keep its numbers",
    },
    references: {
      businessId: { table: businesses, index: false },
      vendedorId: { table: businessUsers, within: "businessId", index: false },
    },
    extra: (t) => [
      unique("distribuciones_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_distribuciones_business_id_fecha").on(t.tenantId, t.businessId, t.fecha, t.id),
      index("idx_distribuciones_estado").on(t.tenantId, t.businessId, t.estado, t.fecha, t.id),
      index("idx_distribuciones_vendedor_id").on(t.tenantId, t.vendedorId, t.fecha, t.id),
      check("distribuciones_kilos_asignados_check", sql`${t.kilosAsignados} >= 0`),
      check("distribuciones_kilos_vendidos_check", sql`${t.kilosVendidos} >= 0`),
      check("distribuciones_closed_at_check", sql`(${t.estado} = 'cerrado') = (${t.closedAt} is not null)`),
      check("distribuciones_settlements_check", sql`${t.settlements} >= 0`),
      check("distribuciones_settlement_hash_check", sql`${t.settlementHash} is null or ${t.estado} = 'cerrado'`),
      ...syncChecks("distribuciones", t),
      ...requestKeys("distribuciones", t),
    ],
  },
);

/** How the parts of a route belong to it. */
const partOfRoute = {
  table: distribuciones,
  within: "businessId",
  part: true,
  onDelete: "restrict",
  index: false,
} as const;

/** Goods that were given along to a route; never changed. An item's `assigned` is their sum. */
export const distribucionAssignments = tenantTable(
  salesSchema,
  "distribucion_assignments",
  {
    businessId: businessId(),
    distribucionId: uuid("distribucion_id").notNull(),
    productId: uuid("product_id").notNull(),
    quantity: kilos("quantity").notNull(),
    /** Whether it left the stock; not where the business keeps none of the product. */
    isFromStock: boolean("is_from_stock").notNull(),
    /** The business's day of the assignment. */
    day: date("day").notNull(),
    /** The member who assigned it; members are never deleted, so it needs no key. Null for a job. */
    createdBy: uuid("created_by"),
    ...requestColumns(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  {
    access: "read-only",
    references: {
      distribucionId: partOfRoute,
      productId: { table: products, within: "businessId" },
    },
    extra: (t) => [
      index("idx_distribucion_assignments_distribucion_id").on(t.tenantId, t.distribucionId, t.businessId, t.productId),
      // One key stands for all products of a call.
      uniqueIndex("idx_distribucion_assignments_idempotency_key")
        .on(t.tenantId, t.businessId, t.idempotencyKey, t.productId)
        .where(sql`${t.idempotencyKey} is not null`),
      check(
        "distribucion_assignments_idempotency_check",
        sql`(${t.idempotencyKey} is null) = (${t.requestHash} is null)`,
      ),
      check("distribucion_assignments_quantity_check", sql`${t.quantity} > 0`),
    ],
  },
);

/** A product on a route. Of what was assigned, all is sold, returned or lost when the route is settled. */
export const distribucionItems = tenantTable(
  salesSchema,
  "distribucion_items",
  {
    businessId: businessId(),
    distribucionId: uuid("distribucion_id").notNull(),
    productId: uuid("product_id").notNull(),
    assigned: kilos("assigned").notNull().default("0"),
    sold: kilos("sold").notNull().default("0"),
    returned: kilos("returned").notNull().default("0"),
    lost: kilos("lost").notNull().default("0"),
    /** Why something is lost. */
    lossReason: text("loss_reason"),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      distribucionId: partOfRoute,
      productId: { table: products, within: "businessId" },
    },
    extra: (t) => [
      unique("distribucion_items_product_id_unique").on(t.tenantId, t.distribucionId, t.businessId, t.productId),
      check("distribucion_items_assigned_check", sql`${t.assigned} >= 0`),
      check("distribucion_items_sold_check", sql`${t.sold} >= 0`),
      check("distribucion_items_returned_check", sql`${t.returned} >= 0`),
      check("distribucion_items_lost_check", sql`${t.lost} >= 0`),
      check(
        "distribucion_items_settled_check",
        sql`${t.returned} + ${t.lost} = 0 or ${t.sold} + ${t.returned} + ${t.lost} = ${t.assigned}`,
      ),
      check("distribucion_items_loss_reason_check", sql`${t.lost} = 0 or coalesce(${t.lossReason}, '') <> ''`),
    ],
  },
);

/** The money of a settled route by method: what it should come to, and what was handed in. */
export const distribucionMoney = tenantTable(
  salesSchema,
  "distribucion_money",
  {
    businessId: businessId(),
    distribucionId: uuid("distribucion_id").notNull(),
    /** 1 for the first settlement, 2 after it was opened again, and so on. */
    settlement: integer("settlement").notNull().default(1),
    paymentMethod: paymentMethod.column("payment_method").notNull(),
    expected: amount("expected").notNull(),
    handedIn: amount("handed_in").notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      distribucionId: partOfRoute,
    },
    extra: (t) => [
      unique("distribucion_money_payment_method_unique").on(
        t.tenantId,
        t.distribucionId,
        t.businessId,
        t.settlement,
        t.paymentMethod,
      ),
      check("distribucion_money_settlement_check", sql`${t.settlement} >= 1`),
      check("distribucion_money_handed_in_check", sql`${t.handedIn} >= 0`),
    ],
  },
);
