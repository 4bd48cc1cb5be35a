import type { Catalogue, Grant, SchemaError, TableInfo } from "../types";

/** What a rule found; the rule's name is added by `proveSchema`. */
export type Finding = Omit<SchemaError, "rule">;

/** One property of the design, decided from the catalogue alone. */
export type Rule = (catalogue: Catalogue) => Finding[];

/** Role of the application's runtime login. */
export const runtimeRole = "authenticated";
/** Schema of the identities, whose tables the sign-in library names and the runtime role may not touch. */
export const identitySchema = "auth";
/** Role of the operator's cross-tenant work. */
export const platformRole = "platform";

/** The schemas of what belongs to persons and not to tenants: its tables, and the functions that show a person its own. */
export const personalSchemas: readonly string[] = ["auth", "self"];

/** True for tables that belong to tenants: those with a `tenant_id` column, but for what `auth` says of tenants. */
export function isTenantTable(table: TableInfo): boolean {
  return !personalSchemas.includes(table.schema) && table.columns.some((column) => column.name === "tenant_id");
}

/** The tables that belong to tenants. */
export function tenantTablesOf(catalogue: Catalogue): TableInfo[] {
  return catalogue.tables.filter(isTenantTable);
}

/** Tells what runtime logins have: by their group, by a right of their own, or as everybody. */
export function reachesRuntime({ surroundings }: Catalogue): (grant: Grant) => boolean {
  const roles = new Set(["PUBLIC", runtimeRole, ...surroundings.sessions.runtime]);
  return ({ role }) => roles.has(role);
}

/** Tells what any login of an application has, the platform's and the sign-in's too. */
export function reachesApplications({ surroundings }: Catalogue): (grant: Grant) => boolean {
  const roles = new Set(["PUBLIC", ...surroundings.sessions.applications]);
  return ({ role }) => roles.has(role);
}

/** Where a repair belongs: every change of the schema is a migration. */
export function inMigration(statement: string): string {
  return `Write a migration with \`${statement}\` and run \`pnpm db:migrate\`.`;
}
