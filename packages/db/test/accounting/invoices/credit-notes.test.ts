import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { type Invoice, invoices, type NewInvoice } from "../../../src/accounting";
import { ConflictError, InvariantError, NotFoundError, newId, ValidationError } from "../../../src/index";
import { createCustomer, createInvoice, createTenant, type TestTenant } from "../../../src/testing";
import { rejection, sortOut } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshBooks } from "../kit/books";
import { approved, balanceOf, createVendor, issued, work } from "../kit/documents";
import { accountOf, postedFor, setRate } from "../kit/journal";

const it = freshBooks.extend("invoice", { auto: true }, ({ acme, customerId }) =>
  issued(acme, "10.00", { customerId }),
);

describe("a credit note", () => {
  it("has a series of its own and posts the other way round", async ({ acme, customerId }) => {
    const credit = await createInvoice(acme, { customerId, kind: "credit_note", lines: [work("4.00")] });
    expect(await acme.handle.accounting.invoices.issue(credit.id)).toMatchObject({
      invoiceNumber: "CN-000001",
      kind: "credit_note",
    });
    expect(await postedFor(acme, credit.id)).toEqual([
      "invoice 2026-01-15: 1200 credit 4.00 USD = 4.00, 4100 debit 4.00 USD = 4.00",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("6.00");
    expect((await issued(acme)).invoiceNumber).toBe("INV-000002");
  });

  it("over a whole invoice settles it, line by line", async ({ acme, customerId }) => {
    const services = await accountOf(acme, "4200");
    const { id } = await createInvoice(acme, { customerId, lines: [work("3.00", services), work("4.50")] });
    const credited = await acme.handle.accounting.invoices.issue(id);
    const credit = await acme.handle.accounting.invoices.credit(credited.id, { date });
    expect(credit).toMatchObject({
      kind: "credit_note",
      creditedInvoiceId: id,
      invoiceDate: date,
      totalAmount: "7.50",
      status: "paid",
      paidAmount: "7.50",
    });
    expect(await acme.handle.accounting.invoices.getById(id)).toMatchObject({ status: "paid", paidAmount: "7.50" });
    expect(await postedFor(acme, credit.id)).toEqual([
      "invoice 2026-01-20: 1200 credit 7.50 USD = 7.50, 4200 debit 3.00 USD = 3.00, 4100 debit 4.50 USD = 4.50",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("10.00");
  });

  it("over a part leaves the rest open, and what is paid already stays the customer's credit", async ({
    acme,
    customerId,
    invoice,
  }) => {
    const part = await acme.handle.accounting.invoices.credit(invoice.id, {
      date,
      lines: [work("4.00")],
      prefix: "GS-",
    });
    expect(part).toMatchObject({ invoiceNumber: "GS-000001", totalAmount: "4.00", status: "paid" });
    expect(await acme.handle.accounting.invoices.getById(invoice.id)).toMatchObject({
      status: "partly_paid",
      paidAmount: "4.00",
    });
    await acme.handle.accounting.invoices.markPaid([invoice.id]);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    const late = await acme.handle.accounting.invoices.credit(invoice.id, { date, lines: [work("6.00")] });
    expect(late).toMatchObject({ status: "issued", paidAmount: "0.00" });
    expect(await balanceOf(acme, customerId)).toBe("-6.00");
  });

  it("is at the invoice's rate, so that no difference is left", async ({ acme, customerId }) => {
    await setRate(acme, "EUR", "2026-01-01", "1.1");
    await setRate(acme, "EUR", "2026-01-18", "1.3");
    const { id } = await createInvoice(acme, { customerId, currency: "EUR", lines: [work("3.33"), work("3.34")] });
    await acme.handle.accounting.invoices.issue(id);
    const credit = await acme.handle.accounting.invoices.credit(id, { date });
    expect(credit).toMatchObject({ exchangeRate: "1.1", baseAmount: "7.34", paidBaseAmount: "7.34" });
    expect(await balanceOf(acme, customerId)).toBe("10.00");
  });

  it("is previewed: nothing is left of it, not even a number", async ({ acme, invoice }) => {
    const entries = await acme.handle.accounting.invoices.credit(invoice.id, { date, preview: true });
    expect(entries.map((entry) => [entry.source, entry.reference])).toEqual([["invoice", "CN-000001"]]);
    expect((await acme.handle.accounting.invoices.list()).items).toEqual([invoice]);
    expect((await acme.handle.accounting.invoices.credit(invoice.id, { date })).invoiceNumber).toBe("CN-000001");
  });

  it("is refused for what is no issued invoice, and before its day", async ({ test, acme, customerId, invoice }) => {
    const draft = await createInvoice(acme, { customerId });
    const voided = await issued(acme, "1.00", { customerId });
    await acme.handle.accounting.invoices.void(voided.id);
    const credit = await acme.handle.accounting.invoices.credit(invoice.id, { date });
    for (const id of [draft.id, voided.id, credit.id]) {
      expect(await rejection(acme.handle.accounting.invoices.credit(id, { date }))).toBeInstanceOf(ConflictError);
    }
    const early = acme.handle.accounting.invoices.credit((await issued(acme)).id, { date: "2026-01-14" });
    expect(await rejection(early)).toBeInstanceOf(ConflictError);
    expect(await rejection(acme.handle.accounting.invoices.credit(newId(), { date }))).toBeInstanceOf(NotFoundError);
    const theirs = await issued(await createTenant(test));
    expect(await rejection(acme.handle.accounting.invoices.credit(theirs.id, { date }))).toBeInstanceOf(NotFoundError);
    expect(await rejection(acme.handle.accounting.invoices.credit(invoice.id, { date, lines: [] }))).toBeInstanceOf(
      ValidationError,
    );
  });

  it("takes back no other customer's invoice, none in another currency, and none at all as an invoice", async ({
    acme,
    customerId,
    invoice,
  }) => {
    const other = (await createCustomer(acme)).id;
    for (const fields of [{ customerId: other }, { currency: "EUR", exchangeRate: "1" }]) {
      const { id } = await draftFor(acme, customerId, invoice, "1.00", fields);
      expect(await rejection(acme.handle.accounting.invoices.issue(id))).toBeInstanceOf(ConflictError);
    }
    expect(await rejection(draftFor(acme, customerId, invoice, "1.00", { kind: "invoice" }))).toBeInstanceOf(
      ValidationError,
    );
    const bySql = acme.handle.update(invoices).set({ creditedInvoiceId: invoice.id });
    expect(await rejection(bySql.where(eq(invoices.id, (await createInvoice(acme)).id)))).toMatchObject({
      constraint: "invoices_credited_invoice_check",
    });
  });

  it("is not set to paid by hand: it is allocated", async ({ acme, customerId, invoice }) => {
    const { id } = await draftFor(acme, customerId, invoice, "1.00");
    await acme.handle.accounting.invoices.issue(id);
    expect(await rejection(acme.handle.accounting.invoices.markPaid([id]))).toBeInstanceOf(ConflictError);
    expect((await acme.handle.accounting.invoices.getById(id)).status).toBe("issued");
  });
});

describe("the credit notes of an invoice", () => {
  it("never come to more than its total, by any way", async ({ acme, customerId, invoice }) => {
    await acme.handle.accounting.invoices.credit(invoice.id, { date, lines: [work("6.00")] });
    expect(await rejection(acme.handle.accounting.invoices.credit(invoice.id, { date }))).toBeInstanceOf(
      InvariantError,
    );
    const tooMuch = await draftFor(acme, customerId, invoice, "4.01");
    const bySql = acme.handle.update(invoices).set({ status: "issued" }).where(eq(invoices.id, tooMuch.id));
    expect(await rejection(bySql)).toBeInstanceOf(InvariantError);
    const rest = await draftFor(acme, customerId, invoice, "4.00");
    await acme.handle.accounting.invoices.issue(rest.id);
    expect(
      await rejection(acme.handle.accounting.invoices.credit(invoice.id, { date, lines: [work("0.01")] })),
    ).toBeInstanceOf(InvariantError);
    await acme.handle.accounting.invoices.void(rest.id);
    expect((await acme.handle.accounting.invoices.credit(invoice.id, { date, lines: [work("4.00")] })).status).toBe(
      "paid",
    );
  });

  it("do not in one statement either", async ({ acme, customerId, invoice }) => {
    await Promise.all([draftFor(acme, customerId, invoice, "6.00"), draftFor(acme, customerId, invoice, "6.00")]);
    const both = acme.handle.update(invoices).set({ status: "issued" }).where(eq(invoices.status, "draft"));
    expect(await rejection(both)).toBeInstanceOf(InvariantError);
  });

  it.for(["read committed", "repeatable read"] as const)(
    "do not at the same time either: %s",
    async (isolation, { acme, customerId }) => {
      for (let round = 0; round < 10; round += 1) {
        const credited = await issued(acme, "10.00", { customerId });
        const drafts = [];
        for (let i = 0; i < 4; i += 1) drafts.push(await draftFor(acme, customerId, credited, "6.00"));
        const issue = ({ id }: Invoice) =>
          acme.handle.transaction((tx) => tx.accounting.invoices.issue(id), { isolation });
        const { values, errors } = sortOut(await Promise.allSettled(drafts.map(issue)));
        expect(values).toHaveLength(1);
        for (const error of errors) {
          expect((error as { code: string }).code).toMatch(/^(INVARIANT_VIOLATED|SERIALIZATION_FAILURE)$/);
        }
      }
    },
  );

  it("stand in the way of its void, which goes one way or the other at the same time", async ({
    test,
    acme,
    customerId,
  }) => {
    const credited = await issued(acme, "10.00", { customerId });
    const credit = await draftFor(acme, customerId, credited, "1.00");
    await acme.handle.accounting.invoices.issue(credit.id);
    const error = await rejection(acme.handle.accounting.invoices.void(credited.id));
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("credit notes");
    await acme.handle.accounting.invoices.void(credit.id);
    await acme.handle.accounting.invoices.void(credited.id);
    for (let round = 0; round < 10; round += 1) {
      const contended = await issued(acme, "10.00", { customerId });
      const { id } = await draftFor(acme, customerId, contended, "10.00");
      const outcome = await Promise.allSettled([
        acme.handle.accounting.invoices.void(contended.id),
        acme.handle.accounting.invoices.issue(id),
      ]);
      expect(outcome.filter((each) => each.status === "fulfilled")).toHaveLength(1);
      const [row] = await ownerRows(
        test,
        `select i.status = 'void' as is_void, c.status = 'issued' as is_credited from accounting.invoices i
         join accounting.invoices c on c.credited_invoice_id = i.id where i.id = $1`,
        [contended.id],
      );
      expect(row?.is_void).toBe(!row?.is_credited);
    }
  });
});

describe("a vendor's credit note", () => {
  it("takes back a bill in part or whole, under the vendor's number, and never more", async ({ acme }) => {
    const bills = acme.handle.accounting.bills;
    const vendorId = await createVendor(acme);
    const bill = await approved(acme, "10.00", { vendorId });
    const part = await bills.credit(bill.id, { billNumber: "C-1", date, lines: [work("4.00")] });
    expect(part).toMatchObject({ billNumber: "C-1", kind: "credit_note", status: "paid", approvedBy: acme.admin.id });
    expect(await postedFor(acme, part.id)).toEqual([
      "bill 2026-01-20: 2100 debit 4.00 USD = 4.00, 5100 credit 4.00 USD = 4.00",
    ]);
    expect(await bills.getById(bill.id)).toMatchObject({ status: "partly_paid", paidAmount: "4.00" });
    const tooMuch = bills.credit(bill.id, { billNumber: "C-2", date });
    expect(await rejection(tooMuch)).toBeInstanceOf(InvariantError);
    expect(await bills.credit(bill.id, { billNumber: "C-2", date, lines: [work("6.00")], preview: true })).toHaveLength(
      1,
    );
    const rest = await bills.credit(bill.id, { billNumber: "C-2", date, lines: [work("6.00")] });
    expect(await bills.getById(bill.id)).toMatchObject({ status: "paid" });
    expect(await rejection(bills.void(rest.id))).toBeInstanceOf(ConflictError);
    const other = await approved(acme, "1.00");
    const early = bills.credit(other.id, { billNumber: "C-3", date: "2026-01-14" });
    expect(await rejection(early)).toBeInstanceOf(ConflictError);
    expect(await rejection(bills.markPaid([rest.id]))).toBeInstanceOf(ConflictError);
  });
});

const draftFor = (
  acme: TestTenant,
  customerId: string,
  credited: Invoice,
  amount: string,
  fields: Partial<NewInvoice> = {},
) =>
  createInvoice(acme, {
    customerId,
    kind: "credit_note",
    creditedInvoiceId: credited.id,
    lines: [work(amount)],
    ...fields,
  });

const date = "2026-01-20";
