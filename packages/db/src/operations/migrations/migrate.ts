import { setTimeout as sleep } from "node:timers/promises";
import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { clearForRetry } from "./concurrent-index";
import { isClusterConflict, serverFailure, statementFailed } from "./failure";
import { type Migration, readMigrations } from "./folder";
import { withForceLifted } from "./foreign-key";
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
  /** How long a statement may wait for a table lock; other sessions queue behind it. Default 5 s. */
  readonly lockTimeoutMs?: number;
  /** How long to wait for another migrator of the same database. Default 60 s. */
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

const maxAttempts = 12;

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
  return withMigratorLock(client, lockWaitMs, () =>
    withMigratorSettings(client, { lockTimeoutMs, statementTimeoutMs }, async (prepare) => {
      await prepare();
      const history = await openHistory(client);
      const { applied, pending, problems } = compareHistory(history, migrations);
      if (problems.length > 0) {
        throw new MigrationError(`Nothing was migrated. ${problems.map((problem) => problem.message).join(" ")}`);
      }
      for (const migration of pending) {
        await prepare();
        const started = Date.now();
        const report = (event: MigrationProgress["event"]) =>
          onProgress?.({ migration: migration.name, event, durationMs: Date.now() - started });
        report("started");
        if (migration.transactional) await applyInTransaction(client, migration, started, () => report("retried"));
        else await applyOneByOne(client, migration, started);
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

async function applyInTransaction(
  client: ClientBase,
  migration: Migration,
  started: number,
  onRetry: () => void,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    let position = 0;
    try {
      await client.query("BEGIN");
      for (const statement of migration.statements) {
        position += 1;
        await withForceLifted(client, statement, () => execute(client, statement));
      }
      await record(client, migration, started);
      const { command } = await client.query("COMMIT");
      // The server answers COMMIT of a broken transaction with ROLLBACK and no error.
      if (command !== "COMMIT") throw new MigrationError("the transaction was ended by one of its own statements");
      return;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      const statement = migration.statements[position - 1] ?? "";
      if (attempt >= maxAttempts || !isClusterConflict(error, statement)) {
        throw statementFailed(migration, position, error);
      }
      onRetry();
      await sleep(Math.random() * Math.min(1000, 50 * 2 ** attempt));
    }
  }
}

async function applyOneByOne(client: ClientBase, migration: Migration, started: number): Promise<void> {
  let position = 0;
  try {
    for (const statement of migration.statements) {
      position += 1;
      if ((await clearForRetry(client, statement)) === "run") await execute(client, statement);
    }
    await record(client, migration, started);
  } catch (error) {
    throw statementFailed(migration, position, error);
  }
}

// The extended protocol refuses several commands in one message. The simple protocol could run only some of them.
async function execute(client: ClientBase, statement: string): Promise<void> {
  await client.query({ text: statement, queryMode: "extended" } as { text: string });
}

async function record(client: ClientBase, migration: Migration, started: number): Promise<void> {
  await client.query("INSERT INTO migrations.applied (name, sha256, duration_ms) VALUES ($1, $2, $3)", [
    migration.name,
    migration.sha256,
    Date.now() - started,
  ]);
}
