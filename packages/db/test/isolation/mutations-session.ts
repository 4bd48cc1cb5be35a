import pg from "pg";
import { type Connection, checkout } from "../../src/client/connection";
import { mapError } from "../../src/client/map-error";
import { ConnectionPool } from "../../src/client/pool";

type Done = (error: Parameters<Parameters<ConnectionPool[typeof checkout]>[0]>[0], connection: Connection) => void;

/**
 * A pool as it would be if the scope were set for the session instead of the transaction: on each new connection the
 * prepared statements that call set_config are prepared again under their names with `is_local` false.
 */
export class SessionScopedPool extends ConnectionPool {
  readonly #mutated = new WeakSet<Connection["client"]>();

  override [checkout](done: Done): void {
    super[checkout]((error, connection) => {
      if (error || this.#mutated.has(connection.client)) {
        done(error, connection);
        return;
      }
      this.#mutated.add(connection.client);
      setForSession(connection.client).then(
        () => done(undefined, connection),
        (reason: unknown) => {
          connection.destroy();
          done(mapError(reason), connection);
        },
      );
    });
  }
}

interface Prepared {
  name: string;
  types: string[];
  statement: string;
}

const isLocal = /(set_config\([^()]*), true\)/g;

async function setForSession(client: Connection["client"]): Promise<void> {
  const { rows } = await client.query<Prepared>(
    `select name, parameter_types::text[] as types, statement from pg_prepared_statements
     where statement ~ 'set_config\\(.*, true\\)'`,
  );
  if (rows.length === 0) throw new TypeError("No statement sets the scope: this mutant must find its new place");
  for (const { name, types, statement } of rows) {
    const quoted = pg.escapeIdentifier(name);
    const parameters = types.length > 0 ? `(${types.join(", ")})` : "";
    await client.query(`deallocate ${quoted}`);
    await client.query(`prepare ${quoted} ${parameters} as ${statement.replaceAll(isLocal, "$1, false)")}`);
  }
}
