import { existsSync } from "node:fs";
import { readdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";

/*
 * A disk that is full for one file: Linux refuses every write to /dev/full as it does on a full disk (ENOSPC), and that
 * needs neither root nor a mount, of which nothing could stay behind when a run is killed.
 */
const fullDevice = "/dev/full";

/** False on systems other than Linux, where nothing can stand in for a full disk. */
export const canFillDisks = existsSync(fullDevice);

/** Runs work on a connection of the superuser, which it closes. */
type AsOwner = <T>(work: (owner: pg.Client) => Promise<T>) => Promise<T>;

/**
 * Makes the disk full for long values of accounting.customers, which PostgreSQL stores in a file of their own; there
 * must be none yet. Those cannot be written, and all else goes on. Returns what makes room again.
 */
export async function fillDataDisk(data: string, asOwner: AsOwner): Promise<() => Promise<void>> {
  const path = await asOwner(async (owner) => {
    await owner.query("checkpoint");
    const { rows } = await owner.query<{ path: string }>(
      "select pg_relation_filepath(reltoastrelid) as path from pg_class where oid = 'accounting.customers'::regclass",
    );
    return rows[0]?.path ?? "";
  });
  const file = join(data, path);
  await rename(file, `${file}.kept`);
  await symlink(fullDevice, file);
  await asOwner(forgetFiles);
  return async () => {
    await rm(file);
    await rename(`${file}.kept`, file);
    await asOwner(forgetFiles);
  };
}

// Server processes keep files open; a change of the table makes each open them anew.
async function forgetFiles(owner: pg.Client): Promise<void> {
  await owner.query("alter table accounting.customers set (toast.autovacuum_enabled = false)");
  await owner.query("alter table accounting.customers reset (toast.autovacuum_enabled)");
}

/**
 * Makes the disk full for the write-ahead log: its next files cannot be written. PostgreSQL panics then, and cannot
 * start until there is room. Returns what makes room again.
 */
export async function fillLogDisk(data: string, asOwner: AsOwner): Promise<() => Promise<void>> {
  const folder = join(data, "pg_wal");
  const current = await asOwner(async (owner) => {
    const { rows } = await owner.query<{ name: string }>("select pg_walfile_name(pg_current_wal_insert_lsn()) as name");
    return rows[0]?.name ?? "";
  });
  // Files that wait to be used again would give room.
  for (const name of await readdir(folder)) {
    if (/^[0-9A-F]{24}$/.test(name) && name > current) await rm(join(folder, name));
  }
  const next = [1, 2, 3].map((step) => {
    const segment = Number.parseInt(current.slice(16), 16) + step;
    return join(folder, current.slice(0, 16) + segment.toString(16).toUpperCase().padStart(8, "0"));
  });
  for (const file of next) await symlink(fullDevice, file);
  // What is left of the current file is skipped, so that the next write needs a new one.
  await asOwner((owner) => owner.query("select pg_switch_wal()"));
  return async () => {
    for (const file of next) await rm(file, { force: true });
  };
}
