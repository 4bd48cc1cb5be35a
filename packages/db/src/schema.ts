import type { PgTable } from "drizzle-orm/pg-core";
import { sqlNameOf } from "./core/domain";
import { domains } from "./domains";

const all = Object.values(domains).flatMap((domain) => domain.tables);

/**
 * Every table of every domain by its SQL name, `accounting.invoices`: for tools that walk all of them. Applications
 * import tables from their domain, because `customers`, `invoices` and `accounts` exist in several.
 */
export const tables: Readonly<Record<string, PgTable>> = Object.fromEntries(
  all.map((table) => [sqlNameOf(table), table]),
);
