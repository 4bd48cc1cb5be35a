/** A server for tests: quick, careless of its data, and gone when its owner is. */
import { randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Binaries, locateBinaries } from "./binaries";
import { carelessSettings } from "./careless";
import { initialiseCluster, randomPassword, type Settings, startCluster, stopCluster } from "./cluster";
import { memoryFolder } from "./memory-folder";
import { canEnter, currentOwner, hostId, isRoot, ownerIsAlive, serverUser, sharedTempFolder } from "./processes";
import { startWatchdog } from "./watchdog";

export interface ThrowawayServerOptions {
  /** Another PostgreSQL than the one `locateBinaries` finds. */
  binaries?: Binaries;
  /** Server settings on top of (or instead of) ours. */
  settings?: Settings;
}

export interface ThrowawayServer {
  /** URL of the superuser, password included. */
  adminUrl: string;
  /** The folder that `stop()` removes. */
  folder: string;
  /** For example `18.4`. */
  serverVersion: string;
  /** How long it took, in milliseconds. */
  timings: { initialise: number; start: number };
  /** Stops the server and removes everything; may be called twice. */
  stop(): Promise<void>;
}

const prefix = "org-db-test-";

/** True when the folder's owner is surely dead: of this machine and process space, and no longer there. */
async function isAbandoned(folder: string, pid: number): Promise<boolean> {
  const text = await readFile(join(folder, "owner"), "utf8").catch(() => "");
  const [host, started = ""] = text.split(" ");
  if (host && host !== (await hostId())) return false;
  return !(await ownerIsAlive({ pid, started }));
}

/** Clears what killed owners left behind when their watchdog was killed as well. Never throws. */
export async function sweepThrowawayServers(tempFolder: string): Promise<number> {
  let swept = 0;
  for (const name of await readdir(tempFolder).catch(() => [])) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    const folder = join(tempFolder, name);
    try {
      if (!(pid > 0)) continue;
      const info = await lstat(folder);
      if (!info.isDirectory() || (process.getuid !== undefined && info.uid !== process.getuid())) continue;
      if (!(await isAbandoned(folder, pid))) continue;
      await stopCluster(join(folder, "data"), "immediate");
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      swept += 1;
    } catch {
      // It is being cleared by somebody else, or cannot be; a leftover must not keep tests from running.
    }
  }
  return swept;
}

/**
 * Starts a server of its own for this process, on a free port. Its folder is in memory where there is room, unless
 * `settings` ask for `fsync`; else in the temp folder.
 */
export async function startThrowawayServer(options: ThrowawayServerOptions = {}): Promise<ThrowawayServer> {
  const user = await serverUser();
  const binaries = options.binaries ?? (await locateBinaries({ user }));
  const settings = { ...carelessSettings, ...options.settings };
  const onDisk = await realpath(await sharedTempFolder(user));
  const inMemory = memoryFolder();
  for (const each of [onDisk, inMemory]) if (each) await sweepThrowawayServers(each);

  // A server that is asked to flush to disk is given a disk.
  const home = settings.fsync === "off" && inMemory && (await canEnter(user, inMemory)) ? inMemory : onDisk;
  const folder = join(home, `${prefix}${process.pid}-${randomBytes(4).toString("hex")}`);
  const data = join(folder, "data");
  await mkdir(folder, { mode: 0o700 });
  const watchdog = startWatchdog(folder, data);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await stopCluster(data, "immediate");
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await watchdog.release();
  };
  try {
    const { started } = await currentOwner();
    await writeFile(join(folder, "owner"), `${await hostId()} ${started}`);
    if (isRoot()) await chmod(folder, 0o711);
    const password = randomPassword();
    const initialised = await initialiseCluster(data, { password, durable: false, binaries });
    const running = await startCluster(data, { settings, logFile: join(folder, "server.log"), binaries });
    return {
      adminUrl: `postgres://postgres:${password}@127.0.0.1:${running.port}/postgres`,
      folder,
      serverVersion: binaries.version,
      timings: { initialise: initialised.milliseconds, start: running.milliseconds },
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
