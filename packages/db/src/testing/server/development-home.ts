/** Where the development server of a checkout lives on disk, and its password. */
import { createHash, randomBytes } from "node:crypto";
import { chmod, link, lstat, mkdir, readFile, realpath, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ConfigurationError } from "../../core/errors";
import { randomPassword } from "./initialise";
import { canEnter, isRoot, serverUser, sharedTempFolder } from "./processes";

export interface DevelopmentHome {
  folder: string;
  data: string;
  log: string;
  leases: string;
  lock: string;
  /** Holds the port of the last start, so that a URL in `.env` stays valid. */
  port: string;
  password: string;
}

function layout(folder: string): DevelopmentHome {
  const at = (name: string) => join(folder, name);
  return {
    folder,
    data: at("data"),
    log: at("server.log"),
    leases: at("leases"),
    lock: at("lock"),
    port: at("port"),
    password: at("password"),
  };
}

async function nearestExisting(path: string): Promise<string> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    if ((await lstat(candidate).catch(() => undefined)) !== undefined) return candidate;
  }
}

/** Finds the home of this checkout's server without making it. */
export async function findHome(root: string): Promise<DevelopmentHome> {
  const checkout = await realpath(root).catch(() => {
    throw new ConfigurationError(`The folder ${root} does not exist: pass the root of the checkout.`);
  });
  const folder = join(checkout, ".data", "postgres");
  const user = await serverUser();
  if (await canEnter(user, await nearestExisting(folder))) return layout(folder);
  const shared = (await canEnter(user, "/var/tmp")) ? "/var/tmp" : await sharedTempFolder(user);
  const hash = createHash("sha256").update(checkout).digest("hex").slice(0, 16);
  return layout(join(shared, `org-db-development-${process.getuid?.() ?? 0}-${hash}`));
}

/** Makes the home when it is missing, and refuses one that somebody else could have prepared or could change. */
export async function makeHome(home: DevelopmentHome): Promise<void> {
  // As root the server's account must be able to pass through, but not to write: what is beside the data is ours.
  const mode = isRoot() ? 0o711 : 0o700;
  const first = await mkdir(home.folder, { recursive: true, mode });
  if (first !== undefined) {
    await chmod(first, isRoot() ? 0o755 : 0o700);
    await chmod(home.folder, mode);
  }
  const info = await lstat(home.folder);
  const ours = process.getuid === undefined || isRoot() || info.uid === process.getuid();
  const shared = !home.folder.endsWith(join(".data", "postgres"));
  const foreign = shared && isRoot() && info.uid !== 0;
  const open = process.platform !== "win32" && (info.mode & 0o022) !== 0;
  if (!info.isDirectory() || !ours || foreign || open) {
    throw new ConfigurationError(
      `${home.folder} should be a folder of ours that nobody else can write to, and is not: ` +
        "remove it (its data is lost), or run this as the user it belongs to.",
    );
  }
}

/** The superuser's password: generated once, by whoever comes first. */
export async function passwordOf(home: DevelopmentHome, mayCreate: boolean): Promise<string> {
  const read = () =>
    readFile(home.password, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new ConfigurationError(
        `${home.password} cannot be read (${error.code}): run this as the user it belongs to.`,
      );
    });
  const existing = await read();
  if (existing !== undefined) return existing.trim();
  if (!mayCreate) {
    throw new ConfigurationError(
      `${home.password} is missing, so the database in ${home.data} cannot be opened: put it back, or remove ${home.folder}.`,
    );
  }
  const draft = `${home.password}.${randomBytes(4).toString("hex")}`;
  await writeFile(draft, `${randomPassword()}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(draft, home.password);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
  return (await readFile(home.password, "utf8")).trim();
}
