import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ConflictError, InvariantError } from "../../src/index";
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
    const invoice = await invoiceInEuro("30.00", "1.1114");
    expect(invoice.baseAmount).toBe("33.34");
    await pay("10.00", "1.1", invoice.id);
    await pay("10.00", "1.3", invoice.id);
    expect((await invoiceOf(invoice.id)).paidBaseAmount).toBe("22.22");
    await pay("10.00", "1.23456789", invoice.id);
    expect(await invoiceOf(invoice.id)).toMatchObject({ status: "paid", paidBaseAmount: "33.34" });
    const shares = await allocationsOf(invoice.id);
    expect(shares.map(({ baseAmount }) => baseAmount).sort()).toEqual(["11.11", "11.11", "11.12"]);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);

    const parts: string[] = [];
    for (let n = 0; n < 3; n += 1) parts.push((await invoiceInEuro("10.00", "1.1")).id);
    const allocations = parts.map((invoiceId) => ({ invoiceId, amount: "10.00" }));
    const payment = await paymentsOf(acme).receive(euros("30.00", { exchangeRate: "1.1114", allocations }));
    expect(payment).toMatchObject({ baseAmount: "33.34", allocatedBaseAmount: "33.34", allocatedAmount: "30.00" });
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
