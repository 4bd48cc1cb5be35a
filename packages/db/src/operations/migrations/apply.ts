import { setTimeout as sleep } from "node:timers/promises";
import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { clearForRetry } from "./concurrent-index";
import { isClusterConflict, serverFailure, statementFailed } from "./failure";
import type { Migration } from "./folder";
import { withForceLifted } from "./foreign-key";
import { checkProtection } from "./protection";

export interface ApplyOptions {
  /** Gives the session the migrator's settings, the limit of one wait for a lock among them. */
  readonly prepare: () => Promise<void>;
  /** When the migration started, in ms since the epoch. */
  readonly started: number;
  /** For how long, since it was first not free in time, a table lock is asked for again. */
  readonly lockWaitMs: number;
  readonly onRetry: () => void;
}

const maxConflicts = 12;

/**
 * Applies one migration and writes its row of the history. A table lock that is not free in time is asked for
 * again, with pauses in which the sessions that queue behind the migrator get on. Throws `MigrationError`.
 */
export async function applyMigration(client: ClientBase, migration: Migration, options: ApplyOptions): Promise<void> {
  if (migration.transactional) await applyInTransaction(client, migration, options);
  else await applyOneByOne(client, migration, options);
}

async function applyInTransaction(client: ClientBase, migration: Migration, options: ApplyOptions): Promise<void> {
  const waits = new LockWaits(options.lockWaitMs);
  const protection = await checkProtection(client);
  for (let conflicts = 0; ; ) {
    let position = 0;
    let refusal: MigrationError | undefined;
    try {
      await options.prepare();
      await client.query("BEGIN");
      for (const statement of migration.statements) {
        position += 1;
        await withForceLifted(client, statement, () => execute(client, statement));
      }
      refusal = await protection.refusal(migration);
      if (refusal !== undefined) throw refusal;
      await record(client, migration, options.started);
      const { command } = await client.query("COMMIT");
      // The server answers COMMIT of a broken transaction with ROLLBACK and no error.
      if (command !== "COMMIT") throw new MigrationError("the transaction was ended by one of its own statements");
      return;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => undefined);
      // Before the first statement only the connection can fail, which is no fault of the migration.
      if (position === 0 || error === refusal) throw error;
      const again = waits.next(error);
      if (again === undefined) {
        conflicts += 1;
        if (conflicts >= maxConflicts || !isClusterConflict(error, migration.statements[position - 1] ?? "")) {
          throw statementFailed(migration, position, error, waits.attempts);
        }
      }
      options.onRetry();
      await sleep(again ?? Math.random() * Math.min(1000, 50 * 2 ** (conflicts + 1)));
    }
  }
}

async function applyOneByOne(client: ClientBase, migration: Migration, options: ApplyOptions): Promise<void> {
  const waits = new LockWaits(options.lockWaitMs);
  const protection = await checkProtection(client);
  let position = 0;
  let refusal: MigrationError | undefined;
  await options.prepare();
  try {
    for (const statement of migration.statements) {
      position += 1;
      await untilFree(waits, options.onRetry, async () => {
        if ((await clearForRetry(client, statement)) === "run") await execute(client, statement);
      });
    }
    refusal = await protection.refusal(migration);
    if (refusal !== undefined) throw refusal;
    await record(client, migration, options.started);
  } catch (error) {
    if (error === refusal && refusal !== undefined) throw refusal;
    throw statementFailed(migration, position, error, waits.attempts);
  }
}

async function untilFree(waits: LockWaits, onRetry: () => void, work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      const again = waits.next(error);
      if (again === undefined) throw error;
      onRetry();
      await sleep(again);
    }
  }
}

/** Counts the attempts that found a lock taken, and says how long to pause before the next. */
class LockWaits {
  /** How often a lock was not free in time. */
  attempts = 0;

  private deadline = 0;

  constructor(private readonly limitMs: number) {}

  /** Milliseconds until the next attempt; undefined when the error is another one or the limit is reached. */
  next(error: unknown): number | undefined {
    if (serverFailure(error).code !== "55P03") return undefined;
    this.attempts += 1;
    if (this.attempts === 1) this.deadline = Date.now() + this.limitMs;
    const left = this.deadline - Date.now();
    if (left <= 0) return undefined;
    return Math.min(left, (0.5 + Math.random()) * Math.min(2000, 100 * 2 ** this.attempts));
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
