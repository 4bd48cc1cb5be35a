import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { withAdmin } from "../../../../src/operations/admin";
import { migrationsFolder } from "../../../../src/operations/assets";
import { ensureLogins, loginUrls, newLogins } from "../../../../src/operations/logins";
import { migrate, readMigrations } from "../../../../src/operations/migrations";
import { startCluster, stopCluster } from "../../../../src/testing/server/cluster";
import { startThrowawayServer } from "../../../../src/testing/server/throwaway";

/** A server of its own that may be broken. */
export interface FaultyServer {
  urls: { runtime: string; platform: string };
  asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T>;
  /** Ends connections of the application, about five per second, until it is told to stop; how many it ended. */
  killBackends(until: Promise<unknown>): Promise<number>;
  /** Ends the server as a crash does, and starts it again. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

// Commits reach the log before they are confirmed: a crash of the server loses none that was.
const settings = { fsync: "off", synchronous_commit: "on" };

/** Starts it, with the migrations applied. */
export async function startFaultyServer(): Promise<FaultyServer> {
  const server = await startThrowawayServer({ settings });
  const data = join(server.folder, "data");
  const logins = newLogins("ledger_faults");
  await withAdmin(server.adminUrl, async (admin) => {
    await migrate(admin, { migrations: await readMigrations(migrationsFolder()) });
    await ensureLogins(admin, logins);
  });
  const urls = loginUrls(server.adminUrl, logins);
  const asOwner = <T>(work: (owner: pg.Client) => Promise<T>) => withAdmin(server.adminUrl, work);

  async function killBackends(until: Promise<unknown>): Promise<number> {
    let isOver = false;
    let kills = 0;
    const over = until.finally(() => {
      isOver = true;
    });
    // Those at work first: a connection that waits for work has nothing to lose.
    const kill = (owner: pg.Client) =>
      owner.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where usename = $1 order by state = 'active' desc, random() limit 1`,
        [logins.runtime.user],
      );
    while (!isOver) {
      // The server may be down, which is the other fault.
      kills += await asOwner(async (owner) => (await kill(owner)).rowCount ?? 0).catch(() => 0);
      await sleep(200);
    }
    await over;
    return kills;
  }

  return {
    urls: { runtime: urls.DATABASE_URL ?? "", platform: urls.DATABASE_PLATFORM_URL ?? "" },
    asOwner,
    killBackends,
    crash: async () => {
      await stopCluster(data, "immediate");
      const preferredPort = Number(new URL(server.adminUrl).port);
      await startCluster(data, { settings, logFile: join(server.folder, "server.log"), preferredPort });
    },
    stop: () => server.stop(),
  };
}
