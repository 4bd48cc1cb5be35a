import { createAuthDatabase, createDatabase, type DatabaseOptions, type ErrorCode, newId } from "../../src/index";
import { createTenant, type TestDatabase } from "../../src/testing";
import type { Canary } from "./canaries";

/** Plain facts of a prepared database, so that a child process can work on it as well. */
export interface BenchFacts {
  urls: TestDatabase["urls"];
  tenantId: string;
  adminId: string;
  companyId: string;
  customerId: string;
  otherTenantId: string;
  identityId: string;
}

/** Arranges two tenants, one with a customer. */
export async function arrangeBench(test: TestDatabase): Promise<BenchFacts> {
  const acme = await createTenant(test, "Acme");
  const globex = await createTenant(test, "Globex");
  const customer = await acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "Customer" });
  const identityId = newId();
  await test.asOwner((owner) =>
    owner.query(`insert into auth."user" (id, name, email) values ($1, 'Person', $2)`, [identityId, `${newId()}@x.y`]),
  );
  return {
    urls: test.urls,
    tenantId: acme.tenant.id,
    adminId: acme.admin.id,
    companyId: acme.company.id,
    customerId: customer.id,
    otherTenantId: globex.tenant.id,
    identityId,
  };
}

/** What a failing path works with. */
export type Bench = ReturnType<typeof openBench>;

/** Opens every kind of handle on a prepared database. */
export function openBench(facts: BenchFacts) {
  const { urls, tenantId, adminId, identityId } = facts;
  const opened: { close(options: { graceMs: number }): Promise<void> }[] = [];
  const keep = <T extends (typeof opened)[number]>(handle: T): T => {
    opened.push(handle);
    return handle;
  };
  const open = (options: DatabaseOptions = {}) =>
    keep(createDatabase({ url: urls.runtime, platformUrl: urls.platform, unsafeLogin: "refuse", ...options }));
  const db = open({ max: 3 });
  return {
    ...facts,
    db,
    open,
    /** A tenant's handle on a pool of its own. */
    tenantOn: (options: DatabaseOptions) => open(options).forTenant({ tenantId }),
    handle: db.forTenant({ tenantId }),
    member: db.forTenant({ tenantId, userId: adminId }),
    identity: db.forIdentity(identityId),
    platform: db.platform({ actor: "tests", reason: "a failing path" }),
    auth: keep(createAuthDatabase({ url: urls.identity, max: 2, unsafeLogin: "refuse" })),
    close: () => Promise.all(opened.map((handle) => handle.close({ graceMs: 100 }))),
  };
}

/** One way in which a call fails while it holds a secret. */
export interface FailingPath {
  name: string;
  /** What the error must be; for what is no error but a report, undefined. */
  code: ErrorCode | undefined;
  sqlState?: string;
  /** The secrets that go in, so that they could come out. */
  holds: readonly Canary[];
  run(bench: Bench): Promise<unknown>;
}
