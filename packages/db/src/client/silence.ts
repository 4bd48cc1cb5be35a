import type pg from "pg";

/** What pg knows of the query that a client waits for. */
interface ActiveQuery {
  callback: (error: Error) => void;
}

/** A client with what pg's types leave out. */
export interface BusyClient extends pg.ClientBase {
  readonly _activeQuery: ActiveQuery | null;
  readonly processID: number;
  readonly secretKey: number;
}

/** The clients of a pool, also those that are checked out. */
export function clientsOf(pool: pg.Pool): BusyClient[] {
  return (pool as unknown as { _clients: BusyClient[] })._clients;
}

/** Checks within the limit; with ten, a silence is noticed at most a tenth of the limit too late. */
const looks = 10;

/**
 * Looks at the clients of the pool from `start`, which each new client calls, until none is left. Fails a query that has no answer after `limit` milliseconds with pg's own error, and calls `onSilence`. One timer
 * checks all clients, because pg's `query_timeout` would start and stop a timer for each query.
 */
export function watchForSilence(pool: pg.Pool, limit: number, onSilence: (client: BusyClient) => void) {
  const waiting = new WeakMap<object, { query: ActiveQuery; since: number }>();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = () => {
    const clients = clientsOf(pool);
    if (clients.length === 0) stop();
    for (const client of clients) {
      const query = client._activeQuery;
      const known = waiting.get(client);
      if (!query) {
        waiting.delete(client);
      } else if (known?.query !== query) {
        waiting.set(client, { query, since: performance.now() });
      } else if (performance.now() - known.since >= limit) {
        onSilence(client);
        fail(query);
      }
    }
  };
  const start = () => {
    timer ??= setInterval(look, Math.max(1, limit / looks)).unref();
  };
  return { start, stop };
}

// The caller then closes the connection, which reports an error to the query a second time.
function fail(query: ActiveQuery): void {
  const { callback } = query;
  query.callback = () => undefined;
  callback(new Error("Query read timeout"));
}
