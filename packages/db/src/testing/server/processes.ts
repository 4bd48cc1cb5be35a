/** Operating-system processes: who runs a server, who is alive, and running a short command with a bound. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readlink, stat } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { ConfigurationError } from "../../core/errors";

/** The account a server process runs as. `undefined` in its place means: our own. */
export interface OsUser {
  name: string;
  uid: number;
  gid: number;
}

export interface CommandResult {
  /** Exit code; -1 when the command could not be started or ran out of time. */
  code: number;
  output: string;
  /** `ENOENT`, `EACCES`, … when the command could not be started. */
  startError: string | undefined;
}

/** True when this process is root, which PostgreSQL refuses to run as. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** As root: the account servers run as (`postgres`, else `nobody`). Otherwise undefined. Never creates an account. */
export async function serverUser(): Promise<OsUser | undefined> {
  if (!isRoot()) return undefined;
  const accounts = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined && uid !== "0") return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new ConfigurationError(
    "PostgreSQL does not run as root, and /etc/passwd has neither the user postgres nor nobody: " +
      "run this as an ordinary user, or set DATABASE_ADMIN_URL to a running server.",
  );
}

/** As root: the account that owns this existing data directory, because only it may serve it. Otherwise undefined. */
export async function ownerOf(directory: string): Promise<OsUser | undefined> {
  if (!isRoot()) return undefined;
  const { uid, gid } = await stat(directory);
  return uid === 0 ? serverUser() : { name: `uid ${uid}`, uid, gid };
}

/** The spawn options that make a command run as this account. */
export function runAs(user: OsUser | undefined): { uid?: number; gid?: number } {
  return user === undefined ? {} : { uid: user.uid, gid: user.gid };
}

/** What a server process gets to see of our environment: no PG* settings, no secrets, messages in English. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  const inherited = Object.entries({ PATH, SystemRoot, TEMP, TMP }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(inherited), LC_ALL: "C" };
}

/** A working directory every account can enter; the caller's own may be unreadable for the server's account. */
export const neutralDirectory = process.platform === "win32" ? tmpdir() : "/";

/** Runs a short command to its end and returns what it wrote; never throws. */
export function run(
  command: string,
  args: string[],
  options: { user?: OsUser | undefined; timeoutMs?: number } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const settings = {
      ...runAs(options.user),
      cwd: neutralDirectory,
      env: serverEnvironment(),
      timeout: options.timeoutMs ?? 120_000,
      killSignal: "SIGKILL",
      windowsHide: true,
    } as const;
    try {
      execFile(command, args, settings, (error, stdout, stderr) => {
        const output = `${stdout}${stderr}`;
        if (error === null) resolve({ code: 0, output, startError: undefined });
        else if (typeof error.code === "number") resolve({ code: error.code, output, startError: undefined });
        else resolve({ code: -1, output, startError: error.code ?? (error.killed ? "ETIMEDOUT" : "UNKNOWN") });
      });
    } catch (error) {
      resolve({ code: -1, output: "", startError: (error as NodeJS.ErrnoException).code ?? "UNKNOWN" });
    }
  });
}

/** Whether this account can enter the directory: asked by doing it, so that ACLs and mounts count too. */
export async function canEnter(user: OsUser | undefined, directory: string): Promise<boolean> {
  if (user === undefined) return true;
  return (await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", directory], { user, timeoutMs: 10_000 })).code === 0;
}

/** The temporary folder both we and the server's account can use. */
export async function sharedTempFolder(user: OsUser | undefined): Promise<string> {
  for (const folder of [tmpdir(), "/tmp", "/var/tmp"]) if (await canEnter(user, folder)) return folder;
  throw new ConfigurationError(
    `The user ${user?.name} can enter none of ${tmpdir()}, /tmp and /var/tmp: set TMPDIR to a folder that it can enter.`,
  );
}

/** Whether the process exists, also when it belongs to somebody else. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A process that owns something: a lease, a lock, a folder, a database. */
export interface Owner {
  pid: number;
  /** Tells this process from a later one with the same pid; empty where the platform does not say. */
  started: string;
}

/** When the process started, as an opaque word: undefined when there is none (or only its zombie), "" when unknown. */
export async function startedAt(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined;
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    if (text === undefined) return isAlive(pid) ? "" : undefined;
    // The second field is the command in parentheses and may hold anything, so the fields are counted after it.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : Number(fields[19]).toString(36);
  }
  if (process.platform === "win32") return "";
  const { code, output } = await run("ps", ["-o", "lstart=", "-p", String(pid)], { timeoutMs: 5_000 });
  const time = code === 0 ? Date.parse(output.trim()) : Number.NaN;
  return Number.isNaN(time) ? "" : (time / 1000).toString(36);
}

/** This process as an owner. */
export async function currentOwner(): Promise<Owner> {
  return { pid: process.pid, started: (await startedAt(process.pid)) ?? "" };
}

/** Whether that very process is alive, and not another one with its pid. When in doubt, true. */
export async function ownerIsAlive(owner: Owner): Promise<boolean> {
  const started = await startedAt(owner.pid);
  if (started === undefined) return false;
  return started === "" || owner.started === "" || started === owner.started;
}

/** A short name for this machine and process space: pids may be compared only where it is equal. */
export async function hostId(): Promise<string> {
  const space = await readlink("/proc/self/ns/pid").catch(() => "");
  return createHash("sha256").update(`${hostname()}\n${space}`).digest("hex").slice(0, 8);
}

/** Waits this many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
