import { sql } from "drizzle-orm";
import { customType, numeric, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Amount of money, `numeric(15,2)` as AI-BOS writes it; a string in TypeScript, never a number. */
export const money = (name: string) => numeric(name, { precision: 15, scale: 2 });

/** Amount of a journal line in its own currency: up to four decimals, as many as a currency of ISO 4217 has at most. */
export const lineMoney = (name: string) => numeric(name, { precision: 19, scale: 4 });

/** A sum of such amounts. */
export const lineTotal = (name: string) => numeric(name, { precision: 25, scale: 4 });

/** Amount of a journal line in the base currency of the books. */
export const baseMoney = (name: string) => numeric(name, { precision: 17, scale: 2 });

/** A sum of such amounts. */
export const baseTotal = (name: string) => numeric(name, { precision: 21, scale: 2 });

/** Units of base currency for one unit of another. */
export const exchangeRate = (name: string) => numeric(name, { precision: 18, scale: 8 });

/** A quantity of a document line, three decimals. */
export const quantity = (name: string) => numeric(name, { precision: 15, scale: 3 });

/** ISO 4217 code, three capitals. */
export const currencyCode = (name: string) => text(name);

/** A point in time with zone, in milliseconds: what a JavaScript Date holds, so that a cursor or a test loses nothing. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** `created_at` of what is appended and never changed: the time of the statement, not of its transaction's begin. */
export const writtenAt = () => instant("created_at").notNull().default(sql`clock_timestamp()`);

/** Number of a transaction, as the server counts them: a decimal number as text. */
export const transactionNumber = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

/** `created_at` and `updated_at`; a trigger keeps the second one, whoever writes. */
export const timestamps = () => ({
  createdAt: instant("created_at").notNull().defaultNow(),
  updatedAt: instant("updated_at").notNull().defaultNow(),
});

/** The two columns that make the primary key of every tenant-owned table. */
export const tenantKey = () => ({
  tenantId: uuid("tenant_id").notNull().default(sql`tenancy.current_tenant_id()`),
  id: uuid("id").notNull().defaultRandom(),
});

/** How SQL writes the name of a property: `dueDate` is `due_date`. */
export const snakeCase = (property: string) => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
