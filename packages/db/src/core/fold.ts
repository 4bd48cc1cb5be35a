import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A text with A–Z as small letters. `lower()` would fold by the database's locale: in Turkish, I is no capital i. */
export const asciiFolded = (text: AnyPgColumn | SQL): SQL =>
  sql`translate(${text}, ${sql.raw(`'${alphabet}'`)}, ${sql.raw(`'${alphabet.toLowerCase()}'`)})`;
