/** Making the data directory of a new PostgreSQL cluster. */
import { randomBytes } from "node:crypto";
import { access, chown, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigurationError, ConnectionError } from "../../core/errors";
import { type Binaries, locateBinaries } from "./binaries";
import { type CommandResult, canEnter, isAlive, type OsUser, run, serverUser } from "./processes";

export interface InitialiseOptions {
  /** Password of the superuser; logins use scram-sha-256. */
  password: string;
  /** Name of the superuser, `postgres` by default. */
  superuser?: string;
  /** False for a cluster that may be lost in a power cut; true by default. */
  durable?: boolean;
  binaries?: Binaries;
}

/** A password that needs no escaping in a URL. */
export function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}

/** The major version whose cluster is in this directory; undefined when there is none. */
export async function clusterVersion(directory: string): Promise<number | undefined> {
  const text = await readFile(join(directory, "PG_VERSION"), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Number(text.trim());
}

/** C.UTF-8 sorts by code point and still knows the letters of every language; plain C knows ASCII only. */
function localeChoices(major: number): string[][] {
  const builtin = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
  return [["--locale=C.UTF-8"], ...(major >= 17 ? [builtin] : []), ["--locale=C"]];
}

async function runInitdb(
  staging: string,
  options: InitialiseOptions,
  user: OsUser | undefined,
): Promise<CommandResult> {
  const binaries = options.binaries ?? (await locateBinaries({ user }));
  const passwordFile = `${staging}.password`;
  const own = async (path: string) => {
    if (user !== undefined) await chown(path, user.uid, user.gid);
  };
  try {
    await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: "wx" });
    await own(passwordFile);
    let result: CommandResult = { code: -1, output: "", startError: undefined };
    for (const locale of localeChoices(binaries.major)) {
      await rm(staging, { recursive: true, force: true });
      await mkdir(staging, { mode: 0o700 });
      await own(staging);
      const args = ["-D", staging, "-U", options.superuser ?? "postgres", `--pwfile=${passwordFile}`, ...locale];
      args.push("--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions");
      if (options.durable === false) args.push("--no-sync");
      result = await run(binaries.initdb, args, { user });
      if (result.code === 0 || !/locale/.test(result.output)) break;
    }
    return result;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function sweepAbandoned(directory: string): Promise<void> {
  const prefix = `${basename(directory)}.init-`;
  for (const name of await readdir(dirname(directory))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) await rm(join(dirname(directory), name), { recursive: true, force: true });
  }
}

/**
 * Makes the cluster in `directory` unless there is one. It is made beside it and renamed into place, so that the
 * directory is never half made, and of two processes that do this at once the slower one adopts the other's.
 */
export async function initialiseCluster(
  directory: string,
  options: InitialiseOptions,
): Promise<{ created: boolean; milliseconds: number }> {
  const begun = performance.now();
  const answer = (created: boolean) => ({ created, milliseconds: Math.round(performance.now() - begun) });
  if ((await clusterVersion(directory)) !== undefined) return answer(false);

  const user = await serverUser();
  const parent = dirname(directory);
  await access(parent);
  if (!(await canEnter(user, parent))) {
    throw new ConfigurationError(
      `PostgreSQL runs as the user ${user?.name} here, who cannot enter ${parent}: choose a folder that it can enter.`,
    );
  }
  await sweepAbandoned(directory);
  const staging = `${directory}.init-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    const result = await runInitdb(staging, options, user);
    if (result.code !== 0) {
      const said = result.output.trim().split("\n").slice(-12).join("\n");
      throw new ConnectionError(
        `initdb could not make ${directory} (${result.startError ?? `exit code ${result.code}`}). It said:\n${said}`,
      );
    }
    try {
      await rename(staging, directory);
    } catch (error) {
      if ((await clusterVersion(directory)) === undefined) throw error;
      return answer(false);
    }
    return answer(true);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
