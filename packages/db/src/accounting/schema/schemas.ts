import { pgSchema } from "drizzle-orm/pg-core";

export const accounting = pgSchema("accounting").existing();
