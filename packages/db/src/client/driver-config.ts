import pg from "pg";
import type { ConnectionTarget } from "./url";

interface Authentication {
  on(event: string, listener: (message: { mechanisms?: string[] }) => void): void;
  stream: { destroy(error: Error): void };
}

const otherLogins = ["authenticationCleartextPassword", "authenticationMD5Password"];

/** A client that logs in by SCRAM-SHA-256-PLUS or not at all: pg itself would fall back in silence. */
class BoundClient extends pg.Client {
  constructor(config: pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: Authentication };
    let isBound = false;
    const refuse = () =>
      connection.stream.destroy(new Error("The connection has no channel binding, which the URL requires"));
    for (const event of otherLogins) connection.on(event, refuse);
    connection.on("authenticationSASL", ({ mechanisms }) => {
      isBound = mechanisms?.includes("SCRAM-SHA-256-PLUS") ?? false;
      if (!isBound) refuse();
    });
    connection.on("readyForQuery", () => {
      if (!isBound) refuse();
    });
  }
}

/** The class of client that a target needs. */
export const clientClass = ({ channelBinding }: ConnectionTarget): typeof pg.Client =>
  channelBinding === "require" ? BoundClient : pg.Client;

/** What the driver is told of a target: everything, so that its own defaults and environment variables have no say. */
export function driverConfig(target: ConnectionTarget): pg.ClientConfig {
  const { host, port, user, database, password, ssl, options, channelBinding } = target;
  return {
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    ssl,
    ...(options === undefined ? {} : { options }),
    enableChannelBinding: channelBinding !== "disable",
    sslnegotiation: "postgres",
  } as pg.ClientConfig;
}
