import { describe, expect } from "vitest";
import {
  ConflictError,
  allPages as eachPage,
  ForeignKeyViolationError,
  lineAmount,
  NotFoundError,
  newId,
  sumMoney,
  ValidationError,
} from "../../../src/index";
import { createCustomer, createInvoice, createTenant, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { freshBooks as it } from "../kit/books";
import { balanceOf, issued } from "../kit/documents";

describe("a draft", () => {
  it("has the total of its lines, each rounded once, half away from zero", async ({ acme }) => {
    const lines = [line("3", "0.3333"), line("0.5", "0.01"), line("1.001", "9.995"), line("1", "0")];
    const invoice = await createInvoice(acme, { lines });
    expect(invoice).toMatchObject({ totalAmount: "11.01", status: "draft", invoiceNumber: null, currency: "USD" });
    const document = await acme.handle.accounting.invoices.findDocument(invoice.id);
    expect(document?.lines.map((each) => each.amount)).toEqual(["1.00", "0.01", "10.00", "0.00"]);
    expect(sumMoney(lines.map((each) => lineAmount(each.quantity, each.unitPrice)))).toBe(invoice.totalAmount);
  });

  it("does not round the sum instead of its lines", async ({ acme }) => {
    const lines = Array.from({ length: 3 }, () => line("1", "0.005"));
    expect((await createInvoice(acme, { lines })).totalAmount).toBe("0.03");
  });

  it("is exact where a number is not, up to the largest amount", async ({ acme }) => {
    expect((await createInvoice(acme, { lines: [line("1", "0.1"), line("1", "0.2")] })).totalAmount).toBe("0.30");
    const largest = await createInvoice(acme, { lines: [line("99", "99999999999"), line("1", "99.99")] });
    expect(largest.totalAmount).toBe("9900000000000.99");
  });

  it("is refused, typed and whole, when its total does not fit", async ({ acme }) => {
    const lines = [line("999999999999", "99999999999")];
    expect(await rejection(createInvoice(acme, { lines }))).toBeInstanceOf(ValidationError);
    expect((await acme.handle.accounting.invoices.list()).items).toEqual([]);
  });

  it("is refused with the field's name when it does not fit", async ({ acme }) => {
    const customerId = (await createCustomer(acme)).id;
    for (const [path, wrong] of [
      ["lines", { lines: [] }],
      ["lines", { lines: Array.from({ length: 1_001 }, () => line("1", "1")) }],
      ["lines.0.quantity", { lines: [line("0", "1")] }],
      ["lines.0.quantity", { lines: [line("-1", "1")] }],
      ["lines.0.quantity", { lines: [line("1.0001", "1")] }],
      ["lines.1.unitPrice", { lines: [line("1", "1"), line("1", "-0.01")] }],
      ["lines.0.unitPrice", { lines: [line("1", "0.00001")] }],
      ["invoiceDate", { invoiceDate: "2026-02-30" }],
      ["dueDate", { dueDate: "2026-01-14" }],
      ["currency", { currency: "usd" }],
      ["currency", { currency: "USD\n" }],
      ["", { totalAmount: "5.00" }],
      ["", { status: "paid" }],
      ["", { invoiceNumber: "INV-1" }],
      ["", { tenantId: newId() }],
    ] as const) {
      const error = await rejection(createInvoice(acme, { customerId, ...(wrong as object) }));
      expect(error, path).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
  });

  it("cannot be for another tenant's customer, nor for another company's", async ({ test, acme }) => {
    const other = await createTenant(test);
    const theirs = await createCustomer(other);
    expect(await rejection(createInvoice(acme, { customerId: theirs.id }))).toBeInstanceOf(ForeignKeyViolationError);
    const company = await acme.handle.tenancy.companies.create({ name: "Second" });
    const customer = await createCustomer(acme);
    expect(await rejection(createInvoice(acme, { customerId: customer.id, companyId: company.id }))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
  });
});

describe("a document", () => {
  it("comes with its customer and its lines in order", async ({ acme }) => {
    const customer = await createCustomer(acme, { name: "Reader" });
    const lines = Array.from({ length: 12 }, (_, i) => ({
      description: `Line ${i + 1}`,
      quantity: "1.500",
      unitPrice: "2.5000",
    }));
    const { id } = await createInvoice(acme, { customerId: customer.id, lines });
    const document = await acme.handle.accounting.invoices.findDocument(id);
    expect(document?.customer).toEqual(customer);
    expect(document?.lines.map((each) => each.description)).toEqual(lines.map((each) => each.description));
    expect(document?.lines.map((each) => each.lineNumber)).toEqual(lines.map((_, i) => i + 1));
    expect(document?.lines[0]).toMatchObject({ quantity: "1.500", unitPrice: "2.5000", amount: "3.75" });
    const { seller: _seller, buyer: _buyer, ...stored } = await acme.handle.accounting.invoices.getById(id);
    expect(document).toMatchObject(stored);
  });

  it("is not found in another tenant", async ({ test, acme }) => {
    const { id } = await createInvoice(acme);
    const other = await createTenant(test);
    expect(await other.handle.accounting.invoices.findDocument(id)).toBeUndefined();
    expect(await other.handle.accounting.invoices.findById(id)).toBeUndefined();
    expect(await rejection(other.handle.accounting.invoices.getById(id))).toBeInstanceOf(NotFoundError);
  });
});

describe("the list", () => {
  async function arrange(acme: TestTenant) {
    const customers = [await createCustomer(acme), await createCustomer(acme)];
    for (let i = 0; i < 24; i += 1) {
      const day = String(1 + (i % 5)).padStart(2, "0");
      const fields = { customerId: customers[i % 2]?.id ?? "", invoiceDate: `2026-01-${day}` };
      if (i % 3 === 0) await issued(acme, "1.00", fields);
      else await createInvoice(acme, fields);
    }
    return customers.map((customer) => customer.id);
  }

  it("goes through every invoice once, newest first, for every filter and page size", async ({ acme }) => {
    const [first = ""] = await arrange(acme);
    const everything = (await acme.handle.accounting.invoices.list({ limit: 500 })).items;
    expect(everything).toHaveLength(24);
    expect(everything.map((each) => each.invoiceDate)).toEqual(
      everything
        .map((each) => each.invoiceDate)
        .sort()
        .reverse(),
    );
    for (const filter of [
      {},
      { status: "issued" as const },
      { customerId: first },
      { status: "draft" as const, customerId: first },
    ]) {
      const expected = everything.filter(
        (each) =>
          (filter.status === undefined || each.status === filter.status) &&
          (filter.customerId === undefined || each.customerId === filter.customerId),
      );
      for (const limit of [1, 5, 12, 24, 25]) {
        const pages = await pagesOf(
          (request) => acme.handle.accounting.invoices.list({ ...request, ...filter }),
          limit,
        );
        expect(pages.flat().map((each) => each.id)).toEqual(expected.map((each) => each.id));
      }
    }
    expect((await acme.handle.accounting.invoices.list({ status: "paid" })).items).toEqual([]);
    expect((await acme.handle.accounting.invoices.list({ customerId: newId() })).items).toEqual([]);
  });

  it("neither repeats nor loses an invoice when others are written between the pages", async ({ acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const before = [];
    for (let i = 0; i < 12; i += 1) {
      before.push((await createInvoice(acme, { customerId, invoiceDate: `2026-01-${10 + (i % 4)}` })).id);
    }
    const seen: string[] = [];
    for await (const { items } of eachPage((request) => acme.handle.accounting.invoices.list(request), { limit: 3 })) {
      seen.push(...items.map((each) => each.id));
      for (const day of ["01", "11", "20"]) await createInvoice(acme, { customerId, invoiceDate: `2026-01-${day}` });
      if (seen.length >= 200) break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  });

  it("refuses a filter that does not exist", async ({ acme }) => {
    for (const wrong of [{ status: "open" }, { customerId: "x" }, { tenantId: acme.tenant.id }, { limit: 0 }]) {
      expect(await rejection(acme.handle.accounting.invoices.list(wrong as never))).toBeInstanceOf(ValidationError);
    }
  });
});

describe("payment", () => {
  it("marks all given invoices, and the customers owe that much less", async ({ acme }) => {
    const customer = await createCustomer(acme);
    const [a, b, c] = await Promise.all(
      ["10.00", "20.50", "0.01"].map((amount) => issued(acme, amount, { customerId: customer.id })),
    );
    expect(await balanceOf(acme, customer.id)).toBe("30.51");
    await acme.handle.accounting.invoices.markPaid([a?.id ?? "", c?.id ?? "", a?.id ?? ""]);
    expect(await balanceOf(acme, customer.id)).toBe("20.50");
    expect(
      (await acme.handle.accounting.invoices.list({ status: "paid" })).items.map((each) => each.id).sort(),
    ).toEqual([a?.id, c?.id].sort());
    expect((await acme.handle.accounting.invoices.getById(b?.id ?? "")).status).toBe("issued");
  });

  it("marks all or none, whatever is wrong with one of them", async ({ test, acme }) => {
    const customer = await createCustomer(acme);
    const good = await issued(acme, "5.00", { customerId: customer.id });
    const draft = await createInvoice(acme, { customerId: customer.id });
    const paid = await issued(acme, "7.00", { customerId: customer.id });
    await acme.handle.accounting.invoices.markPaid([paid.id]);
    const theirs = await issued(await createTenant(test));
    for (const bad of [draft.id, paid.id, theirs.id, newId()]) {
      const error = await rejection(acme.handle.accounting.invoices.markPaid([good.id, bad]));
      expect(error).toBeInstanceOf(ConflictError);
      expect(String(error)).toContain("1 of 2");
      expect((await acme.handle.accounting.invoices.getById(good.id)).status).toBe("issued");
    }
    expect(await balanceOf(acme, customer.id)).toBe("5.00");
  });

  it("is taken once when it arrives twice at the same time", async ({ acme }) => {
    const customer = await createCustomer(acme);
    const invoice = await issued(acme, "5.00", { customerId: customer.id });
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => acme.handle.accounting.invoices.markPaid([invoice.id])),
    );
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(await balanceOf(acme, customer.id)).toBe("0.00");
  });

  it("does nothing with no ids, and refuses what is no id", async ({ acme }) => {
    await acme.handle.accounting.invoices.markPaid([]);
    expect(await rejection(acme.handle.accounting.invoices.markPaid(["inv_001"]))).toBeInstanceOf(ValidationError);
  });
});

const line = (quantity: string, unitPrice: string) => ({ description: "Work", quantity, unitPrice });
