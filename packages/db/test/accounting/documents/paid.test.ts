import { eq, inArray } from "drizzle-orm";
import { describe, expect } from "vitest";
import { bills, invoices } from "../../../src/accounting";
import type { ConflictError } from "../../../src/index";
import { createCustomer, createInvoice, createVendor, type TestTenant } from "../../../src/testing";
import { inLanes } from "../../kit/length";
import { sortOut } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, credited, issued } from "../kit/documents";
import { postings } from "../kit/journal";

describe("AI-BOS's bulk update to paid", () => {
  it("receives and allocates what was open, of several customers at once", async ({ test, acme, clock }) => {
    const customers = [await createCustomer(acme), await createCustomer(acme), await createCustomer(acme)];
    const ids: string[] = [];
    for (const { id: customerId } of customers) {
      for (const amount of ["10.00", "20.00"]) ids.push((await issued(acme, amount, { customerId })).id);
    }
    const kept = await issued(acme, "7.00", { customerId: customers[0]?.id ?? "" });
    await setPaid(acme, ids);
    for (const { id } of customers) expect(await balanceOf(acme, id)).toBe(id === kept.customerId ? "7.00" : "0.00");
    const made = (await acme.handle.accounting.payments.list()).items;
    expect(made).toHaveLength(6);
    for (const payment of made) {
      expect(payment).toMatchObject({ direction: "in", paymentDate: clock.today, allocatedAmount: payment.amount });
      expect(payment.reference).toMatch(/^INV-/);
      const lines = `payment ${clock.today}: bank ${payment.amount}, receivable -${payment.amount}`;
      expect(await postings(test, acme, payment.id)).toEqual([lines]);
    }
    expect(await acme.handle.accounting.invoices.getById(ids[0] ?? "")).toMatchObject({
      status: "paid",
      paidAmount: "10.00",
      paidBaseAmount: "10.00",
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("does the same in raw SQL, and a second time nothing", async ({ test, acme }) => {
    const invoice = await issued(acme, "10.00");
    const update: [string] = ["update accounting.invoices set status = 'paid'"];
    expect(await bySql(test, acme, update, update)).toBe("done");
    expect(await balanceOf(acme, invoice.customerId)).toBe("0.00");
    expect((await acme.handle.accounting.payments.list()).items).toHaveLength(1);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("pays only what is left of an invoice that is paid in part", async ({ test, acme }) => {
    const invoice = await issued(acme, "10.00");
    const { companyId, customerId } = invoice;
    const allocations = [{ invoiceId: invoice.id, amount: "4.00" }];
    await acme.handle.accounting.payments.receive({
      companyId,
      customerId,
      amount: "4.00",
      paymentDate: "2026-02-01",
      allocations,
    });
    await setPaid(acme, [invoice.id]);
    const amounts = (await acme.handle.accounting.payments.list({ customerId })).items.map(({ amount }) => amount);
    expect(amounts).toEqual(["6.00", "4.00"]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("pays an invoice of the future on its own date", async ({ test, acme }) => {
    const invoice = await issued(acme, "10.00", { invoiceDate: "2099-01-01", dueDate: "2099-02-01" });
    await setPaid(acme, [invoice.id]);
    expect((await acme.handle.accounting.payments.list()).items).toMatchObject([{ paymentDate: "2099-01-01" }]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("waits for the day on which an earlier allocation was taken back", async ({ test, acme }) => {
    const invoice = await issued(acme, "10.00");
    const { companyId, customerId } = invoice;
    await acme.handle.accounting.payments.receive({
      companyId,
      customerId,
      amount: "4.00",
      paymentDate: "2026-02-01",
      allocations: "oldest",
    });
    const [made] = (await acme.handle.accounting.payments.listAllocations({ invoiceId: invoice.id })).items;
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2098-01-01" });
    await setPaid(acme, [invoice.id]);
    const last = (await acme.handle.accounting.payments.listAllocations({ invoiceId: invoice.id })).items.at(-1);
    expect(last).toMatchObject({ amount: "10.00", allocatedOn: "2098-01-01" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("leaves an invoice over nothing without a payment", async ({ acme }) => {
    const invoice = await issued(acme, "0.00");
    await setPaid(acme, [invoice.id]);
    expect((await acme.handle.accounting.payments.list()).items).toEqual([]);
    expect((await acme.handle.accounting.invoices.getById(invoice.id)).status).toBe("paid");
  });

  it("refuses drafts, credit notes and void invoices, and then changes nothing", async ({ test, acme }) => {
    const open = await issued(acme, "10.00");
    const draft = await createInvoice(acme);
    const note = await credited(acme, open.customerId, "5.00");
    const voided = await issued(acme, "10.00");
    await acme.handle.update(invoices).set({ status: "void" }).where(eq(invoices.id, voided.id));
    for (const id of [draft.id, note.id, voided.id]) {
      await expect(setPaid(acme, [open.id, id])).rejects.toMatchObject(conflict);
    }
    expect((await acme.handle.accounting.invoices.getById(open.id)).status).toBe("issued");
    expect((await acme.handle.accounting.payments.list()).items).toEqual([]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("is one of two at the same time", async ({ test, acme }) => {
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { id: customerId, companyId } = await createCustomer(acme);
      return async () => {
        const { id: invoiceId } = await issued(acme, "10.00", { customerId });
        const payment = { companyId, customerId, amount: "10.00", paymentDate: "2026-02-01" };
        const pay = () =>
          acme.handle.accounting.payments.receive({ ...payment, allocations: [{ invoiceId, amount: "10.00" }] });
        const { errors } = sortOut(
          await Promise.allSettled([setPaid(acme, [invoiceId]), pay(), setPaid(acme, [invoiceId])]),
        );
        for (const error of errors) expect(error).toMatchObject({ code: "INVARIANT_VIOLATED" });
        expect((await acme.handle.accounting.payments.listAllocations({ invoiceId })).items).toHaveLength(1);
        expect(await balanceOf(acme, customerId)).toBe("0.00");
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("pays in a foreign currency at the rate of the day, and posts the difference", async ({ test, acme, clock }) => {
    const customer = await createCustomer(acme);
    for (const [rateDate, rate] of [
      ["2026-01-01", "1.1"],
      ["2026-03-01", "1.25"],
    ] as const) {
      await acme.handle.accounting.exchangeRates.set({ companyId: acme.company.id, currency: "EUR", rateDate, rate });
    }
    const ids: string[] = [];
    for (const currency of ["EUR", "USD", "EUR"]) {
      ids.push((await issued(acme, "100.00", { customerId: customer.id, currency })).id);
    }
    await setPaid(acme, ids);
    expect(await balanceOf(acme, customer.id)).toBe("0.00");
    const [made] = (await acme.handle.accounting.payments.listAllocations({ invoiceId: ids[0] ?? "" })).items;
    expect(made).toMatchObject({ baseAmount: "110.00", sourceBaseAmount: "125.00" });
    expect(await postings(test, acme, made?.id ?? "")).toEqual([
      `allocation ${clock.today}: receivable 15.00, exchange -15.00`,
    ]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("pays bills likewise", async ({ test, acme, clock }) => {
    const vendors = [await createVendor(acme), await createVendor(acme)];
    for (const { id } of vendors) {
      await approved(acme, "10.00", { vendorId: id });
      await approved(acme, "5.00", { vendorId: id });
    }
    const [first] = vendors;
    const paid = acme.handle
      .update(bills)
      .set({ status: "paid" })
      .where(eq(bills.vendorId, first?.id ?? ""));
    await paid;
    const made = (await acme.handle.accounting.payments.list()).items;
    expect(made.map(({ direction, vendorId, amount }) => [direction, vendorId, amount]).sort()).toEqual([
      ["out", first?.id, "10.00"],
      ["out", first?.id, "5.00"],
    ]);
    const lines = `payment ${clock.today}: payable ${made[0]?.amount}, bank -${made[0]?.amount}`;
    expect(await postings(test, acme, made[0]?.id ?? "")).toEqual([lines]);
    const balances = await ownerRows(test, "select id, balance from accounting.vendors where tenant_id = $1", [
      acme.tenant.id,
    ]);
    expect(Object.fromEntries(balances.map(({ id, balance }) => [id, balance]))).toEqual({
      [vendors[0]?.id ?? ""]: "0.00",
      [vendors[1]?.id ?? ""]: "15.00",
    });
    const note = await approved(acme, "5.00", { vendorId: first?.id ?? "", kind: "credit_note" });
    const byHand = acme.handle.update(bills).set({ status: "paid" }).where(eq(bills.id, note.id));
    await expect(Promise.resolve(byHand)).rejects.toMatchObject(conflict);
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;

const setPaid = (acme: TestTenant, ids: string[]) =>
  acme.handle.update(invoices).set({ status: "paid" }).where(inArray(invoices.id, ids));
