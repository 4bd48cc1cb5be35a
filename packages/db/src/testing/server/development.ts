/** The persistent server of a checkout: started by whoever needs it first, stopped when nobody does. */
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { locateBinaries } from "./binaries";
import { initialiseCluster, readPostmaster, startCluster, stopCluster } from "./cluster";
import { type DevelopmentHome, findHome, makeHome, passwordOf } from "./development-home";
import { clusterVersion } from "./initialise";
import { keepLease, readLeases, releaseLease, takeLease } from "./leases";
import { withLock } from "./lock";

export interface DevelopmentServerOptions {
  /** Root folder of the checkout. */
  root: string;
  /** Told in a sentence what happens. */
  log?: (message: string) => void;
}

export interface DevelopmentServer {
  /** URL of the superuser, password included. */
  adminUrl: string;
  dataDirectory: string;
  port: number;
  /** True when the server was running already. */
  reused: boolean;
  /** Says that this caller is done; the server stops when it was the last. */
  stop(): Promise<void>;
  /** Lets the server run on when nobody uses it, until `stopDevelopmentServer`. */
  keep(): Promise<void>;
}

export interface DevelopmentServerStatus {
  running: boolean;
  dataDirectory: string;
  pid: number | undefined;
  port: number | undefined;
  /** Processes that use it now. */
  users: number[];
  /** True after `keep()`. */
  kept: boolean;
}

async function readPort(home: DevelopmentHome): Promise<number | undefined> {
  const port = Number(await readFile(home.port, "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
}

/**
 * The port of the first start: the checkout's own, below those that systems give to outgoing connections, of which one might have
 * it at the next start.
 */
const ownPort = (home: DevelopmentHome): number =>
  15_432 + (createHash("sha256").update(home.folder).digest().readUInt16BE() % 1_000);

async function startLocked(home: DevelopmentHome, log: (message: string) => void): Promise<DevelopmentServer> {
  const isNew = (await clusterVersion(home.data)) === undefined;
  const password = await passwordOf(home, isNew);
  if (isNew) {
    const binaries = await locateBinaries();
    log(`Making a PostgreSQL database in ${home.data}: this takes a few seconds, once.`);
    const { milliseconds } = await initialiseCluster(home.data, { password, binaries });
    log(`Made it with PostgreSQL ${binaries.version} (${milliseconds} ms).`);
  }
  const { port, reused } = await startCluster(home.data, {
    settings: { max_connections: 100 },
    preferredPort: (await readPort(home)) ?? ownPort(home),
    logFile: home.log,
  });
  log(`PostgreSQL ${reused ? "runs already" : "has started"} on 127.0.0.1:${port}.`);
  await writeFile(home.port, String(port), { mode: 0o600 });
  const lease = await takeLease(home.leases);

  return {
    adminUrl: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    dataDirectory: home.data,
    port,
    reused,
    stop: () =>
      withLock(home.lock, async () => {
        if (await releaseLease(home.leases, lease)) return;
        if (await stopCluster(home.data, "fast")) log("PostgreSQL has stopped: nobody uses it any more.");
      }),
    keep: () => withLock(home.lock, () => keepLease(home.leases)),
  };
}

/**
 * Starts the development server of this checkout, or joins it when it runs. Several processes may do so at once. When a
 * process was killed, the next caller adopts its server.
 */
export async function startDevelopmentServer(options: DevelopmentServerOptions): Promise<DevelopmentServer> {
  const home = await findHome(options.root);
  await makeHome(home);
  return withLock(home.lock, () => startLocked(home, options.log ?? (() => undefined)));
}

/** Stops the development server whoever uses it, and forgets `keep()`. Returns whether it was running. */
export async function stopDevelopmentServer(options: DevelopmentServerOptions): Promise<boolean> {
  const home = await findHome(options.root);
  if ((await clusterVersion(home.data)) === undefined) return false;
  return withLock(home.lock, async () => {
    await rm(home.leases, { recursive: true, force: true });
    const stopped = await stopCluster(home.data, "fast");
    options.log?.(stopped ? "PostgreSQL has stopped; its data is kept." : "PostgreSQL was not running.");
    return stopped;
  });
}

/** Looks, and changes nothing. */
export async function developmentServerStatus(options: DevelopmentServerOptions): Promise<DevelopmentServerStatus> {
  const home = await findHome(options.root);
  const found = await readPostmaster(home.data);
  const { pids, kept } = await readLeases(home.leases);
  const running = found?.alive === true;
  return {
    running,
    dataDirectory: home.data,
    pid: running ? found.pid : undefined,
    port: running ? found.port : undefined,
    users: pids,
    kept,
  };
}
