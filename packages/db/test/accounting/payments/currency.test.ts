import { describe, expect } from "vitest";
import type { ConflictError, InvariantError } from "../../../src/index";
import { createCustomer, createVendor, type TestTenant } from "../../../src/testing";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, credited, issued } from "../kit/documents";
import { postings } from "../kit/journal";

describe("a payment in a foreign currency", () => {
  it("is worth its rate, the last known one, or nothing is recorded", async ({ test, acme, customerId }) => {
    await expect(acme.handle.accounting.payments.receive(euros(acme, customerId, "10.00"))).rejects.toMatchObject(
      conflict,
    );
    await rate(acme, "2026-01-10", "1.1");
    await rate(acme, "2026-02-02", "9");
    expect(await acme.handle.accounting.payments.receive(euros(acme, customerId, "10.00"))).toMatchObject({
      exchangeRate: "1.1",
      baseAmount: "11.00",
    });
    const own = await acme.handle.accounting.payments.receive(
      euros(acme, customerId, "10.00", { exchangeRate: "1.23456789" }),
    );
    expect(own).toMatchObject({ exchangeRate: "1.23456789", baseAmount: "12.35" });
    await expect(
      acme.handle.accounting.payments.receive(euros(acme, customerId, "10.00", { paymentDate: "2026-01-09" })),
    ).rejects.toMatchObject(conflict);
    const base = await acme.handle.accounting.payments.receive(
      euros(acme, customerId, "10.00", { currency: "USD", exchangeRate: "2" }),
    );
    expect(base).toMatchObject({ exchangeRate: "1", baseAmount: "10.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("takes the currency of its documents, else the base currency", async ({ test, acme, customerId }) => {
    const invoice = await invoiceInEuro(acme, customerId, "10.00", "1.1");
    const { currency: _currency, ...plain } = euros(acme, customerId, "10.00");
    expect(await acme.handle.accounting.payments.receive(plain)).toMatchObject({ currency: "USD" });
    const allocations = [{ invoiceId: invoice.id, amount: "10.00" }];
    expect(await acme.handle.accounting.payments.receive({ ...plain, allocations })).toMatchObject({ currency: "EUR" });
    const other = await tenantWithBooks(test, "GBP");
    const theirs = await createCustomer(other);
    const received = await other.handle.accounting.payments.receive({
      ...plain,
      companyId: other.company.id,
      customerId: theirs.id,
    });
    expect(received).toMatchObject({ currency: "GBP", exchangeRate: "1" });
  });

  it("has no more decimals than its currency, by raw SQL either", async ({ test, acme, customerId }) => {
    await rate(acme, "2026-01-15", "0.01", "JPY");
    const insert = (amount: string) =>
      bySql(test, acme, [
        `insert into accounting.payments (company_id, direction, customer_id, account_id, payment_date, amount, currency)
         values ($1, 'in', $2, null, '2026-02-01', ${amount}, 'JPY')`,
        [acme.company.id, customerId],
      ]);
    expect(await insert("100.5")).toBe("ZT002");
    expect(await insert("100")).toBe("done");
    const invoice = await issued(acme, "100", { customerId, currency: "JPY" });
    const [payment] = (await acme.handle.accounting.payments.list()).items;
    const half = acme.handle.accounting.payments.allocate({
      paymentId: payment?.id ?? "",
      allocations: [{ invoiceId: invoice.id, amount: "0.5" }],
    });
    await expect(half).rejects.toMatchObject(invariant);
  });
});

describe("what the rates differ by", () => {
  const pay = async (acme: TestTenant, customerId: string, amount: string, exchangeRate: string, invoiceId: string) =>
    acme.handle.accounting.payments.receive(
      euros(acme, customerId, amount, { exchangeRate, allocations: [{ invoiceId, amount }] }),
    );

  it("is a gain when the customer's money is worth more, a loss when less", async ({ test, acme, customerId }) => {
    for (const [at, difference] of [
      ["1.2", "10.00"],
      ["1.05", "-5.00"],
    ] as const) {
      const invoice = await invoiceInEuro(acme, customerId, "100.00", "1.1");
      const { baseAmount } = await pay(acme, customerId, "100.00", at, invoice.id);
      const [made] = await allocationsOf(acme, invoice.id);
      expect(made).toMatchObject({ baseAmount: "110.00", sourceBaseAmount: baseAmount });
      const back = String(-Number(difference).toFixed(2)).replace(/^(-?\d+)$/, "$1.00");
      expect(await postings(test, acme, made?.id ?? "")).toEqual([
        `allocation 2026-02-01: receivable ${difference}, exchange ${back}`,
      ]);
      expect(await balanceOf(acme, customerId)).toBe("0.00");
    }
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is a loss when the vendor's money is worth more, a gain when less", async ({ test, acme, customerId }) => {
    const vendor = await createVendor(acme);
    for (const [exchangeRate, lines] of [
      ["1.2", "payable -10.00, exchange 10.00"],
      ["1.05", "payable 5.00, exchange -5.00"],
    ] as const) {
      await rate(acme, "2026-01-15", "1.1");
      const bill = await approved(acme, "100.00", { vendorId: vendor.id, currency: "EUR" });
      const { customerId: _customer, ...rest } = euros(acme, customerId, "100.00", { exchangeRate });
      await acme.handle.accounting.payments.make({
        ...rest,
        vendorId: vendor.id,
        allocations: [{ billId: bill.id, amount: "100.00" }],
      });
      const [made] = (await acme.handle.accounting.payments.listAllocations({ billId: bill.id })).items;
      expect(await postings(test, acme, made?.id ?? "")).toEqual([`allocation 2026-02-01: ${lines}`]);
    }
    const [row] = await ownerRows(test, "select balance from accounting.vendors where id = $1", [vendor.id]);
    expect(row).toEqual({ balance: "0.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("leaves exactly nothing of the document and of the payment after the last part", async ({
    test,
    acme,
    customerId,
  }) => {
    const invoice = await invoiceInEuro(acme, customerId, "30.00", "1.1114");
    expect(invoice.baseAmount).toBe("33.34");
    await pay(acme, customerId, "10.00", "1.1", invoice.id);
    await pay(acme, customerId, "10.00", "1.3", invoice.id);
    expect((await invoiceOf(acme, invoice.id)).paidBaseAmount).toBe("22.22");
    await pay(acme, customerId, "10.00", "1.23456789", invoice.id);
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "paid", paidBaseAmount: "33.34" });
    const shares = await allocationsOf(acme, invoice.id);
    expect(shares.map(({ baseAmount }) => baseAmount).sort()).toEqual(["11.11", "11.11", "11.12"]);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);

    const parts: string[] = [];
    for (let n = 0; n < 3; n += 1) parts.push((await invoiceInEuro(acme, customerId, "10.00", "1.1")).id);
    const allocations = parts.map((invoiceId) => ({ invoiceId, amount: "10.00" }));
    const payment = await acme.handle.accounting.payments.receive(
      euros(acme, customerId, "30.00", { exchangeRate: "1.1114", allocations }),
    );
    expect(payment).toMatchObject({ baseAmount: "33.34", allocatedBaseAmount: "33.34", allocatedAmount: "30.00" });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("never makes a part negative when many small ones are rounded up", async ({ test, acme, customerId }) => {
    const invoice = await invoiceInEuro(acme, customerId, "0.05", "0.6");
    expect(invoice.baseAmount).toBe("0.03");
    for (let n = 0; n < 5; n += 1) await pay(acme, customerId, "0.01", "0.6", invoice.id);
    const shares = (await allocationsOf(acme, invoice.id)).map(({ baseAmount }) => baseAmount).sort();
    expect(shares).toEqual(["0.00", "0.00", "0.01", "0.01", "0.01"]);
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "paid", paidBaseAmount: "0.03" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is taken back with the allocation, or the payment", async ({ test, acme, customerId }) => {
    const invoice = await invoiceInEuro(acme, customerId, "100.00", "1.1");
    const payment = await pay(acme, customerId, "100.00", "1.2", invoice.id);
    const [made] = await allocationsOf(acme, invoice.id);
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-02-10" });
    expect(await postings(test, acme, made?.id ?? "")).toEqual([
      "allocation 2026-02-01: receivable 10.00, exchange -10.00",
      "allocation_void 2026-02-10: receivable -10.00, exchange 10.00",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("-10.00");
    expect(await discrepancies(test, acme)).toEqual([]);
    const [again] = await acme.handle.accounting.payments.allocate({
      paymentId: payment.id,
      date: "2026-02-12",
      allocations: "oldest",
    });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    await acme.handle.accounting.payments.void(payment.id, { date: "2026-02-20" });
    expect(await postings(test, acme, again?.id ?? "")).toEqual([
      "allocation 2026-02-12: receivable 10.00, exchange -10.00",
      "allocation_void 2026-02-20: receivable -10.00, exchange 10.00",
    ]);
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "issued", paidBaseAmount: "0.00" });
    expect(await balanceOf(acme, customerId)).toBe("110.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("goes with credit notes as well", async ({ test, acme, customerId }) => {
    await invoiceInEuro(acme, customerId, "100.00", "1.1");
    await rate(acme, "2026-02-01", "1.3");
    const note = await credited(acme, customerId, "40.00", { currency: "EUR", invoiceDate: "2026-02-01" });
    const [made] = await acme.handle.accounting.payments.allocate({
      creditNoteId: note.id,
      date: "2026-02-02",
      allocations: "oldest",
    });
    expect(made).toMatchObject({ baseAmount: "44.00", sourceBaseAmount: "52.00" });
    expect(await postings(test, acme, made?.id ?? "")).toEqual([
      "allocation 2026-02-02: receivable 8.00, exchange -8.00",
    ]);
    expect(await invoiceOf(acme, note.id)).toMatchObject({ status: "paid", paidBaseAmount: "52.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
    const vendor = await createVendor(acme);
    await approved(acme, "100.00", { vendorId: vendor.id, currency: "EUR" });
    const credit = await approved(acme, "10.00", {
      vendorId: vendor.id,
      currency: "EUR",
      kind: "credit_note",
      billDate: "2026-02-01",
    });
    const [vendorMade] = await acme.handle.accounting.payments.allocate({
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

const invoiceOf = (acme: TestTenant, id: string) => acme.handle.accounting.invoices.getById(id);

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;

const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;

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

const allocationsOf = async (acme: TestTenant, invoiceId: string) =>
  (await acme.handle.accounting.payments.listAllocations({ invoiceId })).items;
