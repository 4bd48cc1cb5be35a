import { describe, expect } from "vitest";
import { newId } from "../../../src/index";
import { createCustomer, type TestTenant } from "../../../src/testing";
import { inLanes } from "../../kit/length";
import { interleaved } from "../../kit/locks";
import { sortOut } from "../../kit/outcomes";
import { bySql, outcomeOf, type Statement } from "../../kit/sql";
import { freshBooks as it, type ReceivedMoney } from "../kit/books";
import { discrepancies } from "../kit/discrepancies";
import { balanceOf, credited, issued } from "../kit/documents";

describe("a refund in SQL", () => {
  const refund = (of: TestTenant, money: ReceivedMoney, amount: string): Statement => [
    `insert into accounting.payments (company_id, direction, customer_id, payment_date, amount)
     values ($1, 'out', $2, $3, $4)`,
    [of.company.id, money.customerId, money.paymentDate, amount],
  ];
  const withCredit = (money: ReceivedMoney, paymentId: string, amount: string, used = amount): Statement => [
    `with refund as (
       insert into accounting.payments (company_id, direction, customer_id, payment_date, amount)
       values ($1, 'out', $2, $3, $4) returning *
     )
     insert into accounting.payment_allocations (company_id, payment_id, refund_id, amount)
     select r.company_id, $5, r.id, $6 from refund r`,
    [money.companyId, money.customerId, money.paymentDate, amount, paymentId, used],
  ];

  it("comes with all of its credit, in one statement, or not at all", async ({ test, acme, money }) => {
    const { id } = await received(acme, money, "10.00");
    expect(await bySql(test, acme, refund(acme, money, "1.00"))).toBe("ZT002");
    expect(await bySql(test, acme, withCredit(money, id, "4.00", "3.99"))).toBe("ZT002");
    expect(await bySql(test, acme, withCredit(money, id, "4.00", "4.01"))).toBe("ZT002");
    expect(await bySql(test, acme, withCredit(money, id, "10.01"))).toBe("ZT002");
    const [insert, values] = refund(acme, money, "1.00");
    expect(await bySql(test, acme, [`${insert} on conflict do nothing`, values])).toBe("ZT002");
    const merge = `merge into accounting.payments p using (values (1)) v on false
      when not matched then insert (company_id, direction, customer_id, payment_date, amount)
      values ('${acme.company.id}', 'out', '${money.customerId}', '2026-02-01', 1)`;
    expect(await bySql(test, acme, [merge])).toBe("ZT002");
    expect(await bySql(test, acme, withCredit(money, id, "10.00"))).toBe("done");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("keeps its credit, its date, and that it is one", async ({ test, acme, customerId, money }) => {
    const payment = await received(acme, money, "10.00");
    const invoice = await issued(acme, "5.00", { customerId });
    const { id } = await acme.handle.accounting.payments.refund({ ...money, amount: "4.00" });
    const of = (text: string, ...values: unknown[]) => bySql(test, acme, [text, values]);
    const allocate = (columns: string, ...values: unknown[]) =>
      of(
        `insert into accounting.payment_allocations (company_id, ${columns}) values (${["$1", ...values.map((_, i) => `$${i + 2}`)]})`,
        acme.company.id,
        ...values,
      );
    const back = "update accounting.payment_allocations set reversed_on = allocated_on where refund_id = $1";
    expect(await of(back, id)).toBe("ZT003");
    expect(await of("update accounting.payment_allocations set refund_id = null where refund_id = $1", id)).toBe(
      "ZT003",
    );
    expect(await of("update accounting.payments set voided_on = '2026-03-01' where id = $1", payment.id)).toBe("ZT003");
    expect(await of("update accounting.payments set amount = 3 where id = $1", id)).toBe("ZT003");
    expect(await of("update accounting.payments set direction = 'in' where id = $1", id)).toBe("ZT003");
    expect(await of("update accounting.payments set is_refund = false where id = $1", id)).toBe("428C9");
    expect(await allocate("payment_id, refund_id, amount", payment.id, id, 1)).toBe("ZT002");
    expect(await allocate("payment_id, invoice_id, amount", id, invoice.id, 1)).toBe("ZT003");
    expect(await allocate("payment_id, refund_id, amount", payment.id, payment.id, 1)).toBe("ZT003");
    expect(await allocate("payment_id, refund_id, amount", payment.id, newId(), 1)).toBe("ZT004");
    expect(await allocate("payment_id, refund_id, invoice_id, amount", payment.id, id, invoice.id, 1)).not.toBe("done");
    const dated = withCredit(money, payment.id, "1.00");
    const later = dated[0]
      .replace("refund_id, amount)", "refund_id, amount, allocated_on)")
      .replace("$6", "$6, '2026-02-02'");
    expect(await bySql(test, acme, [later, dated[1]])).toBe("ZT003");
    // Its void, in SQL as well, gives the credit back.
    expect(await of("update accounting.payments set voided_on = '2026-03-01' where id = $1", id)).toBe("done");
    expect(await of("update accounting.payments set voided_on = '2026-03-01' where id = $1", payment.id)).toBe("done");
    expect(await discrepancies(test, acme)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("that another one waits for leaves it what is left", async ({ test, acme, money }) => {
    const { id } = await received(acme, money, "10.00");
    const [first, second] = [withCredit(money, id, "6.00"), withCredit(money, id, "5.00")];
    expect(await interleaved(test, acme, { first, second })).toBe("ZT002");
    const voided: Statement = ["update accounting.payments set voided_on = '2026-03-01' where id = $1", [id]];
    expect(await interleaved(test, acme, { first: withCredit(money, id, "4.00"), second: voided })).toBe("ZT003");
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("pays back more than there is when nothing checks it, which the health check finds", async ({
    test,
    acme,
    money,
  }) => {
    await test.asOwner(async (owner) => {
      await owner.query("alter table accounting.payments disable trigger check_refund");
      expect(await bySql(test, acme, refund(acme, money, "1.00"))).toBe("done");
      await owner.query("alter table accounting.payments enable trigger check_refund");
    });
    expect(await acme.handle.accounting.integrity.violations()).toMatchObject([{ kind: "refund_without_credit" }]);
  });
});

describe("at the same time", () => {
  it("two refunds never pay the same credit back", async ({ test, acme, money }) => {
    await inLanes({ everyRun: 20, soak: 200 }, async () => {
      const own = { ...money, customerId: (await createCustomer(acme)).id };
      const { payments } = acme.handle.accounting;
      return async () => {
        const payment = await received(acme, own, "6.00");
        const note = await credited(acme, own.customerId, "4.00");
        const named = { paymentId: payment.id, amount: "6.00" };
        const outcomes = await Promise.allSettled([
          payments.refund({ ...own, amount: "10.00" }),
          payments.refund({
            ...{ ...own, amount: "10.00" },
            allocations: [{ creditNoteId: note.id, amount: "4.00" }, named],
          }),
        ]);
        const { values, errors } = sortOut(outcomes);
        expect([values.length, errors]).toMatchObject([1, [{ code: "INVARIANT_VIOLATED" }]]);
        expect(await balanceOf(acme, own.customerId)).toBe("0.00");
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });

  it("credit is paid back or settles an invoice, and is void only when it did neither", async ({
    test,
    acme,
    money,
  }) => {
    await inLanes({ everyRun: 20, soak: 200 }, async () => {
      const own = { ...money, customerId: (await createCustomer(acme)).id };
      const { payments } = acme.handle.accounting;
      return async () => {
        const { id: paymentId } = await received(acme, own, "10.00");
        const { id: invoiceId } = await issued(acme, "10.00", { customerId: own.customerId });
        const refund = payments.refund({ ...own, amount: "10.00", allocations: [{ paymentId, amount: "10.00" }] });
        const [refunded, allocated, voided] = await Promise.allSettled([
          refund,
          payments.allocate({ paymentId, date: "2026-02-01", allocations: [{ invoiceId, amount: "10.00" }] }),
          payments.void(paymentId, { date: "2026-02-01" }),
        ]);
        const isMade = refunded.status === "fulfilled";
        if (isMade) expect([allocated.status, voided.status]).toEqual(["rejected", "rejected"]);
        else expect(voided.status).toBe("fulfilled");
        const again = isMade ? await outcomeOf(payments.void(refunded.value.id, { date: "2026-02-01" })) : "done";
        expect(again).toBe("done");
        if (isMade) await payments.void(paymentId);
        await acme.handle.accounting.invoices.void(invoiceId);
      };
    });
    expect(await discrepancies(test, acme)).toEqual([]);
  });
});

const received = (of: TestTenant, money: ReceivedMoney, amount: string) =>
  of.handle.accounting.payments.receive({ ...money, amount });
