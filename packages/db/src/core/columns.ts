import { sql } from "drizzle-orm";
import { customType, numeric, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Digits that an amount or a rate has before the decimal point at most. */
export const wholeDigits = 15;

/** Decimals of an amount at most: no currency of ISO 4217 has more. */
export const moneyDecimals = 4;

/** Decimals of a rate at most: a rate of a millionth still has more than 15 significant digits. */
export const rateDecimals = 24;

/**
 * Amount of money: a string in TypeScript, never a number. It has as many decimals as its currency has, 4 at most, and 15
 * digits before the point. A fixed scale would write yen with decimals, or round dinars.
 */
export const money = (name: string) => numeric(name, { scale: moneyDecimals });

/** A sum of amounts, without a limit. */
export const moneyTotal = (name: string) => numeric(name);

/** Units of base currency for one unit of another: as it was written, 24 decimals at most. */
export const exchangeRate = (name: string) => numeric(name, { scale: rateDecimals });

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
