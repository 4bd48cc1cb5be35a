import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConflictError, ForeignKeyViolationError, NotFoundError, newId, ValidationError } from "../../src/index";
import {
  createCustomer,
  createInvoice,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { accountOf, createBill, createVendor, work } from "./document-tools";
import { issued, ownerRows, rejection } from "./support";

/** What can be done to a document as long as it is a draft: the same for invoices and bills. */
let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const invoices = () => acme.handle.accounting.invoices;
const bills = () => acme.handle.accounting.bills;

describe("changing a draft", () => {
  it("sets the given fields and leaves the others", async () => {
    const invoice = await createInvoice(acme, { billingCountry: "DE", exchangeRate: "1.5" });
    const customerId = (await createCustomer(acme)).id;
    const changes = { customerId, dueDate: "2026-03-01", exchangeRate: null, currency: "EUR" };
    const changed = await invoices().update(invoice.id, changes);
    expect(changed).toEqual({ ...invoice, ...changes, updatedAt: changed.updatedAt });
    expect(await invoices().getById(invoice.id)).toEqual(changed);
    const bill = await createBill(acme);
    const renamed = await bills().update(bill.id, { billNumber: "R-9", externalId: "ext" });
    expect(renamed).toEqual({ ...bill, billNumber: "R-9", externalId: "ext", updatedAt: renamed.updatedAt });
  });

  it("is refused for what does not fit, is no draft or is not there", async () => {
    const draft = await createInvoice(acme);
    for (const wrong of [
      {},
      { totalAmount: "1.00" },
      { status: "issued" },
      { companyId: newId() },
      { currency: "x" },
    ]) {
      expect(await rejection(invoices().update(draft.id, wrong as never))).toBeInstanceOf(ValidationError);
    }
    expect(await rejection(invoices().update(draft.id, { customerId: newId() }))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
    expect(await rejection(invoices().update(draft.id, { dueDate: "2026-01-01" }))).toMatchObject({
      constraint: "invoices_due_date_check",
    });
    const invoice = await issued(acme);
    const error = await rejection(invoices().update(invoice.id, { billingCountry: "FR" }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(String(error)).toContain("this invoice is issued");
    expect(await rejection(invoices().update(newId(), { billingCountry: "FR" }))).toBeInstanceOf(NotFoundError);
  });
});

describe("other lines", () => {
  it("replace those of the draft, with their total", async () => {
    const account = await accountOf(acme, "4200");
    const invoice = await createInvoice(acme, { lines: [work("1"), work("2"), work("3")] });
    expect(await invoices().setLines(invoice.id, [work("4.25", account), work("5")])).toMatchObject({
      totalAmount: "9.25",
    });
    const document = await invoices().findDocument(invoice.id);
    expect(document?.lines.map((line) => [line.lineNumber, line.amount, line.accountId])).toEqual([
      [1, "4.25", account],
      [2, "5.00", null],
    ]);
    const bill = await createBill(acme);
    await bills().setLines(bill.id, [work("6"), work("7")]);
    expect((await bills().approve(bill.id)).totalAmount).toBe("13.00");
    expect((await invoices().issue(invoice.id)).totalAmount).toBe("9.25");
  });

  it("are refused for what is no draft, and leave it as it was", async () => {
    const invoice = await issued(acme);
    const before = await invoices().findDocument(invoice.id);
    expect(await rejection(invoices().setLines(invoice.id, [work("1")]))).toBeInstanceOf(ConflictError);
    expect(await invoices().findDocument(invoice.id)).toEqual(before);
    expect(await rejection(invoices().setLines(newId(), [work("1")]))).toBeInstanceOf(NotFoundError);
    expect(await rejection(invoices().setLines(invoice.id, []))).toBeInstanceOf(ValidationError);
  });

  it("that two write at once are the one's or the other's, never both", async () => {
    const { id } = await createInvoice(acme);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([
        invoices().setLines(id, [work("1"), work("1"), work("1")]),
        invoices().setLines(id, [work("20"), work("20")]),
      ]);
      const document = await invoices().findDocument(id);
      expect([
        ["3.00", 3],
        ["40.00", 2],
      ]).toContainEqual([document?.totalAmount, document?.lines.length]);
    }
    await invoices().issue(id);
  });
});

describe("a draft", () => {
  it("is deleted with its lines, and nothing else is", async () => {
    const invoice = await createInvoice(acme);
    const bill = await createBill(acme);
    await invoices().deleteDraft(invoice.id);
    await bills().deleteDraft(bill.id);
    expect(await invoices().findById(invoice.id)).toBeUndefined();
    expect(await bills().findById(bill.id)).toBeUndefined();
    const [lines] = await ownerRows(
      test,
      `select (select count(*)::int from accounting.invoice_lines where invoice_id = $1) as invoice,
         (select count(*)::int from accounting.bill_lines where bill_id = $2) as bill`,
      [invoice.id, bill.id],
    );
    expect(lines).toEqual({ invoice: 0, bill: 0 });
    const valid = await issued(acme);
    expect(await rejection(invoices().deleteDraft(valid.id))).toBeInstanceOf(ConflictError);
    expect(await rejection(invoices().deleteDraft(newId()))).toBeInstanceOf(NotFoundError);
    const theirs = await createInvoice(await createTenant(test));
    expect(await rejection(invoices().deleteDraft(theirs.id))).toBeInstanceOf(NotFoundError);
  });
});

describe("many drafts", () => {
  it("are created in the order given, with their lines, in more than one slice", async () => {
    const customerId = (await createCustomer(acme)).id;
    const given = Array.from({ length: 503 }, (_, i) => ({
      companyId: acme.company.id,
      customerId,
      invoiceDate: "2026-01-15",
      dueDate: "2026-02-14",
      lines: Array.from({ length: 1 + (i % 3) }, () => work(`${i}.5`)),
    }));
    const created = await invoices().createMany(given);
    expect(created.map((row) => row.totalAmount)).toEqual(
      given.map(({ lines }, i) => ((i + 0.5) * lines.length).toFixed(2)),
    );
    expect(created.every((row) => row.status === "draft")).toBe(true);
    expect((await invoices().findDocument(created[5]?.id ?? ""))?.lines).toHaveLength(3);
    expect(await invoices().createMany([])).toEqual([]);
  });

  it("are created all or none", async () => {
    const vendorId = await createVendor(acme);
    const bill = (billNumber: string, fields = {}) => ({
      ...{ companyId: acme.company.id, vendorId, billNumber, billDate: "2026-01-15", dueDate: "2026-02-14" },
      lines: [work("1.00")],
      ...fields,
    });
    expect(await rejection(bills().createMany([bill("a"), bill("b"), bill("a")]))).toMatchObject({
      code: "UNIQUE_VIOLATION",
    });
    const error = await rejection(bills().createMany([bill("a"), bill("b", { lines: [] })]));
    expect((error as ValidationError).issues[0]?.path).toBe("1.lines");
    expect((await bills().list()).items).toEqual([]);
    expect(await bills().createMany([bill("b"), bill("a")])).toMatchObject([{ billNumber: "b" }, { billNumber: "a" }]);
  });
});
