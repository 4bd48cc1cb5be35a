import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import { ConfigurationError } from "../core/errors";

export type TlsOptions = ConnectionOptions;

/** How a connection is encrypted, from the parameters of its URL. */
export interface Tls {
  /** False for a connection in plain text. A client's private key is not enumerable. */
  ssl: false | TlsOptions;
  /** Ties the login to the TLS connection (SCRAM-SHA-256-PLUS); `require` refuses every other login. */
  channelBinding: "disable" | "prefer" | "require";
}

const localHosts = new Set(["localhost", "127.0.0.1", "::1"]);

/** True for loopback names and Unix sockets: traffic that does not leave the machine. */
export function isLocalHost(host: string): boolean {
  return host.startsWith("/") || localHosts.has(host.toLowerCase());
}

type Parameters = ReadonlyMap<string, string>;

/**
 * Reads the parameters about TLS. Without any, a host that is not local means `sslmode=verify-full`. `require` means
 * the same there, and on this machine encryption without a check. Throws `ConfigurationError`.
 */
export function tlsOf(parameters: Parameters, host: string, name: string): Tls {
  const ssl = options(parameters, host, name);
  const channelBinding = choice(parameters, "channel_binding", ["disable", "prefer", "require"], name) ?? "disable";
  if (!ssl && channelBinding === "require") {
    throw new ConfigurationError(`${name}: channel_binding=require needs sslmode=verify-full`);
  }
  return { ssl, channelBinding };
}

function choice<T extends string>(parameters: Parameters, key: string, words: readonly T[], name: string) {
  const given = parameters.get(key);
  const word = words.find((candidate) => candidate === given);
  if (given !== undefined && word === undefined) {
    throw new ConfigurationError(`${name}: ${key} must be ${words.join(" or ")}`);
  }
  return word;
}

type Mode = "disable" | "require" | "verify-ca" | "verify-full";

function modeOf(parameters: Parameters, host: string, name: string): Mode {
  const mode = parameters.get("sslmode");
  const ssl = parameters.get("ssl");
  if (ssl !== undefined && (mode !== undefined || !/^(?:true|1)$/.test(ssl))) {
    throw new ConfigurationError(`${name}: write sslmode=verify-full or sslmode=disable instead of ssl`);
  }
  if (ssl !== undefined) return "require";
  if (mode === undefined) return isLocalHost(host) ? "disable" : "verify-full";
  const known = (["disable", "require", "verify-ca", "verify-full"] as const).find((word) => word === mode);
  if (known) return known;
  throw new ConfigurationError(
    `${name}: sslmode must be disable, require, verify-ca or verify-full (others would fall back silently)`,
  );
}

function options(parameters: Parameters, host: string, name: string): false | TlsOptions {
  const mode = modeOf(parameters, host, name);
  const files = ["sslrootcert", "sslcert", "sslkey"].filter((key) => parameters.has(key));
  if (mode === "disable") {
    if (files.length === 0) return false;
    throw new ConfigurationError(`${name}: ${files.join(", ")} has no effect without TLS: add sslmode=verify-full`);
  }
  const root = parameters.get("sslrootcert");
  // `system` is libpq's word for the roots that are trusted anyway.
  const ca = root === undefined || root === "system" ? {} : { ca: readFile(root, "sslrootcert", name) };
  const tls: TlsOptions = { rejectUnauthorized: true, ...ca, ...clientCertificate(parameters, name) };
  if (mode === "require" && isLocalHost(host) && root === undefined) tls.rejectUnauthorized = false;
  if (mode === "verify-ca") {
    // Anybody can have a certificate of a public authority: without the host name it proves nothing.
    if (!("ca" in tls))
      throw new ConfigurationError(`${name}: sslmode=verify-ca needs sslrootcert, the authority's file`);
    tls.checkServerIdentity = () => undefined;
  }
  hideKey(tls, parameters, name);
  return tls;
}

function clientCertificate(parameters: Parameters, name: string): TlsOptions {
  const certificate = parameters.get("sslcert");
  if ((certificate === undefined) !== (parameters.get("sslkey") === undefined)) {
    throw new ConfigurationError(`${name}: sslcert and sslkey belong together: give both`);
  }
  return certificate === undefined ? {} : { cert: readFile(certificate, "sslcert", name) };
}

// pg reads the key by its name, so that it need not be enumerable, and printing the options does not show it.
function hideKey(tls: TlsOptions, parameters: Parameters, name: string): void {
  const file = parameters.get("sslkey");
  const passphrase = parameters.get("sslpassword");
  if (file === undefined) {
    if (passphrase === undefined) return;
    throw new ConfigurationError(`${name}: sslpassword has no effect without sslkey`);
  }
  const pem = readFile(file, "sslkey", name);
  const key: TlsOptions["key"] = passphrase === undefined ? pem : [{ pem, passphrase }];
  Object.defineProperty(tls, "key", { value: key, enumerable: false });
}

function readFile(path: string, parameter: string, name: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = (error as { code?: unknown }).code;
    throw new ConfigurationError(`${name}: the file of ${parameter} cannot be read (${String(reason)})`);
  }
}
