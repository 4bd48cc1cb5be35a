import { expect } from "vitest";
import { DatabaseError, newId, type TenantDatabase } from "../../src/index";
import type { TestTenant } from "../../src/testing";
import { open } from "../client/connections";
import { lengthOf, runSeed } from "../kit/length";
import { sharedBooks as it } from "./kit/books";
import { createVendor, work } from "./kit/documents";
import { newAccount } from "./kit/journal";
import { reversed, roundOf, some, writingCalls } from "./kit/writing-calls";

/*
 * Whatever one call writes, it locks in one order: see docs/accounting.md. Here every writing call meets every other one
 * over the same customer, vendor, documents, accounts, keys and numbers, and none may end in a deadlock.
 */

// Two calls over one record are refused one of them, or both are done: nothing else comes of it.
const usual = new Set(["done", "CONFLICT", "INVARIANT_VIOLATED", "UNIQUE_VIOLATION"]);
// A draft can be gone.
const mayBeMissing = /draft|an issue|an approval/;

it("writing calls that meet never end in a deadlock, whichever they are", async ({ test, acme, customerId, pair }) => {
  const db = open(test, { max: 12 });
  const fixed = { customerId, vendorId: await createVendor(acme), pair, cash: await newAccount(acme) };
  const handle = recorded(db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id }));
  const random = prand(runSeed());
  const unusual: string[] = [];
  for (let round = 0; round < lengthOf(4, 100); round += 1) {
    const of = { ...(await roundOf(acme, fixed)), acme: { ...acme, handle } as TestTenant };
    const order = Object.entries(writingCalls)
      .map(([name, call]) => ({ name, call, at: random() }))
      .sort((one, other) => one.at - other.at);
    await Promise.all(
      order.map(async ({ name, call }) => {
        const outcome = await call(of).then(
          () => "done",
          (error: unknown) => (error instanceof DatabaseError ? error.code : String(error)),
        );
        const isUsual = usual.has(outcome) || (outcome === "NOT_FOUND" && mayBeMissing.test(name));
        if (!isUsual) unusual.push(`${name}: ${outcome}`);
      }),
    );
  }
  await db.close();
  expect(unusual).toEqual([]);
  expect(methodsOf(handle).filter((name) => !called.has(name) && !reads.test(name))).toEqual([]);
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});

it("lists with the same keys in opposite orders do not wait for each other", async ({ acme, customerId }) => {
  const { customers, invoices } = acme.handle.accounting;
  const companyId = acme.company.id;
  for (let round = 0; round < lengthOf(2, 20); round += 1) {
    const key = newId();
    const people = some(800).map((n) => ({ companyId, externalId: `${key}-${n}`, name: "C" }));
    const dates = { invoiceDate: "2026-01-10", dueDate: "2026-02-10" };
    const bought = some(400).map((n) => {
      return { companyId, customerId, externalId: `${key}-${n}`, ...dates, lines: [work("1.00")] };
    });
    const both = (write: (order: <T>(items: readonly T[]) => T[]) => Promise<unknown>) =>
      Promise.allSettled([write((items) => [...items]), write(reversed)]);
    const outcomes = [
      ...(await both((order) => customers.importMany(order(people)))),
      ...(await both((order) => invoices.createMany(order(bought)))),
    ].map((outcome) => (outcome.status === "fulfilled" ? "done" : (outcome.reason as DatabaseError).code));
    expect(outcomes.sort()).toEqual(["UNIQUE_VIOLATION", "done", "done", "done"]);
  }
});

/** Methods that write nothing. */
const reads =
  /^integrity|^reports|\.(find|get|list|tree|rateOn|openDocuments|revenueByCountry|largestCustomers|reconcile)/;

const called = new Set<string>();

/** A handle whose repositories of accounting note in `called` which of their methods are called. */
function recorded(handle: TenantDatabase): TenantDatabase {
  const noting = (name: string, repository: object) =>
    new Proxy(repository, {
      get(target, method) {
        const value: unknown = Reflect.get(target, method, target);
        if (typeof value !== "function") return value;
        called.add(`${name}.${String(method)}`);
        return value.bind(target);
      },
    });
  const accounting = Object.fromEntries(
    Object.entries(handle.accounting).map(([name, repository]) => [name, noting(name, repository)]),
  );
  return new Proxy(handle, {
    get: (target, key) => (key === "accounting" ? accounting : Reflect.get(target, key, target)),
  });
}

/** The methods of the repositories of accounting, those that they inherit too, as `repository.method`. */
function methodsOf({ accounting }: TenantDatabase): string[] {
  const namesOf = (object: object): string[] => {
    const prototype = Object.getPrototypeOf(object) as object;
    return prototype === Object.prototype ? [] : [...Object.getOwnPropertyNames(prototype), ...namesOf(prototype)];
  };
  return Object.entries(accounting).flatMap(([name, repository]) =>
    namesOf(repository)
      .filter((method) => method !== "constructor")
      .map((method) => `${name}.${method}`),
  );
}

/** Numbers of chance between 0 and 1, the same for one seed. */
function prand(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271 + 11) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
