import { sql } from "drizzle-orm";
import { describe, expect, vi } from "vitest";
import { customers } from "../../src/accounting";
import { type Database, logQuery, newId, type OnQuery, type QueryEvent } from "../../src/index";
import type { TestDatabase } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { sharedTenant } from "../kit/tenants";
import { open } from "./connections";
import { startProxy } from "./proxy";

const it = sharedTenant.extend("proxy", { scope: "file" }, async ({ test }, { onCleanup }) => {
  const proxy = await startProxy(test.urls.runtime);
  onCleanup(() => proxy.close());
  return proxy;
});

/** Runs `work` on a handle that reports its statements, and returns them. */
async function eventsOf(
  test: TestDatabase,
  work: (db: Database) => Promise<unknown>,
  { onQuery, url, max = 1 }: { onQuery?: OnQuery; url?: string; max?: number } = {},
): Promise<QueryEvent[]> {
  const events: QueryEvent[] = [];
  const keep: OnQuery = (event) => {
    events.push(event);
    return onQuery?.(event);
  };
  const db = open(test, { onQuery: keep, max, ...(url === undefined ? {} : { url }) });
  try {
    await work(db);
  } finally {
    await db.close();
  }
  return events;
}

describe("onQuery", () => {
  it("tells name, text, times, rows, round trips and scope of each statement", async ({ test, acme, proxy }) => {
    const scope = { tenantId: acme.tenant.id, userId: acme.admin.id };
    let counted = 0;
    const syncs = () => ["S", "Q", "H"].reduce((sum, type) => sum + (proxy.counts.get(type) ?? 0), 0);
    const events = await eventsOf(
      test,
      async (db) => {
        const handle = db.forTenant(scope);
        await handle.accounting.customers.findById(newId());
        proxy.reset();
        await handle.accounting.customers.findById(newId());
        await handle.execute(sql`select 'secret', ${"hidden"}::text from generate_series(1, 3)`);
        await handle.transaction(async (tx) => {
          await tx.accounting.customers.create({ companyId: acme.company.id, name: "Secret" });
          await tx.transaction((part) => part.update(customers).set({ city: "Secret" }));
        });
        await handle.transaction((tx) => tx.select().from(customers), { isolation: "serializable", readOnly: true });
        counted = syncs();
      },
      { url: proxy.url },
    );
    const told = events.slice(1);
    expect(told.map(({ name, text }) => name ?? text.replace(/ set .*| from .*/, ""))).toEqual([
      "accounting.customers.find",
      "select '…', $1::text",
      "accounting.customers.create",
      "savepoint sp_1",
      'update "accounting"."customers"',
      "release savepoint sp_1",
      "commit",
      expect.stringMatching(/^select "tenant_id"/),
      "commit",
    ]);
    expect(told.map(({ rows }) => rows)).toEqual([0, 3, 1, 0, 1, 0, 0, 1, 0]);
    expect(told.reduce((sum, { roundTrips }) => sum + roundTrips, 0)).toBe(counted);
    for (const event of events) {
      expect(event.milliseconds).toBeGreaterThan(0);
      expect(event.waitedMilliseconds).toBeGreaterThanOrEqual(0);
      expect(event.waitedMilliseconds).toBeLessThanOrEqual(event.milliseconds);
      expect(event.scope).toEqual({ ...scope, companyId: undefined });
      expect(event.error).toBeUndefined();
    }
    expect(JSON.stringify(events)).not.toMatch(/secret|hidden/i);
  });

  it("tells failures by their codes, and no text where a value may be taken for words", async ({ test, acme }) => {
    const events = await eventsOf(test, async (db) => {
      const handle = db.forTenant({ tenantId: acme.tenant.id });
      await rejection(handle.accounting.customers.create({ companyId: newId(), name: "Secret" }));
      await rejection(handle.execute(sql.raw("select 'O'Secret'")));
      await rejection(handle.transaction((tx) => tx.execute(sql`select 1 / 0`)));
    });
    expect(events.map(({ text, error }) => [text.slice(0, 6), error?.code, error?.sqlState])).toEqual([
      ["insert", "FOREIGN_KEY_VIOLATION", "23503"],
      ["…", "STATEMENT_INVALID", "42601"],
      ["select", "VALIDATION_FAILED", "22012"],
      ["rollba", undefined, undefined],
    ]);
    expect(JSON.stringify(events)).not.toContain("Secret");
  });

  it("counts reads that share a round trip once", async ({ test, acme, proxy }) => {
    const events: QueryEvent[] = [];
    const db = open(test, { onQuery: (event) => void events.push(event), max: 1, url: proxy.url });
    const handle = db.forTenant({ tenantId: acme.tenant.id });
    const find = () => handle.accounting.customers.findById(newId());
    for (let i = 0; i < 3; i += 1) await find();
    // Reads share only while they are quick, which they are not on a busy machine.
    let shared = false;
    for (let round = 0; round < 50 && !shared; round += 1) {
      events.length = 0;
      proxy.reset();
      await Promise.all(Array.from({ length: 12 }, find));
      const counted = proxy.counts.get("S") ?? 0;
      expect(events).toHaveLength(12);
      expect(events.reduce((sum, { roundTrips }) => sum + roundTrips, 0)).toBe(counted);
      shared = counted < 12;
    }
    expect(shared).toBe(true);
    await db.close();
  });

  it("breaks nothing when it throws or rejects, and warns once", async ({ test, acme }) => {
    const warnings: string[] = [];
    const keep = (warning: Error) => warnings.push(`${warning}`);
    process.on("warning", keep);
    for (const onQuery of [
      () => {
        throw new Error("secret");
      },
      () => Promise.reject(new Error("secret")),
    ]) {
      await eventsOf(
        test,
        async (db) => {
          const handle = db.forTenant({ tenantId: acme.tenant.id });
          expect(await handle.accounting.customers.findById(newId())).toBeUndefined();
          expect(await handle.transaction((tx) => tx.$count(customers))).toBeGreaterThanOrEqual(0);
          expect(await rejection(handle.execute(sql`select 1 / 0`))).toMatchObject({ sqlState: "22012" });
        },
        { onQuery: onQuery as OnQuery },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("warning", keep);
    expect(warnings).toEqual([expect.stringContaining("onQuery failed")]);
  });

  it("tells of the platform's and of Better Auth's statements too", async ({ test }) => {
    const events = await eventsOf(test, (db) => db.platform({ actor: "a", reason: "b" }).listTenants());
    expect(events.map(({ name }) => name)).toContain("tenancy.tenants.list");
  });
});

describe("logQuery", () => {
  it("prints one line for each statement, without values", async ({ test, acme }) => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
      lines.push(String(chunk));
      return true;
    });
    const db = open(test, { onQuery: logQuery });
    const handle = db.forTenant({ tenantId: acme.tenant.id });
    await handle.accounting.customers.findById(newId());
    await rejection(handle.execute(sql`select 1 /\n  ${0}::int`));
    await db.close();
    write.mockRestore();
    expect(lines).toEqual([
      expect.stringMatching(/^accounting\.customers\.find \d+\.\d ms( \(waited \d+\.\d\))?, 0 rows\n$/),
      expect.stringMatching(
        /^select … \/ \$1::int \d+\.\d ms( \(waited \d+\.\d\))?, failed: VALIDATION_FAILED 22012\n$/,
      ),
    ]);
  });
});
