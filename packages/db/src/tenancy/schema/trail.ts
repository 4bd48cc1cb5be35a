import { sql } from "drizzle-orm";
import { check, integer, jsonb, pgPolicy, text, unique, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { instant, transactionNumber, writtenAt } from "../../core/columns";
import { auditSealer, auditWriter, platform } from "../../core/roles";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { valueChecks } from "../../core/value-checks";
import { users } from "./members";
import { tenancy } from "./schemas";

const thisTenant = sql`tenant_id = (select tenancy.current_tenant_id())`;

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
    /**
     * Who says so: the database saw a write itself, or the application recorded a named action by `record_audit`, which
     * alone writes `application`. No login may insert a line, so that nobody can choose.
     */
    source: text("source").$type<"database" | "application">().notNull().default("database"),
    /** The transaction that wrote the line. Seals find by it what is committed for good. */
    transactionId: transactionNumber("transaction_id").notNull().default(sql`pg_current_xact_id()`),
  },
  {
    access: "read-only",
    references: { actorUserId: users },
    extra: (t) => [
      tenantIndex("audit_log", t.tenantId, t.createdAt, t.id),
      tenantIndex("audit_log", t.tenantId, t.companyId, t.createdAt, t.id).where(sql`${t.companyId} is not null`),
      tenantIndex("audit_log", t.tenantId, t.targetType, t.targetId, t.createdAt),
      tenantIndex("audit_log", t.tenantId, t.transactionId),
      pgPolicy("audit_append", { for: "insert", to: auditWriter, withCheck: sql`true` }),
      pgPolicy("audit_seal", { for: "select", to: auditSealer, using: thisTenant }),
    ],
  },
);

/**
 * Seals of the trail: each holds the hash of a range of committed lines and of the seal before it, so that a line which
 * is changed, removed or planted afterwards is found, whoever did it. Appended by `audit.seal` alone.
 */
export const auditSeals = tenantTable(
  tenancy,
  "audit_seals",
  {
    /** 1, 2, 3, … within the tenant. */
    sequence: integer("sequence").notNull(),
    /** The server whose transaction numbers these are: its system identifier. */
    server: text("server").notNull(),
    /** Lines of this numbering were written after this time. Null for the first: all of them. */
    writtenAfter: instant("written_after"),
    /** Lines of transactions from this one on … */
    fromTransaction: transactionNumber("from_transaction").notNull(),
    /** … up to this one, which is not included. */
    toTransaction: transactionNumber("to_transaction").notNull(),
    lineCount: integer("line_count").notNull(),
    /** SHA-256 over the lines, in hexadecimal digits. */
    linesHash: text("lines_hash").notNull(),
    sealedAt: instant("sealed_at").notNull(),
    /** SHA-256 over the hash of the seal before and all of the above. */
    hash: text("hash").notNull(),
  },
  {
    access: "read-only",
    extra: (t) => [
      unique("audit_seals_sequence_key").on(t.tenantId, t.sequence),
      check("audit_seals_range_check", sql`from_transaction <= to_transaction`),
      pgPolicy("audit_seal", { for: "all", to: auditSealer, using: thisTenant, withCheck: thisTenant }),
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
