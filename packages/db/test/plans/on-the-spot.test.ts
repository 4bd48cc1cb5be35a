import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database, TenantDatabase } from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { open } from "../client/connections";
import { startProxy, type WireProxy } from "../client/proxy";
import { connect } from "../kit/sql";
import { readWithoutTenantIndex } from "./explain";

/*
 * A repository writes some queries on the spot, as which columns they set depends on the call. No registry knows those:
 * the source is counted, and each is caught on its way to the server.
 */
let test: TestDatabase;
let proxy: WireProxy;
let db: Database;
let login: pg.Client;
let acme: TestTenant;
let handle: TenantDatabase;
let sent: string[];

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  login = await connect(test.urls.runtime);
  proxy = await startProxy(test.urls.runtime);
  db = open(test, { url: proxy.url, max: 1 });
  handle = db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id });
  proxy.judge((type, body) => {
    // Parse: the statement's name, then its text.
    if (type === "P") sent.push(body.toString("utf8").split("\0")[1] ?? "");
    return "pass";
  });
});
afterAll(async () => {
  await login.end();
  await db.close();
  await proxy.close();
  await test.close();
});

/** Per source file, one call for each query that it writes on the spot. */
const calls: Record<string, readonly (() => Promise<unknown>)[]> = {
  "accounting/parties.ts": [
    async () => handle.accounting.customers.update((await createCustomer(acme)).id, { name: "Renamed" }),
  ],
  "sales/orders.ts": [() => handle.sales.orders.update(acme.company.id, { notes: "None" }).catch(() => undefined)],
  "sales/businesses.ts": [() => handle.sales.businesses.update(acme.company.id, { name: "Renamed" })],
  "sales/customers.ts": [
    async () => {
      const { id } = await handle.sales.customers.create({ businessId: acme.company.id, name: "Rosa" });
      return handle.sales.customers.update(id, { name: "Renamed" });
    },
  ],
  "sales/configuration.ts": [() => handle.sales.systemConfig.update({ controlKilos: false })],
  "sales/members.ts": [
    async () => {
      const { items } = await handle.sales.members.list({ businessId: acme.company.id });
      await handle.sales.members.update(items[0]?.id ?? "", { salesPoint: "Carro A" });
    },
  ],
  "sales/products.ts": [
    async () => {
      const product = { businessId: acme.company.id, name: "Pollo", type: "pollo", unit: "kg" } as const;
      await handle.sales.products.update((await handle.sales.products.create(product)).id, { basePrice: "2.00" });
    },
  ],
  "tenancy/companies.ts": [() => handle.tenancy.companies.update(acme.company.id, { name: "Renamed" })],
  "tenancy/invitations.ts": [() => handle.tenancy.invitations.create({ email: "new@example.com" })],
  "tenancy/members.ts": [() => handle.tenancy.members.updateSettings(acme.admin.id, { theme: "dark" })],
  "tenancy/roles.ts": [
    () => handle.tenancy.roles.create({ name: "Clerk" }),
    async () =>
      handle.tenancy.roles.update((await acme.handle.tenancy.roles.create({ name: "Typist" })).id, { name: "Writer" }),
  ],
  "tenancy/security-events.ts": [() => handle.tenancy.securityEvents.report({ type: "login", severity: "low" })],
};

describe("queries that repositories write on the spot", () => {
  it("are all known here", () => {
    const source = join(import.meta.dirname, "../../src");
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const found = files.flatMap((name) => {
      const count = readFileSync(join(source, name), "utf8").match(/#unit\.drizzle\b/g)?.length ?? 0;
      return count > 0 ? [[name, count] as const] : [];
    });
    const known = Object.entries(calls).map(([name, list]) => [name, list.length]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(known));
  });

  it.each(Object.keys(calls))("find their rows by an index on the tenant: %s", async (name) => {
    for (const call of calls[name] ?? []) {
      sent = [];
      await call();
      const written = sent.filter((text) => /^(insert|update|delete)/i.test(text));
      expect(written).toHaveLength(1);
      expect(await readWithoutTenantIndex(login, acme.tenant.id, written[0] ?? "")).toEqual([]);
    }
  });
});
