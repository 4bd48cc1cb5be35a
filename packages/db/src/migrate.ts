import { MigrationError } from "./core/errors";
import { catalogueScope } from "./domains";
import { withAdmin } from "./operations/admin";
import { packageMigrations } from "./operations/assets";
import type { SchemaError } from "./operations/catalogue";
import { type MigrateResult, type MigrationProgress, migrate as runMigrations } from "./operations/migrations";
import { refusePooler } from "./operations/pooler";
import { validateDatabase } from "./operations/schema-validation";

export interface MigrateDatabaseOptions {
  /** Connection string of the owner; DATABASE_ADMIN_URL when left out. A running app should not have it otherwise. */
  url?: string | undefined;
  /** How long to wait in all for another migrator and for table locks, in milliseconds; 60,000 when left out. */
  lockWaitMs?: number | undefined;
  /** How long one attempt may wait for a table lock; 5,000, and at most a quarter of `lockWaitMs`. */
  lockTimeoutMs?: number | undefined;
  /** Limit of each statement; that of the session when left out. */
  statementTimeoutMs?: number | undefined;
  /** Is told of each migration as it starts, waits and is applied. */
  onProgress?: ((progress: MigrationProgress) => void) | undefined;
}

export interface MigratedDatabase extends MigrateResult {
  /** What only a superuser can mend, where migrations were applied; empty when all is well. */
  readonly warnings: readonly SchemaError[];
}

/**
 * Applies the pending migrations that this version of the package carries, as `org-db migrate` does, and then proves
 * isolation and drift. For apps that migrate at start: many processes may call it at once, of which one applies and the
 * others wait. Give its login to nothing else, and call `ensureDb()` afterwards with the app's own.
 *
 * Throws `ConfigurationError`, `ConnectionError`; `MigrationError` for a history that is not the package's, a migration that
 * fails (it is rolled back), or a schema that is not as it should be afterwards.
 */
export async function migrate(options: MigrateDatabaseOptions = {}): Promise<MigratedDatabase> {
  const { url, ...given } = options;
  const limits = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const migrations = await packageMigrations();
  return withAdmin(url, async (client) => {
    await refusePooler(client, url);
    const result = await runMigrations(client, { ...limits, migrations });
    if (result.applied.length === 0) return { ...result, warnings: [] };
    const { errors, warnings = [] } = await validateDatabase(client, catalogueScope);
    const [first] = errors;
    if (first === undefined) return { ...result, warnings };
    throw new MigrationError(
      `${result.applied.length} migrations were applied, and the schema is not as it should be (${errors.length} findings): ` +
        `${first.object}: expected ${first.expected}, found ${first.found}. org-db check lists them all`,
    );
  });
}
