import { eq, inArray, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { bills, invoices } from "../../../src/accounting";
import { ConflictError, InvariantError, newId } from "../../../src/index";
import { createCustomer, createInvoice, createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { approved, balanceOf, createBill, createVendor, issued, work } from "../kit/documents";
import { accountOf, entriesFor, postedFor, setRate } from "../kit/journal";

describe("an invoice", () => {
  it("debits receivables and credits each line's account, once per account, in the order of the lines", async ({
    acme,
  }) => {
    const services = await accountOf(acme, "4200");
    const customerId = (await createCustomer(acme)).id;
    const { id } = await createInvoice(acme, {
      customerId,
      lines: [work("10.00", services), work("5.55"), work("1.00", services), work("0")],
    });
    await acme.handle.accounting.invoices.issue(id);
    expect(await postedFor(acme, id)).toEqual([
      "invoice 2026-01-15: 1200 debit 16.55 USD = 16.55, 4200 credit 11.00 USD = 11.00, 4100 credit 5.55 USD = 5.55",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("16.55");
  });

  it("in another currency is converted at the last rate until its date, and its parts add up", async ({ acme }) => {
    await setRate(acme, "EUR", "2026-01-01", "1.11115");
    await setRate(acme, "EUR", "2026-01-16", "9");
    const accounts = await Promise.all(["4100", "4200", "4900"].map((code) => accountOf(acme, code)));
    const customerId = (await createCustomer(acme)).id;
    const { id } = await createInvoice(acme, {
      customerId,
      currency: "EUR",
      lines: accounts.map((account) => work("0.33", account)),
    });
    const invoice = await acme.handle.accounting.invoices.issue(id);
    expect(invoice).toMatchObject({ exchangeRate: "1.11115", baseAmount: "1.10", totalAmount: "0.99" });
    // 0.37 each would come to 1.11.
    expect(await postedFor(acme, id)).toEqual([
      "invoice 2026-01-15: 1200 debit 0.99 EUR = 1.10, 4100 credit 0.33 EUR = 0.37, 4200 credit 0.33 EUR = 0.36, " +
        "4900 credit 0.33 EUR = 0.37",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("1.10");
  });

  it("keeps a rate that it is given, and in base currency has none but 1", async ({ acme }) => {
    const given = await createInvoice(acme, { currency: "EUR", exchangeRate: "2", lines: [work("3.00")] });
    expect(await acme.handle.accounting.invoices.issue(given.id)).toMatchObject({
      exchangeRate: "2",
      baseAmount: "6.00",
    });
    const base = await createInvoice(acme, { exchangeRate: "2", lines: [work("3.00")] });
    expect(await acme.handle.accounting.invoices.issue(base.id)).toMatchObject({
      exchangeRate: "1",
      baseAmount: "3.00",
    });
  });

  it("without a rate is not issued, and uses no number", async ({ acme }) => {
    await setRate(acme, "EUR", "2026-01-16", "1.1");
    const { id } = await createInvoice(acme, { currency: "EUR" });
    const error = await rejection(acme.handle.accounting.invoices.issue(id));
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("exchange rate");
    expect((await issued(acme)).invoiceNumber).toBe("INV-000001");
  });

  it("over nothing is issued and posts nothing, and is voided so too", async ({ acme }) => {
    const { id, totalAmount } = await issued(acme, "0");
    expect(totalAmount).toBe("0.00");
    expect(await rejection(acme.handle.accounting.invoices.void(id, { date: "2026-01-14" }))).toBeInstanceOf(
      ConflictError,
    );
    await acme.handle.accounting.invoices.void(id);
    expect(await postedFor(acme, id)).toEqual([]);
  });

  it("has no more decimals than its currency, by raw SQL neither", async ({ acme }) => {
    const lines = [{ description: "Half", quantity: "0.5", unitPrice: "3" }];
    expect(await createInvoice(acme, { currency: "JPY", lines })).toMatchObject({ totalAmount: "2", paidAmount: "0" });
    // Each line is rounded: two halves, and in another currency they are rounded anew.
    const halves = await createInvoice(acme, { currency: "EUR", exchangeRate: "1", lines: [...lines, ...lines] });
    expect(halves.totalAmount).toBe("3.00");
    await acme.handle.update(invoices).set({ currency: "JPY" }).where(eq(invoices.id, halves.id));
    expect(await acme.handle.accounting.invoices.issue(halves.id)).toMatchObject({ totalAmount: "4", currency: "JPY" });
    const tooFine = acme.handle.insert(invoices).values({
      ...{ companyId: acme.company.id, customerId: halves.customerId, currency: "JPY", totalAmount: "1.5" },
      ...{ invoiceDate: "2026-01-15", dueDate: "2026-01-15" },
    });
    expect(await rejection(tooFine)).toBeInstanceOf(InvariantError);
    const whole = await createInvoice(acme, { currency: "JPY", exchangeRate: "0.0067", lines: [work("150")] });
    await acme.handle.accounting.invoices.issue(whole.id);
    expect(await postedFor(acme, whole.id)).toEqual([
      "invoice 2026-01-15: 1200 debit 150 JPY = 1.01, 4100 credit 150 JPY = 1.01",
    ]);
  });

  it("takes no line on a control account, an archived one or another company's", async ({ test, acme }) => {
    const receivables = await accountOf(acme, "1200");
    const archived = await accountOf(acme, "4900");
    await acme.handle.execute(sql`update accounting.accounts set is_active = false where id = ${archived}`);
    for (const [account, kind] of [
      [receivables, ConflictError],
      [await accountOf(acme, "2100"), ConflictError],
      [archived, InvariantError],
    ] as const) {
      const { id } = await createInvoice(acme, { lines: [work("1.00", account)] });
      expect(await rejection(acme.handle.accounting.invoices.issue(id))).toBeInstanceOf(kind);
    }
    const theirs = await accountOf(await createTenant(test), "4100");
    expect(await rejection(createInvoice(acme, { lines: [work("1.00", theirs)] }))).toMatchObject({
      code: "FOREIGN_KEY_VIOLATION",
    });
  });

  it("needs books", async ({ acme }) => {
    const company = await acme.handle.tenancy.companies.create({ name: "Without books" });
    const { id: customerId } = await createCustomer(acme, { companyId: company.id });
    const { id } = await createInvoice(acme, { companyId: company.id, customerId });
    expect(String(await rejection(acme.handle.accounting.invoices.issue(id)))).toContain("createStandardChart");
  });
});

describe("a bill", () => {
  it("credits payables and debits each line's account, the way back when it is a credit note", async ({
    test,
    acme,
  }) => {
    const rent = await accountOf(acme, "6200");
    const vendorId = await createVendor(acme);
    const { id } = await createBill(acme, { vendorId, lines: [work("7.00", rent), work("3.00")] });
    await acme.handle.accounting.bills.approve(id);
    expect(await postedFor(acme, id)).toEqual([
      "bill 2026-01-15: 2100 credit 10.00 USD = 10.00, 6200 debit 7.00 USD = 7.00, 5100 debit 3.00 USD = 3.00",
    ]);
    expect(await vendorBalance(test, vendorId)).toBe("10.00");
    const credit = await approved(acme, "4.00", { vendorId, kind: "credit_note" });
    expect(await postedFor(acme, credit.id)).toEqual([
      "bill 2026-01-15: 2100 debit 4.00 USD = 4.00, 5100 credit 4.00 USD = 4.00",
    ]);
    expect(await vendorBalance(test, vendorId)).toBe("6.00");
  });
});

describe("a void", () => {
  it("mirrors the entry on its day, and keeps the number used", async ({ test, acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const invoice = await issued(acme, "8.00", { customerId });
    expect(await acme.handle.accounting.invoices.void(invoice.id, { date: "2026-02-01" })).toMatchObject({
      status: "void",
      voidedOn: "2026-02-01",
      invoiceNumber: "INV-000001",
    });
    expect(await postedFor(acme, invoice.id)).toEqual([
      "invoice 2026-01-15: 1200 debit 8.00 USD = 8.00, 4100 credit 8.00 USD = 8.00",
      "invoice_void 2026-02-01: 1200 credit 8.00 USD = 8.00, 4100 debit 8.00 USD = 8.00",
    ]);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect((await issued(acme)).invoiceNumber).toBe("INV-000002");
    const bill = await approved(acme, "8.00");
    await acme.handle.accounting.bills.void(bill.id, { date: "2026-02-01" });
    expect((await postedFor(acme, bill.id))[1]).toBe(
      "bill_void 2026-02-01: 2100 debit 8.00 USD = 8.00, 5100 credit 8.00 USD = 8.00",
    );
    expect(await trialBalance(test, acme)).toEqual({ lines: "0.00", balances: "0.00" });
  });

  it("is dated today, or on the document's day when that is to come", async ({ test, acme }) => {
    const [today] = await ownerRows(test, "select current_date::text as date, (current_date + 9)::text as later");
    const now = await issued(acme);
    expect((await acme.handle.accounting.invoices.void(now.id)).voidedOn).toBe(today?.date);
    const later = String(today?.later);
    const future = await issued(acme, "1.00", { invoiceDate: later, dueDate: later });
    expect((await acme.handle.accounting.invoices.void(future.id)).voidedOn).toBe(later);
  });

  it("is refused before the document's day, twice, of a draft, and of what is settled", async ({ acme }) => {
    const invoice = await issued(acme);
    expect(await rejection(acme.handle.accounting.invoices.void(invoice.id, { date: "2026-01-14" }))).toBeInstanceOf(
      ConflictError,
    );
    await acme.handle.accounting.invoices.void(invoice.id);
    expect(String(await rejection(acme.handle.accounting.invoices.void(invoice.id)))).toContain("this invoice is void");
    const draft = await createInvoice(acme);
    expect(String(await rejection(acme.handle.accounting.invoices.void(draft.id)))).toContain("this invoice is draft");
    const paid = await issued(acme);
    await acme.handle.accounting.invoices.markPaid([paid.id]);
    expect(String(await rejection(acme.handle.accounting.invoices.void(paid.id)))).toContain("this invoice is paid");
    const byHand = acme.handle.update(invoices).set({ status: "void" }).where(eq(invoices.id, paid.id));
    expect(await rejection(byHand)).toBeInstanceOf(ConflictError);
    expect(await rejection(acme.handle.accounting.invoices.void(newId()))).toMatchObject({ code: "NOT_FOUND" });
  });

  it("cannot take the date or the step of another", async ({ acme }) => {
    const invoice = await issued(acme);
    expect(await rejection(acme.handle.accounting.invoices.void(invoice.id, { date: "2026-02-30" }))).toMatchObject({
      code: "VALIDATION_FAILED",
    });
    expect(
      await rejection(acme.handle.accounting.invoices.void(invoice.id, { on: "2026-02-01" } as never)),
    ).toMatchObject({
      code: "VALIDATION_FAILED",
    });
  });
});

describe("plain SQL", () => {
  it("issues, numbers and posts many invoices as one batch, and voids them so", async ({ test, acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const drafts = await acme.handle.accounting.invoices.createMany(
      Array.from({ length: 40 }, (_, i) => ({
        companyId: acme.company.id,
        customerId,
        invoiceDate: "2026-03-01",
        dueDate: "2026-03-31",
        lines: [work(`${i}.25`), work("1.00")],
      })),
    );
    const ids = drafts.map((draft) => draft.id);
    await acme.handle.update(invoices).set({ status: "issued" }).where(inArray(invoices.id, ids));
    const rows = await acme.handle.select().from(invoices).where(inArray(invoices.id, ids));
    expect(rows.map((row) => row.invoiceNumber).sort()).toEqual(
      ids.map((_, i) => `INV-${String(i + 1).padStart(6, "0")}`),
    );
    expect(rows.every((row) => row.baseAmount === row.totalAmount && row.issuedAt instanceof Date)).toBe(true);
    expect(await entriesFor(acme, ids)).toBe(40);
    expect(await balanceOf(acme, customerId)).toBe("830.00");
    await acme.handle.update(invoices).set({ status: "void", voidedOn: "2026-03-02" }).where(inArray(invoices.id, ids));
    expect(await entriesFor(acme, ids)).toBe(80);
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await trialBalance(test, acme)).toEqual({ lines: "0.00", balances: "0.00" });
  });

  it("approves bills, and notes who did", async ({ acme }) => {
    const made = await Promise.all([createBill(acme), createBill(acme)]);
    const ids = made.map((bill) => bill.id);
    await acme.handle
      .update(bills)
      .set({ status: "approved", approvedBy: newId(), baseAmount: "10" })
      .where(inArray(bills.id, ids));
    const rows = await acme.handle.select().from(bills).where(inArray(bills.id, ids));
    expect(rows.map((row) => [row.approvedBy, row.baseAmount])).toEqual(ids.map(() => [acme.admin.id, "10.00"]));
    expect(await entriesFor(acme, ids)).toBe(2);
  });

  it("posts nothing when one of many cannot be posted", async ({ acme }) => {
    const good = await createInvoice(acme);
    const bad = await createInvoice(acme, { currency: "EUR" });
    const ids = [good.id, bad.id];
    const both = acme.handle.update(invoices).set({ status: "issued" }).where(inArray(invoices.id, ids));
    expect(await rejection(both)).toBeInstanceOf(ConflictError);
    expect(await entriesFor(acme, ids)).toBe(0);
    expect((await acme.handle.accounting.invoices.getById(good.id)).status).toBe("draft");
  });
});

describe("a preview", () => {
  const amounts = (entries: { lines: object[] }[]) =>
    entries.map((entry) => ({
      ...entry,
      id: "",
      createdAt: "",
      lines: entry.lines.map((line) => ({ ...line, id: "" })),
    }));

  it("returns the entry that issuing or approving then posts, and changes nothing", async ({ test, acme }) => {
    await setRate(acme, "EUR", "2026-01-01", "1.3333");
    const services = await accountOf(acme, "4200");
    const lines = [work("3.33", services), work("6.67")];
    const invoice = await createInvoice(acme, { currency: "EUR", lines });
    const bill = await createBill(acme, { currency: "EUR", lines });
    const previewed = {
      invoice: await acme.handle.accounting.invoices.issue(invoice.id, { preview: true }),
      bill: await acme.handle.accounting.bills.approve(bill.id, { preview: true }),
    };
    expect(await acme.handle.accounting.invoices.getById(invoice.id)).toEqual(invoice);
    expect(await acme.handle.accounting.bills.getById(bill.id)).toEqual(bill);
    expect(await entriesFor(acme, [invoice.id, bill.id])).toBe(0);
    await acme.handle.accounting.invoices.issue(invoice.id);
    await acme.handle.accounting.bills.approve(bill.id);
    const posted = async (id: string) => {
      const rows = await ownerRows(test, "select id from accounting.journal_entries where source_id = $1", [id]);
      return Promise.all(rows.map((row) => acme.handle.accounting.journal.getById(String(row.id))));
    };
    expect(amounts(previewed.invoice)).toEqual(amounts(await posted(invoice.id)));
    expect(amounts(previewed.bill)).toEqual(amounts(await posted(bill.id)));
    expect(previewed.invoice[0]).toMatchObject({ description: "Invoice INV-000001", reference: "INV-000001" });

    const voided = await acme.handle.accounting.invoices.void(invoice.id, { date: "2026-05-01", preview: true });
    expect((await acme.handle.accounting.invoices.getById(invoice.id)).status).toBe("issued");
    await acme.handle.accounting.invoices.void(invoice.id, { date: "2026-05-01" });
    expect(amounts(voided)).toEqual(amounts((await posted(invoice.id)).filter((each) => each.source !== "invoice")));
  });

  it("uses no number, and is refused as the step itself would be", async ({ acme }) => {
    const { id } = await createInvoice(acme);
    for (let i = 0; i < 3; i += 1) await acme.handle.accounting.invoices.issue(id, { preview: true });
    await acme.handle.transaction(async (tx) => {
      await tx.accounting.invoices.issue(id, { preview: true, prefix: "X-" });
    });
    expect((await acme.handle.accounting.invoices.issue(id)).invoiceNumber).toBe("INV-000001");
    expect(await rejection(acme.handle.accounting.invoices.issue(id, { preview: true }))).toBeInstanceOf(ConflictError);
    expect(await rejection(acme.handle.accounting.invoices.issue(newId(), { preview: true }))).toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

describe("a closed period", () => {
  const close = (test: TestDatabase, acme: TestTenant, through: string) =>
    test.asOwner(async (owner) => {
      await owner.query("alter table accounting.books disable trigger user");
      await owner.query("update accounting.books set closed_through = $2 where company_id = $1", [
        acme.company.id,
        through,
      ]);
      await owner.query("alter table accounting.books enable trigger user");
    });

  it("takes no invoice, bill or void any more, by the repository or by SQL", async ({ test, acme }) => {
    const open = await issued(acme);
    const invoice = await createInvoice(acme);
    const bill = await createBill(acme);
    await close(test, acme, "2026-01-31");
    for (const refused of [
      () => acme.handle.accounting.invoices.issue(invoice.id),
      () => acme.handle.accounting.bills.approve(bill.id),
      () => acme.handle.accounting.invoices.void(open.id, { date: "2026-01-31" }),
      () => acme.handle.execute(sql`update accounting.invoices set status = 'issued' where id = ${invoice.id}`),
    ]) {
      const error = await rejection(refused());
      expect(error).toBeInstanceOf(ConflictError);
      expect(String(error)).toContain("closed period");
    }
    expect((await acme.handle.accounting.invoices.void(open.id, { date: "2026-02-01" })).status).toBe("void");
    expect(await entriesFor(acme, [invoice.id, bill.id])).toBe(0);
  });
});

const vendorBalance = async (test: TestDatabase, id: string) =>
  (await ownerRows(test, "select balance from accounting.vendors where id = $1", [id]))[0]?.balance;

/** Debits less credits of all accounts in base currency, and whether balances and lines agree. */
async function trialBalance(test: TestDatabase, acme: TestTenant): Promise<unknown> {
  const [row] = await ownerRows(
    test,
    `select (select sum(base_debit - base_credit) from accounting.journal_lines where tenant_id = $1) as lines,
       (select sum(balance) from accounting.account_balances where tenant_id = $1) as balances`,
    [acme.tenant.id],
  );
  return row;
}
