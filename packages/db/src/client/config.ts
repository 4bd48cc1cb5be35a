import { z } from "zod";
import { ConfigurationError } from "../core/errors";
import { type ConnectionTarget, parseUrl } from "./url";

/** Limits of a pool; every wait has a bound. All times in milliseconds. */
export interface PoolLimits {
  /** Connections at most. DB_CONNECTION_LIMIT, then DATABASE_POOL_SIZE; 10. */
  max: number;
  /** Connections kept open when idle; 0. */
  min: number;
  /** An idle connection is closed after this. DB_IDLE_TIMEOUT; 30,000. */
  idleTimeoutMillis: number;
  /** Wait for a connection, new or free. DB_CONNECTION_TIMEOUT, then DATABASE_POOL_TIMEOUT; 5,000. */
  connectionTimeoutMillis: number;
  /** The server cancels a statement after this. DB_STATEMENT_TIMEOUT; 30,000. */
  statementTimeoutMillis: number;
  /** The client gives up on an answer after this, for servers that went silent. DB_QUERY_TIMEOUT; 35,000. */
  queryTimeoutMillis: number;
  /** The server gives up waiting for a lock after this; 5,000. */
  lockTimeoutMillis: number;
  /** The server ends a transaction that idles this long; 30,000. */
  idleInTransactionTimeoutMillis: number;
}

/** Which of the four connection strings: each process logs in with just the one it needs. */
export type LoginKind = "runtime" | "admin" | "identity" | "platform";

const variableOf: Record<LoginKind, string> = {
  runtime: "DATABASE_URL",
  admin: "DATABASE_ADMIN_URL",
  identity: "DATABASE_AUTH_URL",
  platform: "DATABASE_PLATFORM_URL",
};

const milliseconds = z.coerce.number().int().min(1).max(86_400_000);
const connections = z.coerce.number().int().min(1).max(10_000);
const blankIsMissing = (schema: z.ZodType) => z.preprocess((v) => (v === "" ? undefined : v), schema.optional());

const environmentSchema = z.object({
  DATABASE_POOL_SIZE: blankIsMissing(connections),
  DATABASE_POOL_TIMEOUT: blankIsMissing(milliseconds),
  DB_CONNECTION_LIMIT: blankIsMissing(connections),
  DB_IDLE_TIMEOUT: blankIsMissing(milliseconds),
  DB_CONNECTION_TIMEOUT: blankIsMissing(milliseconds),
  DB_QUERY_TIMEOUT: blankIsMissing(milliseconds),
  DB_STATEMENT_TIMEOUT: blankIsMissing(milliseconds),
});

const defaults: PoolLimits = {
  max: 10,
  min: 0,
  idleTimeoutMillis: 30_000,
  connectionTimeoutMillis: 5_000,
  statementTimeoutMillis: 30_000,
  queryTimeoutMillis: 35_000,
  lockTimeoutMillis: 5_000,
  idleInTransactionTimeoutMillis: 30_000,
};

/**
 * Pool limits: what the caller gives, then the environment (`DB_*` wins over `DATABASE_POOL_*`), then the defaults.
 * Throws `ConfigurationError` naming the variable or option that does not fit.
 */
export function poolLimits(given: Partial<PoolLimits> = {}, environment: NodeJS.ProcessEnv = process.env): PoolLimits {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    throw new ConfigurationError(`${wrong.join(", ")}: use a whole number of milliseconds or connections above 0`);
  }
  const env = parsed.data as Record<keyof typeof environmentSchema.shape, number | undefined>;
  const fromEnvironment: Partial<PoolLimits> = defined({
    max: env.DB_CONNECTION_LIMIT ?? env.DATABASE_POOL_SIZE,
    idleTimeoutMillis: env.DB_IDLE_TIMEOUT,
    connectionTimeoutMillis: env.DB_CONNECTION_TIMEOUT ?? env.DATABASE_POOL_TIMEOUT,
    statementTimeoutMillis: env.DB_STATEMENT_TIMEOUT,
    queryTimeoutMillis: env.DB_QUERY_TIMEOUT,
  });
  const names = Object.keys(defaults) as (keyof PoolLimits)[];
  // Only the limits are copied: the caller may pass whole pool options, whose URL must never be printed.
  const own = Object.fromEntries(names.map((name) => [name, given[name]])) as Partial<PoolLimits>;
  const limits = { ...defaults, ...fromEnvironment, ...defined(own) };
  for (const name of names) {
    const value = limits[name];
    const least = name === "min" ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new ConfigurationError(`${name}: use a whole number of at least ${least}`);
    }
  }
  if (limits.min > limits.max) throw new ConfigurationError("min: must not exceed max");
  return limits;
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The name of the variable that gives a login's connection string; for the runtime login PGURI serves as well. */
export function urlVariable(kind: LoginKind, environment: NodeJS.ProcessEnv = process.env): string {
  const variable = variableOf[kind];
  return kind === "runtime" && !environment[variable] && environment.PGURI ? "PGURI" : variable;
}

/** The connection string of a login from the environment, or undefined. `PGURI` is an alias of DATABASE_URL. */
export function urlFromEnvironment(kind: LoginKind, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[urlVariable(kind, environment)] || undefined;
}

/**
 * Where a login connects to: the given URL, else the environment's.
 * Throws `ConfigurationError` naming the variable when there is none or it is malformed; never with its value.
 */
export function connectionTarget(
  kind: LoginKind,
  given?: string,
  environment: NodeJS.ProcessEnv = process.env,
): ConnectionTarget {
  const variable = urlVariable(kind, environment);
  const url = given ?? urlFromEnvironment(kind, environment);
  if (!url) {
    throw new ConfigurationError(
      `${variable} is not set: put it in the environment or in .env (pnpm db:roles writes all four), or pass { url }`,
    );
  }
  return parseUrl(url, given ? "url" : variable);
}
