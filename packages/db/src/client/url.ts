import { readFileSync } from "node:fs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { ConfigurationError } from "../core/errors";

/** A parsed connection string. The password is not enumerable, so that printing the object does not show it. */
export interface ConnectionTarget {
  host: string;
  port: number;
  user: string;
  database: string;
  password?: string;
  ssl: false | TlsOptions;
  applicationName: string | undefined;
}

const localHosts = new Set(["localhost", "127.0.0.1", "::1"]);

/** True for loopback names and Unix sockets: traffic that does not leave the machine. */
export function isLocalHost(host: string): boolean {
  return host.startsWith("/") || localHosts.has(host);
}

/**
 * Reads `postgresql://user:password@host:port/database?sslmode=…`; `host=/path` in the query names a Unix socket.
 * `sslmode=require` to a host that is not local verifies the certificate and the host name (as verify-full).
 * `name` is what an error calls the string: the variable or option it came from.
 */
export function parseUrl(text: string, name: string): ConnectionTarget {
  let url: URL;
  try {
    // The URL parser refuses "postgresql:///db?host=/run/postgresql", so it is given a host.
    url = new URL(text.replace(/^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)(?=\/)/, "$1localhost"));
  } catch {
    throw malformed(name);
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") throw malformed(name);
  const decoded = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw malformed(name);
    }
  };
  // A socket takes an IPv6 address without the brackets that a URL needs.
  const host = url.searchParams.get("host") ?? decoded(url.hostname).replace(/^\[(.*)\]$/, "$1");
  const user = decoded(url.username) || url.searchParams.get("user") || "";
  const database = decoded(url.pathname.slice(1)) || user;
  const port = Number(url.port || url.searchParams.get("port") || 5432);
  if (!host || !user || !database || !Number.isInteger(port) || port < 1 || port > 65_535) throw malformed(name);
  const target: ConnectionTarget = {
    host,
    port,
    user,
    database,
    ssl: tls(url.searchParams, host, name),
    applicationName: url.searchParams.get("application_name") ?? undefined,
  };
  const password = decoded(url.password) || url.searchParams.get("password");
  if (password) Object.defineProperty(target, "password", { value: password, enumerable: false });
  return target;
}

function malformed(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is not a connection string: use postgresql://user:password@host:port/database`,
  );
}

function tls(query: URLSearchParams, host: string, name: string): false | TlsOptions {
  const mode = query.get("sslmode");
  const root = query.get("sslrootcert");
  const ca = root ? { ca: readCertificate(root, name) } : {};
  switch (mode) {
    case null:
    case "disable":
      return false;
    case "require":
      return isLocalHost(host) ? { rejectUnauthorized: false } : { rejectUnauthorized: true, ...ca };
    case "verify-ca":
    case "verify-full":
      return { rejectUnauthorized: true, ...ca };
    default:
      throw new ConfigurationError(
        `${name}: sslmode must be disable, require, verify-ca or verify-full (others would fall back silently)`,
      );
  }
}

function readCertificate(path: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigurationError(`${name}: sslrootcert cannot be read`, { cause: error });
  }
}

/** The URL with another user, password or database: how `db:roles` and the test databases derive theirs. */
export function withUrlParts(text: string, parts: { user?: string; password?: string; database?: string }): string {
  const url = new URL(text);
  if (parts.user !== undefined) url.username = encodeURIComponent(parts.user);
  if (parts.password !== undefined) url.password = encodeURIComponent(parts.password);
  if (parts.database !== undefined) url.pathname = `/${encodeURIComponent(parts.database)}`;
  return url.toString();
}
