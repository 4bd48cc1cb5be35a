import { type Database, processDatabase } from "./database";
import { catalogueScope } from "./domains";
import { assertReady, type ConnectionHealth } from "./operations/health";
import { type SchemaValidation, validateSchemaOf } from "./operations/schema-validation";

export { type AuthDatabase, createAuthDatabase } from "./auth-database";
export { ConnectionPool, createConnectionPool, type PoolOptions, type PoolStatus } from "./client/pool";
export { logQuery, type OnQuery } from "./client/query-events";
export type { RetryOptions } from "./client/retry";
export type { ScopeOptions, TenantScope } from "./client/scope";
export type { TransactionOptions } from "./client/scoped-unit";
export type { QueryEvent } from "./client/trace";
export type { IsolationLevel } from "./client/transaction";
export * from "./core/errors";
export { isUuid, newId } from "./core/ids";
export { compareMoney, lineAmount, roundMoney, sumMoney } from "./core/money";
export { allPages, type Page, type PageRequest } from "./core/page";
export { createDatabase, Database, type DatabaseOptions } from "./database";
export type { TenantDatabase, TenantTransaction } from "./handles";
export type { IdentityDatabase } from "./identity";
export { type MigrateDatabaseOptions, type MigratedDatabase, migrate } from "./migrate";
export type { ConnectionHealth } from "./operations/health";
export type { MigrationProgress } from "./operations/migrations";
export type { PlatformDatabase, PlatformUse } from "./platform";
export { type DeletedIdentity, LastAdminError, type LeftTenant } from "./tenancy/identities";

/** The process's database, configured by the environment; connects at its first call, and outlives reloads. AI-BOS: `import { db }`. */
export const db: Database = processDatabase();

/** The process's database. Throws `ConfigurationError` at once when the environment does not configure one. */
export function getDb(): Database {
  void db.pool;
  return db;
}

/**
 * The process's database, proven ready: reachable, logged in safely, migrated. Call it at start-up; it throws
 * `ConfigurationError`, `ConnectionError`, `UnsafeRoleError` or `MigrationError` within the connect limit (5 s).
 * Acountee: "Connection failure: application fails to start".
 */
export async function ensureDb(database: Database = getDb()): Promise<Database> {
  await assertReady(database.pool);
  return database;
}

/** AI-BOS: health of the process's database, or of another. */
export function checkConnectionHealth(database: Database = db): Promise<ConnectionHealth> {
  return database.checkConnectionHealth();
}

/**
 * AI-BOS: compares the live schema with `schema.sql` and proves the isolation rules for every table. Each error names
 * the object, what was expected and found, and how to mend it.
 */
export function validateSchema(database: Database = db): Promise<SchemaValidation> {
  return validateSchemaOf(database.pool, catalogueScope);
}
