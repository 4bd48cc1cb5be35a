import { sql } from "drizzle-orm";
import fc from "fast-check";
import { describe, expect } from "vitest";
import { DatabaseError, newId } from "../../../src/index";
import { createCustomer, type TestDatabase, type TestTenant } from "../../../src/testing";
import { holds, lengthOf, runSeed } from "../../kit/length";
import { interleaved, waitingForLocks } from "../../kit/locks";
import { ownerRows, type Statement } from "../../kit/sql";
import { freshBooks as it, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { credited, issued } from "../kit/documents";
import { newAccount } from "../kit/journal";

describe("many at once", () => {
  it("do not wait for each other in a ring", async ({ test, acme, customerId }) => {
    for (let round = 0; round < lengthOf(20, 200); round += 1) {
      const open = [];
      for (let n = 0; n < 3; n += 1) open.push((await invoiceInEuro(acme, customerId, "10.00", "1.1")).id);
      const [one = "", two = "", three = ""] = open;
      const standing = await acme.handle.accounting.payments.receive(
        euros(acme, customerId, "5.00", { exchangeRate: "1.3" }),
      );
      const to = (...ids: string[]) => ({ allocations: ids.map((invoiceId) => ({ invoiceId, amount: "1.00" })) });
      const kept = await acme.handle.accounting.payments.receive(
        euros(acme, customerId, "3.00", { exchangeRate: "1.2", ...to(one, two, three) }),
      );
      const outcomes = await Promise.allSettled([
        acme.handle.accounting.payments.receive(
          euros(acme, customerId, "4.00", { exchangeRate: "1.2", ...to(one, two) }),
        ),
        acme.handle.accounting.payments.receive(
          euros(acme, customerId, "4.00", { exchangeRate: "1.4", ...to(two, one) }),
        ),
        acme.handle.accounting.payments.receive(euros(acme, customerId, "4.00", { currency: "USD" })),
        acme.handle.accounting.payments.allocate({ paymentId: standing.id, ...to(three, two) }),
        acme.handle.accounting.payments.void(kept.id),
        acme.handle.execute(sql`update accounting.invoices set status = 'paid' where id = ${three}`),
      ]);
      for (const { reason } of outcomes.filter((outcome) => outcome.status === "rejected")) {
        expect(reason).toBeInstanceOf(DatabaseError);
        expect(["INVARIANT_VIOLATED", "CONFLICT"]).toContain((reason as DatabaseError).code);
      }
    }
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("accounts are locked in one order", () => {
  const lowest = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

  it("when a payment and its allocation are two statements of a transaction", async ({ test, acme, customerId }) => {
    const exchangeAccountId = await newAccount(acme, { id: lowest(1), type: "income" });
    await acme.handle.accounting.books.update(acme.company.id, { exchangeAccountId });
    const [one, two] = [
      await invoiceInEuro(acme, customerId, "10.00", "1.1"),
      await invoiceInEuro(acme, customerId, "10.00", "1.1"),
    ];
    const standing = await acme.handle.accounting.payments.receive(
      euros(acme, customerId, "10.00", { exchangeRate: "1.3" }),
    );
    const id = newId();
    const allocation = (paymentId: string, invoiceId: string): Statement => [
      `insert into accounting.payment_allocations (company_id, payment_id, invoice_id, amount) values ($1, $2, $3, 10)`,
      [acme.company.id, paymentId, invoiceId],
    ];
    const outcome = interleaved(test, acme, {
      first: [
        `insert into accounting.payments
           (id, company_id, direction, customer_id, account_id, payment_date, amount, currency, exchange_rate)
         values ($1, $2, 'in', $3, null, '2026-02-01', 10, 'EUR', 1.2)`,
        [id, acme.company.id, customerId],
      ],
      second: allocation(standing.id, one.id),
      rest: allocation(id, two.id),
    });
    expect(await outcome).toBe("done");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("when a payment posts a difference before itself", async ({ test, acme, customerId }) => {
    const accountId = await newAccount(acme, { id: lowest(1) });
    const { id: invoiceId } = await invoiceInEuro(acme, customerId, "30.00", "1.1");
    const allocations = [{ invoiceId, amount: "10.00" }];
    const request = euros(acme, customerId, "10.00", { exchangeRate: "1.3", accountId, allocations });
    const standing = await acme.handle.accounting.payments.receive(request);
    for (const work of [
      () => acme.handle.accounting.payments.receive(request),
      () => acme.handle.accounting.payments.void(standing.id),
    ]) {
      const both = await test.asOwner(async (owner) => {
        await owner.query("begin");
        await owner.query(
          "select from accounting.account_balances where account_id = $1 and tenant_id = $2 for update",
          [accountId, acme.tenant.id],
        );
        const plain = acme.handle.accounting.payments.receive(
          euros(acme, customerId, "1.00", { currency: "USD", accountId }),
        );
        await waitingForLocks(test, 1);
        const other = work();
        await waitingForLocks(test, 2);
        await owner.query("commit");
        return Promise.allSettled([plain, other]);
      });
      expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    }
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

/** What may happen to a customer's documents, each on a day of its own choice. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "invoice",
      "note",
      "receive",
      "receiveOldest",
      "refund",
      "allocate",
      "credit",
      "takeBack",
      "void",
      "paid",
    ),
    currency: fc.constantFrom("EUR", "USD"),
    cents: fc.integer({ min: 1, max: 3_000 }),
    day: fc.integer({ min: 1, max: 28 }),
    rate: fc.integer({ min: 10_000_000, max: 300_000_000 }),
    pick: fc.nat(),
  }),
  { minLength: 15, maxLength: 30 },
);

type Step = (typeof steps extends fc.Arbitrary<infer S> ? S : never) extends (infer One)[] ? One : never;

describe("whatever happens, in any order", () => {
  const seed = runSeed();

  it(`adds up on every day (seed ${seed})`, async ({ test, acme, customerId }) => {
    const property = fc.asyncProperty(steps, async (all) => {
      acme = await tenantWithBooks(test);
      customerId = (await createCustomer(acme)).id;
      await rate(acme, "2026-01-01", "1.1");
      for (const step of all) {
        await take(test, acme, customerId, step).catch((error: DatabaseError) => {
          if (!["INVARIANT_VIOLATED", "CONFLICT", "NOT_FOUND"].includes(error.code)) throw error;
        });
      }
      expect(await discrepancies(test, acme)).toEqual([]);
    });
    await holds(property, { seed, floor: 4, seconds: 1, soak: 400 });
  });

  async function take(
    test: TestDatabase,
    acme: TestTenant,
    customerId: string,
    { kind, currency, cents, day, rate: value, pick }: Step,
  ): Promise<unknown> {
    const amount = (cents / 100).toFixed(2);
    const date = `2026-03-${String(day).padStart(2, "0")}`;
    const rows = async (table: string, where: string): Promise<string[]> =>
      (
        await ownerRows(test, `select id from accounting.${table} where tenant_id = $1 and ${where} order by id`, [
          acme.tenant.id,
        ])
      ).map(({ id }) => String(id));
    const one = (ids: string[]) => ids[pick % Math.max(ids.length, 1)] ?? customerId;
    const payment = {
      ...euros(acme, customerId, amount, { currency, exchangeRate: (value / 1e8).toFixed(8), paymentDate: date }),
    };
    const of = acme.handle.accounting.payments;
    if (kind === "invoice")
      return issued(acme, amount, { customerId, currency, invoiceDate: date, dueDate: `2026-04-${date.slice(8)}` });
    if (kind === "note") return credited(acme, customerId, amount, { currency, invoiceDate: date });
    if (kind === "receiveOldest") return of.receive({ ...payment, allocations: "oldest" });
    if (kind === "refund")
      return of.refund({ ...payment, ...(pick % 2 ? {} : { amount: Math.max(cents / 1_000, 0.01).toFixed(2) }) });
    if (kind === "receive") return of.receive(payment);
    const open = one(await rows("invoices", "kind = 'invoice' and status in ('issued', 'partly_paid')"));
    if (kind === "allocate") {
      const paymentId = one(await rows("payments", "voided_on is null and allocated_amount < amount"));
      return of.allocate({ paymentId, date, allocations: [{ invoiceId: open, amount }] });
    }
    if (kind === "credit") {
      const creditNoteId = one(await rows("invoices", "kind = 'credit_note' and status in ('issued', 'partly_paid')"));
      return of.allocate({ creditNoteId, date, allocations: "oldest" });
    }
    if (kind === "takeBack")
      return of.takeBack(one(await rows("payment_allocations", "reversed_on is null")), { date });
    if (kind === "void") return of.void(one(await rows("payments", "voided_on is null")), { date });
    return acme.handle.execute(sql`update accounting.invoices set status = 'paid' where id = ${open}`);
  }
});

/** From a day on, one unit of a currency is worth so much in base currency. */
const rate = (acme: TestTenant, rateDate: string, value: string, currency = "EUR") =>
  acme.handle.accounting.exchangeRates.set({ companyId: acme.company.id, currency, rateDate, rate: value });

const euros = (acme: TestTenant, customerId: string, amount: string, fields: object = {}) => ({
  companyId: acme.company.id,
  customerId,
  currency: "EUR",
  paymentDate: "2026-02-01",
  amount,
  ...fields,
});

const invoiceInEuro = async (acme: TestTenant, customerId: string, amount: string, at: string) => {
  await rate(acme, "2026-01-15", at);
  return issued(acme, amount, { customerId, currency: "EUR" });
};
