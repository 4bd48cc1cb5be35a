import { describe, expect } from "vitest";
import { ConflictError, ForeignKeyViolationError, NotFoundError, newId, ValidationError } from "../../../src/index";
import { createCustomer, createInvoice, createTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { createBill, createVendor, issued, work } from "../kit/documents";
import { accountOf } from "../kit/journal";

describe("changing a draft", () => {
  it("sets the given fields and leaves the others", async ({ acme }) => {
    const invoice = await createInvoice(acme, { billingCountry: "DE", exchangeRate: "1.5" });
    const customerId = (await createCustomer(acme)).id;
    const changes = { customerId, dueDate: "2026-03-01", exchangeRate: null, currency: "EUR" };
    const changed = await acme.handle.accounting.invoices.update(invoice.id, changes);
    expect(changed).toEqual({ ...invoice, ...changes, updatedAt: changed.updatedAt });
    expect(await acme.handle.accounting.invoices.getById(invoice.id)).toEqual(changed);
    const bill = await createBill(acme);
    const renamed = await acme.handle.accounting.bills.update(bill.id, { billNumber: "R-9", externalId: "ext" });
    expect(renamed).toEqual({ ...bill, billNumber: "R-9", externalId: "ext", updatedAt: renamed.updatedAt });
  });

  it("is refused for what does not fit, is no draft or is not there", async ({ acme }) => {
    const draft = await createInvoice(acme);
    for (const wrong of [
      {},
      { totalAmount: "1.00" },
      { status: "issued" },
      { companyId: newId() },
      { currency: "x" },
    ]) {
      expect(await rejection(acme.handle.accounting.invoices.update(draft.id, wrong as never))).toBeInstanceOf(
        ValidationError,
      );
    }
    expect(await rejection(acme.handle.accounting.invoices.update(draft.id, { customerId: newId() }))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
    expect(await rejection(acme.handle.accounting.invoices.update(draft.id, { dueDate: "2026-01-01" }))).toMatchObject({
      constraint: "invoices_due_date_check",
    });
    const invoice = await issued(acme);
    const error = await rejection(acme.handle.accounting.invoices.update(invoice.id, { billingCountry: "FR" }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("this invoice is issued");
    expect(await rejection(acme.handle.accounting.invoices.update(newId(), { billingCountry: "FR" }))).toBeInstanceOf(
      NotFoundError,
    );
  });
});

describe("other lines", () => {
  it("replace those of the draft, with their total", async ({ acme }) => {
    const account = await accountOf(acme, "4200");
    const invoice = await createInvoice(acme, { lines: [work("1"), work("2"), work("3")] });
    expect(
      await acme.handle.accounting.invoices.setLines(invoice.id, [work("4.25", account), work("5")]),
    ).toMatchObject({
      totalAmount: "9.25",
    });
    const document = await acme.handle.accounting.invoices.findDocument(invoice.id);
    expect(document?.lines.map((line) => [line.lineNumber, line.amount, line.accountId])).toEqual([
      [1, "4.25", account],
      [2, "5.00", null],
    ]);
    const bill = await createBill(acme);
    await acme.handle.accounting.bills.setLines(bill.id, [work("6"), work("7")]);
    expect((await acme.handle.accounting.bills.approve(bill.id)).totalAmount).toBe("13.00");
    expect((await acme.handle.accounting.invoices.issue(invoice.id)).totalAmount).toBe("9.25");
  });

  it("are refused for what is no draft, and leave it as it was", async ({ acme }) => {
    const invoice = await issued(acme);
    const before = await acme.handle.accounting.invoices.findDocument(invoice.id);
    expect(await rejection(acme.handle.accounting.invoices.setLines(invoice.id, [work("1")]))).toBeInstanceOf(
      ConflictError,
    );
    expect(await acme.handle.accounting.invoices.findDocument(invoice.id)).toEqual(before);
    expect(await rejection(acme.handle.accounting.invoices.setLines(newId(), [work("1")]))).toBeInstanceOf(
      NotFoundError,
    );
    expect(await rejection(acme.handle.accounting.invoices.setLines(invoice.id, []))).toBeInstanceOf(ValidationError);
  });

  it("that two write at once are the one's or the other's, never both", async ({ acme }) => {
    const { id } = await createInvoice(acme);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([
        acme.handle.accounting.invoices.setLines(id, [work("1"), work("1"), work("1")]),
        acme.handle.accounting.invoices.setLines(id, [work("20"), work("20")]),
      ]);
      const document = await acme.handle.accounting.invoices.findDocument(id);
      expect([
        ["3.00", 3],
        ["40.00", 2],
      ]).toContainEqual([document?.totalAmount, document?.lines.length]);
    }
    await acme.handle.accounting.invoices.issue(id);
  });
});

describe("a draft", () => {
  it("is deleted with its lines, and nothing else is", async ({ test, acme }) => {
    const invoice = await createInvoice(acme);
    const bill = await createBill(acme);
    await acme.handle.accounting.invoices.deleteDraft(invoice.id);
    await acme.handle.accounting.bills.deleteDraft(bill.id);
    expect(await acme.handle.accounting.invoices.findById(invoice.id)).toBeUndefined();
    expect(await acme.handle.accounting.bills.findById(bill.id)).toBeUndefined();
    const [lines] = await ownerRows(
      test,
      `select (select count(*)::int from accounting.invoice_lines where invoice_id = $1) as invoice,
         (select count(*)::int from accounting.bill_lines where bill_id = $2) as bill`,
      [invoice.id, bill.id],
    );
    expect(lines).toEqual({ invoice: 0, bill: 0 });
    const valid = await issued(acme);
    expect(await rejection(acme.handle.accounting.invoices.deleteDraft(valid.id))).toBeInstanceOf(ConflictError);
    expect(await rejection(acme.handle.accounting.invoices.deleteDraft(newId()))).toBeInstanceOf(NotFoundError);
    const theirs = await createInvoice(await createTenant(test));
    expect(await rejection(acme.handle.accounting.invoices.deleteDraft(theirs.id))).toBeInstanceOf(NotFoundError);
  });
});

describe("many drafts", () => {
  it("are created in the order given, with their lines, in more than one slice", async ({ acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const given = Array.from({ length: 503 }, (_, i) => ({
      companyId: acme.company.id,
      customerId,
      invoiceDate: "2026-01-15",
      dueDate: "2026-02-14",
      lines: Array.from({ length: 1 + (i % 3) }, () => work(`${i}.5`)),
    }));
    const created = await acme.handle.accounting.invoices.createMany(given);
    expect(created.map((row) => row.totalAmount)).toEqual(
      given.map(({ lines }, i) => ((i + 0.5) * lines.length).toFixed(2)),
    );
    expect(created.every((row) => row.status === "draft")).toBe(true);
    expect((await acme.handle.accounting.invoices.findDocument(created[5]?.id ?? ""))?.lines).toHaveLength(3);
    expect(await acme.handle.accounting.invoices.createMany([])).toEqual([]);
  });

  it("are created all or none", async ({ acme }) => {
    const vendorId = await createVendor(acme);
    const bill = (billNumber: string, fields = {}) => ({
      ...{ companyId: acme.company.id, vendorId, billNumber, billDate: "2026-01-15", dueDate: "2026-02-14" },
      lines: [work("1.00")],
      ...fields,
    });
    expect(await rejection(acme.handle.accounting.bills.createMany([bill("a"), bill("b"), bill("a")]))).toMatchObject({
      code: "UNIQUE_VIOLATION",
    });
    const error = await rejection(acme.handle.accounting.bills.createMany([bill("a"), bill("b", { lines: [] })]));
    expect((error as ValidationError).issues[0]?.path).toBe("1.lines");
    expect((await acme.handle.accounting.bills.list()).items).toEqual([]);
    expect(await acme.handle.accounting.bills.createMany([bill("b"), bill("a")])).toMatchObject([
      { billNumber: "b" },
      { billNumber: "a" },
    ]);
  });
});
