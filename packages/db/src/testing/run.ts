import { withAdmin } from "../operations/admin";
import { packageMigrations } from "../operations/assets";
import { ensureLogins, type Logins, newLogins } from "../operations/logins";
import { migrate } from "../operations/migrations";
import type { Settings } from "./server/cluster";
import { startTestServer } from "./server/start-test-server";
import { createTemplate } from "./server/template";

/** What the processes of a test run share: a server, a migrated template, and one login of each kind. */
export interface TestRun {
  adminUrl: string;
  templateName: string;
  logins: Logins;
  kind: "given" | "container" | "embedded";
  serverVersion: string;
}

export interface StartedTestRun extends TestRun {
  /** Drops every database and login of the run, and the server if the run started it. */
  stop(): Promise<void>;
}

// How the run reaches the worker processes of a test runner: they inherit the environment.
const variable = "ORG_DB_TEST_RUN";

/**
 * Starts a server if none is given, migrates a template database, makes the logins. Once per test run. `settings` are
 * the server's, for one that it starts.
 */
export async function startTestRun(settings: Settings = {}): Promise<StartedTestRun> {
  const server = await startTestServer(settings);
  const { adminUrl, kind, serverVersion } = server;
  try {
    const template = await createTemplate({
      adminUrl,
      prepare: async (url) => {
        const migrations = await packageMigrations();
        await withAdmin(url, (client) => migrate(client, { migrations }));
      },
    });
    // The word of the template's name, so that the logins of a killed run are known by their missing database.
    const logins = newLogins(`org_db_test_${template.name.split("_").at(-1)}`);
    await withAdmin(adminUrl, async (client) => {
      await dropForgottenLogins(client);
      await ensureLogins(client, logins);
    });
    const run: TestRun = { adminUrl, templateName: template.name, logins, kind, serverVersion };
    process.env[variable] = JSON.stringify(run);
    const stop = async () => {
      delete process.env[variable];
      await template.drop();
      await withAdmin(adminUrl, (client) =>
        dropLogins(
          client,
          Object.values(logins).map((login) => login.user),
        ),
      );
      await server.stop();
    };
    return { ...run, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The run that this process belongs to, or undefined. */
export function currentTestRun(): TestRun | undefined {
  const text = process.env[variable];
  return text ? (JSON.parse(text) as TestRun) : undefined;
}

type Client = Parameters<Parameters<typeof withAdmin>[1]>[0];

async function dropForgottenLogins(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    select r.rolname as name from pg_roles r
    where r.rolname ~ '^org_db_test_[0-9a-f]+_(runtime|identity|platform)$'
      and not exists (select from pg_database d where d.datname like 'org\\_db\\_%' || split_part(r.rolname, '_', 4) || '%')`);
  await dropLogins(
    client,
    rows.map((row) => row.name),
  );
}

async function dropLogins(client: Client, names: readonly string[]): Promise<void> {
  for (const name of names) await client.query(`drop role if exists ${client.escapeIdentifier(name)}`);
}
