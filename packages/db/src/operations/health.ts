import { randomBytes } from "node:crypto";
import type { ClientBase } from "pg";
import { connect, spare } from "../client/connection";
import { mapError } from "../client/map-error";
import type { ConnectionPool, PoolStatus } from "../client/pool";
import { send } from "../client/query";
import { ConfigurationError, MigrationError } from "../core/errors";
import { packageMigrations } from "./assets";
import { isHarmless } from "./catalogue/harmless-settings";
import { encodingProblem } from "./encoding";
import { type MigrationStatus, migrationStatus } from "./migrations";
import { sharesProcesses } from "./pooler";

export interface ConnectionHealth {
  isHealthy: boolean;
  /** What is wrong, in sentences without secrets; empty when healthy. */
  errors: string[];
  /** Checkout and one round trip, in milliseconds. */
  latencyMs: number | undefined;
  pool: PoolStatus | undefined;
  /** The role that queries run as. */
  role: string | undefined;
  serverVersion: string | undefined;
  migrations: MigrationStatus | undefined;
}

interface ServerFacts {
  role: string;
  server_version: string;
}

/** The oldest server that the SQL of the package supports. */
const oldestServer = 15;

/** AI-BOS `checkConnectionHealth`: reachable, safe login, supported server, migrations applied. Never throws. */
export async function checkHealth(pool: () => ConnectionPool): Promise<ConnectionHealth> {
  const health = unknownHealth();
  try {
    await inspect(pool(), health);
  } catch (error) {
    const failure = mapError(error);
    health.errors.push(`${failure.name}: ${failure.message}`);
  }
  health.isHealthy = health.errors.length === 0;
  return health;
}

function unknownHealth(): ConnectionHealth {
  return {
    isHealthy: false,
    errors: [],
    latencyMs: undefined,
    pool: undefined,
    role: undefined,
    serverVersion: undefined,
    migrations: undefined,
  };
}

async function inspect(pool: ConnectionPool, health: ConnectionHealth): Promise<void> {
  const started = performance.now();
  const connection = await pool[connect]();
  try {
    const facts = await connection.client.query<ServerFacts>(
      "select current_user::text as role, current_setting('server_version') as server_version",
    );
    health.latencyMs = Math.round((performance.now() - started) * 100) / 100;
    health.role = facts.rows[0]?.role;
    health.serverVersion = facts.rows[0]?.server_version.split(" ")[0];
    if (Number.parseInt(health.serverVersion ?? "0", 10) < oldestServer) {
      health.errors.push(`The server is PostgreSQL ${health.serverVersion}: use ${oldestServer} or newer`);
    }
    const unfit = await encodingProblem(connection.client);
    if (unfit !== undefined) health.errors.push(unfit);
    health.errors.push(...(await defaultsOf(connection.client)));
    health.migrations = await migrationStatus(connection.client, await packageMigrations());
    health.errors.push(...health.migrations.problems);
    if (health.migrations.pending.length > 0) {
      health.errors.push(`${health.migrations.pending.length} migrations are not applied: run pnpm db:migrate`);
    }
  } finally {
    connection.release();
    health.pool = pool.status();
  }
}

/**
 * What somebody gave the login or its database as a default, where it changes what sessions do. A role may do so itself: such a
 * default is a sign of injected SQL, or of somebody who has the login's password.
 */
async function defaultsOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string; owner: string }>(
    `select split_part(c.setting, '=', 1) as name,
       concat_ws(' in ', case when s.setrole <> 0 then 'role ' || session_user when s.setdatabase = 0 then 'every role' end,
         case when s.setdatabase <> 0 then 'database ' || current_database() end) as owner
     from pg_db_role_setting s cross join unnest(s.setconfig) c(setting)
     where s.setrole in (0, (select r.oid from pg_roles r where r.rolname = session_user))
       and s.setdatabase in (0, (select d.oid from pg_database d where d.datname = current_database()))
     order by 1, 2`,
  );
  return rows
    .filter(({ name }) => !isHarmless(name))
    .map(({ name, owner }) => `${name} has a default for ${owner}: reset it (\`pnpm db:check\` says how)`);
}

/**
 * Throws what a health check found: the first typed error, `MigrationError` for a schema that is not up to date, or
 * `ConfigurationError` for a server, a database or a pooler that does not fit.
 */
export async function assertReady(pool: ConnectionPool): Promise<void> {
  const health = unknownHealth();
  await inspect(pool, health);
  const { errors, migrations } = health;
  if (errors.length === 0) {
    await assertStatementsKept(pool);
    return;
  }
  const ofMigrations = (migrations?.problems.length ?? 0) + Math.min(migrations?.pending.length ?? 0, 1);
  throw errors.length === ofMigrations
    ? new MigrationError(errors.join(" "))
    : new ConfigurationError(errors.join(" "));
}

/**
 * Runs one prepared statement twice on one connection, while another connection holds the server process of the first run.
 * Throws `ConfigurationError` when a pooler lies between that does not know it on the other process.
 */
export async function assertStatementsKept(pool: ConnectionPool): Promise<void> {
  const second = await pool[spare]();
  if (!second) return;
  try {
    const connection = await pool[connect]();
    // A server process may still know the statement of an application that asked before: this one has a name of its own.
    const name = `org_db_process_${randomBytes(8).toString("hex")}`;
    const ask = async () => {
      const query = { text: "select pg_backend_pid()", name, rowMode: "array" as const, values: [] };
      return Number((await send(connection, query)).rows[0]?.[0]);
    };
    try {
      await sharesProcesses(ask, second);
      connection.release();
    } catch (error) {
      connection.destroy();
      throw mapError(error);
    }
  } finally {
    await second.end().catch(() => undefined);
  }
}
