import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { encodingProblem } from "../encoding";
import { adopt, type KnownHistory, readKnownHistory } from "./adopt";
import { applyMigration } from "./apply";
import { serverFailure } from "./failure";
import { type Migration, readMigrations } from "./folder";
import { compareHistory, ensureHistory, type MigrationStatus, statusOf } from "./history";
import { withMigratorLock } from "./lock";
import { unusable } from "./protection";
import { withMigratorSettings } from "./settings";

export interface MigrationProgress {
  readonly migration: string;
  /** `adopted`: drizzle-kit had applied it by hand, and the history lists it now. */
  readonly event: "started" | "retried" | "applied" | "adopted";
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
 * processes at once. Refuses a database that is not UTF8, a history that is not an unedited prefix of the folder, and a migration
 * that leaves a table with tenant_id without `tenancy.protect_table`. What `drizzle-kit migrate` applied by hand is taken into the
 * history and not run again. Needs a direct connection (the lock belongs to the session) and a client without an open
 * transaction.
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
  const unfit = await encodingProblem(client);
  if (unfit !== undefined) throw new MigrationError(`Nothing was migrated. ${unfit}`);
  return withMigratorLock(client, lockWaitMs, () =>
    withMigratorSettings(client, settings, async (prepare) => {
      await prepare();
      const history = await openHistory(client, migrations);
      const { applied, pending, problems } = compareHistory(history.applied, migrations);
      const refusals = [...problems.map((problem) => problem.message), ...unusableOnes(pending)];
      if (refusals.length > 0) throw new MigrationError(`Nothing was migrated. ${refusals.join(" ")}`);
      if (history.foreign.length > 0) await adopt(client, history.foreign);
      for (const { name } of history.foreign) onProgress?.({ migration: name, event: "adopted", durationMs: 0 });
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

const unusableOnes = (pending: readonly Migration[]) => pending.flatMap((migration) => unusable(migration) ?? []);

/**
 * What `migrate` would apply and what it would refuse before it runs anything, as the migrating login reads it. Changes nothing:
 * whether a table is left without protection shows when it is made.
 */
export async function planMigrations(client: ClientBase, migrations: readonly Migration[]): Promise<MigrationStatus> {
  const { applied } = await readKnownHistory(client, migrations);
  const comparison = compareHistory(applied, migrations);
  const status = statusOf(comparison);
  const unfit = await encodingProblem(client);
  const problems = [...(unfit === undefined ? [] : [unfit]), ...status.problems, ...unusableOnes(comparison.pending)];
  return { ...status, problems };
}

async function openHistory(client: ClientBase, migrations: readonly Migration[]): Promise<KnownHistory> {
  try {
    await ensureHistory(client);
    return await readKnownHistory(client, migrations);
  } catch (error) {
    const { code, message } = serverFailure(error);
    throw new MigrationError(
      `The history table migrations.applied could not be made or read (SQLSTATE ${code ?? "none"}): ${message}. Migrate as a login that may create schemas in this database (DATABASE_ADMIN_URL).`,
      { sqlState: code },
    );
  }
}
