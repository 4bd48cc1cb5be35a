import { sql } from "drizzle-orm";
import { boolean, check, date, index, numeric, text, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { users } from "../../tenancy/schema/members";
import { businessUserRole, modoOperacion } from "../choices";
import { businessId } from "./columns";
import { salesSchema } from "./schemas";

/** How a business works. Null on a business: as the tenant's `system_config` says. */
const modes = () => ({
  /** Demands kilos of kilo products: gross and tara. */
  controlKilos: boolean("control_kilos"),
  /** A vendor's sale belongs to an open route. */
  usarDistribucion: boolean("usar_distribucion"),
  /** Stock may fall below zero. */
  permitirVentaSinStock: boolean("permitir_venta_sin_stock"),
});

/** A business of the tenant: its people, customers, products, sales and money are its own. */
export const businesses = tenantTable(
  salesSchema,
  "businesses",
  {
    name: varchar("name", { length: 100 }).notNull(),
    /** Tax id (RUC or DNI). */
    ruc: varchar("ruc", { length: 20 }),
    address: text("address"),
    phone: varchar("phone", { length: 20 }),
    email: varchar("email", { length: 100 }),
    logoUrl: varchar("logo_url", { length: 255 }),
    modoOperacion: varchar("modo_operacion", { length: 50, enum: [...modoOperacion.values] }),
    ...modes(),
    /** Where its days begin and end, as PostgreSQL names it. A sale keeps the day that it had. */
    timeZone: text("time_zone").notNull().default("America/Lima"),
    /** The latest day that is closed. A closing writes it, so that what is dated meanwhile waits for it or is refused. */
    lastClosedDay: date("last_closed_day"),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  {
    isCompany: true,
    audit: "all",
    access: "no-delete",
    extra: (t) => [
      check("businesses_name_check", sql`${t.name} <> ''`),
      // PostgreSQL refuses a name that it does not know when it evaluates the second part. An offset such as +05:00 would mean its opposite there.
      check(
        "businesses_time_zone_check",
        sql`${t.timeZone} ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'
          and 'epoch'::timestamptz at time zone ${t.timeZone} is not null`,
      ),
    ],
  },
);

/** How the businesses of a tenant work that say nothing else. One row a tenant, made with its first business. */
export const systemConfig = tenantTable(
  salesSchema,
  "system_config",
  {
    modoOperacion: modoOperacion.column("modo_operacion").notNull().default("inventario_propio"),
    controlKilos: modes().controlKilos.notNull().default(false),
    usarDistribucion: modes().usarDistribucion.notNull().default(false),
    permitirVentaSinStock: modes().permitirVentaSinStock.notNull().default(false),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    extra: (t) => [unique("system_config_tenant_id_unique").on(t.tenantId)],
  },
);

/** A person in a business. Everything that is done there names this row, not the person's account. */
export const businessUsers = tenantTable(
  salesSchema,
  "business_users",
  {
    businessId: businessId(),
    /** The account in the tenant; Better Auth's user is its `identity_id`. */
    userId: uuid("user_id").notNull(),
    role: businessUserRole.column("role").notNull().default("vendedor"),
    /** Carro A, Casa, … */
    salesPoint: varchar("sales_point", { length: 100 }),
    /** Percent of what is collected; null is none. `commission_rates` has what was in force on past days. */
    commissionRate: numeric("commission_rate", { precision: 5, scale: 2 }),
    isActive: boolean("is_active").notNull().default(true),
    joinedAt: instant("joined_at").notNull().defaultNow(),
    ...timestamps(),
  },
  {
    audit: "all",
    access: "no-delete",
    identifiedBy: ["userId"],
    references: { businessId: { table: businesses, index: false }, userId: users },
    extra: (t) => [
      unique("business_users_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      unique("business_users_business_id_user_id_unique").on(t.tenantId, t.businessId, t.userId),
      check("business_users_commission_rate_check", sql`${t.commissionRate} between 0 and 100`),
    ],
  },
);

/** The commission of a member from a day on until the next rate. The column of the member writes it. */
export const commissionRates = tenantTable(
  salesSchema,
  "commission_rates",
  {
    businessId: businessId(),
    memberId: uuid("member_id").notNull(),
    /** The first rate holds for all earlier days too: it is from the first day that there is. */
    validFrom: date("valid_from").notNull(),
    /** Percent. */
    rate: numeric("rate", { precision: 5, scale: 2 }).notNull(),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: {
      memberId: { table: businessUsers, within: "businessId", part: true, onDelete: "restrict", index: false },
    },
    extra: (t) => [
      unique("commission_rates_member_id_valid_from_unique").on(t.tenantId, t.memberId, t.businessId, t.validFrom),
      index("idx_commission_rates_business_id").on(t.tenantId, t.businessId),
      check("commission_rates_rate_check", sql`${t.rate} between 0 and 100`),
    ],
  },
);
