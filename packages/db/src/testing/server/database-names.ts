/** Names of test databases, which say whose they are, and clearing those of the dead. */
import { randomBytes } from "node:crypto";
import type pg from "pg";
import { ConfigurationError } from "../../core/errors";
import { errorCode } from "./database-url";
import { currentOwner, hostId, type Owner, ownerIsAlive } from "./processes";

const pattern = /^org_db_(?:tpl|clone)_([0-9a-f]{8})_(\d+)_([0-9a-z.]*)_([0-9a-z_]+)$/;

/** Six random characters that may stand in a name. */
export function randomWord(): string {
  return randomBytes(3).toString("hex");
}

/** `org_db_<kind>_<machine>_<pid>_<start of that process>_<word>`: enough to tell later whether its owner is dead. */
export async function ownedName(kind: "tpl" | "clone", word: string): Promise<string> {
  const { pid, started } = await currentOwner();
  return `org_db_${kind}_${await hostId()}_${pid}_${started}_${word}`;
}

/** The word that ends a name made by `ownedName`. */
export function wordOf(name: string): string {
  const word = pattern.exec(name)?.[4];
  if (word === undefined) throw new ConfigurationError(`${name} is not a template: use the name createTemplate gave.`);
  return word;
}

async function isAbandoned(name: string, host: string): Promise<boolean> {
  const [, madeOn, pid, started = ""] = pattern.exec(name) ?? [];
  if (madeOn !== host || pid === undefined) return false;
  const owner: Owner = { pid: Number(pid), started };
  return !(await ownerIsAlive(owner));
}

/** Quotes a name for SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Drops a database and ends its sessions; no error when it is gone already. */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  await client.query(`drop database if exists ${quoteName(name)} with (force)`);
}

/**
 * Drops the test databases of runs that were killed. Only those made on this machine, by a process that is surely
 * dead: a server may serve the tests of several machines and containers at once. Returns what was dropped.
 */
export async function sweepTestDatabases(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_catalog.pg_database where datname like 'org\\_db\\_%' order by datname`,
  );
  const host = await hostId();
  const swept: string[] = [];
  for (const { name } of rows) {
    if (!(await isAbandoned(name, host))) continue;
    try {
      await dropDatabase(client, name);
      swept.push(name);
    } catch (error) {
      // 55006: another sweep uses it. 42501: another login owns it. XX000: it was dropped meanwhile. All are ignored.
      if (!["55006", "42501", "XX000", "3D000"].includes(errorCode(error) ?? "")) throw error;
    }
  }
  return swept;
}
