import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { invoices } from "../../../src/accounting";
import { ConflictError, DatabaseError, NotFoundError, newId } from "../../../src/index";
import { createCustomer, createInvoice, createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { rejection, sortOut } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { balanceOf, issued, secondCompany } from "../kit/documents";

describe("issuing", () => {
  it("gives the number, the status and the time, and the customer owes the total", async ({ acme }) => {
    const customer = await createCustomer(acme);
    const draft = await createInvoice(acme, { customerId: customer.id });
    const invoice = await acme.handle.accounting.invoices.issue(draft.id);
    expect(invoice).toEqual({
      ...draft,
      status: "issued",
      invoiceNumber: "INV-000001",
      exchangeRate: "1",
      baseAmount: "10.00",
      issuedAt: invoice.issuedAt,
      updatedAt: invoice.updatedAt,
      seller: invoice.seller,
      buyer: invoice.buyer,
    });
    expect(invoice.issuedAt).toBeInstanceOf(Date);
    expect(await balanceOf(acme, customer.id)).toBe("10.00");
  });

  it("gives 100 numbers without a gap to four callers at once, beside issues that fail", async ({ test, acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const drafts: string[] = [];
    for (let i = 0; i < 100; i += 1) drafts.push((await createInvoice(acme, { customerId })).id);
    const caller = async (mine: string[]) => {
      const failed: unknown[] = [];
      for (const id of mine) {
        await acme.handle.accounting.invoices.issue(id);
        failed.push(await rejection(acme.handle.accounting.invoices.issue(id)));
        failed.push(await rejection(acme.handle.accounting.invoices.issue(newId())));
        const undone = acme.handle.transaction(async (tx) => {
          const draft = await createInvoice({ ...acme, handle: tx as never }, { customerId });
          await tx.accounting.invoices.issue(draft.id);
          throw new RangeError("the caller changed its mind");
        });
        failed.push(await rejection(undone));
      }
      return failed;
    };
    const failures = await Promise.all([0, 25, 50, 75].map((from) => caller(drafts.slice(from, from + 25))));
    expect(
      failures
        .flat()
        .map((error) => (error as Error).name)
        .sort(),
    ).toEqual([
      ...Array.from({ length: 100 }, () => "ConflictError"),
      ...Array.from({ length: 100 }, () => "NotFoundError"),
      ...Array.from({ length: 100 }, () => "RangeError"),
    ]);
    expect(await allNumbers(test, acme)).toEqual(numbersTo(100));
    expect(await balanceOf(acme, customerId)).toBe("1000.00");
  });

  it("counts each company by itself, and each tenant", async ({ test, acme }) => {
    const company = await secondCompany(acme);
    const customer = await createCustomer(acme, { companyId: company.id });
    const numbers = [
      await issued(acme),
      await issued(acme, "1", { companyId: company.id, customerId: customer.id }),
      await issued(acme),
      await issued(await createTenant(test)),
    ].map((invoice) => invoice.invoiceNumber);
    expect(numbers).toEqual(["INV-000001", "INV-000001", "INV-000002", "INV-000001"]);
  });

  it("takes the prefix of the first invoice of the series for all", async ({ acme }) => {
    const [first, second] = [await createInvoice(acme), await createInvoice(acme)];
    expect((await acme.handle.accounting.invoices.issue(first.id, { prefix: "RE-" })).invoiceNumber).toBe("RE-000001");
    expect((await acme.handle.accounting.invoices.issue(second.id)).invoiceNumber).toBe("RE-000002");
  });

  it("does not cut numbers that outgrow their padding", async ({ test, acme }) => {
    await issued(acme);
    await test.asOwner(async (owner) => {
      await owner.query("alter table tenancy.number_series disable trigger step_by_one");
      await owner.query("update tenancy.number_series set last_number = 999999 where company_id = $1", [
        acme.company.id,
      ]);
      await owner.query("alter table tenancy.number_series enable trigger step_by_one");
    });
    expect((await issued(acme)).invoiceNumber).toBe("INV-1000000");
  });

  it("happens once, although it is asked for many times at once", async ({ acme }) => {
    const customer = await createCustomer(acme);
    const { id } = await createInvoice(acme, { customerId: customer.id });
    const { values, errors } = sortOut(
      await Promise.allSettled(Array.from({ length: 6 }, () => acme.handle.accounting.invoices.issue(id))),
    );
    expect(values.map((invoice) => invoice.invoiceNumber)).toEqual(["INV-000001"]);
    expect(errors).toHaveLength(5);
    for (const error of errors) expect(error).toBeInstanceOf(ConflictError);
    expect(await balanceOf(acme, customer.id)).toBe("10.00");
    expect((await issued(acme)).invoiceNumber).toBe("INV-000002");
  });

  it("says what stands in the way", async ({ test, acme }) => {
    const invoice = await issued(acme);
    expect(String(await rejection(acme.handle.accounting.invoices.issue(invoice.id)))).toContain(
      "this invoice is issued",
    );
    await acme.handle.accounting.invoices.markPaid([invoice.id]);
    expect(String(await rejection(acme.handle.accounting.invoices.issue(invoice.id)))).toContain(
      "this invoice is paid",
    );
    const theirs = await createInvoice(await createTenant(test));
    for (const id of [newId(), theirs.id])
      expect(await rejection(acme.handle.accounting.invoices.issue(id))).toBeInstanceOf(NotFoundError);
  });

  it("is refused, and uses no number, when the draft has another total than its lines", async ({ acme }) => {
    const { id } = await createInvoice(acme);
    await acme.handle.update(invoices).set({ totalAmount: "9.99" }).where(eq(invoices.id, id));
    const error = await rejection(acme.handle.accounting.invoices.issue(id));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ code: "INVARIANT_VIOLATED", sqlState: "ZT002" });
    expect((await issued(acme)).invoiceNumber).toBe("INV-000001");
  });
});

const numbersTo = (count: number, prefix = "INV-") =>
  Array.from({ length: count }, (_, i) => `${prefix}${String(i + 1).padStart(6, "0")}`);

async function allNumbers(test: TestDatabase, acme: TestTenant, companyId = acme.company.id): Promise<string[]> {
  const rows = await ownerRows(
    test,
    "select invoice_number from accounting.invoices where company_id = $1 and invoice_number is not null order by 1",
    [companyId],
  );
  return rows.map((row) => String(row.invoice_number));
}
