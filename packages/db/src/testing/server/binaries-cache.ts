/** A complete, readable and trustworthy copy of a package's `native` folder. */
import { randomBytes } from "node:crypto";
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { ConfigurationError } from "../../core/errors";
import { isAlive } from "./processes";

interface Link {
  /** Both relative to the package's root. */
  source: string;
  target: string;
}

async function readLinks(packageRoot: string): Promise<Link[]> {
  const text = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  const entries: unknown = JSON.parse(text);
  if (!Array.isArray(entries)) return [];
  return entries.filter(
    (entry): entry is Link =>
      typeof entry?.source === "string" && typeof entry.target === "string" && !entry.target.includes(".."),
  );
}

/** The symbolic links the package's install script should have made, but did not. */
export async function missingLinks(packageRoot: string): Promise<Link[]> {
  const missing: Link[] = [];
  for (const link of await readLinks(packageRoot)) {
    const made = await lstat(join(packageRoot, link.target)).catch(() => undefined);
    if (made === undefined) missing.push(link);
  }
  return missing;
}

/** Refuses a folder that others can write to: we would run programs that they chose. */
async function requireOwn(folder: string): Promise<void> {
  const info = await lstat(folder);
  const foreign = process.getuid !== undefined && info.uid !== process.getuid();
  if (!info.isDirectory() || foreign || (process.platform !== "win32" && (info.mode & 0o022) !== 0)) {
    throw new ConfigurationError(
      `${folder} should be a folder of ours that nobody else can write to, and is not: remove it, or set TMPDIR elsewhere.`,
    );
  }
}

/** Whether all files are there. Cleaners of temp folders remove old files one by one, so a copy may be incomplete. */
async function isComplete(packageRoot: string, copy: string): Promise<boolean> {
  const entries = await readdir(join(packageRoot, "native"), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const original = join(entry.parentPath, entry.name);
    const twin = join(copy, relative(packageRoot, original));
    const [expected, found] = [await lstat(original), await lstat(twin).catch(() => undefined)];
    if (found?.size !== expected.size) return false;
  }
  return (await missingLinks(copy)).length === 0;
}

/** A checkout made with a strict umask has programs that only its owner may read. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

async function sweepAbandoned(cacheFolder: string, prefix: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (pid > 0 && !isAlive(pid))
      await rm(join(cacheFolder, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Returns the folder that holds a `native` like the package's, made in the cache folder when it is not there yet. */
export async function cachedCopy(packageRoot: string, target: { cacheFolder: string; name: string }): Promise<string> {
  const folder = join(target.cacheFolder, `org-db-postgres-${target.name}-${process.getuid?.() ?? 0}`);
  const present = await lstat(folder).catch(() => undefined);
  if (present !== undefined) {
    await requireOwn(folder);
    if (await isComplete(packageRoot, folder)) return folder;
  }
  const unique = `${process.pid}-${randomBytes(4).toString("hex")}`;
  await sweepAbandoned(target.cacheFolder, `${folder.slice(target.cacheFolder.length + 1)}.tmp-`);
  const staging = `${folder}.tmp-${unique}`;
  try {
    await mkdir(staging, { mode: 0o700 });
    await cp(join(packageRoot, "native"), join(staging, "native"), { recursive: true, verbatimSymlinks: true });
    for (const link of await missingLinks(staging)) {
      const path = join(staging, link.target);
      await symlink(relative(dirname(path), join(staging, link.source)), path);
    }
    await makeReadable(staging);
    if (present !== undefined) await rename(folder, `${staging}.old`).catch(() => undefined);
    await rename(staging, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was quicker; its copy is as good as ours.
      if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(error.code ?? "")) throw error;
      await requireOwn(folder);
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(`${staging}.old`, { recursive: true, force: true });
  }
  return folder;
}
