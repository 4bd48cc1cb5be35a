import { defineConfig } from "drizzle-kit";
import { catalogueScope, domains } from "./src/domains";

// Roles, FORCE, grants, triggers and functions are in custom migrations: `pnpm db:generate --custom --name=…`.
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
