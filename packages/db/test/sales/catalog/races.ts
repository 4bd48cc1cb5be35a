import { setTimeout } from "node:timers/promises";
import {
  ConnectionError,
  type Database,
  InvariantError,
  newId,
  SerializationError,
  TimeoutError,
} from "../../../src/index";
import type { StockMovement } from "../../../src/sales";
import type { TestDatabase } from "../../../src/testing";
import type { Stall } from "./kit";

/** What clients who moved the same stock at once were told, and what is wrong with the books afterwards or in between. */
export interface Race {
  /** Answered movements. */
  acknowledged: StockMovement[];
  refused: number;
  lost: number;
  looks: number;
  wrong: string[];
}

interface Plan {
  /** Its pool has a connection for each client. */
  db: Database;
  clients: number;
  /** Movements of each client. */
  each: number;
  /** Ends some connection every so many milliseconds. */
  killEvery?: number;
}

const sums = `
  select i.product_id, i.quantity::text as kept, i.version::int as version, count(m.id)::int as movements,
    coalesce(sum(m.quantity), 0)::numeric(10, 3)::text as summed, coalesce(max(m.product_version), 0)::int as last
  from sales.inventory i left join sales.stock_movements m on m.tenant_id = i.tenant_id and m.product_id = i.product_id
  where i.business_id = $1 group by 1, 2, 3`;

const chain = `
  select m.product_id, m.product_version::int as version
  from (select product_id, product_version, quantity, quantity_after, kind, counted_quantity,
          lag(quantity_after, 1, 0) over (partition by product_id order by product_version) as before
        from sales.stock_movements where business_id = $1) m
  where m.quantity_after <> m.before + m.quantity or m.quantity_after < 0
    or m.kind = 'count' and m.quantity_after <> m.counted_quantity`;

/** Clients receive, adjust and count the same two products at once, while somebody looks whether stock and movements agree. */
export async function raceStock(
  test: TestDatabase,
  stall: Stall,
  { db, clients, each, killEvery }: Plan,
): Promise<Race> {
  const race: Race = { acknowledged: [], refused: 0, lost: 0, looks: 0, wrong: [] };
  const scope = { tenantId: stall.tenant.tenant.id, businessId: stall.businessId };
  const products = [stall.pollo, stall.huevo];
  let running = true;

  const client = async (number: number) => {
    const { inventory } = db.forTenant({
      ...scope,
      userId: number % 3 === 0 ? stall.vendor.userId : stall.admin.userId,
    }).sales;
    for (let step = 0; step < each; step += 1) {
      const productId = products[(number + step) % 2] ?? "";
      const id = newId();
      const choice = number % 3 === 0 ? 0 : (number + step) % 4;
      const call =
        choice === 3
          ? inventory.countMany(
              [...products].sort(() => (step % 2 ? 1 : -1)).map((each) => ({ productId: each, quantity: `${step}` })),
            )
          : choice === 2
            ? inventory.adjust({ id, productId, quantity: "-2", reason: "Lost" })
            : inventory.receiveMany([{ id, productId, quantity: "1", idempotencyKey: id }]);
      await Promise.resolve(call).then(
        (done) => race.acknowledged.push(...[done].flat()),
        (error: unknown) => {
          if (error instanceof InvariantError) race.refused += 1;
          else if (error instanceof ConnectionError || (error instanceof TimeoutError && killEvery)) race.lost += 1;
          else if (!(error instanceof SerializationError)) race.wrong.push(String(error));
        },
      );
    }
  };
  const look = async () => {
    while (running) {
      race.wrong.push(...(await disagreements(test, stall)));
      race.looks += 1;
      await setTimeout(10);
    }
  };
  const kill = async () => {
    while (running && killEvery) {
      await setTimeout(killEvery);
      await test.asOwner((owner) =>
        owner.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
             and usename <> current_user and query ilike '%move_stock%' order by random() limit 1`,
        ),
      );
    }
  };
  const others = [look(), kill()];
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  running = false;
  await Promise.all(others);
  race.wrong.push(...(await disagreements(test, stall)), ...(await missing(test, race.acknowledged)));
  return race;
}

/** Products whose stock is not what their movements say, at one moment. */
export const disagreements = (test: TestDatabase, { businessId }: Stall): Promise<string[]> =>
  test.asOwner(async (owner) => {
    await owner.query("begin isolation level repeatable read read only");
    const { rows } = await owner.query<
      Record<"kept" | "summed", string> & Record<"version" | "movements" | "last", number>
    >(sums, [businessId]);
    const broken = await owner.query<{ version: number }>(chain, [businessId]);
    await owner.query("commit");
    return [
      ...rows.flatMap(({ kept, summed }) => (kept === summed ? [] : [`stock ${kept} is not ${summed}`])),
      ...rows.flatMap(({ version, movements, last }) =>
        version === movements && last === movements ? [] : [`version ${version}, ${movements} movements, last ${last}`],
      ),
      ...broken.rows.map(({ version }) => `movement ${version} does not follow the one before`),
    ];
  });

const missing = (test: TestDatabase, acknowledged: readonly StockMovement[]): Promise<string[]> =>
  test.asOwner(async (owner) => {
    const ids = acknowledged.map(({ id }) => id);
    const { rows } = await owner.query<{ id: string }>(
      `select g.id from unnest($1::uuid[]) g (id) left join sales.stock_movements m on m.id = g.id where m.id is null
       union all select g.id from unnest($1::uuid[]) g (id) group by 1 having count(*) > 1`,
      [ids],
    );
    return rows.map(({ id }) => `acknowledged, and not there once: ${id}`);
  });
