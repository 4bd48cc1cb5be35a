import { connect, spare } from "../client/connection";
import { mapError } from "../client/map-error";
import type { ConnectionPool, PoolStatus } from "../client/pool";
import { send } from "../client/query";
import { ConfigurationError, MigrationError } from "../core/errors";
import { packageMigrations } from "./assets";
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
    const ask = async () => {
      const query = { text: "select pg_backend_pid()", name: "org_db_process", rowMode: "array" as const, values: [] };
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
