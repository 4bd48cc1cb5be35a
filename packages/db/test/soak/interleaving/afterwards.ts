import { type Connection, connect } from "../../../src/client/connection";
import type { SeenRow } from "./ledger";
import { readAll, settings } from "./reads";
import type { World } from "./world";

/** What a run may leave behind; compared with `nothingLeft` it names what it left. */
export interface Remains {
  /** What the owner finds in the table against what callers were told. */
  table: string[];
  /** Connections that are not idle, callers that still wait. */
  busy: number;
  waiting: number;
  /** Connections beyond the pool's limit, counted by the server. */
  excess: number;
  /** Settings, rows, transactions and locks that connections hold without a scope. */
  held: string[];
}

export const nothingLeft: Remains = { table: [], busy: 0, waiting: 0, excess: 0, held: [] };

/** Looks at everything once all units are over. Reads of each tenant must now be exact, in every way. */
export async function afterwards(world: World): Promise<Remains> {
  const { db, ledger, players, asOwner } = world;
  for (const player of players) {
    for (const [way, handle] of [...player.handles, ...player.handles].entries()) {
      await readAll(world, player, handle, [], way);
    }
  }
  const tenants = players.map((player) => player.tenantId);
  const found = await asOwner(async (owner) => {
    const text = `select tenant_id as "tenantId", id, name from accounting.customers where tenant_id = any ($1::uuid[])`;
    return (await owner.query<SeenRow>(text, [tenants])).rows;
  });
  const { total, idle, waiting, max } = db.pool.status();
  const held = await heldByConnections(world);
  const user = db.pool.address.user;
  const connected = await asOwner(async (owner) => {
    const text = "select from pg_stat_activity where datname = current_database() and usename = $1";
    return (await owner.query(text, [user])).rowCount ?? 0;
  });
  return { table: ledger.audit(found), busy: total - idle, waiting, excess: Math.max(0, connected - max), held };
}

/** Takes every connection of the pool at the same time and looks at each as its next user would find it. */
async function heldByConnections({ db }: World): Promise<string[]> {
  const taken: Connection[] = await Promise.all(Array.from({ length: db.pool.status().max }, () => db.pool[connect]()));
  const value = (name: string) => `('${name}', nullif(nullif(current_setting('${name}', true), ''), 'none'))`;
  const text = `
    select name || ' = ' || setting as held from (values ${[...settings, "role"].map(value).join(", ")}) s (name, setting)
      where setting is not null
    union all select 'a row of ' || tenant_id from accounting.customers
    union all select 'a lock' from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'
    union all select 'the cursor ' || name from pg_cursors where name <> ''`;
  const looks = taken.map(async ({ client }) => {
    const status = client.getTransactionStatus();
    const { rows } = await client.query<{ held: string }>(text);
    return [...(status === "I" ? [] : [`a transaction (${status})`]), ...rows.map((row) => row.held)];
  });
  const held = (await Promise.all(looks)).flat();
  for (const connection of taken) connection.release();
  return held;
}
