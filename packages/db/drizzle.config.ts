import { defineConfig } from "drizzle-kit";
import { catalogueScope, domains } from "./src/domains";

// Drizzle knows the tables and their policies. `pnpm db:generate` adds what it cannot say: `protect_table` calls, and
// roles, functions, triggers and views from `src/<domain>/sql`.
export default defineConfig({
  dialect: "postgresql",
  schema: Object.keys(domains).map((name) => `./src/${name}/schema/*.ts`),
  out: "../../drizzle",
  dbCredentials: { url: process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL ?? "" },
  schemaFilter: catalogueScope.schemas,
  entities: { roles: false },
  migrations: { schema: "migrations", table: "drizzle_kit" },
  verbose: true,
});
