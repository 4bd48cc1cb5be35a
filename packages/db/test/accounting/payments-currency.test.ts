import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ConflictError, DatabaseError, type InvariantError } from "../../src/index";
import {
  createCustomer,
  createTestDatabase,
  createVendor,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { approved, credited, discrepancies, postings, tenantWithBooks } from "./ledger-support";
import { bySql } from "./ledger-tools";
import { balanceOf, issued, ownerRows } from "./support";

let test: TestDatabase;
let acme: TestTenant;
let customerId: string;

beforeAll(async () => {
  test = await createTestDatabase({ max: 10 });
});
afterAll(() => test.close());

beforeEach(async () => {
  acme = await tenantWithBooks(test);
  customerId = (await createCustomer(acme)).id;
});

const paymentsOf = (of: TestTenant) => of.handle.accounting.payments;
const invoiceOf = (id: string) => acme.handle.accounting.invoices.getById(id);
const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;
const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;

/** From a day on, one unit of a currency is worth so much in base currency. */
const rate = (rateDate: string, value: string, currency = "EUR") =>
  acme.handle.accounting.exchangeRates.set({ companyId: acme.company.id, currency, rateDate, rate: value });

const euros = (amount: string, fields: object = {}) => ({
  companyId: acme.company.id,
  customerId,
  currency: "EUR",
  paymentDate: "2026-02-01",
  amount,
  ...fields,
});

const invoiceInEuro = async (amount: string, at: string) => {
  await rate("2026-01-15", at);
  return issued(acme, amount, { customerId, currency: "EUR" });
};

const allocationsOf = async (invoiceId: string) => (await paymentsOf(acme).listAllocations({ invoiceId })).items;

describe("a payment in a foreign currency", () => {
  it("is worth its rate, the last known one, or nothing is recorded", async () => {
    await expect(paymentsOf(acme).receive(euros("10.00"))).rejects.toMatchObject(conflict);
    await rate("2026-01-10", "1.1");
    await rate("2026-02-02", "9");
    expect(await paymentsOf(acme).receive(euros("10.00"))).toMatchObject({
      exchangeRate: "1.10000000",
      baseAmount: "11.00",
    });
    const own = await paymentsOf(acme).receive(euros("10.00", { exchangeRate: "1.23456789" }));
    expect(own).toMatchObject({ exchangeRate: "1.23456789", baseAmount: "12.35" });
    await expect(paymentsOf(acme).receive(euros("10.00", { paymentDate: "2026-01-09" }))).rejects.toMatchObject(
      conflict,
    );
    const base = await paymentsOf(acme).receive(euros("10.00", { currency: "USD", exchangeRate: "2" }));
    expect(base).toMatchObject({ exchangeRate: "1.00000000", baseAmount: "10.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("takes the currency of its documents, else the base currency", async () => {
    const invoice = await invoiceInEuro("10.00", "1.1");
    const { currency: _currency, ...plain } = euros("10.00");
    expect(await paymentsOf(acme).receive(plain)).toMatchObject({ currency: "USD" });
    const allocations = [{ invoiceId: invoice.id, amount: "10.00" }];
    expect(await paymentsOf(acme).receive({ ...plain, allocations })).toMatchObject({ currency: "EUR" });
    const other = await tenantWithBooks(test, "GBP");
    const theirs = await createCustomer(other);
    const received = await paymentsOf(other).receive({ ...plain, companyId: other.company.id, customerId: theirs.id });
    expect(received).toMatchObject({ currency: "GBP", exchangeRate: "1.00000000" });
  });

  it("has no more decimals than its currency, by raw SQL either", async () => {
    await rate("2026-01-15", "0.01", "JPY");
    const insert = (amount: string) =>
      bySql(test, acme, [
        `insert into accounting.payments (company_id, direction, customer_id, account_id, payment_date, amount, currency)
         values ($1, 'in', $2, null, '2026-02-01', ${amount}, 'JPY')`,
        [acme.company.id, customerId],
      ]);
    expect(await insert("100.5")).toBe("ZT002");
    expect(await insert("100")).toBe("done");
    const invoice = await issued(acme, "100", { customerId, currency: "JPY" });
    const [payment] = (await paymentsOf(acme).list()).items;
    const half = paymentsOf(acme).allocate({
      paymentId: payment?.id ?? "",
      allocations: [{ invoiceId: invoice.id, amount: "0.5" }],
    });
    await expect(half).rejects.toMatchObject(invariant);
  });
});

describe("what the rates differ by", () => {
  const pay = async (amount: string, exchangeRate: string, invoiceId: string) =>
    paymentsOf(acme).receive(euros(amount, { exchangeRate, allocations: [{ invoiceId, amount }] }));

  it("is a gain when the customer's money is worth more, a loss when less", async () => {
    for (const [at, difference] of [
      ["1.2", "10.00"],
      ["1.05", "-5.00"],
    ] as const) {
      const invoice = await invoiceInEuro("100.00", "1.1");
      const { baseAmount } = await pay("100.00", at, invoice.id);
      const [made] = await allocationsOf(invoice.id);
      expect(made).toMatchObject({ baseAmount: "110.00", sourceBaseAmount: baseAmount });
      const back = String(-Number(difference).toFixed(2)).replace(/^(-?\d+)$/, "$1.00");
      expect(await postings(test, acme, made?.id ?? "")).toEqual([
        `allocation 2026-02-01: receivable ${difference}, exchange ${back}`,
      ]);
      expect(await balanceOf(acme, customerId)).toBe("0.00");
    }
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is a loss when the vendor's money is worth more, a gain when less", async () => {
    const vendor = await createVendor(acme);
    for (const [exchangeRate, lines] of [
      ["1.2", "payable -10.00, exchange 10.00"],
      ["1.05", "payable 5.00, exchange -5.00"],
    ] as const) {
      await rate("2026-01-15", "1.1");
      const bill = await approved(acme, vendor.id, "100.00", { currency: "EUR" });
      const { customerId: _customer, ...rest } = euros("100.00", { exchangeRate });
      await paymentsOf(acme).make({
        ...rest,
        vendorId: vendor.id,
        allocations: [{ billId: bill.id, amount: "100.00" }],
      });
      const [made] = (await paymentsOf(acme).listAllocations({ billId: bill.id })).items;
      expect(await postings(test, acme, made?.id ?? "")).toEqual([`allocation 2026-02-01: ${lines}`]);
    }
    const [row] = await ownerRows(test, "select balance from accounting.vendors where id = $1", [vendor.id]);
    expect(row).toEqual({ balance: "0.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("leaves exactly nothing of the document and of the payment after the last part", async () => {
    const invoice = await invoiceInEuro("100.01", "1.23456789");
    expect(invoice.baseAmount).toBe("123.47");
    await pay("33.33", "1.1", invoice.id);
    await pay("33.34", "1.3", invoice.id);
    expect((await invoiceOf(invoice.id)).paidBaseAmount).toBe("82.31");
    await pay("33.34", "1.23456789", invoice.id);
    expect(await invoiceOf(invoice.id)).toMatchObject({ status: "paid", paidBaseAmount: "123.47" });
    const shares = await allocationsOf(invoice.id);
    expect(shares.map(({ baseAmount }) => baseAmount).sort()).toEqual(["41.15", "41.16", "41.16"]);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);

    const parts = [
      await invoiceInEuro("10.00", "1.1"),
      await invoiceInEuro("10.00", "1.1"),
      await invoiceInEuro("10.00", "1.1"),
    ];
    const allocations = parts.map(({ id }) => ({ invoiceId: id, amount: "10.00" }));
    const payment = await paymentsOf(acme).receive(euros("30.00", { exchangeRate: "1.11111111", allocations }));
    expect(payment).toMatchObject({ baseAmount: "33.33", allocatedBaseAmount: "33.33", allocatedAmount: "30.00" });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("never makes a part negative when many small ones are rounded up", async () => {
    const invoice = await invoiceInEuro("0.05", "0.6");
    expect(invoice.baseAmount).toBe("0.03");
    for (let n = 0; n < 5; n += 1) await pay("0.01", "0.6", invoice.id);
    const shares = (await allocationsOf(invoice.id)).map(({ baseAmount }) => baseAmount).sort();
    expect(shares).toEqual(["0.00", "0.00", "0.01", "0.01", "0.01"]);
    expect(await invoiceOf(invoice.id)).toMatchObject({ status: "paid", paidBaseAmount: "0.03" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is taken back with the allocation, or the payment", async () => {
    const invoice = await invoiceInEuro("100.00", "1.1");
    const payment = await pay("100.00", "1.2", invoice.id);
    const [made] = await allocationsOf(invoice.id);
    await paymentsOf(acme).takeBack(made?.id ?? "", { date: "2026-02-10" });
    expect(await postings(test, acme, made?.id ?? "")).toEqual([
      "allocation 2026-02-01: receivable 10.00, exchange -10.00",
      "allocation_void 2026-02-10: receivable -10.00, exchange 10.00",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("-10.00");
    expect(await discrepancies(test, acme)).toEqual([]);
    const [again] = await paymentsOf(acme).allocate({
      paymentId: payment.id,
      date: "2026-02-12",
      allocations: "oldest",
    });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    await paymentsOf(acme).void(payment.id, { date: "2026-02-20" });
    expect(await postings(test, acme, again?.id ?? "")).toEqual([
      "allocation 2026-02-12: receivable 10.00, exchange -10.00",
      "allocation_void 2026-02-20: receivable -10.00, exchange 10.00",
    ]);
    expect(await invoiceOf(invoice.id)).toMatchObject({ status: "issued", paidBaseAmount: "0.00" });
    expect(await balanceOf(acme, customerId)).toBe("110.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("goes with credit notes as well", async () => {
    await invoiceInEuro("100.00", "1.1");
    await rate("2026-02-01", "1.3");
    const note = await credited(acme, customerId, "40.00", { currency: "EUR", invoiceDate: "2026-02-01" });
    const [made] = await paymentsOf(acme).allocate({
      creditNoteId: note.id,
      date: "2026-02-02",
      allocations: "oldest",
    });
    expect(made).toMatchObject({ baseAmount: "44.00", sourceBaseAmount: "52.00" });
    expect(await postings(test, acme, made?.id ?? "")).toEqual([
      "allocation 2026-02-02: receivable 8.00, exchange -8.00",
    ]);
    expect(await invoiceOf(note.id)).toMatchObject({ status: "paid", paidBaseAmount: "52.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
    const vendor = await createVendor(acme);
    await approved(acme, vendor.id, "100.00", { currency: "EUR" });
    const credit = await approved(acme, vendor.id, "10.00", {
      currency: "EUR",
      kind: "credit_note",
      billDate: "2026-02-01",
    });
    const [vendorMade] = await paymentsOf(acme).allocate({
      vendorCreditId: credit.id,
      date: "2026-02-02",
      allocations: "oldest",
    });
    expect(await postings(test, acme, vendorMade?.id ?? "")).toEqual([
      "allocation 2026-02-02: payable -2.00, exchange 2.00",
    ]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("many at once", () => {
  it("do not wait for each other in a ring", { timeout: 120_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      const open = [];
      for (let n = 0; n < 3; n += 1) open.push((await invoiceInEuro("10.00", "1.1")).id);
      const [one = "", two = "", three = ""] = open;
      const standing = await paymentsOf(acme).receive(euros("5.00", { exchangeRate: "1.3" }));
      const to = (...ids: string[]) => ({ allocations: ids.map((invoiceId) => ({ invoiceId, amount: "1.00" })) });
      const kept = await paymentsOf(acme).receive(euros("3.00", { exchangeRate: "1.2", ...to(one, two, three) }));
      const outcomes = await Promise.allSettled([
        paymentsOf(acme).receive(euros("4.00", { exchangeRate: "1.2", ...to(one, two) })),
        paymentsOf(acme).receive(euros("4.00", { exchangeRate: "1.4", ...to(two, one) })),
        paymentsOf(acme).receive(euros("4.00", { currency: "USD" })),
        paymentsOf(acme).allocate({ paymentId: standing.id, ...to(three, two) }),
        paymentsOf(acme).void(kept.id),
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

/** What may happen to a customer's documents, each on a day of its own choice. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "invoice",
      "note",
      "receive",
      "receiveOldest",
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
  const runs = Number(process.env.DB_TEST_RUNS ?? 8);
  const seed = Number(process.env.DB_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

  it(`adds up on every day (seed ${seed})`, { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        acme = await tenantWithBooks(test);
        customerId = (await createCustomer(acme)).id;
        await rate("2026-01-01", "1.1");
        for (const step of all) {
          await take(step).catch((error: DatabaseError) => {
            if (!["INVARIANT_VIOLATED", "CONFLICT", "NOT_FOUND"].includes(error.code)) throw error;
          });
        }
        expect(await discrepancies(test, acme)).toEqual([]);
      }),
      { numRuns: runs, seed, endOnFailure: true },
    );
  });

  async function take({ kind, currency, cents, day, rate: value, pick }: Step): Promise<unknown> {
    const amount = (cents / 100).toFixed(2);
    const date = `2026-03-${String(day).padStart(2, "0")}`;
    const rows = async (table: string, where: string): Promise<string[]> =>
      (
        await ownerRows(test, `select id from accounting.${table} where tenant_id = $1 and ${where} order by id`, [
          acme.tenant.id,
        ])
      ).map(({ id }) => String(id));
    const one = (ids: string[]) => ids[pick % Math.max(ids.length, 1)] ?? customerId;
    const payment = { ...euros(amount, { currency, exchangeRate: (value / 1e8).toFixed(8), paymentDate: date }) };
    const of = paymentsOf(acme);
    if (kind === "invoice")
      return issued(acme, amount, { customerId, currency, invoiceDate: date, dueDate: `2026-04-${date.slice(8)}` });
    if (kind === "note") return credited(acme, customerId, amount, { currency, invoiceDate: date });
    if (kind === "receiveOldest") return of.receive({ ...payment, allocations: "oldest" });
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
