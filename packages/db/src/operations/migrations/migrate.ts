import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { applyMigration } from "./apply";
import { serverFailure } from "./failure";
import { type Migration, readMigrations } from "./folder";
import { type AppliedMigration, compareHistory, ensureHistory, readHistory } from "./history";
import { withMigratorLock } from "./lock";
import { withMigratorSettings } from "./settings";

export interface MigrationProgress {
  readonly migration: string;
  readonly event: "started" | "retried" | "applied";
  /** Time since the migration started. */
  readonly durationMs: number;
}

export type MigrateOptions = {
  /**
   * How long one attempt may wait for a table lock. Other sessions queue behind it meanwhile, so that it then lets go,
   * pauses, and tries again. Default 5 s, and at most a quarter of
   * `lockWaitMs`.
   */
  readonly lockTimeoutMs?: number;
  /** How long to wait in all: for another migrator of the same database, and for the table locks of each migration. Default 60 s. */
  readonly lockWaitMs?: number;
  /** Limit per statement; without it the session's own stays. */
  readonly statementTimeoutMs?: number;
  readonly onProgress?: (progress: MigrationProgress) => void;
} & ({ readonly folder: string } | { readonly migrations: readonly Migration[] });

export interface MigrateResult {
  /** Names applied by this call, in order. */
  readonly applied: string[];
  /** How many the database had before. */
  readonly alreadyApplied: number;
}

/**
 * Applies the pending migrations, each in its own transaction together with its history row. Safe to call from many
 * processes at once. Refuses a history that is not an unedited prefix of the folder. Needs a direct connection (the
 * lock belongs to the session) and a client without an open transaction.
 */
export async function migrate(client: ClientBase, options: MigrateOptions): Promise<MigrateResult> {
  if (["T", "E"].includes(client.getTransactionStatus() ?? "")) {
    throw new MigrationError("The migrator needs a connection without an open transaction: commit or roll back first");
  }
  const migrations = "folder" in options ? await readMigrations(options.folder) : options.migrations;
  const { lockTimeoutMs = 5000, lockWaitMs = 60_000, statementTimeoutMs, onProgress } = options;
  const settings = {
    lockTimeoutMs: Math.max(1, Math.min(lockTimeoutMs, Math.floor(lockWaitMs / 4))),
    statementTimeoutMs,
  };
  return withMigratorLock(client, lockWaitMs, () =>
    withMigratorSettings(client, settings, async (prepare) => {
      await prepare();
      const history = await openHistory(client);
      const { applied, pending, problems } = compareHistory(history, migrations);
      if (problems.length > 0) {
        throw new MigrationError(`Nothing was migrated. ${problems.map((problem) => problem.message).join(" ")}`);
      }
      for (const migration of pending) {
        const started = Date.now();
        const report = (event: MigrationProgress["event"]) =>
          onProgress?.({ migration: migration.name, event, durationMs: Date.now() - started });
        report("started");
        await applyMigration(client, migration, {
          prepare,
          started,
          lockWaitMs,
          onRetry: () => report("retried"),
        });
        report("applied");
      }
      return { applied: pending.map((migration) => migration.name), alreadyApplied: applied.length };
    }),
  );
}

async function openHistory(client: ClientBase): Promise<AppliedMigration[]> {
  try {
    await ensureHistory(client);
    return await readHistory(client);
  } catch (error) {
    const { code, message } = serverFailure(error);
    throw new MigrationError(
      `The history table migrations.applied could not be made or read (SQLSTATE ${code ?? "none"}): ${message}. Migrate as a login that may create schemas in this database (DATABASE_ADMIN_URL).`,
      { sqlState: code },
    );
  }
}
