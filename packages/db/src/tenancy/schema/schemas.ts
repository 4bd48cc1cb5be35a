import { pgSchema } from "drizzle-orm/pg-core";

// Both schemas are made by the first migration, because the policies call functions that must exist before any table.
export const auth = pgSchema("auth").existing();
export const tenancy = pgSchema("tenancy").existing();
