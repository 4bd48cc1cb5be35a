import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ClientBase } from "pg";
import { MigrationError } from "../core/errors";
import { withAdmin } from "./admin";

/** How long the first client may wait for the second before it is taken to wait for its server process. */
const waitMs = 2_000;

/** Asks which server process answers. */
export type AskProcess = () => Promise<number>;

const processQuery = "select pg_backend_pid() as pid";

const processOf = async (client: ClientBase): Promise<number> =>
  (await client.query<{ pid: number }>(processQuery)).rows[0]?.pid ?? 0;

/**
 * True when a pooler gives server processes to transactions and not to connections. While the second client holds a
 * transaction open, the first one is then answered by another process than before, or gets the second one's, or waits for it.
 */
export async function sharesProcesses(ask: AskProcess, second: ClientBase): Promise<boolean> {
  const before = await ask();
  await second.query("begin");
  const held = await processOf(second);
  const asked = ask();
  // Its failure is told by `await asked` below.
  await Promise.race([asked.catch(() => undefined), sleep(waitMs, undefined, { ref: false })]);
  await second.query("rollback");
  const after = await asked;
  return before !== after || before === held || after === held;
}

/**
 * Refuses an admin URL that leads through a pooler of transactions: the migrator's lock and settings belong to a session, and
 * would stay on the pooler's connections. Throws `MigrationError`. A server that has no second connection is not asked.
 */
export async function refusePooler(client: pg.Client, url: string | undefined): Promise<void> {
  const isShared = await withAdmin(url, (second) => sharesProcesses(() => processOf(client), second)).catch(
    (error: unknown) => {
      if ((error as { code?: unknown }).code === "CONNECTION_FAILED") return false;
      throw error;
    },
  );
  if (!isShared) return;
  throw new MigrationError(
    "DATABASE_ADMIN_URL leads through a pooler that shares server connections between transactions: the migrator's lock and " +
      "settings would stay on them. Nothing was done. Give it the address of the server itself, or a pool in session mode",
  );
}
