import { describe, expect } from "vitest";
import { ConflictError, ValidationError } from "../../../src/index";
import { createInvoice, type TestTenant } from "../../../src/testing";
import { oneAfterTheOther } from "../../kit/locks";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { credited, issued, secondCompany } from "../kit/documents";

describe("the numbers of a year", () => {
  it("begin anew in each year of the documents' dates, without gaps, whoever issues", async ({ acme, customerId }) => {
    const { invoices, integrity } = acme.handle.accounting;
    await invoices.startNumbers({ companyId: acme.company.id, prefix: "{year}-", padding: 4 });
    await invoices.startNumbers({ companyId: acme.company.id, kind: "credit_note", prefix: "C{year}/" });
    const numbers: (string | null)[] = [];
    for (const date of ["2026-12-30", "2027-01-02", "2026-12-31", "2027-01-03"]) {
      numbers.push((await of(acme, customerId, date)).invoiceNumber);
    }
    expect(numbers).toEqual(["2026-0001", "2027-0001", "2026-0002", "2027-0002"]);
    const ids = await Promise.all(
      ["2026-05-01", "2027-05-01", "2026-05-02", "2028-05-01"].map((invoiceDate) =>
        createInvoice(acme, { customerId, invoiceDate, dueDate: invoiceDate }),
      ),
    );
    await acme.handle.execute("update accounting.invoices set status = 'issued' where status = 'draft'");
    const rest = await Promise.all(ids.map(async ({ id }) => (await invoices.getById(id)).invoiceNumber));
    expect(rest.sort()).toEqual(["2026-0003", "2026-0004", "2027-0003", "2028-0001"]);
    const credit = await credited(acme, customerId, "1.00", { invoiceDate: "2027-02-01" });
    expect(credit.invoiceNumber).toBe("C2027/000001");
    expect(await integrity.violations()).toEqual([]);
  });

  it("can begin where another system ended, and each year can have its own look", async ({ acme, customerId }) => {
    const { invoices } = acme.handle.accounting;
    const companyId = acme.company.id;
    expect((await of(acme, customerId, "2026-03-01")).invoiceNumber).toBe("INV-000001");
    await invoices.startNumbers({ companyId, year: 2027, prefix: "{year}-", firstNumber: 501 });
    await invoices.startNumbers({ companyId, year: 2028 });
    const numbers = await Promise.all(
      ["2027-03-01", "2028-03-01", "2026-04-01", "2029-01-01"].map((date) => of(acme, customerId, date)),
    );
    expect(numbers.map(({ invoiceNumber }) => invoiceNumber).sort()).toEqual([
      "2027-000501",
      "INV-000002",
      "INV-000003",
      "INV-2028-000001",
    ]);
    const late = await rejection(invoices.startNumbers({ companyId, year: 2027, prefix: "X-" }));
    expect(late).toBeInstanceOf(ConflictError);
  });

  it("made by the first invoices of a year at once are one series", async ({ acme, customerId }) => {
    await acme.handle.accounting.invoices.startNumbers({ companyId: acme.company.id, prefix: "{year}-" });
    const many = await Promise.all(Array.from({ length: 12 }, () => of(acme, customerId, "2027-01-01")));
    const numbers = many.map(({ invoiceNumber }) => Number(invoiceNumber?.replace("2027-", "")));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  });

  it("need their year for a first number", async ({ acme }) => {
    const start = { companyId: acme.company.id, prefix: "{year}-", firstNumber: 501 };
    const error = await rejection(acme.handle.accounting.invoices.startNumbers(start));
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues[0]?.path).toBe("firstNumber");
  });
});

describe("a prefix", () => {
  it("that the series has not got is refused, and uses no number", async ({ acme, customerId }) => {
    const { invoices } = acme.handle.accounting;
    await issued(acme, "1.00", { customerId });
    const draft = await createInvoice(acme, { customerId });
    const error = await rejection(invoices.issue(draft.id, { prefix: "2027-" }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ table: "number_series", column: "prefix" });
    expect(error).toMatchObject({ message: expect.stringContaining("invoices.startNumbers") });
    const preview = await rejection(invoices.issue(draft.id, { prefix: "2027-", preview: true }));
    expect(preview).toBeInstanceOf(ConflictError);
    expect((await invoices.issue(draft.id, { prefix: "INV-" })).invoiceNumber).toBe("INV-000002");
    await invoices.startNumbers({ companyId: acme.company.id, year: 2027, prefix: "2027-" });
    const next = await createInvoice(acme, { customerId, invoiceDate: "2027-01-01", dueDate: "2027-01-01" });
    expect(await rejection(invoices.issue(next.id, { prefix: "INV-" }))).toBeInstanceOf(ConflictError);
    expect((await invoices.issue(next.id, { prefix: "2027-" })).invoiceNumber).toBe("2027-000001");
  });

  it("of a first invoice can begin anew each year", async ({ acme, customerId }) => {
    const { invoices } = acme.handle.accounting;
    const numbers: (string | null)[] = [];
    for (const invoiceDate of ["2026-02-01", "2027-02-01", "2027-02-02"]) {
      const { id } = await createInvoice(acme, { customerId, invoiceDate, dueDate: invoiceDate });
      numbers.push((await invoices.issue(id, { prefix: "RE{year}-" })).invoiceNumber);
    }
    expect(numbers).toEqual(["RE2026-000001", "RE2027-000001", "RE2027-000002"]);
  });

  it.for([
    ["INV-", "INV-", false],
    ["INV-", "INV-0", false],
    ["A1", "A", false],
    ["A", "A-", true],
    ["{year}-", "2027-", false],
    ["{year}-", "{year}-", false],
    ["I{year}", "C{year}", true],
    ["A.", "A-", true],
    ["A(", "A(7", false],
    ["É[", "É[x", true],
    ["\\d", "7", true],
    ["INV-", "inv-", true],
  ] as const)("%s and, for credit notes, %s: %s", async ([prefix, other, isAllowed], { acme }) => {
    const { invoices } = acme.handle.accounting;
    const companyId = acme.company.id;
    const second = await secondCompany(acme);
    for (const [first, next] of [
      [prefix, other],
      [other, prefix],
    ]) {
      const company = first === prefix ? companyId : second.id;
      await invoices.startNumbers({ companyId: company, prefix: first });
      const outcome = await invoices.startNumbers({ companyId: company, kind: "credit_note", prefix: next }).then(
        () => true,
        (error: unknown) => {
          expect(error).toBeInstanceOf(ConflictError);
          expect(error).toMatchObject({ column: "prefix" });
          return false;
        },
      );
      expect(outcome).toBe(isAllowed);
    }
  });

  it("of two definitions at once is given to one", async ({ test, acme }) => {
    const define = (kind: string, prefix: string) =>
      ["select accounting.start_invoice_numbers($1, $2, null, $3, 6, 1)", [acme.company.id, kind, prefix]] as [
        string,
        unknown[],
      ];
    const outcomes = await oneAfterTheOther(test, acme, define("invoice", "X-"), define("credit_note", "X-0"));
    expect(outcomes).toEqual(["done", "ZT003"]);
    const made = await ownerRows(test, "select prefix from tenancy.number_series where tenant_id = $1", [
      acme.tenant.id,
    ]);
    expect(made).toEqual([{ prefix: "X-" }]);
  });
});

const of = (acme: TestTenant, customerId: string, invoiceDate: string) =>
  issued(acme, "1.00", { customerId, invoiceDate, dueDate: invoiceDate });
