import { sql } from "drizzle-orm";
import { jsonb, pgPolicy, text, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { instant } from "../../core/columns";
import { auditWriter, platform } from "../../core/roles";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { valueChecks } from "../../core/value-checks";
import { users } from "./members";
import { tenancy } from "./schemas";

const writtenAt = () => instant("created_at").notNull().default(sql`clock_timestamp()`);

/**
 * Who did what, written in the same transaction by triggers (raw SQL too) and by `audit.record`. No login can change,
 * delete or truncate it; only functions of the role audit_writer append. Columns as BHC writes them.
 */
export const auditLog = tenantTable(
  tenancy,
  "audit_log",
  {
    /** The acting member; null for jobs and the platform. */
    actorUserId: uuid("admin_user_id"),
    /** The database login that acted. */
    actorLogin: text("actor_login").notNull(),
    /** insert, update, delete; or a named action such as suspend_user. */
    action: text("action").notNull(),
    /**
     * The company or business whose record it was; null for what belongs to the whole tenant. A plain id, because tenancy
     * knows no businesses, and because each audited write would pay for the key.
     */
    companyId: uuid("company_id").default(sql`tenancy.current_company_id()`),
    /** `schema.table` of the record. */
    targetType: text("target_type").notNull(),
    targetId: uuid("target_id"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    rowBefore: jsonb("row_before").$type<Record<string, unknown>>(),
    rowAfter: jsonb("row_after").$type<Record<string, unknown>>(),
    createdAt: writtenAt(),
  },
  {
    access: "read-only",
    references: { actorUserId: users },
    extra: (t) => [
      tenantIndex("audit_log", t.tenantId, t.createdAt, t.id),
      tenantIndex("audit_log", t.tenantId, t.companyId, t.createdAt, t.id).where(sql`${t.companyId} is not null`),
      tenantIndex("audit_log", t.tenantId, t.targetType, t.targetId, t.createdAt),
      pgPolicy("audit_append", { for: "insert", to: auditWriter, withCheck: sql`true` }),
    ],
  },
);

export const eventSeverity = choice(["low", "medium", "high", "critical"]);

/** Acountee: logging and compliance. Failed sign-ins, refused access, changed keys: reported by the application. */
export const securityEvents = tenantTable(
  tenancy,
  "security_events",
  {
    type: text("type").notNull(),
    severity: eventSeverity.column("severity").notNull(),
    userId: uuid("user_id"),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: writtenAt(),
  },
  {
    access: "append-only",
    references: { userId: users },
    extra: (t) => [tenantIndex("security_events", t.tenantId, t.createdAt, t.id)],
  },
);

/** Every use of the platform login, with its reason. Belongs to no tenant; the runtime login cannot see it. */
export const platformLog = tenancy.table(
  "platform_log",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    actor: text("actor").notNull(),
    reason: text("reason").notNull(),
    login: text("login").notNull().default(sql`session_user`),
    createdAt: writtenAt(),
  },
  (t) => [
    ...valueChecks("platform_log", t),
    pgPolicy("platform_read", { for: "select", to: platform, using: sql`true` }),
    pgPolicy("platform_append", { for: "insert", to: platform, withCheck: sql`true` }),
  ],
);
