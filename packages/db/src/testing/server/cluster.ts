/** Starting and stopping the server of one data directory. */
import { realpath, unlink } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, ConnectionError } from "../../core/errors";
import { type Binaries, locateBinaries } from "./binaries";
import { clusterVersion } from "./initialise";
import { accepts, freePort, isFree, launch } from "./launch";
import { withLock } from "./lock";
import { type Postmaster, readPostmaster } from "./postmaster";
import { isAlive, ownerOf, pause, run, startedAt } from "./processes";

export { type InitialiseOptions, initialiseCluster, randomPassword } from "./initialise";
export { type Postmaster, readPostmaster } from "./postmaster";

export type Settings = Record<string, string | number | boolean>;

export interface StartOptions {
  /** Server settings, as in postgresql.conf. Address, port and socket are ours. */
  settings?: Settings;
  /** Taken when it is free, so that a URL stays valid from one start to the next. */
  preferredPort?: number | undefined;
  /** Where the server writes its log; `<directory>.log` by default. */
  logFile?: string;
  binaries?: Binaries;
}

export interface RunningCluster {
  pid: number;
  port: number;
  /** True when the server was running already. */
  reused: boolean;
  milliseconds: number;
}

/** How a server stops: `fast` ends the sessions, `immediate` also skips the checkpoint, `smart` waits for the sessions. */
export type StopMode = "smart" | "fast" | "immediate";

const startLimitMs = 30_000;
const stopSignals = { smart: "SIGTERM", fast: "SIGINT", immediate: "SIGQUIT" } as const;

/** A running server of this directory, once it accepts connections. One that is stopping is waited out. */
async function adoptRunning(directory: string): Promise<{ pid: number; port: number } | undefined> {
  const deadline = Date.now() + startLimitMs;
  let found = await readPostmaster(directory);
  for (; found?.alive; found = await readPostmaster(directory)) {
    const { pid, port, status } = found;
    if (port !== undefined && status === "ready" && (await accepts(port))) return { pid, port };
    if (Date.now() > deadline) {
      throw new ConnectionError(
        `The server of ${directory} (process ${pid}) is ${status ?? "starting"} and has not accepted a connection ` +
          `for ${startLimitMs / 1000} s: look at its log, or end that process and try again.`,
        { retryable: true },
      );
    }
    await pause(25);
  }
  return undefined;
}

/**
 * Starts the server of this directory on a free port of 127.0.0.1 and waits until it accepts connections. A server
 * that is already running, whoever started it, is used as it is. The server outlives this process.
 */
export async function startCluster(directory: string, options: StartOptions = {}): Promise<RunningCluster> {
  const begun = performance.now();
  const since = () => Math.round(performance.now() - begun);
  const major = await clusterVersion(directory);
  if (major === undefined)
    throw new ConfigurationError(`${directory} holds no PostgreSQL cluster: initialise it first.`);
  const path = await realpath(directory);

  return withLock(`${path}.lock`, async () => {
    const running = await adoptRunning(path);
    if (running !== undefined) return { ...running, reused: true, milliseconds: since() };

    const user = await ownerOf(path);
    const binaries = options.binaries ?? (await locateBinaries({ user }));
    if (binaries.major !== major) {
      throw new ConfigurationError(
        `${path} was made by PostgreSQL ${major}, and the programs in ${binaries.bin} are ${binaries.version}: ` +
          `set ORG_DB_POSTGRES_BIN to the bin folder of PostgreSQL ${major}, or remove that data to begin anew.`,
      );
    }
    await removeMisleadingPidFile(path);

    const deadline = Date.now() + startLimitMs;
    const { preferredPort } = options;
    let port = preferredPort !== undefined && (await isFree(preferredPort)) ? preferredPort : await freePort();
    for (;;) {
      const logFile = options.logFile ?? `${path}.log`;
      const outcome = await launch({
        directory: path,
        port,
        logFile,
        deadline,
        binaries,
        user,
        settings: options.settings,
      });
      if (outcome.ready) return { pid: outcome.pid, port, reused: false, milliseconds: since() };
      const portTaken = /could not bind|could not create any TCP\/IP sockets/.test(outcome.log);
      // Sessions of a killed server need a moment to notice; until then PostgreSQL rightly refuses the directory.
      const sessionsLeft = /pre-existing shared memory block/.test(outcome.log);
      if (!(portTaken || sessionsLeft) || Date.now() > deadline) {
        throw new ConnectionError(
          `The server of ${path} did not start: ${outcome.reason}. Its log ends with:\n${outcome.log}`,
        );
      }
      if (portTaken) port = await freePort();
      else await pause(200);
    }
  });
}

/**
 * A file with the pid of a dead process stays: PostgreSQL reads in it which shared memory the dead server left. A file
 * whose pid another program has now is removed, because PostgreSQL would take that program for a server.
 */
async function removeMisleadingPidFile(directory: string): Promise<void> {
  const found = await readPostmaster(directory);
  if (found !== undefined && !found.alive && found.pid > 0 && isAlive(found.pid)) {
    await unlink(join(directory, "postmaster.pid")).catch(() => undefined);
  }
}

function signal(found: Postmaster, name: NodeJS.Signals, directory: string): void {
  try {
    process.kill(found.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return;
    throw new ConnectionError(
      `The server of ${directory} (process ${found.pid}) belongs to another user: stop it as that user.`,
    );
  }
}

async function stopOnWindows(directory: string, mode: StopMode): Promise<void> {
  const { pgCtl } = await locateBinaries();
  await run(pgCtl, ["stop", "-D", directory, "-m", mode, "-w", "-t", "30"]);
}

/** Waits for the end of the process, because the server removes its pid file a moment earlier. */
async function isGone(directory: string, pid: number, started: string, waitMs: number): Promise<boolean> {
  for (const deadline = Date.now() + waitMs; ; await pause(10)) {
    const now = await startedAt(pid);
    if (now === undefined || now !== started) return true;
    if (now === "" && !(await readPostmaster(directory))?.alive) return true;
    if (Date.now() > deadline) return false;
  }
}

/**
 * Stops the server of this directory and waits until it is gone, more sternly when it does not go.
 * Returns whether one was running.
 */
export async function stopCluster(directory: string, mode: StopMode = "fast"): Promise<boolean> {
  const path = await realpath(directory).catch(() => undefined);
  const found = path === undefined ? undefined : await readPostmaster(path);
  const started = found?.alive ? await startedAt(found.pid) : undefined;
  if (path === undefined || !found?.alive || started === undefined) return false;
  if (process.platform === "win32") {
    await stopOnWindows(path, mode);
    if (await isGone(path, found.pid, started, 1_000)) return true;
  }
  const steps = [
    { name: stopSignals[mode], waitMs: mode === "immediate" ? 10_000 : 30_000 },
    { name: "SIGQUIT", waitMs: 10_000 },
    { name: "SIGKILL", waitMs: 5_000 },
  ] as const;
  for (const step of steps) {
    signal(found, step.name, path);
    if (await isGone(path, found.pid, started, step.waitMs)) return true;
  }
  throw new ConnectionError(`The server of ${path} (process ${found.pid}) does not end: end it by hand.`);
}
