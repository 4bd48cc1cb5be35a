import { sql } from "drizzle-orm";
import { bigint, check, integer, jsonb, text, unique, uuid } from "drizzle-orm/pg-core";
import { timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { tenancy } from "./schemas";
import { companies } from "./tenants";

/**
 * Gap-free counters: the row is raised in the transaction that uses the number, so that a rollback takes it back.
 * A trigger refuses steps other than one.
 */
export const numberSeries = tenantTable(
  tenancy,
  "number_series",
  {
    companyId: uuid("company_id").notNull(),
    /** What is numbered, e.g. `invoice`. */
    series: text("series").notNull(),
    prefix: text("prefix").notNull().default(""),
    /** Digits at least, filled with zeros. */
    padding: integer("padding").notNull().default(6),
    lastNumber: bigint("last_number", { mode: "bigint" }).notNull().default(sql`0`),
    ...timestamps(),
  },
  {
    access: "no-delete",
    references: { companyId: { table: companies, index: false } },
    extra: (t) => [
      unique("number_series_company_id_series_unique").on(t.tenantId, t.companyId, t.series),
      check("number_series_last_number_check", sql`${t.lastNumber} >= 0`),
      check("number_series_padding_check", sql`${t.padding} between 0 and 18`),
    ],
  },
);

/** The first result of an operation under a key that its caller chose, so that a retry gets it again. */
export const idempotencyKeys = tenantTable(
  tenancy,
  "idempotency_keys",
  {
    operation: text("operation").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of the request: the same key with another request is a conflict. */
    requestHash: text("request_hash").notNull(),
    result: jsonb("result"),
    ...timestamps(),
  },
  { extra: (t) => [unique("idempotency_keys_operation_key_unique").on(t.tenantId, t.operation, t.key)] },
);
