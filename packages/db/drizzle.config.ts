import { defineConfig } from "drizzle-kit";

// Roles, FORCE, grants, triggers and functions are in custom migrations: `pnpm db:generate --custom --name=…`.
export default defineConfig({
  dialect: "postgresql",
  schema: ["./src/tenancy/schema/*.ts", "./src/accounting/schema/*.ts"],
  out: "../../drizzle",
  dbCredentials: { url: process.env.DATABASE_ADMIN_URL ?? process.env.DATABASE_URL ?? "" },
  schemaFilter: ["auth", "tenancy", "accounting"],
  entities: { roles: false },
  migrations: { schema: "migrations", table: "drizzle_kit" },
  verbose: true,
});
