import pg from "pg";
import type { ConnectionTarget } from "./url";

/** Identifies a backend to the server in a cancel request; the server sends both numbers when a connection opens. */
interface BackendKey {
  processID: number;
  secretKey: number;
}

interface CancelConnection {
  stream: { end(): void; destroy(): void };
  connect(port: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
  on(event: "connect" | "sslconnect" | "error" | "end", listener: () => void): void;
}

const CancelConnection = pg.Connection as unknown as new (config: { ssl: ConnectionTarget["ssl"] }) => CancelConnection;

/**
 * Asks the server to cancel the statement of a client. The protocol wants the request on a connection of its own.
 * The call does not wait and does not report success: a server that went silent may never read the request.
 */
export function cancelQuery({ host, port, ssl }: ConnectionTarget, client: BackendKey, limit: number): void {
  const connection = new CancelConnection({ ssl });
  const timer = setTimeout(() => connection.stream.destroy(), limit).unref();
  const send = () => {
    connection.cancel(client.processID, client.secretKey);
    connection.stream.end();
  };
  connection.on("connect", () => (ssl ? connection.requestSsl() : send()));
  connection.on("sslconnect", send);
  connection.on("error", () => undefined);
  connection.on("end", () => clearTimeout(timer));
  if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
