import { pgSchema } from "drizzle-orm/pg-core";

// The schemas are made by the first migration, because the policies call functions that must exist before any table.
export const auth = pgSchema("auth").existing();
/** Functions by which a signed-in person reaches the own rows in `auth`; it holds no tables. */
export const self = pgSchema("self").existing();
export const tenancy = pgSchema("tenancy").existing();
