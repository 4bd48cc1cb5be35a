import pg from "pg";
import type { PoolLimits } from "../client/config";
import { mapError } from "../client/map-error";
import { createDatabase, type Database } from "../database";
import type { ApplicationLogin } from "../operations/logins";
import { currentTestRun, type StartedTestRun, startTestRun, type TestRun } from "./run";
import { useTemplate } from "./server/template";
import { Sessions } from "./sessions";

/** A migrated database of its own for one test file. */
export interface TestDatabase {
  /** As the application has it: the runtime login, and the platform login for `db.platform`. */
  db: Database;
  name: string;
  serverVersion: string;
  /** Connection strings of this database; they hold passwords. */
  urls: Record<ApplicationLogin | "admin", string>;
  /** Runs SQL as the owner, who arranges and inspects; never what is tested. Throws typed errors. */
  asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Runs SQL on a plain connection of a login, past all code of the package. Throws the driver's errors. */
  asLogin<T>(login: ApplicationLogin, work: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Closes `db` and drops the database. */
  close(): Promise<void>;
}

let ownRun: Promise<StartedTestRun> | undefined;

// Without a global set-up the first database starts the run; the server dies with this process.
async function testRun(): Promise<TestRun> {
  const shared = currentTestRun();
  if (shared) return shared;
  ownRun ??= startTestRun();
  return ownRun;
}

/**
 * A clone of the migrated template (under 200 ms), with a `Database` on its runtime login. Call `close()` when the
 * file is done. Give each test its own tenant instead of its own database: `createTenant(test)`.
 */
export async function createTestDatabase(limits: Partial<PoolLimits> = {}): Promise<TestDatabase> {
  const run = await testRun();
  const clone = await useTemplate({ adminUrl: run.adminUrl, name: run.templateName }).clone();
  const urls = {
    admin: clone.url(),
    runtime: clone.url(run.logins.runtime),
    identity: clone.url(run.logins.identity),
    platform: clone.url(run.logins.platform),
  };
  const db = createDatabase({
    url: urls.runtime,
    platformUrl: urls.platform,
    max: 5,
    ...limits,
    unsafeLogin: "refuse",
  });
  const sessions = {
    admin: new Sessions(urls.admin),
    runtime: new Sessions(urls.runtime),
    identity: new Sessions(urls.identity),
    platform: new Sessions(urls.platform),
  };
  return {
    db,
    name: clone.name,
    serverVersion: run.serverVersion,
    urls,
    asOwner: async (work) => {
      try {
        return await sessions.admin.use(work);
      } catch (error) {
        throw error instanceof pg.DatabaseError ? mapError(error) : error;
      }
    },
    asLogin: (login, work) => sessions[login].use(work),
    close: async () => {
      await Promise.all([db.close({ graceMs: 1_000 }), ...Object.values(sessions).map((each) => each.close())]);
      await clone.drop();
    },
  };
}
