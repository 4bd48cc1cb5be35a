import { pgSchema } from "drizzle-orm/pg-core";

/** The PostgreSQL schema; its table of the same name is `sales`. */
export const salesSchema = pgSchema("sales").existing();
