import { ConfigurationError } from "../core/errors";
import { type Tls, tlsOf } from "./tls";
import { refuseUnknown } from "./url-parameters";

/** A parsed connection string. The password is not enumerable, so that printing the object does not show it. */
export interface ConnectionTarget extends Tls {
  /** A name, an address without brackets, or the folder of a Unix socket. */
  host: string;
  port: number;
  user: string;
  database: string;
  password?: string;
  applicationName: string | undefined;
  /** Settings of the session, as `-c name=value`. */
  options: string | undefined;
}

/** The parts of a connection string, percent-decoded. */
interface UrlParts {
  host: string;
  port: string;
  user: string;
  password: string;
  database: string;
  /** What else the query says. */
  parameters: ReadonlyMap<string, string>;
}

/**
 * Reads `postgresql://user:password@host:port/database?sslmode=…`. As in libpq the query may give `host`, `port`,
 * `user`, `password` and `dbname`, which win over the front; a host that begins with `/` is the folder of a Unix socket.
 * A host that is not local means `sslmode=verify-full` unless the URL says otherwise. Every other parameter is honoured
 * or refused. `name` is what an error calls the string: the variable or option it came from.
 * Throws `ConfigurationError`, which never holds any of the text.
 */
export function parseUrl(text: string, name: string): ConnectionTarget {
  const { host, port, user, password, database, parameters } = readParts(text, name);
  const target: ConnectionTarget = {
    host,
    port: Number(port),
    user,
    database,
    ...tlsOf(parameters, host, name),
    applicationName: parameters.get("application_name"),
    options: parameters.get("options"),
  };
  if (password) Object.defineProperty(target, "password", { value: password, enumerable: false });
  return target;
}

/**
 * The URL with another user, password or database: how `db:roles` and the test databases derive theirs. User and
 * password stand in the front of the result, and nowhere else. Throws `ConfigurationError`.
 */
export function withUrlParts(
  text: string,
  parts: { user?: string; password?: string; database?: string },
  name = "url",
): string {
  const { host, port, parameters, ...given } = readParts(text, name);
  const { user, database } = { ...given, ...parts };
  // Another user does not come with this one's password.
  const password = parts.password ?? (parts.user === undefined || parts.user === given.user ? given.password : "");
  const isSocket = host.startsWith("/");
  const login = encodeURIComponent(user) + (password === "" ? "" : `:${encodeURIComponent(password)}`);
  const query = new URLSearchParams([...parameters]);
  // A socket's folder stands in the query, behind a name that every URL parser takes.
  if (isSocket) query.set("host", host);
  const address = isSocket ? "localhost" : host.includes(":") ? `[${host}]` : host;
  const search = query.size === 0 ? "" : `?${query.toString().replaceAll("+", "%20")}`;
  return `postgresql://${login}@${address}:${port}/${encodeURIComponent(database)}${search}`;
}

function malformed(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is not a connection string: use postgresql://user:password@host:port/database`,
  );
}

const scheme = /^postgres(?:ql)?:\/\//i;

function readParts(text: string, name: string): UrlParts {
  const url = readUrl(text, name);
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw malformed(name);
    }
  };
  const parameters = new Map<string, string>();
  for (const [key, value] of url.searchParams) {
    if (parameters.has(key)) throw new ConfigurationError(`${name}: a parameter is given twice`);
    parameters.set(key, value);
  }
  const taken = (key: string) => {
    const value = parameters.get(key);
    parameters.delete(key);
    return value;
  };
  const host = taken("host") || decoded(url.hostname).replace(/^\[(.*)\]$/, "$1");
  const user = taken("user") || decoded(url.username);
  const password = taken("password") || decoded(url.password);
  const database = taken("dbname") || decoded(url.pathname.slice(1)) || user;
  const port = taken("port") || url.port || "5432";
  refuseSeveral(host, port, name);
  refuseUnknown(parameters, name);
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  if (!host || !user || !database || database.includes("/") || !isPort) throw malformed(name);
  return { host, port: String(Number(port)), user, password, database, parameters };
}

function readUrl(text: string, name: string): URL {
  if (!scheme.test(text)) throw malformed(name);
  const authority = text.replace(scheme, "").split(/[/?#]/, 1)[0] ?? "";
  const address = authority.slice(authority.lastIndexOf("@") + 1);
  refuseSeveral(address, "", name);
  // A made-up host lets "postgresql:///db?host=/run/postgresql" through the URL parser.
  const complete = address === "" ? text.replace(/^([^/]*\/\/[^/?#]*)/, "$1localhost") : text;
  let url: URL;
  try {
    url = new URL(complete);
  } catch {
    throw malformed(name);
  }
  // A "#" in a password that is not written as %23 would cut the URL short.
  if (url.hash !== "") throw malformed(name);
  return url;
}

function refuseSeveral(host: string, port: string, name: string): void {
  if (!host.includes(",") && !port.includes(",")) return;
  throw new ConfigurationError(
    `${name}: several hosts are not supported: give the one address that leads to the writer, as a proxy, a floating ` +
      "address or the provider's cluster name does. The pool connects anew when the server behind it changes",
  );
}
