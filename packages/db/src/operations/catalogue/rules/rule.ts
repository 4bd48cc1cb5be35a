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

/** True for tables that belong to tenants: those with a `tenant_id` column. */
export function isTenantTable(table: TableInfo): boolean {
  return table.columns.some((column) => column.name === "tenant_id");
}

/** The tables with a `tenant_id` column. */
export function tenantTablesOf(catalogue: Catalogue): TableInfo[] {
  return catalogue.tables.filter(isTenantTable);
}

/** True for what the runtime login has, by its role or as everybody. */
export function reachesRuntime(grant: Grant): boolean {
  return grant.role === runtimeRole || grant.role === "PUBLIC";
}

/** Where a repair belongs: every change of the schema is a migration. */
export function inMigration(statement: string): string {
  return `Write a migration with \`${statement}\` and run \`pnpm db:migrate\`.`;
}
