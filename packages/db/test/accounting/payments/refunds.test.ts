import { describe, expect } from "vitest";
import type { ConflictError, InvariantError } from "../../../src/index";
import { NotFoundError, newId, ValidationError } from "../../../src/index";
import { createCustomer, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { freshBooks as it, type ReceivedMoney, tenantWithBooks } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, createVendor, credited, issued } from "../kit/documents";
import { postings, setRate } from "../kit/journal";

describe("money paid back to a customer", () => {
  it("is posted to the customer and the bank, and uses up the credit it names", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    const payment = await received(acme, money, "120.00");
    const note = await credited(acme, customerId, "30.00");
    const refund = await acme.handle.accounting.payments.refund({
      ...money,
      amount: "50.00",
      reference: "RF-9",
      allocations: [
        { creditNoteId: note.id, amount: "30.00" },
        { paymentId: payment.id, amount: "20.00" },
      ],
    });
    expect(refund).toMatchObject({
      ...{ direction: "out", customerId, isRefund: true, amount: "50.00", baseAmount: "50.00" },
      ...{ allocatedAmount: "50.00", allocatedBaseAmount: "50.00" },
    });
    const { updatedAt: _written, ...stored } = await acme.handle.accounting.payments.getById(refund.id);
    expect(refund).toMatchObject(stored);
    expect(await postings(test, acme, refund.id)).toEqual(["payment 2026-02-01: receivable 50.00, bank -50.00"]);
    expect(await paymentOf(acme, payment.id)).toMatchObject({ allocatedAmount: "20.00", isRefund: false });
    expect(await acme.handle.accounting.invoices.getById(note.id)).toMatchObject({
      status: "paid",
      paidAmount: "30.00",
    });
    expect(await balanceOf(acme, customerId)).toBe("-100.00");
    const { items } = await acme.handle.accounting.payments.listAllocations({ refundId: refund.id });
    expect(items.map(({ amount, allocatedOn }) => [amount, allocatedOn]).sort()).toEqual([
      ["20.00", "2026-02-01"],
      ["30.00", "2026-02-01"],
    ]);
    const document = await acme.handle.accounting.payments.findDocument(refund.id);
    expect(document?.allocations).toHaveLength(2);
    const read = await acme.handle.query.accountingPayments.findFirst({
      where: { id: refund.id },
      with: { refundedCredit: true },
    });
    expect(read?.refundedCredit).toHaveLength(2);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("takes the oldest credit where nothing else is said, from payments and credit notes", async ({
    acme,
    customerId,
    money,
  }) => {
    const late = await received(acme, { ...money, paymentDate: "2026-01-20" }, "10.00");
    const early = await received(acme, { ...money, paymentDate: "2026-01-10" }, "10.00");
    const note = await credited(acme, customerId, "10.00", { invoiceDate: "2026-01-15" });
    const later = await received(acme, { ...money, paymentDate: "2026-02-02" }, "99.00");
    const refund = await acme.handle.accounting.payments.refund({ ...money, amount: "24.00" });
    expect(await sourcesOf(acme, refund.id)).toEqual(
      new Map([
        [early.id, "10.00"],
        [note.id, "10.00"],
        [late.id, "4.00"],
      ]),
    );
    expect(await paymentOf(acme, later.id)).toMatchObject({ allocatedAmount: "0.00" });
    expect(await rejection(acme.handle.accounting.payments.refund({ ...money, amount: "6.01" }))).toMatchObject(
      invariant,
    );
    await acme.handle.accounting.payments.refund({ ...money, amount: "6.00" });
  });

  it("is no more than the credit there is, and is for its own customer, currency, company and side", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    const payment = await received(acme, money, "10.00");
    const of = (allocations: object[], fields: object = {}) =>
      rejection(acme.handle.accounting.payments.refund({ ...money, amount: "5.00", ...fields, allocations } as never));
    const named = (id: string, amount = "5.00") => [{ paymentId: id, amount }];
    expect(await of(named(payment.id, "10.01"), { amount: "10.01" })).toMatchObject(invariant);
    expect(await of(named(payment.id, "4.00"))).toBeInstanceOf(ValidationError);
    expect(await of([...named(payment.id, "2.50"), ...named(payment.id, "2.50")])).toBeInstanceOf(ValidationError);
    expect(await of([{ amount: "5.00" }])).toBeInstanceOf(ValidationError);
    expect(await of([{ paymentId: payment.id, creditNoteId: newId(), amount: "5.00" }])).toBeInstanceOf(
      ValidationError,
    );
    expect(await of([{ vendorCreditId: newId(), amount: "5.00" }])).toBeInstanceOf(ValidationError);
    expect(await of(named(payment.id), { vendorId: newId() })).toBeInstanceOf(ValidationError);
    expect(await of(named(newId()))).toBeInstanceOf(NotFoundError);
    // What names a payment finds no credit note, and the other way round.
    expect(await of([{ creditNoteId: payment.id, amount: "5.00" }])).toBeInstanceOf(NotFoundError);
    const invoice = await issued(acme, "10.00", { customerId });
    expect(await of([{ creditNoteId: invoice.id, amount: "5.00" }])).toMatchObject(conflict);
    const { id: stranger } = await createCustomer(acme);
    const theirs = await received(acme, { ...money, customerId: stranger }, "10.00");
    expect(await of(named(theirs.id))).toMatchObject(conflict);
    const vendorId = await createVendor(acme);
    const made = await acme.handle.accounting.payments.make({ ...paid(acme), vendorId, amount: "10.00" });
    expect(await of(named(made.id))).toMatchObject(conflict);
    await setRate(acme, "EUR", "2026-01-01", "1.1");
    expect(await of(named(payment.id), { currency: "EUR" })).toMatchObject(conflict);
    expect(await of(named(payment.id), { paymentDate: "2026-01-31" })).toMatchObject(conflict);
    const refund = await acme.handle.accounting.payments.refund({ ...money, amount: "3.00" });
    expect(await of(named(refund.id, "3.00"), { amount: "3.00" })).toMatchObject(conflict);
    const voided = await received(acme, money, "10.00");
    await acme.handle.accounting.payments.void(voided.id);
    expect(await of(named(voided.id))).toMatchObject(conflict);
    const other = await tenantWithBooks(test);
    const elsewhere = { companyId: other.company.id, customerId: (await createCustomer(other)).id };
    const foreign = await received(other, { ...money, ...elsewhere }, "5.00");
    expect(await of(named(foreign.id))).toBeInstanceOf(NotFoundError);
    expect(await paymentOf(acme, payment.id)).toMatchObject({ allocatedAmount: "3.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("posts the difference of the rates, and the void of it", async ({ test, acme, customerId, money }) => {
    const euro = { ...money, currency: "EUR" };
    const payment = await received(acme, euro, "100.00", { exchangeRate: "1.1" });
    const named = { allocations: [{ paymentId: payment.id, amount: "40.00" }] };
    const refund = await acme.handle.accounting.payments.refund({
      ...euro,
      amount: "40.00",
      exchangeRate: "1.2",
      ...named,
    });
    const [allocation] = (await acme.handle.accounting.payments.listAllocations({ refundId: refund.id })).items;
    expect(allocation).toMatchObject({ baseAmount: "48.00", sourceBaseAmount: "44.00" });
    expect(await postings(test, acme, refund.id)).toEqual(["payment 2026-02-01: receivable 48.00, bank -48.00"]);
    const difference = await postings(test, acme, allocation?.id ?? "");
    expect(difference).toEqual(["allocation 2026-02-01: receivable -4.00, exchange 4.00"]);
    expect(await balanceOf(acme, customerId)).toBe("-66.00");
    await acme.handle.accounting.payments.void(refund.id, { date: "2026-02-05" });
    expect(await balanceOf(acme, customerId)).toBe("-110.00");
    expect(await paymentOf(acme, payment.id)).toMatchObject({ allocatedAmount: "0.00", allocatedBaseAmount: "0.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("is undone by its void alone, and its credit is free again", async ({ acme, customerId, money }) => {
    const payment = await received(acme, money, "10.00");
    const note = await credited(acme, customerId, "5.00");
    const { payments, invoices } = acme.handle.accounting;
    const refund = await payments.refund({ ...money, amount: "15.00" });
    const [one] = (await payments.listAllocations({ refundId: refund.id })).items;
    expect(await rejection(payments.takeBack(one?.id ?? ""))).toMatchObject(conflict);
    expect(await rejection(payments.void(payment.id))).toMatchObject(conflict);
    expect(await rejection(invoices.void(note.id))).toMatchObject(conflict);
    expect(await rejection(payments.void(refund.id, { date: "2026-01-31" }))).toMatchObject(conflict);
    const shown = await payments.void(refund.id, { preview: true });
    expect(shown.map(({ source }) => source)).toEqual(["payment_void"]);
    await payments.void(refund.id, { date: "2026-02-03" });
    expect(await rejection(payments.void(refund.id))).toMatchObject(conflict);
    expect(await balanceOf(acme, customerId)).toBe("-15.00");
    expect(await invoices.getById(note.id)).toMatchObject({ status: "issued", paidAmount: "0.00" });
    await payments.refund({ ...money, paymentDate: "2026-02-03", amount: "15.00" });
    await payments
      .list({ customerId })
      .then(({ items }) => expect(items.filter((each) => each.isRefund)).toHaveLength(2));
  });

  it("is in statement, ageing and open documents, and shown before it is made", async ({ acme, customerId, money }) => {
    const { payments, reports } = acme.handle.accounting;
    await received(acme, money, "30.00");
    const asked = { ...money, paymentDate: "2026-02-10", amount: "12.00" };
    const shown = await payments.refund({ ...asked, preview: true });
    expect(shown).toMatchObject([{ source: "payment", description: "Refund made" }]);
    expect((await payments.list()).items).toHaveLength(1);
    const refund = await payments.refund(asked);
    expect((await payments.openDocuments({ customerId })).items).toMatchObject([{ openAmount: "-18.00" }]);
    const aged = async (asOf: string) =>
      (await reports.receivablesAgeing({ companyId: acme.company.id, asOf })).totals.unallocated;
    expect([await aged("2026-02-09"), await aged("2026-02-10")]).toEqual(["-30.00", "-18.00"]);
    const statement = await reports.customerStatement({ customerId, from: "2026-02-10", to: "2026-02-28" });
    expect(statement).toMatchObject({
      ...{ opening: "-30.00", closing: "-18.00" },
      lines: [
        { source: "payment", sourceId: refund.id, description: "Refund made", debit: "12.00", balance: "-18.00" },
      ],
    });
  });

  it("is refused on a closed day", async ({ acme, money }) => {
    const { payments, periods } = acme.handle.accounting;
    await received(acme, money, "10.00");
    const made = await payments.refund({ ...money, amount: "1.00" });
    const period = await periods.create({
      ...{ companyId: acme.company.id, name: "2026-02", startsOn: "2026-02-01", endsOn: "2026-02-28" },
    });
    await periods.close(period.id);
    expect(await rejection(payments.refund({ ...money, amount: "1.00" }))).toMatchObject(conflict);
    expect(await rejection(payments.void(made.id, { date: "2026-02-28" }))).toMatchObject(conflict);
    await payments.refund({ ...money, paymentDate: "2026-03-01", amount: "1.00" });
  });
});

describe("money that a vendor pays back", () => {
  it("is the same on the other side", async ({ test, acme }) => {
    const vendorId = await createVendor(acme);
    const { payments, bills, reports, vendors } = acme.handle.accounting;
    const euro = { ...paid(acme), vendorId, currency: "EUR" };
    const payment = await payments.make({ ...euro, amount: "100.00", exchangeRate: "1.1" });
    await setRate(acme, "EUR", "2026-01-01", "1.05");
    const note = await approved(acme, "20.00", { vendorId, kind: "credit_note", currency: "EUR" });
    const refund = await payments.refund({
      ...{ ...euro, amount: "50.00", exchangeRate: "1.2" },
      allocations: [
        { paymentId: payment.id, amount: "30.00" },
        { vendorCreditId: note.id, amount: "20.00" },
      ],
    });
    expect(refund).toMatchObject({ direction: "in", vendorId, isRefund: true, allocatedAmount: "50.00" });
    expect(await postings(test, acme, refund.id)).toEqual(["payment 2026-02-01: bank 60.00, payable -60.00"]);
    expect(await bills.getById(note.id)).toMatchObject({ status: "paid" });
    expect((await vendors.getById(vendorId)).balance).toBe("-77.00");
    const { totals } = await reports.payablesAgeing({ companyId: acme.company.id, asOf: "2026-02-01" });
    expect(totals).toMatchObject({ unallocated: "-77.00", total: "-77.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
    await payments.void(refund.id, { date: "2026-02-01" });
    expect(await bills.getById(note.id)).toMatchObject({ status: "approved" });
    expect(await rejection(payments.refund({ ...euro, amount: "120.01" }))).toMatchObject(invariant);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });
});

const received = (of: TestTenant, money: ReceivedMoney, amount: string, fields: object = {}) =>
  of.handle.accounting.payments.receive({ ...money, amount, ...fields });

const paid = (of: TestTenant) => ({ companyId: of.company.id, paymentDate: "2026-02-01" });

const paymentOf = (of: TestTenant, id: string) => of.handle.accounting.payments.getById(id);

/** What a refund pays back, by the id of the payment or credit note. */
async function sourcesOf(of: TestTenant, refundId: string) {
  const { items } = await of.handle.accounting.payments.listAllocations({ refundId });
  return new Map(items.map((each) => [each.paymentId ?? each.creditNoteId ?? each.vendorCreditId, each.amount]));
}

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;
const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;
