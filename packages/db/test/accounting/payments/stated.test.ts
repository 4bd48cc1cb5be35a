import { describe, expect } from "vitest";
import { ValidationError } from "../../../src/index";
import { createCustomer, createInvoice, createVendor, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, createBill, issued, work } from "../kit/documents";
import { postings, setRate } from "../kit/journal";

describe("a payment says what the bank moved", () => {
  it("and the difference from its rate is a gain or a loss", async ({ test, acme, customerId }) => {
    const vendor = await createVendor(acme);
    const { payments } = acme.handle.accounting;
    for (const [baseAmount, ofReceived, ofMade] of [
      ["109.50", "bank 109.50, receivable -110.00, exchange 0.50", "payable 110.00, bank -109.50, exchange -0.50"],
      ["111.25", "bank 111.25, receivable -110.00, exchange -1.25", "payable 110.00, bank -111.25, exchange 1.25"],
      ["110.00", "bank 110.00, receivable -110.00", "payable 110.00, bank -110.00"],
    ] as const) {
      const money = { ...euros(acme, "100.00"), exchangeRate: "1.1", baseAmount };
      const received = await payments.receive({ ...money, customerId });
      const made = await payments.make({ ...money, vendorId: vendor.id });
      const exchangeDifference = (Number(baseAmount) - 110).toFixed(2);
      for (const payment of [received, made]) expect(payment).toMatchObject({ baseAmount, exchangeDifference });
      expect(await postings(test, acme, received.id)).toEqual([`payment 2026-02-01: ${ofReceived}`]);
      expect(await postings(test, acme, made.id)).toEqual([`payment 2026-02-01: ${ofMade}`]);
    }
    expect(await balanceOf(acme, customerId)).toBe("-330.00");
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("settles a document by its rate, and is voided as it was posted", async ({ test, acme, customerId }) => {
    const invoice = await issued(acme, "100.00", { customerId, currency: "EUR", exchangeRate: "1.08" });
    const allocations = [{ invoiceId: invoice.id, amount: "100.00" }];
    const payment = await acme.handle.accounting.payments.receive({
      ...{ ...euros(acme, "100.00"), customerId, exchangeRate: "1.1", baseAmount: "109.5", allocations },
    });
    expect(payment).toMatchObject({ baseAmount: "109.50", allocatedBaseAmount: "110.00" });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    // 1.50 more than the invoice came to: a loss of 0.50 to the bank, a gain of 2.00 by the rates.
    expect(await exchangeOf(test, acme)).toBe("-1.50");
    await acme.handle.accounting.payments.void(payment.id, { date: "2026-02-02" });
    expect(await postings(test, acme, payment.id)).toEqual([
      "payment 2026-02-01: bank 109.50, receivable -110.00, exchange 0.50",
      "payment_void 2026-02-02: bank -109.50, receivable 110.00, exchange -0.50",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("108.00");
    expect(await exchangeOf(test, acme)).toBe("0.00");
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("and so its rate, where there is none", async ({ test, acme, customerId }) => {
    const { payments } = acme.handle.accounting;
    const money = { ...euros(acme, "89500000"), currency: "LBP", customerId };
    expect(await rejection(payments.receive(money))).toMatchObject({ code: "CONFLICT" });
    const payment = await payments.receive({ ...money, baseAmount: "1000.00" });
    expect(payment).toMatchObject({ baseAmount: "1000.00", exchangeDifference: "0.00" });
    expect(payment.exchangeRate).toMatch(/^0\.0000111731843575418994/);
    await setRate(acme, "LBP", "2026-01-01", "0.00001");
    expect(await payments.receive({ ...money, baseAmount: "1000.00" })).toMatchObject({ exchangeDifference: "105.00" });
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("in what the books can hold alone", async ({ test, acme, customerId }) => {
    const { payments } = acme.handle.accounting;
    const money = { ...euros(acme, "10.00"), customerId, exchangeRate: "1.1" };
    const own = { ...money, currency: "USD" };
    expect(await payments.receive({ ...own, baseAmount: "10" })).toMatchObject({ baseAmount: "10.00" });
    for (const wrong of [
      { ...money, baseAmount: "10.005" },
      { ...own, baseAmount: "10.01" },
    ]) {
      expect(await rejection(payments.receive(wrong))).toMatchObject({ code: "INVARIANT_VIOLATED" });
    }
    for (const baseAmount of ["0", "-1", "1.00001", "NaN", "1000000000000000"]) {
      const error = await rejection(payments.receive({ ...money, baseAmount }));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe("baseAmount");
    }
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("with documents by age, in a preview, and under a key", async ({ test, acme, customerId }) => {
    await issued(acme, "10.00", { customerId, currency: "EUR", exchangeRate: "1.1" });
    const money = { ...euros(acme, "10.00"), customerId, exchangeRate: "1.1", baseAmount: "10.90" };
    const { payments } = acme.handle.accounting;
    const [entry] = await payments.receive({ ...money, preview: true });
    expect(entry?.lines.map((line) => [line.baseDebit, line.baseCredit, line.isExchangeDifference])).toEqual([
      ["10.90", "0.00", false],
      ["0.00", "11.00", false],
      ["0.10", "0.00", true],
    ]);
    const asked = { ...money, allocations: "oldest", externalId: "P-1" } as const;
    const first = await payments.receive(asked);
    expect(first).toMatchObject({ allocatedBaseAmount: "11.00", baseAmount: "10.90" });
    expect(await payments.receive({ ...asked, baseAmount: "10.9" })).toMatchObject({ id: first.id });
    expect(await rejection(payments.receive({ ...asked, baseAmount: "10.91" }))).toMatchObject({ code: "CONFLICT" });
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("by every form of SQL, and nothing else of the difference", async ({ test, acme, customerId }) => {
    const own = [acme.company.id, customerId];
    const insert = (base: string, difference = "default", rest = "") =>
      `insert into accounting.payments (company_id, direction, customer_id, account_id, payment_date, amount, currency,
         exchange_rate, external_id, base_amount, exchange_difference)
       values ($1, 'in', $2, null, '2026-02-01', 10, 'EUR', 1.1, 'X', ${base}, ${difference}) ${rest}`;
    const merge = (base: string) =>
      `merge into accounting.payments p using (values ($1::uuid, $2::uuid)) g (company_id, customer_id) on p.external_id = 'Y'
       when not matched then insert (company_id, direction, customer_id, account_id, payment_date, amount, currency,
         exchange_rate, external_id, base_amount)
       values (g.company_id, 'in', g.customer_id, null, '2026-02-01', 10, 'EUR', 1.1, 'Y', ${base})`;
    for (const [value, outcome] of [
      ["10.905", "ZT002"],
      ["-1", "23514"],
      ["'NaN'", "23514"],
      ["'Infinity'", "23514"],
    ] as const) {
      expect(await bySql(test, acme, [insert(value), own]), value).toBe(outcome);
      expect(await bySql(test, acme, [merge(value), own]), value).toBe(outcome);
    }
    const read = async () =>
      (
        await ownerRows(
          test,
          "select base_amount, exchange_difference from accounting.payments where tenant_id = $1 order by external_id",
          [acme.tenant.id],
        )
      ).map((row) => Object.values(row));
    for (const [value, stored] of [
      ["default", ["11.00", "0.00"]],
      ["null", ["11.00", "0.00"]],
      ["10.9", ["10.90", "-0.10"]],
    ] as const) {
      expect(await bySql(test, acme, [insert(value, "99").replace("'X'", `'${value}'`), own])).toBe("done");
      expect(await read()).toContainEqual(stored);
    }
    const before = await read();
    expect(await bySql(test, acme, [insert("5"), own])).toBe("done");
    expect(await bySql(test, acme, [insert("7", "default", "on conflict do nothing"), own])).toBe("done");
    expect(await bySql(test, acme, [merge("10.9"), own], [merge("10.9"), own])).toBe("done");
    expect(await read()).toHaveLength(before.length + 2);
    for (const set of ["base_amount = 1", "exchange_difference = 0"])
      expect(await bySql(test, acme, [`update accounting.payments set ${set}`])).toBe("ZT003");
    expect(await healthy(test, acme)).toEqual([]);
  });
});

describe("a document states its base total", () => {
  it("and the difference from its rate is a gain or a loss", async ({ test, acme, customerId }) => {
    const fields = { currency: "EUR", exchangeRate: "1.1", baseAmount: "1098" };
    const lines = [
      work("400.00"),
      work("600.00", (await acme.handle.accounting.accounts.findByCode(acme.company.id, "4200"))?.id),
    ];
    const invoice = await issued(acme, "", { ...fields, customerId, lines });
    expect(invoice).toMatchObject({ baseAmount: "1098.00", exchangeRate: "1.1" });
    expect(await postings(test, acme, invoice.id)).toEqual([
      "invoice 2026-01-15: receivable 1098.00, other -440.00, other -660.00, exchange 2.00",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("1098.00");
    const bill = await approved(acme, "1000.00", { ...fields, baseAmount: "1101.01" });
    expect(await postings(test, acme, bill.id)).toEqual([
      "bill 2026-01-15: payable -1101.01, other 1100.00, exchange 1.01",
    ]);
    await acme.handle.accounting.payments.receive({
      ...{ ...euros(acme, "1000.00"), customerId, exchangeRate: "1.1", baseAmount: "1100.00", allocations: "oldest" },
    });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    await acme.handle.accounting.bills.void(bill.id, { date: "2026-02-01" });
    expect((await postings(test, acme, bill.id))[1]).toBe(
      "bill_void 2026-02-01: payable 1101.01, other -1100.00, exchange -1.01",
    );
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("which a credit note over all of it takes back, and one over a part does not", async ({
    test,
    acme,
    customerId,
  }) => {
    const { invoices } = acme.handle.accounting;
    const fields = { customerId, currency: "EUR", exchangeRate: "1.1", baseAmount: "107" };
    const whole = await issued(acme, "100.00", fields);
    const note = await invoices.credit(whole.id, { date: "2026-01-20" });
    expect(note).toMatchObject({ baseAmount: "107.00", status: "paid" });
    expect(await postings(test, acme, note.id)).toEqual([
      "invoice 2026-01-20: receivable -107.00, other 110.00, exchange -3.00",
    ]);
    expect(await exchangeOf(test, acme)).toBe("0.00");
    const part = await issued(acme, "100.00", fields);
    expect(await invoices.credit(part.id, { date: "2026-01-20", lines: [work("50.00")] })).toMatchObject({
      baseAmount: "55.00",
    });
    expect(await balanceOf(acme, customerId)).toBe("53.50");
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("while it is a draft, for the total that it has", async ({ test, acme }) => {
    const { invoices, bills } = acme.handle.accounting;
    const draft = await createInvoice(acme, { currency: "EUR", baseAmount: "11.5" });
    expect(draft.baseAmount).toBe("11.50");
    expect((await invoices.update(draft.id, { baseAmount: "11.6" })).baseAmount).toBe("11.60");
    expect((await invoices.setLines(draft.id, [work("10.00")])).baseAmount).toBe("11.60");
    expect((await invoices.setLines(draft.id, [work("20.00")])).baseAmount).toBeNull();
    await invoices.update(draft.id, { baseAmount: "23" });
    expect((await invoices.update(draft.id, { currency: "USD" })).baseAmount).toBeNull();
    expect((await invoices.update(draft.id, { baseAmount: "20" })).baseAmount).toBe("20.00");
    expect((await invoices.issue(draft.id)).baseAmount).toBe("20.00");
    const wrong = await createBill(acme, { baseAmount: "10.01" });
    expect(await rejection(bills.approve(wrong.id))).toMatchObject({ code: "INVARIANT_VIOLATED" });
    expect(await bills.update(wrong.id, { baseAmount: null })).toMatchObject({ baseAmount: null });
    expect((await bills.approve(wrong.id)).baseAmount).toBe("10.00");
    expect(await rejection(createInvoice(acme, { baseAmount: "1.005" }))).toMatchObject({ code: "INVARIANT_VIOLATED" });
    expect(await rejection(createInvoice(acme, { baseAmount: "-1" }))).toMatchObject({
      issues: [{ path: "baseAmount" }],
    });
    expect(await healthy(test, acme)).toEqual([]);
  });

  it("in lists and imports too, and so says its rate where there is none", async ({ test }) => {
    const acme = await tenantWithBooks(test, "JPY");
    const customerId = (await createCustomer(acme)).id;
    const { invoices } = acme.handle.accounting;
    const fields = { companyId: acme.company.id, customerId, currency: "KWD", lines: [work("1.234")] };
    const dates = { invoiceDate: "2026-01-15", dueDate: "2026-01-15" };
    const [first, second] = await invoices.createMany([
      { ...fields, ...dates, baseAmount: "605" },
      { ...fields, ...dates },
    ]);
    expect([first?.baseAmount, second?.baseAmount]).toEqual(["605", null]);
    const issuedOne = await invoices.issue(first?.id ?? "");
    expect(issuedOne.baseAmount).toBe("605");
    expect(issuedOne.exchangeRate).toMatch(/^490\.27552674230145867/);
    expect(await rejection(invoices.issue(second?.id ?? ""))).toMatchObject({ code: "CONFLICT" });
    const imported = { ...fields, ...dates, status: "issued", externalId: "I-1", invoiceNumber: "A-1" } as const;
    await invoices.importMany([{ ...imported, exchangeRate: "490", baseAmount: "600" }]);
    const [row] = await ownerRows(test, "select base_amount from accounting.invoices where external_id = 'I-1'");
    expect(row).toEqual({ base_amount: "600" });
    expect(await balanceOf(acme, customerId)).toBe("1205");
    expect(await healthy(test, acme)).toEqual([]);
  });
});

const euros = (acme: TestTenant, amount: string) => ({
  ...{ companyId: acme.company.id, currency: "EUR", paymentDate: "2026-02-01", amount },
});

/** What the exchange account stands at: a loss is a debit. */
async function exchangeOf(test: Parameters<typeof discrepancies>[0], acme: TestTenant): Promise<unknown> {
  const rows = await ownerRows(
    test,
    `select b.balance from accounting.account_balances b
     join accounting.books k on k.tenant_id = b.tenant_id and k.exchange_account_id = b.account_id where b.tenant_id = $1`,
    [acme.tenant.id],
  );
  return rows[0]?.balance;
}

const healthy = async (test: Parameters<typeof discrepancies>[0], acme: TestTenant) => [
  ...(await discrepancies(test, acme)),
  ...(await acme.handle.accounting.integrity.violations()),
];
