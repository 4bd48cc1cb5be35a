import { lineAmount } from "@org/db";
import type { Invoice, Payment } from "@org/db/accounting";
import type { Tour } from "../../chapter";
import { promise, refused } from "../../failure";
import { count, money, plural } from "../../format";
import { everything } from "../../pages";
import type { Tenants, TourTenant } from "../../tenants";
import { planPayments } from "./plan";

/** What this tour received; zero on a second tour. */
export interface Received {
  readonly payments: number;
}

/** Records what customers pay: most in full, one twice, one in part, and nothing for the last weeks. */
export function receivePayments({ print }: Tour, { chinook }: Tenants) {
  return print.chapter("Customers pay, and the ledger follows", async () => {
    const { invoices, payments, customers } = chinook.handle.accounting;
    const plan = planPayments(await everything((page) => invoices.list(page)));
    const known = await everything<Payment>((page) => payments.list({ ...page, direction: "in" }));
    const recorded = new Set(known.map(({ externalId }) => externalId));

    print.code("await chinook.accounting.payments.receive({ …, externalId, allocations: [{ invoiceId, amount }] })");
    const due = plan.paid.filter((invoice) => invoice.status === "issued" && !recorded.has(paymentOf(invoice)));
    const progress = print.progress("payments", due.length);
    try {
      for (const [index, invoice] of due.entries()) {
        await payments.receive(payment(chinook, invoice, invoice.totalAmount));
        progress.at(index + 1);
      }
    } finally {
      progress.done();
    }
    print.proof(
      `${plural(plan.paid.length, "invoice")} settled: ${count(due.length)} in this tour, each on its own day`,
    );
    print.proof(`${plural(plan.unpaid.length, "invoice")} of the last weeks left open`);

    const half = payment(chinook, plan.inPart, lineAmount("0.5", plan.inPart.totalAmount), "part");
    const inPart = await payments.receive({ ...half, paymentDate: plan.yearEnd });
    const { status } = await invoices.getById(plan.inPart.id);
    promise(status !== "issued", `Invoice ${plan.inPart.invoiceNumber} has a payment, and is issued all the same`);
    print.proof(`${money(inPart.amount)} of ${money(plan.inPart.totalAmount)} came in for one of them: ${status}`);

    const { allocations: _due, ...mistake } = payment(chinook, plan.twice, plan.twice.totalAmount, "again");
    const again = await payments.receive({ ...mistake, paymentDate: plan.yearEnd });
    const { name, balance } = await customers.getById(plan.twice.customerId);
    print.proof(`${name} paid ${money(again.amount)} twice: it stays as credit, the balance is ${money(balance)}`);
    const allocations = [{ invoiceId: plan.twice.id, amount: again.amount }];
    const tooMuch = await refused("InvariantError", () => payments.allocate({ paymentId: again.id, allocations }));
    print.code("await chinook.accounting.payments.allocate({ paymentId, allocations: … }) // to the paid invoice");
    print.proof(tooMuch);

    const isNew = [inPart, again].filter(({ externalId }) => !recorded.has(externalId));
    const received: Received = { payments: due.length + isNew.length };
    return { plan, inPart, again, tooMuch, received };
  });
}

const paymentOf = (invoice: Invoice, which?: string) =>
  ["chinook", invoice.externalId, which].filter(Boolean).join("-");

function payment({ companyId }: TourTenant, invoice: Invoice, amount: string, which?: string) {
  return {
    companyId,
    customerId: invoice.customerId,
    paymentDate: invoice.invoiceDate,
    amount,
    method: "card",
    reference: invoice.invoiceNumber,
    externalId: paymentOf(invoice, which),
    allocations: [{ invoiceId: invoice.id, amount }],
  };
}
