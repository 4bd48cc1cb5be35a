import type { Checkout } from "./checkout";

/** A SQL source that `changeSources` adds. */
export const greetingSource = "packages/db/src/accounting/sql/greeting.sql";
const parties = "packages/db/src/accounting/schema/parties.ts";
const basePart = "packages/db/src/accounting/sql/base_part.sql";

/** A column, a table, a changed function and a new one: each reaches the database in its own way. */
export function changeSources(checkout: Checkout): void {
  checkout.replace(parties, `  email: text("email"),\n`, `  email: text("email"),\n  website: text("website"),\n`);
  checkout.write(
    parties,
    `${checkout.read(parties)}
/** Notes on customers. */
export const customerNotes = tenantTable(accounting, "customer_notes", { text: text("text").notNull() }, { audit: "changes" });
`,
  );
  checkout.replace(basePart, "round(part", "trunc(part");
  checkout.write(
    greetingSource,
    `-- For the test.\n-- @execute authenticated\ncreate function accounting.greeting() returns text\n  language sql stable\n  set search_path = ''\n  return 'hello';\n`,
  );
}
