import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { invoices } from "../../../src/accounting";
import { type ConflictError, type InvariantError, NotFoundError, newId, ValidationError } from "../../../src/index";
import { createInvoice, createVendor, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it, type ReceivedMoney } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, credited, issued } from "../kit/documents";
import { postings } from "../kit/journal";

describe("an allocation", () => {
  it("settles a part, then the rest", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const payment = await received(acme, money, "100.00");
    const settle = (amount: string) =>
      acme.handle.accounting.payments.allocate({
        paymentId: payment.id,
        date: "2026-03-01",
        allocations: [{ invoiceId: invoice.id, amount }],
      });
    const [part] = await settle("33.33");
    expect(part).toMatchObject({ amount: "33.33", baseAmount: "33.33", sourceBaseAmount: "33.33", reversedOn: null });
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "partly_paid", paidAmount: "33.33" });
    await expect(settle("66.68")).rejects.toThrow("The amount is more than is due on the document");
    await settle("66.67");
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "paid", paidAmount: "100.00" });
    expect(await acme.handle.accounting.payments.getById(payment.id)).toMatchObject({ allocatedAmount: "100.00" });
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await postings(test, acme, part?.id ?? "")).toEqual([]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("returns in the order asked for, whatever the order of the ids", async ({ acme, customerId, money }) => {
    const ids = [await issued(acme, "1.00", { customerId }), await issued(acme, "2.00", { customerId })].map(
      ({ id }) => id,
    );
    const payment = await received(acme, money, "3.00");
    const allocations = ids.reverse().map((invoiceId) => ({ invoiceId, amount: "1.00" }));
    const made = await acme.handle.accounting.payments.allocate({ paymentId: payment.id, allocations });
    expect(made.map(({ invoiceId }) => invoiceId)).toEqual(ids);
  });

  it("is all of its documents or none", async ({ test, acme, customerId, money }) => {
    const [first, second] = [await issued(acme, "10.00", { customerId }), await issued(acme, "10.00", { customerId })];
    const payment = await received(acme, money, "30.00");
    const attempt = acme.handle.accounting.payments.allocate({
      paymentId: payment.id,
      allocations: [
        { invoiceId: first.id, amount: "10.00" },
        { invoiceId: second.id, amount: "10.01" },
      ],
    });
    await expect(attempt).rejects.toMatchObject(invariant);
    expect(await invoiceOf(acme, first.id)).toMatchObject({ status: "issued", paidAmount: "0.00" });
    const whole = received(acme, money, "30.00", { allocations: [{ invoiceId: first.id, amount: "10.01" }] });
    await expect(whole).rejects.toThrow("The amount is more than is due on the document");
    expect((await acme.handle.accounting.payments.list()).items).toHaveLength(1);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("takes no more than is left of the payment", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const payment = await received(acme, money, "10.00");
    const settle = (amount: string) =>
      acme.handle.accounting.payments.allocate({
        paymentId: payment.id,
        allocations: [{ invoiceId: invoice.id, amount }],
      });
    await expect(settle("10.01")).rejects.toThrow("The amount is more than is left of the payment or credit note");
    await settle("6.00");
    await expect(settle("4.01")).rejects.toMatchObject(invariant);
    await settle("4.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("keeps what was paid too much as credit, for a later document", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const payment = await received(acme, money, "130.00", { allocations: "oldest" });
    expect(payment.allocatedAmount).toBe("100.00");
    expect(await balanceOf(acme, customerId)).toBe("-30.00");
    const later = await issued(acme, "50.00", { customerId, invoiceDate: "2026-04-01", dueDate: "2026-04-30" });
    await acme.handle.accounting.payments.allocate({
      paymentId: payment.id,
      date: "2026-04-02",
      allocations: "oldest",
    });
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "paid" });
    expect(await invoiceOf(acme, later.id)).toMatchObject({ status: "partly_paid", paidAmount: "30.00" });
    expect(await balanceOf(acme, customerId)).toBe("20.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("goes to what is due first, when asked to", async ({ test, acme, customerId, money }) => {
    const due = async (dueDate: string, amount: string) => (await issued(acme, amount, { customerId, dueDate })).id;
    const third = await due("2026-05-03", "30.00");
    const first = await due("2026-05-01", "10.00");
    const second = await due("2026-05-02", "20.00");
    await issued(acme, "5.00", { dueDate: "2026-01-20" });
    await issued(acme, "5.00", { customerId, currency: "EUR", exchangeRate: "1.1", dueDate: "2026-01-20" });
    await credited(acme, customerId, "1.00");
    await createInvoice(acme, { customerId });
    const payment = await received(acme, money, "45.00", { allocations: "oldest" });
    expect(payment.allocatedAmount).toBe("45.00");
    const paid = async () =>
      Promise.all([first, second, third].map(async (id) => (await invoiceOf(acme, id)).paidAmount));
    expect(await paid()).toEqual(["10.00", "20.00", "15.00"]);
    const more = await received(acme, money, "4.00");
    await issued(acme, "9.00", { customerId, invoiceDate: "2026-03-02", dueDate: "2026-03-02" });
    const early = { paymentId: more.id, allocations: "oldest" as const, date: "2026-03-01" };
    const made = await acme.handle.accounting.payments.allocate(early);
    expect(made).toMatchObject([{ invoiceId: third, amount: "4.00" }]);
    expect(await acme.handle.accounting.payments.allocate({ paymentId: more.id, allocations: "oldest" })).toEqual([]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("does not mix customers, currencies, or what is no open document", async ({ test, acme, customerId, money }) => {
    const payment = await received(acme, money, "100.00");
    const open = await issued(acme, "10.00", { customerId });
    const ofOther = await issued(acme, "10.00");
    const inEuro = await issued(acme, "10.00", { customerId, currency: "EUR", exchangeRate: "1.1" });
    const draft = await createInvoice(acme, { customerId });
    const voided = await issued(acme, "10.00", { customerId });
    await acme.handle.update(invoices).set({ status: "void" }).where(eq(invoices.id, voided.id));
    const note = await credited(acme, customerId, "10.00");
    const later = await issued(acme, "10.00", { customerId, invoiceDate: "2026-03-01", dueDate: "2026-03-31" });
    const settle = (source: object, invoiceId: string, date?: string) =>
      acme.handle.accounting.payments.allocate({ ...source, date, allocations: [{ invoiceId, amount: "1.00" }] });
    const refused: [object, string, string?][] = [
      [{ paymentId: payment.id }, ofOther.id],
      [{ paymentId: payment.id }, inEuro.id],
      [{ paymentId: payment.id }, draft.id],
      [{ paymentId: payment.id }, voided.id],
      [{ paymentId: payment.id }, note.id],
      [{ creditNoteId: open.id }, ofOther.id],
      [{ creditNoteId: note.id }, ofOther.id],
      [{ creditNoteId: note.id }, inEuro.id],
      [{ paymentId: payment.id }, open.id, "2026-01-31"],
      [{ paymentId: payment.id }, later.id, "2026-02-28"],
      [{ creditNoteId: note.id }, open.id, "2026-01-14"],
    ];
    for (const [source, invoiceId, date] of refused) {
      await expect(settle(source, invoiceId, date)).rejects.toMatchObject(conflict);
    }
    const bill = await approved(acme, "10.00", { vendorId: (await createVendor(acme)).id });
    const toBill = acme.handle.accounting.payments.allocate({
      paymentId: payment.id,
      allocations: [{ billId: bill.id, amount: "1.00" }],
    });
    await expect(toBill).rejects.toMatchObject(conflict);
    await expect(settle({ paymentId: payment.id }, newId())).rejects.toBeInstanceOf(NotFoundError);
    await expect(settle({ paymentId: newId() }, open.id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(settle({ creditNoteId: newId() }, open.id)).rejects.toBeInstanceOf(NotFoundError);
    await acme.handle.accounting.payments.void(payment.id);
    await expect(settle({ paymentId: payment.id }, open.id)).rejects.toMatchObject(conflict);
    expect(await invoiceOf(acme, open.id)).toMatchObject({ status: "issued", paidAmount: "0.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("names the fields that do not fit", async ({ acme }) => {
    const [paymentId, invoiceId, billId] = [newId(), newId(), newId()];
    const wrong: [object, string][] = [
      [{ allocations: [{ invoiceId, amount: "1" }] }, "paymentId"],
      [{ paymentId, creditNoteId: paymentId, allocations: "oldest" }, "paymentId"],
      [{ paymentId, allocations: [{ amount: "1" }] }, "allocations.0.invoiceId"],
      [{ paymentId, allocations: [{ invoiceId, billId, amount: "1" }] }, "allocations.0.billId"],
      [{ creditNoteId: paymentId, allocations: [{ billId, amount: "1" }] }, "allocations.0.invoiceId"],
      [{ vendorCreditId: paymentId, allocations: [{ invoiceId, amount: "1" }] }, "allocations.0.billId"],
      [
        {
          paymentId,
          allocations: [
            { billId, amount: "1" },
            { invoiceId, amount: "1" },
          ],
        },
        "allocations.1.billId",
      ],
      [{ paymentId, date: "soon", allocations: "oldest" }, "date"],
      [{ paymentId, allocations: [{ invoiceId, amount: "0" }] }, "allocations.0.amount"],
    ];
    for (const [input, path] of wrong) {
      const error = await rejection(acme.handle.accounting.payments.allocate(input as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues.map((issue) => issue.path)).toEqual([path]);
    }
  });
});

describe("a credit note", () => {
  it("settles invoices, and is paid by that itself", async ({ test, acme, customerId }) => {
    const [first, second] = [await issued(acme, "10.00", { customerId }), await issued(acme, "30.00", { customerId })];
    const note = await credited(acme, customerId, "25.00", { invoiceDate: "2026-02-01" });
    const named = [{ invoiceId: first.id, amount: "10.00" }];
    const [made] = await acme.handle.accounting.payments.allocate({
      creditNoteId: note.id,
      date: "2026-02-10",
      allocations: named,
    });
    expect(made).toMatchObject({ creditNoteId: note.id, paymentId: null, allocatedOn: "2026-02-10" });
    expect(await invoiceOf(acme, note.id)).toMatchObject({ status: "partly_paid", paidAmount: "10.00" });
    const rest = await acme.handle.accounting.payments.allocate({ creditNoteId: note.id, allocations: "oldest" });
    expect(rest).toMatchObject([{ invoiceId: second.id, amount: "15.00" }]);
    expect(await invoiceOf(acme, note.id)).toMatchObject({
      status: "paid",
      paidAmount: "25.00",
      paidBaseAmount: "25.00",
    });
    expect(await balanceOf(acme, customerId)).toBe("15.00");
    const again = acme.handle.accounting.payments.allocate({
      creditNoteId: note.id,
      allocations: [{ invoiceId: second.id, amount: "1.00" }],
    });
    await expect(again).rejects.toMatchObject(invariant);
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-02-10" });
    expect(await invoiceOf(acme, note.id)).toMatchObject({ status: "partly_paid", paidAmount: "15.00" });
    expect(await invoiceOf(acme, first.id)).toMatchObject({ status: "issued" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("of a vendor settles bills", async ({ test, acme }) => {
    const vendor = await createVendor(acme);
    const bill = await approved(acme, "40.00", { vendorId: vendor.id });
    const note = await approved(acme, "15.00", { vendorId: vendor.id, kind: "credit_note" });
    const [made] = await acme.handle.accounting.payments.allocate({ vendorCreditId: note.id, allocations: "oldest" });
    expect(made).toMatchObject({ vendorCreditId: note.id, billId: bill.id, amount: "15.00" });
    const rows = await ownerRows(test, "select status from accounting.bills where vendor_id = $1 order by kind", [
      vendor.id,
    ]);
    expect(rows.map(({ status }) => status)).toEqual(["partly_paid", "paid"]);
    await acme.handle.accounting.payments.takeBack(made?.id ?? "");
    const named = [{ billId: bill.id, amount: "5.00" }];
    await acme.handle.accounting.payments.allocate({ vendorCreditId: note.id, allocations: named });
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("taking back", () => {
  it("opens the document again, from its date on, once", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const allocations = [{ invoiceId: invoice.id, amount: "100.00" }];
    const payment = await received(acme, money, "100.00", { allocations });
    const [made] = (await acme.handle.accounting.payments.listAllocations({ paymentId: payment.id })).items;
    const id = made?.id ?? "";
    await expect(acme.handle.accounting.payments.takeBack(id, { date: "2026-01-31" })).rejects.toMatchObject(conflict);
    expect(await acme.handle.accounting.payments.takeBack(id, { date: "2026-02-15" })).toMatchObject({
      id,
      reversedOn: "2026-02-15",
    });
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "issued", paidAmount: "0.00" });
    expect(await acme.handle.accounting.payments.getById(payment.id)).toMatchObject({ allocatedAmount: "0.00" });
    await expect(acme.handle.accounting.payments.takeBack(id)).rejects.toMatchObject(conflict);
    await expect(acme.handle.accounting.payments.takeBack(newId())).rejects.toBeInstanceOf(NotFoundError);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("lets it be allocated again, but not to days on which the earlier one stood", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    const [first, second] = [await issued(acme, "50.00", { customerId }), await issued(acme, "50.00", { customerId })];
    const payment = await received(acme, money, "50.00", { allocations: [{ invoiceId: first.id, amount: "50.00" }] });
    const [made] = (await acme.handle.accounting.payments.listAllocations({ paymentId: payment.id })).items;
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-03-10" });
    const settle = (date: string | undefined, paymentId: string, invoiceId: string) =>
      acme.handle.accounting.payments.allocate({ paymentId, date, allocations: [{ invoiceId, amount: "50.00" }] });
    await expect(settle("2026-03-09", payment.id, second.id)).rejects.toMatchObject(conflict);
    const other = await received(acme, money, "50.00");
    await expect(settle("2026-03-09", other.id, first.id)).rejects.toMatchObject(conflict);
    await settle("2026-03-10", payment.id, second.id);
    // A payment that comes with allocations takes the first day that fits.
    const third = await received(acme, money, "50.00", { allocations: [{ invoiceId: first.id, amount: "50.00" }] });
    expect((await acme.handle.accounting.payments.findDocument(third.id))?.allocations).toMatchObject([
      { allocatedOn: "2026-03-10" },
    ]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("comes before the void of the document, on the calendar too", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "50.00", { customerId });
    await received(acme, money, "50.00", { allocations: "oldest" });
    const [made] = (await acme.handle.accounting.payments.listAllocations({ invoiceId: invoice.id })).items;
    const voidOn = (voidedOn: string) =>
      acme.handle.update(invoices).set({ status: "void", voidedOn }).where(eq(invoices.id, invoice.id));
    await expect(voidOn("2026-03-10")).rejects.toMatchObject(conflict);
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-03-10" });
    await expect(voidOn("2026-03-09")).rejects.toMatchObject(conflict);
    expect(await discrepancies(test, acme)).toEqual([]);
    await voidOn("2026-03-10");
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await balanceOf(acme, customerId)).toBe("-50.00");
  });
});

describe("a closed period", () => {
  it("keeps what was open on its days", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "50.00", { customerId });
    const payment = await received(acme, money, "50.00");
    const allocations = [{ invoiceId: invoice.id, amount: "20.00" }];
    const settle = (date?: string) =>
      acme.handle.accounting.payments.allocate({ paymentId: payment.id, date, allocations });
    const [made] = await settle("2026-02-10");
    const { periods } = acme.handle.accounting;
    const year = await periods.createYear({ companyId: acme.company.id, startsOn: "2026-01-01" });
    for (const month of year.slice(0, 2)) await periods.close(month.id);
    await expect(settle("2026-02-28")).rejects.toMatchObject(conflict);
    await expect(
      acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-02-28" }),
    ).rejects.toMatchObject(conflict);
    await expect(acme.handle.accounting.payments.void(payment.id, { date: "2026-02-28" })).rejects.toMatchObject(
      conflict,
    );
    await expect(received(acme, money, "1.00", { paymentDate: "2026-02-28" })).rejects.toMatchObject(conflict);
    await settle("2026-03-01");
    await acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-03-01" });
    await acme.handle.accounting.payments.void(payment.id, { date: "2026-03-02" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("raw SQL", () => {
  const insert = `insert into accounting.payment_allocations (company_id, payment_id, invoice_id, amount`;

  it("allocates like any other, and never what is not there", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const payment = await received(acme, money, "60.00");
    const ids = [acme.company.id, payment.id, invoice.id];
    const attempt = (amount: string, more = "", value = "") =>
      bySql(test, acme, [`${insert}${more}) values ($1, $2, $3, ${amount}${value})`, ids]);
    expect(await attempt("60.01")).toBe("ZT002");
    expect(await attempt("0")).toBe("23514");
    expect(await attempt("-5")).toBe("23514");
    expect(await attempt("'NaN'")).toMatch(/^(ZT002|23514)$/);
    expect(await attempt("5", ", reversed_on", ", '2026-05-01'")).toBe("ZT003");
    expect(await attempt("50", ", base_amount, source_base_amount", ", 1, 2")).toBe("done");
    expect(await attempt("10.01")).toBe("ZT002");
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({
      status: "partly_paid",
      paidAmount: "50.00",
      paidBaseAmount: "50.00",
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("allocates several rows of one statement, each after the one before", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const payment = await received(acme, money, "60.00");
    const rows = (count: number) =>
      bySql(test, acme, [
        `${insert}) select $1, $2, $3, 10 from generate_series(1, ${count})`,
        [acme.company.id, payment.id, invoice.id],
      ]);
    expect(await rows(7)).toBe("ZT002");
    expect(await rows(6)).toBe("done");
    expect(await acme.handle.accounting.payments.getById(payment.id)).toMatchObject({ allocatedAmount: "60.00" });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("changes nothing of an allocation but its end, once", async ({ test, acme, customerId, money }) => {
    await issued(acme, "100.00", { customerId });
    await received(acme, money, "60.00", { allocations: "oldest" });
    const update = (set: string) => bySql(test, acme, [`update accounting.payment_allocations set ${set}`]);
    for (const set of [
      "amount = 1",
      "base_amount = 1",
      "source_base_amount = 1",
      "allocated_on = '2026-02-03'",
      "invoice_id = gen_random_uuid()",
      "payment_id = gen_random_uuid()",
      "reversed_on = '2026-01-31'",
      "amount = 1, reversed_on = '2026-03-01'",
    ]) {
      expect([set, await update(set)]).toEqual([set, "ZT003"]);
    }
    expect(await bySql(test, acme, ["delete from accounting.payment_allocations"])).toBe("42501");
    expect(await update("reversed_on = '2026-03-01'")).toBe("done");
    for (const set of ["reversed_on = null", "reversed_on = '2026-03-02'"]) expect(await update(set)).toBe("ZT003");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("cannot mark a document as settled without money", async ({ test, acme, customerId }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    for (const set of ["paid_amount = 100", "paid_base_amount = 1", "status = 'partly_paid'"]) {
      expect(await bySql(test, acme, [`update accounting.invoices set ${set} where id = $1`, [invoice.id]])).toBe(
        "ZT003",
      );
    }
  });
});

const received = (acme: TestTenant, money: ReceivedMoney, amount: string, fields: object = {}) =>
  acme.handle.accounting.payments.receive({ ...money, amount, ...fields });

const invoiceOf = (acme: TestTenant, id: string) => acme.handle.accounting.invoices.getById(id);

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;

const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;
