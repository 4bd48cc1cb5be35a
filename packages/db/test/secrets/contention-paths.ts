import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { withAdmin } from "../../src/operations/admin";
import { companies } from "../../src/tenancy";
import { backendOf } from "../client/connections";
import type { Bench, FailingPath } from "./bench";
import { canaries as c } from "./canaries";

/** Statements that fit, and fail because of time, other transactions, or the connection. */
export const contentionPaths: FailingPath[] = [
  {
    name: "a statement that takes too long",
    code: "TIMEOUT",
    sqlState: "57014",
    holds: ["text"],
    run: ({ tenantOn }) =>
      tenantOn({ max: 1, statementTimeoutMillis: 50 }).execute(sql`select ${c.text}::text, pg_sleep(20)`),
  },
  {
    name: "a statement whose answer does not come",
    code: "TIMEOUT",
    holds: ["text"],
    run: ({ tenantOn }) =>
      tenantOn({ max: 1, queryTimeoutMillis: 50, statementTimeoutMillis: 2_000 }).execute(
        sql`select ${c.text}::text, pg_sleep(20)`,
      ),
  },
  {
    name: "a transaction that idles too long",
    code: "TIMEOUT",
    sqlState: "25P03",
    holds: ["text"],
    run: ({ tenantOn, companyId }) =>
      tenantOn({ max: 1, idleInTransactionTimeoutMillis: 20 }).transaction(async (tx) => {
        await tx.accounting.customers.create({ companyId, name: c.text });
        await sleep(200);
        await tx.accounting.customers.create({ companyId, name: c.text });
      }),
  },
  {
    name: "a lock that is not free",
    code: "TIMEOUT",
    sqlState: "55P03",
    holds: ["text"],
    run: ({ handle, tenantOn, customerId }) =>
      handle.transaction(async (tx) => {
        await tx.accounting.customers.update(customerId, { city: c.text });
        const other = tenantOn({ max: 1, lockTimeoutMillis: 30 });
        const denied = await new Promise<unknown>((resolve) => {
          // Outside the transaction's own call chain, where a second scope would be refused before.
          outside(() => other.accounting.customers.update(customerId, { city: c.text }).then(resolve, resolve));
        });
        throw denied;
      }),
  },
  {
    name: "two transactions that wait for each other",
    code: "DEADLOCK",
    sqlState: "40P01",
    holds: ["text"],
    run: ({ handle, companyId, customerId }) => deadlock(handle, companyId, customerId),
  },
  {
    name: "two transactions that cannot be put in an order",
    code: "SERIALIZATION_FAILURE",
    sqlState: "40001",
    holds: ["text"],
    run: ({ tenantOn, customerId }) => {
      const handle = tenantOn({ max: 2 });
      return handle.transaction(
        async (tx) => {
          await tx.accounting.customers.getById(customerId);
          await new Promise<unknown>((resolve) => {
            outside(() => handle.accounting.customers.update(customerId, { city: "Elsewhere" }).then(resolve, resolve));
          });
          await tx.accounting.customers.update(customerId, { city: c.text });
        },
        { isolation: "repeatable read" },
      );
    },
  },
  {
    name: "a connection that is killed during a statement",
    code: "CONNECTION_FAILED",
    sqlState: "57P01",
    holds: ["text"],
    run: async ({ tenantOn, urls }) => {
      const handle = tenantOn({ max: 1 });
      const pid = await backendOf(handle);
      const killed = handle.execute(sql`select ${c.text}::text, pg_sleep(60)`).catch((error: unknown) => error);
      await withAdmin(urls.admin, async (owner) => {
        const busy = "select from pg_stat_activity where pid = $1 and state = 'active'";
        while ((await owner.query(busy, [pid])).rowCount === 0) await sleep(5);
        await owner.query("select pg_terminate_backend($1)", [pid]);
      });
      throw await killed;
    },
  },
  {
    name: "a pool that is exhausted",
    code: "POOL_EXHAUSTED",
    holds: ["text"],
    run: ({ open, tenantId, companyId }) => {
      const handle = open({ max: 1, connectionTimeoutMillis: 300 }).forTenant({ tenantId });
      return handle.transaction(async (tx) => {
        await tx.accounting.customers.list();
        throw await new Promise<unknown>((resolve) => {
          outside(() => handle.accounting.customers.create({ companyId, name: c.text }).then(resolve, resolve));
        });
      });
    },
  },
];

// A timer that started outside every transaction runs its tasks outside as well, whoever asks for them.
const tasks: (() => void)[] = [];
const timer = setInterval(() => {
  for (const task of tasks.splice(0)) task();
}, 5);
timer.unref();

function outside(task: () => unknown): void {
  tasks.push(() => void task());
}

async function deadlock(handle: Bench["handle"], companyId: string, customerId: string): Promise<unknown> {
  let arrived = 0;
  let release = () => {};
  const met = new Promise<void>((resolve) => {
    release = resolve;
  });
  const locks = [
    sql`update accounting.customers set city = ${c.text} where id = ${customerId}`,
    sql`update ${companies} set address = ${c.text} where id = ${companyId}`,
  ];
  const side = ([first, second]: typeof locks) =>
    handle.transaction(async (tx) => {
      if (first) await tx.execute(first);
      arrived += 1;
      if (arrived === 2) release();
      await met;
      if (second) await tx.execute(second);
    });
  return Promise.all([side(locks), side(locks.toReversed())]);
}
