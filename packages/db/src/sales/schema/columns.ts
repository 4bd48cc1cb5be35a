import { sql } from "drizzle-orm";
import { boolean, check, date, integer, numeric, type PgColumn, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { instant } from "../../core/columns";
import { syncStatus } from "../choices";

/** The business of a record; the scope's, where SQL names none. */
export const businessId = () => uuid("business_id").notNull().default(sql`tenancy.current_company_id()`);

/** Money of a sale, an abono or a route, in the currency of the business. */
export const amount = (name: string) => numeric(name, { precision: 12, scale: 2 });

/** A sum of such money over a day. */
export const amountTotal = (name: string) => numeric(name, { precision: 17, scale: 2 });

/** Kilos to the gram; pieces of what is sold by `unidad`. */
export const kilos = (name: string) => numeric(name, { precision: 10, scale: 3 });

/** Price of a kilo or piece. */
export const price = (name: string) => numeric(name, { precision: 10, scale: 2 });

/** What a kilo or piece costs the business. */
export const unitCost = (name: string) => numeric(name, { precision: 10, scale: 4 });

/** Where a record that a device made offline stands. */
export const syncColumns = () => ({
  syncStatus: syncStatus.column("sync_status").notNull().default("pending"),
  /** How often the device has tried to send it. */
  syncAttempts: integer("sync_attempts").notNull().default(0),
});

/** Attempts are counted from 0. */
export const syncChecks = (table: string, t: { syncAttempts: PgColumn }) => [
  check(`${table}_sync_attempts_check`, sql`${t.syncAttempts} >= 0`),
];

/** When and why a record was voided, and by whom. */
export const voidColumns = () => ({
  voidedOn: date("voided_on"),
  /** A member; members are never deleted, so it needs no key. Null for a job. */
  voidedBy: uuid("voided_by"),
  voidReason: text("void_reason"),
});

/** Whether a record came after its day was closed. Only the synchronisation writes such a one, and an admin_negocio reviews it. */
export const lateColumns = () => ({
  isLate: boolean("is_late").notNull().default(false),
  reviewedAt: instant("reviewed_at"),
  /** A member, or null for a job. */
  reviewedBy: uuid("reviewed_by"),
});

/** What makes asking twice harmless: a key of the caller, and what was asked under it. */
export const requestColumns = () => ({
  idempotencyKey: text("idempotency_key"),
  /** SHA-256 of the request: the same key with another request is a conflict. */
  requestHash: text("request_hash"),
});

interface RequestColumns {
  tenantId: PgColumn;
  businessId: PgColumn;
  idempotencyKey: PgColumn;
  requestHash: PgColumn;
}

/** A key stands for one request of the business. */
export const requestKeys = (table: string, t: RequestColumns) => [
  uniqueIndex(`idx_${table}_idempotency_key`)
    .on(t.tenantId, t.businessId, t.idempotencyKey)
    .where(sql`${t.idempotencyKey} is not null`),
  check(`${table}_idempotency_check`, sql`(${t.idempotencyKey} is null) = (${t.requestHash} is null)`),
];
