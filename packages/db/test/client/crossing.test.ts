import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect } from "vitest";
import { asTenantSql, createCustomer } from "../../src/testing";
import { bundle } from "../kit/bundle";
import { freshTenant as it } from "../kit/tenants";
import type { Crossed, Crossing } from "./crossing/worker";

it("transactions that cross in several processes end one after another once they are repeated", async ({
  test,
  acme,
}) => {
  const ids = [(await createCustomer(acme)).id, (await createCustomer(acme)).id] as const;
  const login = decodeURIComponent(new URL(test.urls.runtime).username);
  // The usual second that the server waits before it looks for a deadlock would be most of the test's time.
  await test.asOwner((owner) => owner.query(`alter role "${login}" set deadlock_timeout = '200ms'`));
  const [processes, lanes, rounds] = [3, 4, 6];
  const crossing = { url: test.urls.runtime, tenantId: acme.tenant.id, ids, lanes, rounds };
  const workers = Array.from({ length: processes }, () => start(crossing));
  try {
    await Promise.all(workers.map(({ said }) => said()));
    for (const { child } of workers) child.stdin?.write("\n");
    const outcomes = (await Promise.all(workers.map(({ said }) => said()))) as Crossed[];
    expect(outcomes.flatMap(({ failures }) => failures)).toEqual([]);
    const all = processes * lanes * rounds;
    const attempts = outcomes.reduce((sum, outcome) => sum + outcome.attempts, 0);
    expect(attempts, "nothing collided: the test shows nothing").toBeGreaterThan(all);
    // Where the processes repeat without regard to each other, it is 1.7 times as many and more.
    expect(attempts).toBeLessThan(1.5 * all);
  } finally {
    for (const { child } of workers) child.kill("SIGKILL");
  }
});

describe("a turn of the tenant", () => {
  const taken = "select tenancy.take_turn(50) as taken, current_setting('lock_timeout') as wait";

  it("is held by one until its end, awaited for a time, and leaves foreign keys and other tenants alone", async ({
    test,
    acme,
    other,
  }) => {
    await asTenantSql(test, acme, async (holder) => {
      expect((await holder.query(taken)).rows).toEqual([{ taken: true, wait: "0" }]);
      expect((await holder.query(taken)).rows).toEqual([{ taken: true, wait: "0" }]);
      await asTenantSql(test, acme, async (waiting) => {
        await waiting.query("set local lock_timeout = '4s'");
        expect((await waiting.query(taken)).rows).toEqual([{ taken: false, wait: "4s" }]);
      });
      await asTenantSql(test, other, async (client) => {
        expect((await client.query(taken)).rows).toEqual([{ taken: true, wait: "0" }]);
        await client.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
        expect((await client.query(taken)).rows[0]).toMatchObject({ taken: false });
      });
      await createCustomer(acme);
    });
    await asTenantSql(test, acme, async (next) => {
      expect((await next.query(taken)).rows[0]).toMatchObject({ taken: true });
    });
  });

  it("is not asked for by first attempts, nor above read committed", async ({ test, acme }) => {
    const { id } = await createCustomer(acme);
    await asTenantSql(test, acme, async (holder) => {
      await holder.query(taken);
      for (const isolation of ["read committed", "repeatable read"] as const) {
        let attempts = 0;
        const began = performance.now();
        await acme.handle.transaction(
          async (tx) => {
            attempts += 1;
            await tx.accounting.customers.getById(id);
            if (isolation !== "read committed" && attempts === 1) {
              await tx.execute("do $$ begin raise exception using errcode = '40P01'; end $$");
            }
          },
          { isolation, retry: true },
        );
        expect(attempts).toBe(isolation === "read committed" ? 1 : 2);
        // A turn would be awaited for a second at least.
        expect(performance.now() - began).toBeLessThan(1_000);
      }
    });
  });
});

/** A process, and what it says next. */
function start(crossing: Crossing): { child: ChildProcess; said(): Promise<unknown> } {
  const folder = join(import.meta.dirname, "../..");
  program ??= bundle(join(import.meta.dirname, "crossing/worker.ts"), folder);
  const child = spawn(process.execPath, [program, JSON.stringify(crossing)], {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, said: async () => JSON.parse(String((await lines.next()).value)) as unknown };
}

let program: string | undefined;
