import { describe, expect } from "vitest";
import type { ImportedInvoice } from "../../../src/accounting";
import {
  allPages,
  DatabaseError,
  ForeignKeyViolationError,
  lineAmount,
  sumMoney,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { createCustomer, createTenant, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { freshBooks as it } from "../kit/books";
import { balanceOf, issued, work } from "../kit/documents";
import { accountOf, setRate } from "../kit/journal";

describe("an import of invoices", () => {
  it("keeps number, status, date, lines and totals, in more than one slice; what is not paid is owed", async ({
    acme,
    customerId,
  }) => {
    const given = records(acme, customerId, 501);
    expect(await acme.handle.accounting.invoices.importMany(given)).toEqual({ created: 501 });
    const stored = new Map((await everything(acme)).map((invoice) => [invoice.externalId, invoice]));
    expect(stored.size).toBe(501);
    for (const each of given) {
      expect(stored.get(each.externalId)).toMatchObject({
        invoiceNumber: each.invoiceNumber,
        status: each.status,
        totalAmount: totalOf(each),
        issuedAt: new Date("2025-05-01T00:00:00.000Z"),
      });
    }
    const owed = sumMoney(given.filter((each) => each.status === "issued").map(totalOf));
    expect(await balanceOf(acme, customerId)).toBe(owed);
    const [books] = await acme.handle.accounting.invoices.reconcile();
    expect(books).toMatchObject({
      invoices: 501,
      documentTotal: books?.lineTotal,
      lineTotal: sumMoney(given.map(totalOf)),
    });
    const document = await acme.handle.accounting.invoices.findDocument(stored.get("ext-2")?.id ?? "");
    expect(document?.lines.map((line) => line.description)).toEqual(["Line 1", "Line 2", "Line 3"]);
  });

  it("books the payment of a paid one on its day, or else today, and none over nothing", async ({
    acme,
    customerId,
  }) => {
    await setRate(acme, "EUR", "2025-01-01", "1.1");
    await setRate(acme, "EUR", "2025-06-10", "1.2");
    const free = { lines: [{ description: "Gift", quantity: "1", unitPrice: "0" }] };
    await acme.handle.accounting.invoices.importMany([
      record(acme, customerId, 1, { paidOn: "2025-06-10" }),
      record(acme, customerId, 3, { paidOn: "2025-06-10", currency: "EUR" }),
      record(acme, customerId, 5, { paidOn: "2025-05-01" }),
      record(acme, customerId, 7, { paidOn: "2025-05-01", ...free }),
      record(acme, customerId, 9),
    ]);
    expect((await everything(acme)).map(({ status }) => status)).toEqual(Array(5).fill("paid"));
    const { items } = await acme.handle.accounting.payments.list();
    const today = new Date().toISOString().slice(0, 10);
    const made = items.map(({ reference, paymentDate, amount }) => [reference, paymentDate, amount]).sort();
    expect(made).toEqual([
      ["OLD-1", "2025-06-10", totalOf(record(acme, customerId, 1))],
      ["OLD-3", "2025-06-10", totalOf(record(acme, customerId, 3))],
      ["OLD-5", "2025-05-01", totalOf(record(acme, customerId, 5))],
      ["OLD-9", today, totalOf(record(acme, customerId, 9))],
    ]);
    const owed = async (asOf: string) =>
      (await acme.handle.accounting.reports.receivablesAgeing({ companyId: acme.company.id, asOf })).totals.total;
    expect(await owed("2025-06-10")).toBe(totalOf(record(acme, customerId, 9)));
    expect(Number(await owed("2025-06-09"))).toBeGreaterThan(Number(totalOf(record(acme, customerId, 9))));
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("changes nothing the second time, and adds what is new", async ({ acme, customerId }) => {
    await acme.handle.accounting.invoices.importMany(records(acme, customerId, 10));
    const before = await everything(acme);
    const owed = await balanceOf(acme, customerId);
    const changed = records(acme, customerId, 10).map((each) => ({
      ...each,
      invoiceNumber: `NEW-${each.externalId}`,
      status: "paid" as const,
    }));
    expect(await acme.handle.accounting.invoices.importMany(changed)).toEqual({ created: 0 });
    expect(await everything(acme)).toEqual(before);
    expect(await balanceOf(acme, customerId)).toBe(owed);
    expect(await acme.handle.accounting.invoices.importMany(records(acme, customerId, 12))).toEqual({ created: 2 });
  });

  it("is counted once when it runs twice at the same time", async ({ acme, customerId }) => {
    const results = await Promise.all([
      acme.handle.accounting.invoices.importMany(records(acme, customerId, 40)),
      acme.handle.accounting.invoices.importMany(records(acme, customerId, 40)),
    ]);
    expect(results.map(({ created }) => created).sort((a, b) => a - b)).toEqual([0, 40]);
    expect(await balanceOf(acme, customerId)).toBe(
      sumMoney(
        records(acme, customerId, 40)
          .filter((each) => each.status === "issued")
          .map(totalOf),
      ),
    );
  });

  it("takes the same invoice twice in one import for one", async ({ acme, customerId }) => {
    expect(
      await acme.handle.accounting.invoices.importMany([record(acme, customerId, 2), record(acme, customerId, 2)]),
    ).toEqual({ created: 1 });
    expect(await balanceOf(acme, customerId)).toBe(totalOf(record(acme, customerId, 2)));
  });

  it("writes all or none", async ({ test, acme, customerId }) => {
    const other = await createTenant(test);
    const theirs = await createCustomer(other);
    const existing = await issued(acme);
    const owed = await balanceOf(acme, customerId);
    for (const [bad, expected] of [
      [record(acme, customerId, 600, { customerId: theirs.id }), ForeignKeyViolationError],
      [record(acme, customerId, 600, { companyId: other.company.id }), ForeignKeyViolationError],
      [record(acme, customerId, 600, { invoiceNumber: existing.invoiceNumber ?? "" }), UniqueViolationError],
      [record(acme, customerId, 600, { invoiceNumber: "OLD-3" }), UniqueViolationError],
    ] as const) {
      expect(
        await rejection(acme.handle.accounting.invoices.importMany([...records(acme, customerId, 501), bad])),
      ).toBeInstanceOf(expected);
    }
    expect(await everything(acme)).toHaveLength(1);
    expect(await balanceOf(acme, customerId)).toBe(owed);
  });

  it("is refused with the field's path when a record does not fit", async ({ acme, customerId }) => {
    for (const [path, wrong] of [
      ["1.lines", { lines: [] }],
      ["1.status", { status: "draft" }],
      ["1.invoiceNumber", { invoiceNumber: " " }],
      ["1.externalId", { externalId: "" }],
      ["1.dueDate", { dueDate: "2025-04-30" }],
      ["1.paidOn", { status: "paid", paidOn: "2025-04-30" }],
      ["1.paidOn", { status: "issued", paidOn: "2025-05-02" }],
      ["1", { totalAmount: "1.00" }],
    ] as const) {
      const error = await rejection(
        acme.handle.accounting.invoices.importMany([
          record(acme, customerId, 1),
          record(acme, customerId, 2, wrong as never),
        ]),
      );
      expect(error, path).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    expect(await acme.handle.accounting.invoices.importMany([])).toEqual({ created: 0 });
    expect(await everything(acme)).toEqual([]);
  });

  it("is part of the caller's transaction", async ({ acme, customerId }) => {
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await tx.accounting.invoices.importMany(records(acme, customerId, 3));
        throw new RangeError("no");
      }),
    );
    expect(error).not.toBeInstanceOf(DatabaseError);
    expect(await everything(acme)).toEqual([]);
  });
});

describe("what the books say", () => {
  it("per country and per customer counts issued and paid invoices, drafts and voids not", async ({
    acme,
    customerId,
  }) => {
    const germany = { billingCountry: "DE" };
    await setRate(acme, "EUR", "2025-01-01", "1.1");
    await acme.handle.accounting.invoices.importMany([
      record(acme, customerId, 2, { ...germany, lines: [{ description: "A", quantity: "1", unitPrice: "100.10" }] }),
      record(acme, customerId, 3, { ...germany, lines: [{ description: "A", quantity: "1", unitPrice: "0.20" }] }),
      record(acme, customerId, 4, { lines: [{ description: "A", quantity: "1", unitPrice: "7" }] }),
      record(acme, customerId, 5, { currency: "EUR", lines: [{ description: "A", quantity: "1", unitPrice: "8" }] }),
    ]);
    await acme.handle.accounting.invoices.create({
      companyId: acme.company.id,
      customerId,
      invoiceDate: "2026-01-01",
      dueDate: "2026-01-01",
      billingCountry: "DE",
      lines: [{ description: "Draft", quantity: "1", unitPrice: "1000" }],
    });
    expect(await acme.handle.accounting.invoices.revenueByCountry()).toEqual([
      { country: "DE", currency: "USD", invoices: 2, revenue: "100.30" },
      { country: null, currency: "USD", invoices: 2, revenue: "15.80" },
    ]);
    expect(await acme.handle.accounting.invoices.largestCustomers(1)).toEqual([
      { customerId, name: "Customer", country: null, currency: "USD", invoices: 4, revenue: "116.10" },
    ]);
    expect(await acme.handle.accounting.invoices.reconcile()).toEqual([
      { currency: "EUR", invoices: 1, lines: 1, documentTotal: "8.00", lineTotal: "8.00" },
      { currency: "USD", invoices: 3, lines: 3, documentTotal: "107.30", lineTotal: "107.30" },
    ]);
  });

  it("is what income accounts say: no tax and no refund, less what is credited and void", async ({
    acme,
    customerId,
  }) => {
    const { invoices, payments, reports } = acme.handle.accounting;
    const { id: companyId } = acme.company;
    const taxes = await accountOf(acme, "2200");
    const lines = [work("100.00"), { ...work("19.00", taxes), description: "VAT 19 %" }];
    const sold = await issued(acme, "0", { customerId, lines, billingCountry: "DE" });
    await payments.receive({
      companyId,
      customerId,
      paymentDate: "2026-01-20",
      amount: "200.00",
      allocations: "oldest",
    });
    await payments.refund({ companyId, customerId, paymentDate: "2026-01-21", amount: "50.00" });
    await issued(acme, "0", { customerId, lines: [work("31.00", await accountOf(acme, "1120"))] });
    const taken = await issued(acme, "0", {
      customerId,
      lines: [work("40.00"), work("5.00", taxes)],
      billingCountry: "FR",
    });
    await invoices.void(taken.id, { date: "2026-03-01" });
    await invoices.credit(sold.id, { date: "2026-02-01", lines: [work("25.00"), work("4.75", taxes)] });
    const country = (rows: { country: string | null; invoices: number; revenue: string }[]) =>
      rows.map((row) => [row.country, row.invoices, row.revenue]);
    expect(country(await invoices.revenueByCountry())).toEqual([
      ["DE", 1, "75.00"],
      [null, 1, "0.00"],
    ]);
    // Of January alone, the invoice that is void by now was revenue.
    const january = { companyId, from: "2026-01-01", to: "2026-01-31" };
    expect(country(await invoices.revenueByCountry(january))).toEqual([
      ["DE", 1, "100.00"],
      ["FR", 0, "40.00"],
      [null, 1, "0.00"],
    ]);
    expect((await reports.profitAndLoss(january)).income.total).toBe("140.00");
    expect(await invoices.largestCustomers(5, january)).toMatchObject([{ customerId, invoices: 2, revenue: "140.00" }]);
    expect(await rejection(invoices.revenueByCountry({ from: "2026-02-01", to: "2026-01-01" }))).toBeInstanceOf(
      ValidationError,
    );
  });

  it("counts credit notes against what was invoiced", async ({ acme, customerId }) => {
    await acme.handle.accounting.invoices.importMany([
      record(acme, customerId, 4, { lines: [{ description: "A", quantity: "1", unitPrice: "7" }] }),
    ]);
    const [first] = (await acme.handle.accounting.invoices.list({ status: "issued" })).items;
    await acme.handle.accounting.invoices.credit(first?.id ?? "", {
      date: "2025-06-01",
      lines: [{ description: "Half", quantity: "0.5", unitPrice: "7" }],
    });
    expect(await acme.handle.accounting.invoices.revenueByCountry()).toEqual([
      { country: null, currency: "USD", invoices: 1, revenue: "3.50" },
    ]);
  });
});

function record(
  acme: TestTenant,
  customerId: string,
  number: number,
  fields: Partial<ImportedInvoice> = {},
): ImportedInvoice {
  return {
    companyId: acme.company.id,
    customerId,
    externalId: `ext-${number}`,
    invoiceNumber: `OLD-${number}`,
    status: number % 2 === 0 ? "issued" : "paid",
    invoiceDate: "2025-05-01",
    dueDate: "2025-05-31",
    lines: Array.from({ length: 1 + (number % 3) }, (_, i) => ({
      description: `Line ${i + 1}`,
      quantity: "1.5",
      unitPrice: `${number}.3333`,
    })),
    ...fields,
  };
}

const records = (acme: TestTenant, customerId: string, count: number) =>
  Array.from({ length: count }, (_, i) => record(acme, customerId, i));

const totalOf = (invoice: ImportedInvoice) =>
  sumMoney(invoice.lines.map((line) => lineAmount(line.quantity, line.unitPrice)));

async function everything(acme: TestTenant) {
  const items = [];
  for await (const page of allPages((request) => acme.handle.accounting.invoices.list(request)))
    items.push(...page.items);
  return items;
}
