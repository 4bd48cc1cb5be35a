import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { invoices, payments } from "../../../src/accounting";
import { type ConflictError, DatabaseError, type InvariantError } from "../../../src/index";
import { createCustomer, type TestDatabase, type TestTenant } from "../../../src/testing";
import { open } from "../../client/connections";
import { inLanes, lengthOf } from "../../kit/length";
import { interleaved, somebodyWaitsForALock } from "../../kit/locks";
import { sortOut } from "../../kit/outcomes";
import type { Statement } from "../../kit/sql";
import { freshBooks as it, type ReceivedMoney } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { balanceOf, credited, issued } from "../kit/documents";

describe("raw SQL that waits for other raw SQL", () => {
  const allocate = (acme: TestTenant, column: string, source: string, invoiceId: string, amount = "10"): Statement => [
    `insert into accounting.payment_allocations (company_id, ${column}, invoice_id, amount) values ($1, $2, $3, $4)`,
    [acme.company.id, source, invoiceId, amount],
  ];
  const voidOf = (id: string, inDays = 0): Statement => [
    "update accounting.payments set voided_on = current_date + $2::int where id = $1",
    [id, inDays],
  ];

  it("sees what that one settled", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "10.00", { customerId });
    const [one, two] = [await received(acme, money, "10.00"), await received(acme, money, "10.00")];
    const outcome = oneBehindTheOther(
      test,
      acme,
      allocate(acme, "payment_id", one.id, invoice.id),
      allocate(acme, "payment_id", two.id, invoice.id),
    );
    expect(await outcome).toBe("ZT002");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("sees what that one used of the payment or credit note", async ({ test, acme, customerId, money }) => {
    const [one, two] = [await issued(acme, "10.00", { customerId }), await issued(acme, "10.00", { customerId })];
    const payment = await received(acme, money, "10.00");
    const note = await credited(acme, customerId, "5.00");
    const used = oneBehindTheOther(
      test,
      acme,
      allocate(acme, "payment_id", payment.id, one.id, "5"),
      allocate(acme, "payment_id", payment.id, two.id, "6"),
    );
    expect(await used).toBe("ZT002");
    const credit = oneBehindTheOther(
      test,
      acme,
      allocate(acme, "credit_note_id", note.id, one.id, "5"),
      allocate(acme, "credit_note_id", note.id, two.id, "1"),
    );
    expect(await credit).toBe("ZT002");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("sees that the payment is void, or voids what was allocated", async ({ test, acme, customerId, money }) => {
    const invoice = await issued(acme, "20.00", { customerId });
    const [one, two] = [await received(acme, money, "10.00"), await received(acme, money, "10.00")];
    expect(await oneBehindTheOther(test, acme, voidOf(one.id), allocate(acme, "payment_id", one.id, invoice.id))).toBe(
      "ZT003",
    );
    expect(await oneBehindTheOther(test, acme, allocate(acme, "payment_id", two.id, invoice.id), voidOf(two.id))).toBe(
      "done",
    );
    expect(await invoiceOf(acme, invoice.id)).toMatchObject({ status: "issued", paidAmount: "0.00" });
    const third = await received(acme, money, "10.00");
    expect(await oneBehindTheOther(test, acme, voidOf(third.id), voidOf(third.id, 1))).toBe("ZT003");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("sees that the document is void or paid", async ({ test, acme, customerId, money }) => {
    const [one, two] = [await issued(acme, "10.00", { customerId }), await issued(acme, "10.00", { customerId })];
    const payment = await received(acme, money, "20.00");
    const set = (id: string, status: string): Statement => [
      "update accounting.invoices set status = $2 where id = $1",
      [id, status],
    ];
    expect(
      await oneBehindTheOther(test, acme, set(one.id, "void"), allocate(acme, "payment_id", payment.id, one.id)),
    ).toBe("ZT003");
    expect(
      await oneBehindTheOther(test, acme, set(two.id, "paid"), allocate(acme, "payment_id", payment.id, two.id)),
    ).toBe("ZT002");
    const third = await issued(acme, "10.00", { customerId });
    expect(
      await oneBehindTheOther(test, acme, allocate(acme, "payment_id", payment.id, third.id), set(third.id, "void")),
    ).toBe("ZT003");
    const fourth = await issued(acme, "10.00", { customerId });
    const part = allocate(acme, "payment_id", payment.id, fourth.id, "4");
    expect(await oneBehindTheOther(test, acme, part, set(fourth.id, "paid"))).toBe("done");
    const parts = (await acme.handle.accounting.payments.listAllocations({ invoiceId: fourth.id })).items;
    expect(parts.map(({ amount: settled }) => settled).sort()).toEqual(["4.00", "6.00"]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

describe("at the same time", () => {
  it("two payments of the full amount never both settle an invoice", async ({ test, acme, money }) => {
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { customerId, issued, received } = await customerOf(money, acme);
      return async () => {
        const { id: invoiceId } = await issued("10.00");
        const pay = () => received("10.00", { allocations: [{ invoiceId, amount: "10.00" }] });
        const { values, errors } = sortOut(await Promise.allSettled([pay(), pay()]));
        expect(values).toHaveLength(1);
        expect(errors).toMatchObject([invariant]);
        expect(await balanceOf(acme, customerId)).toBe("0.00");
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("two allocations never take a payment twice", async ({ test, acme, money }) => {
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { issued, received } = await customerOf(money, acme);
      return async () => {
        const [one, two] = [await issued("10.00"), await issued("10.00")];
        const { id: paymentId } = await received("10.00");
        const settle = (invoiceId: string) =>
          acme.handle.accounting.payments.allocate({ paymentId, allocations: [{ invoiceId, amount: "10.00" }] });
        const { values, errors } = sortOut(await Promise.allSettled([settle(one.id), settle(two.id)]));
        expect([values.length, errors]).toMatchObject([1, [invariant]]);
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("payments that go to what is due first share it", async ({ test, acme, customerId, money }) => {
    for (let n = 0; n < 5; n += 1) await issued(acme, "20.00", { customerId });
    const payments = Array.from({ length: 10 }, () => received(acme, money, "10.00", { allocations: "oldest" }));
    for (const { allocatedAmount } of await Promise.all(payments)) expect(allocatedAmount).toBe("10.00");
    expect(await balanceOf(acme, customerId)).toBe("0.00");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("an allocation is taken back once", async ({ test, acme, money }) => {
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { issued, received } = await customerOf(money, acme);
      return async () => {
        await issued("10.00");
        const { id: paymentId } = await received("10.00", { allocations: "oldest" });
        const [made] = (await acme.handle.accounting.payments.listAllocations({ paymentId })).items;
        const takeBack = () => acme.handle.accounting.payments.takeBack(made?.id ?? "", { date: "2026-02-01" });
        const { values, errors } = sortOut(await Promise.allSettled([takeBack(), takeBack(), takeBack()]));
        expect(values).toHaveLength(1);
        expect(errors).toMatchObject([conflict, conflict]);
        await acme.handle.accounting.payments.void(paymentId, { date: "2026-02-01" });
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("a payment is voided, or allocated and voided, and never both", async ({ test, acme, money }) => {
    const date = "2026-02-01";
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { issued, received } = await customerOf(money, acme);
      return async () => {
        const { id: invoiceId } = await issued("10.00");
        const { id: paymentId } = await received("10.00");
        const [allocated, voided] = await Promise.allSettled([
          acme.handle.accounting.payments.allocate({ paymentId, date, allocations: [{ invoiceId, amount: "10.00" }] }),
          acme.handle.accounting.payments.void(paymentId, { date }),
        ]);
        expect(voided.status).toBe("fulfilled");
        if (allocated.status === "rejected") expect(allocated.reason).toMatchObject(conflict);
        expect(await invoiceOf(acme, invoiceId)).toMatchObject({ status: "issued", paidAmount: "0.00" });
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("a void and a taking back do not wait for each other", async ({ test, acme, money }) => {
    const date = "2026-02-01";
    await inLanes({ everyRun: 24, soak: 200 }, async () => {
      const { issued, received } = await customerOf(money, acme);
      return async () => {
        await issued("10.00");
        const { id: paymentId } = await received("10.00", { allocations: "oldest" });
        const [made] = (await acme.handle.accounting.payments.listAllocations({ paymentId })).items;
        const [taken, voided] = await Promise.allSettled([
          acme.handle.accounting.payments.takeBack(made?.id ?? "", { date }),
          acme.handle.accounting.payments.void(paymentId, { date }),
        ]);
        expect(voided.status).toBe("fulfilled");
        if (taken.status === "rejected") expect(taken.reason).toMatchObject(conflict);
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("what marks invoices as paid locks them in the order of their ids, however it finds them", async ({
    test,
    acme,
    customerId,
  }) => {
    const ids = [(await issued(acme, "10.00", { customerId })).id, (await issued(acme, "10.00", { customerId })).id];
    const [low = "", high = ""] = [...ids].sort();
    await test.asOwner(async (owner) => {
      // Read from its start to its end, the table gives the second one first.
      await owner.query(`alter database ${test.name} set enable_indexscan = off`);
      await owner.query(`alter database ${test.name} set enable_bitmapscan = off`);
      await owner.query("set session_replication_role = replica");
      await owner.query("update accounting.invoices set currency = currency where id = $1", [low]);
    });
    const db = open(test);
    const { invoices: theirs } = db.forTenant({ tenantId: acme.tenant.id }).accounting;
    const free = await freeWhileHeld(test, "accounting.invoices", "id", [low, high], () =>
      theirs.markPaid([high, low]),
    );
    await db.close();
    await test.asOwner((owner) => owner.query(`alter database ${test.name} reset all`));
    expect(free).toEqual([high]);
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("a credit note in another currency locks no account before one of a lower id that its setting-off needs", async ({
    test,
    acme,
    customerId,
  }) => {
    const { id: companyId } = acme.company;
    const { accounts, books, exchangeRates, invoices: documents, integrity } = acme.handle.accounting;
    // The exchange account is older, and so of a lower id, than the two that the credit note's own entry is on.
    const [receivable, sales] = [
      await accounts.create({ companyId, code: "Z1", name: "Receivables", type: "asset" }),
      await accounts.create({ companyId, code: "Z2", name: "Sales", type: "income" }),
    ];
    const { exchangeAccountId } = await books.update(companyId, {
      receivableAccountId: receivable.id,
      salesAccountId: sales.id,
    });
    expect([exchangeAccountId, receivable.id, sales.id].sort()[0]).toBe(exchangeAccountId);
    // 0.10 is 0.11 in the books and 0.05 is 0.05, which is not half of it: the setting-off posts a difference.
    await exchangeRates.set({ companyId, currency: "EUR", rateDate: "2025-01-01", rate: "1.05" });
    const invoice = await issued(acme, "0.10", { customerId, currency: "EUR" });
    const lines = [{ description: "Half", quantity: "1", unitPrice: "0.05" }];
    const credit = () => documents.credit(invoice.id, { date: "2026-02-01", lines });
    const ids = [exchangeAccountId, receivable.id, sales.id];
    expect(await freeWhileHeld(test, "accounting.account_balances", "account_id", ids, credit)).toEqual(ids.slice(1));
    expect(await integrity.violations()).toEqual([]);
  });

  it("nothing deadlocks that settles the same documents in another order", async ({
    test,
    acme,
    customerId,
    money,
  }) => {
    for (let round = 0; round < lengthOf(20, 200); round += 1) {
      const ids: string[] = [];
      for (let n = 0; n < 4; n += 1) ids.push((await issued(acme, "10.00", { customerId })).id);
      const note = await credited(acme, customerId, "4.00");
      const prepaid = await received(acme, money, "8.00");
      const each = (order: string[]) => order.map((invoiceId) => ({ invoiceId, amount: "1.00" }));
      const allocate = (source: { paymentId: string } | { creditNoteId: string }, order: string[]) =>
        acme.handle.accounting.payments.allocate({ ...source, allocations: each(order) });
      const outcomes = await Promise.allSettled([
        allocate({ paymentId: prepaid.id }, ids),
        allocate({ paymentId: prepaid.id }, [...ids].reverse()),
        allocate({ creditNoteId: note.id }, [...ids].reverse()),
        received(acme, money, "4.00", { allocations: each(ids) }),
        received(acme, money, "4.00", { allocations: each([...ids].reverse()) }),
        received(acme, money, "30.00", { allocations: "oldest" }),
        received(acme, money, "1.00").then(({ id }) => acme.handle.accounting.payments.void(id)),
        acme.handle
          .update(invoices)
          .set({ status: "paid" })
          .where(eq(invoices.id, ids[2] ?? "")),
        acme.handle.update(payments).set({ voidedOn: "2099-01-01" }).where(eq(payments.id, prepaid.id)),
      ]);
      for (const { reason } of outcomes.filter((outcome) => outcome.status === "rejected")) {
        expect(reason).toBeInstanceOf(DatabaseError);
        expect(["INVARIANT_VIOLATED", "CONFLICT"]).toContain((reason as DatabaseError).code);
      }
    }
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

const received = (acme: TestTenant, money: ReceivedMoney, amount: string, fields: object = {}) =>
  acme.handle.accounting.payments.receive({ ...money, amount, ...fields });

const invoiceOf = (acme: TestTenant, id: string) => acme.handle.accounting.invoices.getById(id);

const conflict = { code: "CONFLICT" } satisfies Partial<ConflictError>;

const invariant = { code: "INVARIANT_VIOLATED" } satisfies Partial<InvariantError>;

/** A customer of a lane's own, with what is done for it. */
async function customerOf(money: ReceivedMoney, of: TestTenant) {
  const { id: customerId } = await createCustomer(of);
  return {
    customerId,
    issued: (amount: string) => issued(of, amount, { customerId }),
    received: (amount: string, fields: object = {}) =>
      of.handle.accounting.payments.receive({ ...money, customerId, amount, ...fields }),
  };
}

const oneBehindTheOther = (test: TestDatabase, acme: TestTenant, first: Statement, second: Statement) =>
  interleaved(test, acme, { first, second });

/** Holds the first row while the work waits for it; which of the other rows nobody has locked by then. */
function freeWhileHeld(
  test: TestDatabase,
  table: string,
  key: string,
  [held = "", ...others]: string[],
  work: () => Promise<unknown>,
) {
  return test.asOwner(async (owner) => {
    const lock = async (id: string) => {
      const text = `select from ${table} where ${key} = $1 for no key update skip locked`;
      return (await owner.query(text, [id])).rowCount === 1;
    };
    await owner.query("begin");
    await lock(held);
    const running = work();
    await test.asOwner(somebodyWaitsForALock);
    const free: string[] = [];
    for (const id of others) if (await lock(id)) free.push(id);
    await owner.query("commit");
    await running;
    return free;
  });
}
