/** A prepared database that is copied in milliseconds: once per run, one clone per test file. */
import type pg from "pg";
import { ConnectionError } from "../../core/errors";
import { withAdmin } from "../../operations/admin";
import { dropDatabase, ownedName, quoteName, randomWord, sweepTestDatabases, wordOf } from "./database-names";
import { readProperties } from "./database-properties";
import { errorCode, withDatabase } from "./database-url";
import { pause } from "./processes";

export interface TemplateOptions {
  adminUrl: string;
  /** Fills the new database: migrations, fixtures. Its connections should be closed when it returns. */
  prepare: (databaseUrl: string) => Promise<void>;
}

export interface Clone {
  name: string;
  /** URL of this database, as the admin or as the given login. Holds a password: never print it. */
  url(login?: { user: string; password: string }): string;
  /** Ends its sessions and drops it; may be called twice. */
  drop(): Promise<void>;
}

export interface Template {
  name: string;
  clone(): Promise<Clone>;
  /** Drops every clone that is left, then the template; may be called twice. */
  drop(): Promise<void>;
}

const busyLimitMs = 15_000;
const objectInUse = "55006";

/**
 * Measured: FILE_COPY takes half the time of WAL_LOG where fsync is off, as on our own servers; where it is on, its
 * checkpoints make it twice as slow beside other sessions that write.
 */
async function quickerStrategy(client: pg.Client): Promise<"file_copy" | "wal_log"> {
  const { rows } = await client.query<{ fsync: string }>("select current_setting('fsync') as fsync");
  return rows[0]?.fsync === "off" ? "file_copy" : "wal_log";
}

/** Copies a database, and tries again for a while when somebody is still connected to the original. */
async function copyDatabase(client: pg.Client, name: string, template: string): Promise<void> {
  const strategy = await quickerStrategy(client);
  const deadline = Date.now() + busyLimitMs;
  for (;;) {
    try {
      await client.query(`create database ${quoteName(name)} template ${quoteName(template)} strategy = ${strategy}`);
      return;
    } catch (error) {
      if (errorCode(error) !== objectInUse) throw error;
      if (Date.now() > deadline) {
        throw new ConnectionError(
          `${template} cannot be copied, because sessions stay connected to it: close the connections that prepare() opened.`,
          { sqlState: objectInUse, retryable: true },
        );
      }
      await pause(20 + Math.random() * 80);
    }
  }
}

async function makeClone(adminUrl: string, template: string): Promise<Clone> {
  const name = await ownedName("clone", `${wordOf(template)}_${randomWord()}`);
  await withAdmin(adminUrl, async (client) => {
    await copyDatabase(client, name, template);
    try {
      const copyProperties = await readProperties(client, template);
      await copyProperties(client, name);
    } catch (error) {
      await dropDatabase(client, name);
      throw error;
    }
  });
  return {
    name,
    url: (login) => withDatabase(adminUrl, name, login),
    drop: () => withAdmin(adminUrl, (client) => dropDatabase(client, name)),
  };
}

async function dropTemplate(adminUrl: string, template: string): Promise<void> {
  await withAdmin(adminUrl, async (client) => {
    const clones = `^org_db_clone_.*_${wordOf(template)}_[0-9a-f]+$`;
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_catalog.pg_database where datname ~ $1`,
      [clones],
    );
    for (const { name } of [...rows, { name: template }]) await dropDatabase(client, name);
  });
}

/** The template of this name, for the processes of a test run that did not make it themselves. */
export function useTemplate({ adminUrl, name }: { adminUrl: string; name: string }): Template {
  return { name, clone: () => makeClone(adminUrl, name), drop: () => dropTemplate(adminUrl, name) };
}

/** Refuses all connections to the database, so that it never changes and can be copied at any time. */
async function seal(client: pg.Client, name: string): Promise<void> {
  await client.query(`alter database ${quoteName(name)} allow_connections false`);
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
}

/** Makes a database, lets `prepare` fill it, and seals it. First clears the databases of runs that were killed. */
export async function createTemplate({ adminUrl, prepare }: TemplateOptions): Promise<Template> {
  const name = await ownedName("tpl", randomWord());
  await withAdmin(adminUrl, async (client) => {
    await sweepTestDatabases(client);
    await client.query(`create database ${quoteName(name)} template template0 encoding 'UTF8'`);
  });
  try {
    await prepare(withDatabase(adminUrl, name));
    await withAdmin(adminUrl, (client) => seal(client, name));
  } catch (error) {
    await dropTemplate(adminUrl, name).catch(() => undefined);
    throw error;
  }
  return useTemplate({ adminUrl, name });
}
