import { sql } from "drizzle-orm";
import { customers } from "../../../src/accounting";
import { type Connection, connect } from "../../../src/client/connection";
import { mapError } from "../../../src/client/map-error";
import { ConnectionError, type TenantTransaction } from "../../../src/index";
import type { SeenRow } from "./ledger";
import type { Player, World } from "./world";

type Reader = Pick<TenantTransaction, "accounting" | "select" | "execute" | "query">;

/** Every way to read the whole table; only the repository says which tenant, the others leave it to the policies. */
const ways: readonly ((unit: Reader) => Promise<SeenRow[]>)[] = [
  async (unit) => {
    const page = await unit.accounting.customers.list({ limit: 500 });
    if (page.nextCursor) throw new TypeError("There are more rows than a page holds: make the run smaller");
    return page.items;
  },
  async (unit) => unit.select({ tenantId: customers.tenantId, id: customers.id, name: customers.name }).from(customers),
  async (unit) => {
    const text = sql`select tenant_id as "tenantId", id, name from accounting.customers`;
    return unit.execute<{ tenantId: string; id: string; name: string }>(text, "objects");
  },
  async (unit) => unit.query.accountingCustomers.findMany({ columns: { tenantId: true, id: true, name: true } }),
];

/** Reads the tenant's whole table in one way and holds the rows against the ledger. */
export async function readAll(world: World, player: Player, unit: Reader, own: readonly SeenRow[] = [], way = 0) {
  const { ledger, findings } = world;
  const since = ledger.now();
  const read = ways[way % ways.length] ?? (async () => []);
  const seen = await read(unit);
  const { foreign, wrong } = ledger.judge(player.tenantId, since, seen, own);
  findings.reads += 1;
  findings.rowsRead += seen.length;
  findings.foreign += foreign;
  findings.wrong.push(...wrong);
}

/** Asks for a record of another tenant by its id, and for the tenant that the transaction runs as. */
export async function readForeign(world: World, player: Player, unit: Reader, other: Player): Promise<void> {
  const found = await unit.accounting.customers.findById(other.lockedId);
  if (found) world.findings.foreign += 1;
  const [scope] = await unit.execute<{ id: string | null }>(sql`select tenancy.current_tenant_id() as id`, "objects");
  if (scope?.id !== player.tenantId) world.findings.wrong.push(`A unit of ${player.tenantId} runs as ${scope?.id}`);
}

export const settings = [
  "app.current_tenant_id",
  "app.current_user_id",
  "app.current_company_id",
  "app.current_identity_id",
] as const;

/** A connection as its next user finds it, before any scope is set: it must show no row and hold no setting. */
export async function readUnscoped({ db, findings }: World): Promise<void> {
  let connection: Connection | undefined;
  try {
    connection = await db.pool[connect]();
    const status = connection.client.getTransactionStatus();
    if (status !== "I") findings.wrong.push(`A connection came out of the pool in transaction status ${status}`);
    const list = settings.map((name) => `nullif(current_setting('${name}', true), '')`).join(", ");
    const left = await connection.client.query<{ left: string[] }>(`select array_remove(array[${list}], null) as left`);
    for (const value of left.rows[0]?.left ?? []) findings.wrong.push(`A connection without scope holds ${value}`);
    findings.foreign += (await connection.client.query("select tenant_id from accounting.customers")).rows.length;
    findings.reads += 1;
    connection.release();
  } catch (error) {
    connection?.destroy();
    if (!(mapError(error) instanceof ConnectionError)) throw error;
    findings.strays += 1;
  }
}
