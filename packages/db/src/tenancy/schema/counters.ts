import { sql } from "drizzle-orm";
import { bigint, check, integer, jsonb, text, unique, uuid } from "drizzle-orm/pg-core";
import { timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { tenancy } from "./schemas";
import { companies } from "./tenants";

/**
 * Gap-free counters. Functions of `number_writer` raise one in the transaction that uses the number, so a rollback takes it
 * back. Nobody else writes them: an application reads its series, and numbers move by issuing alone.
 *
 * A series belongs to a company, or to a business of the sales domain. Tenancy knows no tables of later domains, so the
 * business is a plain id; the company keeps its foreign key. Both isolate the row in a scope that names one.
 */
export const numberSeries = tenantTable(
  tenancy,
  "number_series",
  {
    companyId: uuid("company_id"),
    businessId: uuid("business_id"),
    /** What is numbered, e.g. `invoice`. */
    series: text("series").notNull(),
    /** What the count starts again with, e.g. `2027`; `''` where it never does. */
    period: text("period").notNull().default(""),
    prefix: text("prefix").notNull().default(""),
    /** Digits at least, filled with zeros. */
    padding: integer("padding").notNull().default(6),
    /** The number that the series begins with: 1, or where another system ended. */
    firstNumber: bigint("first_number", { mode: "bigint" }).notNull().default(sql`1`),
    /** The number given last; one less than the first while none was given. */
    lastNumber: bigint("last_number", { mode: "bigint" }).notNull().default(sql`0`),
    ...timestamps(),
  },
  {
    access: "read-only",
    identifiedBy: ["series", "period"],
    references: { companyId: { table: companies, index: false } },
    extra: (t) => [
      unique("number_series_owner_series_period_unique")
        .on(t.tenantId, t.companyId, t.businessId, t.series, t.period)
        .nullsNotDistinct(),
      check("number_series_owner_check", sql`num_nonnulls(${t.companyId}, ${t.businessId}) = 1`),
      check("number_series_first_number_check", sql`${t.firstNumber} >= 1`),
      check("number_series_last_number_check", sql`${t.lastNumber} >= ${t.firstNumber} - 1`),
      check("number_series_padding_check", sql`${t.padding} between 0 and 18`),
    ],
  },
);

/**
 * The first result of an operation under a key that its caller chose, so that a retry gets it again. The key belongs to the
 * scope: to its company or business, or to the whole tenant where the scope names none.
 */
export const idempotencyKeys = tenantTable(
  tenancy,
  "idempotency_keys",
  {
    companyId: uuid("company_id").default(sql`tenancy.current_company_id()`),
    operation: text("operation").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of the request: the same key with another request is a conflict. */
    requestHash: text("request_hash").notNull(),
    result: jsonb("result"),
    ...timestamps(),
  },
  {
    extra: (t) => [
      unique("idempotency_keys_operation_key_unique")
        .on(t.tenantId, t.operation, t.key, t.companyId)
        .nullsNotDistinct(),
    ],
  },
);
