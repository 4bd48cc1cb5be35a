import { ConfigurationError } from "../core/errors";

/** Parameters of a connection string that are honoured, besides those that say where and as whom to connect. */
const honoured: ReadonlySet<string> = new Set([
  ...["application_name", "options", "client_encoding", "target_session_attrs"],
  ...["sslmode", "ssl", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslnegotiation", "channel_binding"],
]);

const byVariable = (variable: string) => `leave it out and set ${variable} instead`;

/** Parameters that are known and refused, and what to do instead. */
const refused: Readonly<Record<string, string>> = {
  connect_timeout: byVariable("DB_CONNECTION_TIMEOUT (milliseconds)"),
  connection_limit: byVariable("DB_CONNECTION_LIMIT"),
  pool_timeout: byVariable("DATABASE_POOL_TIMEOUT (milliseconds)"),
  statement_timeout: byVariable("DB_STATEMENT_TIMEOUT (milliseconds)"),
  query_timeout: byVariable("DB_QUERY_TIMEOUT (milliseconds)"),
  lock_timeout: "leave it out and pass { lockTimeoutMillis } instead",
  idle_in_transaction_session_timeout: "leave it out and pass { idleInTransactionTimeoutMillis } instead",
  hostaddr: "write the address as the host",
  load_balance_hosts: "leave it out: there is one host",
  passfile: "leave it out: PGPASSFILE names the file",
  service: "leave it out: give host, user and database in the URL",
  requiressl: "write sslmode=verify-full",
  sslcrl: "leave it out: revocation lists are not read",
  sslcrldir: "leave it out: revocation lists are not read",
  ssl_min_protocol_version: "leave it out: TLS 1.2 is the least",
  ssl_max_protocol_version: "leave it out: TLS 1.2 is the least",
  require_auth: "leave it out, or use channel_binding=require",
  replication: "leave it out: replication connections run no queries",
  uselibpqcompat: "leave it out: sslmode has one meaning here",
  pgbouncer: "leave it out: poolers in transaction mode need no setting",
  schema: "leave it out: every table is named with its schema",
};

const values: Readonly<Record<string, readonly [accepted: RegExp, advice: string]>> = {
  sslnegotiation: [/^postgres$/, "sslnegotiation must be postgres"],
  client_encoding: [/^utf-?8$/i, "client_encoding must be UTF8"],
  target_session_attrs: [
    /^any$/,
    "target_session_attrs other than any is not supported: give the one address that leads to the writer. " +
      "A connection to a server that turns out to be read-only is closed, and all others with it",
  ],
};

/**
 * Throws `ConfigurationError` for a parameter that would have no effect. A name that is not known is not repeated: it
 * may be the rest of a password that holds "&".
 */
export function refuseUnknown(parameters: ReadonlyMap<string, string>, name: string): void {
  for (const [key, value] of parameters) {
    const advice = refused[key];
    if (advice !== undefined) throw new ConfigurationError(`${name}: ${key} has no effect here: ${advice}`);
    if (!honoured.has(key)) {
      throw new ConfigurationError(
        `${name}: it has a parameter that is not understood (a password is written with %26 for "&"). ` +
          `Understood are ${[...honoured].join(", ")}`,
      );
    }
    const [accepted, words] = values[key] ?? [];
    if (accepted && !accepted.test(value)) throw new ConfigurationError(`${name}: ${words}`);
  }
}
