import { setTimeout as sleep } from "node:timers/promises";
import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";

/** Advisory locks belong to one database, so one fixed key per purpose is enough ("org-" in ASCII, 1). */
const migratorLock = ["1869768493", "1"] as const;
const pollMs = 100;

/** Runs `work` while this session alone may migrate the database; waits for another migrator at most `waitMs`. */
export async function withMigratorLock<T>(client: ClientBase, waitMs: number, work: () => Promise<T>): Promise<T> {
  await acquire(client, waitMs);
  try {
    return await work();
  } finally {
    // A dead connection has released the lock by itself, and its own error is the one to report.
    await client.query("SELECT pg_advisory_unlock($1::int, $2::int)", [...migratorLock]).catch(() => undefined);
  }
}

async function acquire(client: ClientBase, waitMs: number): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>("SELECT pg_try_advisory_lock($1::int, $2::int) AS held", [
      ...migratorLock,
    ]);
    if (rows[0]?.held) return;
    const left = deadline - Date.now();
    if (left <= 0) throw await stillRunning(client, waitMs);
    await sleep(Math.min(left, pollMs * (0.5 + Math.random())));
  }
}

async function stillRunning(client: ClientBase, waitMs: number): Promise<MigrationError> {
  const { rows } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_catalog.pg_locks
     WHERE locktype = 'advisory' AND granted AND classid = $1::oid AND objid = $2::oid AND objsubid = 2
       AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
    [...migratorLock],
  );
  const holder = rows[0] ? ` (server process ${rows[0].pid})` : "";
  return new MigrationError(
    `Another migrator is running on this database${holder} and did not finish within ${waitMs} ms: wait for it and run \`pnpm db:migrate\` again; if it hangs, end it with pg_terminate_backend`,
    { sqlState: "55P03", retryable: true },
  );
}
