import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ImportedInvoice } from "../../src/accounting";
import {
  allPages,
  DatabaseError,
  ForeignKeyViolationError,
  lineAmount,
  sumMoney,
  UniqueViolationError,
  ValidationError,
} from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { setRate } from "./document-tools";
import { balanceOf, issued, rejection } from "./support";

let test: TestDatabase;
let acme: TestTenant;
let customerId: string;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
  customerId = (await createCustomer(acme)).id;
});

const repository = () => acme.handle.accounting.invoices;

function record(number: number, fields: Partial<ImportedInvoice> = {}): ImportedInvoice {
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

const records = (count: number) => Array.from({ length: count }, (_, i) => record(i));
const totalOf = (invoice: ImportedInvoice) =>
  sumMoney(invoice.lines.map((line) => lineAmount(line.quantity, line.unitPrice)));

async function everything() {
  const items = [];
  for await (const page of allPages((request) => repository().list(request))) items.push(...page.items);
  return items;
}

describe("an import of invoices", () => {
  it("keeps number, status, date, lines and totals, in more than one slice; what is not paid is owed", async () => {
    const given = records(501);
    expect(await repository().importMany(given)).toEqual({ created: 501 });
    const stored = new Map((await everything()).map((invoice) => [invoice.externalId, invoice]));
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
    const [books] = await repository().reconcile();
    expect(books).toMatchObject({
      invoices: 501,
      documentTotal: books?.lineTotal,
      lineTotal: sumMoney(given.map(totalOf)),
    });
    const document = await repository().findDocument(stored.get("ext-2")?.id ?? "");
    expect(document?.lines.map((line) => line.description)).toEqual(["Line 1", "Line 2", "Line 3"]);
  });

  it("books the payment of a paid one on its day, or else today, and none over nothing", async () => {
    await setRate(acme, "EUR", "2025-01-01", "1.1");
    await setRate(acme, "EUR", "2025-06-10", "1.2");
    const free = { lines: [{ description: "Gift", quantity: "1", unitPrice: "0" }] };
    await repository().importMany([
      record(1, { paidOn: "2025-06-10" }),
      record(3, { paidOn: "2025-06-10", currency: "EUR" }),
      record(5, { paidOn: "2025-05-01" }),
      record(7, { paidOn: "2025-05-01", ...free }),
      record(9),
    ]);
    expect((await everything()).map(({ status }) => status)).toEqual(Array(5).fill("paid"));
    const { items } = await acme.handle.accounting.payments.list();
    const today = new Date().toISOString().slice(0, 10);
    const made = items.map(({ reference, paymentDate, amount }) => [reference, paymentDate, amount]).sort();
    expect(made).toEqual([
      ["OLD-1", "2025-06-10", totalOf(record(1))],
      ["OLD-3", "2025-06-10", totalOf(record(3))],
      ["OLD-5", "2025-05-01", totalOf(record(5))],
      ["OLD-9", today, totalOf(record(9))],
    ]);
    const owed = async (asOf: string) =>
      (await acme.handle.accounting.reports.receivablesAgeing({ companyId: acme.company.id, asOf })).totals.total;
    expect(await owed("2025-06-10")).toBe(totalOf(record(9)));
    expect(Number(await owed("2025-06-09"))).toBeGreaterThan(Number(totalOf(record(9))));
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("changes nothing the second time, and adds what is new", async () => {
    await repository().importMany(records(10));
    const before = await everything();
    const owed = await balanceOf(acme, customerId);
    const changed = records(10).map((each) => ({
      ...each,
      invoiceNumber: `NEW-${each.externalId}`,
      status: "paid" as const,
    }));
    expect(await repository().importMany(changed)).toEqual({ created: 0 });
    expect(await everything()).toEqual(before);
    expect(await balanceOf(acme, customerId)).toBe(owed);
    expect(await repository().importMany(records(12))).toEqual({ created: 2 });
  });

  it("is counted once when it runs twice at the same time", async () => {
    const results = await Promise.all([repository().importMany(records(40)), repository().importMany(records(40))]);
    expect(results.map(({ created }) => created).sort((a, b) => a - b)).toEqual([0, 40]);
    expect(await balanceOf(acme, customerId)).toBe(
      sumMoney(
        records(40)
          .filter((each) => each.status === "issued")
          .map(totalOf),
      ),
    );
  });

  it("takes the same invoice twice in one import for one", async () => {
    expect(await repository().importMany([record(2), record(2)])).toEqual({ created: 1 });
    expect(await balanceOf(acme, customerId)).toBe(totalOf(record(2)));
  });

  it("writes all or none", async () => {
    const other = await createTenant(test);
    const theirs = await createCustomer(other);
    const existing = await issued(acme);
    const owed = await balanceOf(acme, customerId);
    for (const [bad, expected] of [
      [record(600, { customerId: theirs.id }), ForeignKeyViolationError],
      [record(600, { companyId: other.company.id }), ForeignKeyViolationError],
      [record(600, { invoiceNumber: existing.invoiceNumber ?? "" }), UniqueViolationError],
      [record(600, { invoiceNumber: "OLD-3" }), UniqueViolationError],
    ] as const) {
      expect(await rejection(repository().importMany([...records(501), bad]))).toBeInstanceOf(expected);
    }
    expect(await everything()).toHaveLength(1);
    expect(await balanceOf(acme, customerId)).toBe(owed);
  });

  it("is refused with the field's path when a record does not fit", async () => {
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
      const error = await rejection(repository().importMany([record(1), record(2, wrong as never)]));
      expect(error, path).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    expect(await repository().importMany([])).toEqual({ created: 0 });
    expect(await everything()).toEqual([]);
  });

  it("is part of the caller's transaction", async () => {
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await tx.accounting.invoices.importMany(records(3));
        throw new RangeError("no");
      }),
    );
    expect(error).not.toBeInstanceOf(DatabaseError);
    expect(await everything()).toEqual([]);
  });
});

describe("what the books say", () => {
  it("per country and per customer counts issued and paid invoices, drafts and voids not", async () => {
    const germany = { billingCountry: "DE" };
    await setRate(acme, "EUR", "2025-01-01", "1.1");
    await repository().importMany([
      record(2, { ...germany, lines: [{ description: "A", quantity: "1", unitPrice: "100.10" }] }),
      record(3, { ...germany, lines: [{ description: "A", quantity: "1", unitPrice: "0.20" }] }),
      record(4, { lines: [{ description: "A", quantity: "1", unitPrice: "7" }] }),
      record(5, { currency: "EUR", lines: [{ description: "A", quantity: "1", unitPrice: "8" }] }),
    ]);
    await acme.handle.accounting.invoices.create({
      companyId: acme.company.id,
      customerId,
      invoiceDate: "2026-01-01",
      dueDate: "2026-01-01",
      billingCountry: "DE",
      lines: [{ description: "Draft", quantity: "1", unitPrice: "1000" }],
    });
    expect(await repository().revenueByCountry()).toEqual([
      { country: "DE", currency: "USD", invoices: 2, revenue: "100.30" },
      { country: null, currency: "EUR", invoices: 1, revenue: "8.00" },
      { country: null, currency: "USD", invoices: 1, revenue: "7.00" },
    ]);
    expect(await repository().largestCustomers(1)).toEqual([
      { customerId, name: "Customer", country: null, currency: "USD", invoices: 3, revenue: "107.30" },
    ]);
    expect(await repository().reconcile()).toEqual([
      { currency: "EUR", invoices: 1, lines: 1, documentTotal: "8.00", lineTotal: "8.00" },
      { currency: "USD", invoices: 3, lines: 3, documentTotal: "107.30", lineTotal: "107.30" },
    ]);
  });

  it("counts credit notes against what was invoiced", async () => {
    await repository().importMany([record(4, { lines: [{ description: "A", quantity: "1", unitPrice: "7" }] })]);
    const [first] = (await repository().list({ status: "issued" })).items;
    await repository().credit(first?.id ?? "", {
      date: "2025-06-01",
      lines: [{ description: "Half", quantity: "0.5", unitPrice: "7" }],
    });
    expect(await repository().revenueByCountry()).toEqual([
      { country: null, currency: "USD", invoices: 1, revenue: "3.50" },
    ]);
  });
});
