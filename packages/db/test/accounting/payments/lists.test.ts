import { describe, expect } from "vitest";
import { type InvariantError, ValidationError } from "../../../src/index";
import { createCustomer, createVendor } from "../../../src/testing";
import { pagesOf } from "../../kit/pages";
import { freshBooks as it } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { approved, balanceOf, credited, issued } from "../kit/documents";

describe("lists", () => {
  it("give payments newest first, by direction, customer or vendor", async ({ acme, customerId, money }) => {
    const other = (await createCustomer(acme)).id;
    const vendorId = (await createVendor(acme)).id;
    const ids: string[] = [];
    for (const day of ["03", "01", "02", "02"]) {
      ids.push(
        (await acme.handle.accounting.payments.receive({ ...money, amount: "1.00", paymentDate: `2026-02-${day}` })).id,
      );
    }
    const theirs = await acme.handle.accounting.payments.receive({ ...money, customerId: other, amount: "1.00" });
    const { customerId: _customer, ...rest } = money;
    const out = await acme.handle.accounting.payments.make({ ...rest, vendorId, amount: "1.00" });
    const [newest = "", oldest = "", ...middle] = ids;
    const pages = await pagesOf((request) => acme.handle.accounting.payments.list({ ...request, customerId }), 3);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[newest, ...middle.sort().reverse()], [oldest]]);
    const idsOf = async (filter: object) =>
      (await acme.handle.accounting.payments.list(filter)).items.map(({ id }) => id);
    expect(await idsOf({ customerId: other })).toEqual([theirs.id]);
    expect(await idsOf({ vendorId })).toEqual([out.id]);
    expect(await idsOf({ direction: "out" })).toEqual([out.id]);
    expect(await idsOf({ direction: "in" })).toHaveLength(5);
    expect(await idsOf({})).toHaveLength(6);
    await expect(acme.handle.accounting.payments.list({ direction: "in", vendorId })).rejects.toBeInstanceOf(
      ValidationError,
    );
  });

  it("give the allocations of every end, page by page", async ({ acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId });
    const note = await credited(acme, customerId, "10.00");
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "50.00" });
    const settle = (day: string) =>
      acme.handle.accounting.payments.allocate({
        paymentId: payment.id,
        date: `2026-02-${day}`,
        allocations: [{ invoiceId: invoice.id, amount: "1.00" }],
      });
    for (const day of ["03", "02", "04"]) await settle(day);
    const [credit] = await acme.handle.accounting.payments.allocate({ creditNoteId: note.id, allocations: "oldest" });
    const list = acme.handle.accounting.payments.listAllocations.bind(acme.handle.accounting.payments);
    const pages = await pagesOf((request) => list({ ...request, invoiceId: invoice.id }), 2);
    expect(pages.map((page) => page.map((a) => a.allocatedOn))).toEqual([
      ["2026-02-02", "2026-02-03"],
      ["2026-02-04", credit?.allocatedOn],
    ]);
    expect((await list({ paymentId: payment.id })).items).toHaveLength(3);
    expect((await list({ creditNoteId: note.id })).items).toEqual([credit]);
    expect((await list({ vendorCreditId: note.id })).items).toEqual([]);
    await expect(list({})).rejects.toBeInstanceOf(ValidationError);
    await expect(list({ invoiceId: invoice.id, billId: invoice.id })).rejects.toBeInstanceOf(ValidationError);
  });

  it("give what is open of a customer or vendor, which sums up to the balance", async ({ acme, customerId, money }) => {
    const invoice = await issued(acme, "100.00", { customerId, dueDate: "2026-04-01" });
    await issued(acme, "30.00", { customerId, dueDate: "2026-03-01" });
    const note = await credited(acme, customerId, "10.00");
    const allocations = [{ invoiceId: invoice.id, amount: "40.00" }];
    const payment = await acme.handle.accounting.payments.receive({ ...money, amount: "45.00", allocations });
    await acme.handle.accounting.payments.void(
      (await acme.handle.accounting.payments.receive({ ...money, amount: "7.00" })).id,
    );
    const open = await acme.handle.accounting.payments.openDocuments({ customerId });
    expect(open.items.map((item) => [item.kind, item.openAmount, item.dueDate])).toEqual([
      ["credit_note", "-10.00", "2026-01-15"],
      ["payment", "-5.00", "2026-02-01"],
      ["invoice", "30.00", "2026-03-01"],
      ["invoice", "60.00", "2026-04-01"],
    ]);
    expect(open.items[0]).toMatchObject({ id: note.id, amount: "-10.00", openBaseAmount: "-10.00", currency: "USD" });
    expect(open.items[1]).toMatchObject({ id: payment.id, amount: "-45.00" });
    expect(await balanceOf(acme, customerId)).toBe("75.00");
    const pages = await pagesOf(
      (request) => acme.handle.accounting.payments.openDocuments({ ...request, customerId }),
      3,
    );
    expect(pages.flat()).toEqual(open.items);
    const vendorId = (await createVendor(acme)).id;
    const bill = await approved(acme, "5.00", { vendorId });
    expect((await acme.handle.accounting.payments.openDocuments({ vendorId })).items).toMatchObject([
      { kind: "bill", id: bill.id, openAmount: "5.00", number: bill.billNumber },
    ]);
  });
});

describe("a preview", () => {
  it("gives the entries that posting gives, and leaves nothing behind", async ({ test, acme, customerId, money }) => {
    const euro = "EUR";
    for (const [rateDate, rate] of [
      ["2026-01-01", "1.1"],
      ["2026-02-01", "1.2"],
    ] as const) {
      await acme.handle.accounting.exchangeRates.set({ companyId: acme.company.id, currency: euro, rateDate, rate });
    }
    const invoice = await issued(acme, "100.00", { customerId, currency: euro });
    const vendorId = (await createVendor(acme)).id;
    const bill = await approved(acme, "20.00", { vendorId, currency: euro });
    const of = acme.handle.accounting.payments;
    const contents = (entries: unknown) =>
      JSON.parse(JSON.stringify(entries), (key, value) => (/^(id|sourceId|createdAt)$/.test(key) ? undefined : value));
    const entriesAfter = async (before: Set<unknown>) => {
      const { items } = await acme.handle.accounting.journal.list({ companyId: acme.company.id, limit: 500 });
      return items.filter(({ id }) => !before.has(id));
    };
    const compare = async (previewing: () => Promise<unknown>, posting: () => Promise<unknown>) => {
      const before = new Set((await entriesAfter(new Set())).map(({ id }) => id));
      const previewed = await previewing();
      expect(await entriesAfter(before)).toEqual([]);
      expect(await discrepancies(test, acme)).toEqual([]);
      await posting();
      const bySource = (entries: { source: string }[]) => [...entries].sort((a, b) => (a.source < b.source ? -1 : 1));
      const posted = bySource(await entriesAfter(before));
      expect(posted.length).toBeGreaterThan(0);
      expect(contents(bySource(previewed as never))).toEqual(contents(posted));
    };
    const preview = true as const;
    const received = { ...money, amount: "60.00", allocations: [{ invoiceId: invoice.id, amount: "50.00" }] };
    await compare(
      () => of.receive({ ...received, preview }),
      () => of.receive(received),
    );
    const { customerId: _customer, ...rest } = money;
    const made = { ...rest, vendorId, amount: "30.00", allocations: [{ billId: bill.id, amount: "10.00" }] };
    await compare(
      () => of.make({ ...made, preview }),
      () => of.make(made),
    );
    const [payment] = (await of.list({ customerId })).items;
    const allocation = { paymentId: payment?.id ?? "", allocations: "oldest" as const };
    await compare(
      () => of.allocate({ ...allocation, preview }),
      () => of.allocate(allocation),
    );
    const [taken, kept] = (await of.listAllocations({ invoiceId: invoice.id })).items;
    await compare(
      () => of.takeBack(taken?.id ?? "", { preview }),
      () => of.takeBack(taken?.id ?? ""),
    );
    await compare(
      () => of.void(payment?.id ?? "", { preview }),
      () => of.void(payment?.id ?? ""),
    );
    expect(kept).toBeDefined();
  });

  it("refuses what posting refuses", async ({ acme, customerId, money }) => {
    const invoice = await issued(acme, "10.00", { customerId });
    const allocations = [{ invoiceId: invoice.id, amount: "11.00" }];
    const attempt = acme.handle.accounting.payments.receive({ ...money, amount: "11.00", allocations, preview: true });
    await expect(attempt).rejects.toMatchObject(invariant);
  });
});

const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;
