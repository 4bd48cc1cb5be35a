import pg from "pg";
import { connectionTarget } from "../client/config";
import { clientClass, driverConfig } from "../client/driver-config";
import { mapError } from "../client/map-error";
import { ConnectionError, DatabaseError } from "../core/errors";

/**
 * Runs `work` on one connection of the admin login (DATABASE_ADMIN_URL, or `url`) and always ends it. No statement
 * limit: migrations set their own. Throws `ConfigurationError`, `ConnectionError`, or what `work` throws, typed.
 */
export async function withAdmin<T>(url: string | undefined, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const target = connectionTarget("admin", url);
  const { host, port, user, database } = target;
  const Client = clientClass(target);
  const client = new Client({
    ...driverConfig(target),
    connectionTimeoutMillis: 5_000,
    application_name: "@org/db admin",
  });
  let farewell: unknown;
  client.on("error", (error) => {
    farewell ??= error;
  });
  try {
    await client.connect();
  } catch (error) {
    await end(client);
    const { message, sqlState, retryable } = mapError(error);
    const where = `database ${database} on ${host}:${port} as ${user}`;
    throw new ConnectionError(`${message}: ${where}`, { sqlState, retryable });
  }
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof pg.DatabaseError) throw mapError(error);
    // When a connection ends between two statements, pg only says that the next one cannot be sent.
    throw farewell === undefined || error instanceof DatabaseError ? error : mapError(farewell);
  } finally {
    await end(client);
  }
}

// Ends the connection, and stops waiting when the server does not answer.
async function end(client: pg.Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 2_000);
  });
  await Promise.race([client.end().catch(() => undefined), limit]);
  clearTimeout(timer);
}
