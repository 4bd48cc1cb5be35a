import { lineAmount } from "@org/db";
import type { Invoice, Payment } from "@org/db/accounting";
import type { Tour } from "../chapter";
import { promise, refused } from "../failure";
import { count, money, plural } from "../format";
import { everything } from "../pages";
import { planPayments } from "../plan";
import type { Tenants, TourTenant } from "../tenants";

/** What this tour received; zero on a second tour. */
export interface Received {
  readonly payments: number;
  /** Payments that a migration had recorded for invoices which nobody has paid yet. */
  readonly voided: number;
}

/** Customers pay: most in full, one twice, one in part, those of the last weeks not yet. */
export function receivePayments({ print }: Tour, { chinook }: Tenants) {
  return print.chapter("Customers pay, and the ledger follows", async () => {
    const { invoices, payments, customers } = chinook.handle.accounting;
    const plan = planPayments(await everything((page) => invoices.list(page)));
    const known = await everything<Payment>((page) => payments.list({ ...page, direction: "in" }));
    const recorded = new Set(known.map(({ externalId }) => externalId));
    const voided = recorded.has(paymentOf(plan.twice, "again")) ? 0 : await voidGuesses(chinook, plan.unpaid);

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
    if (voided > 0) print.proof(`${plural(voided, "payment")} that a migration had guessed for them are void`);

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
    const received: Received = { payments: due.length + isNew.length, voided };
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

// An older release imported all invoices as paid, and the migration to the ledger recorded payments for them.
async function voidGuesses({ handle }: TourTenant, unpaid: readonly Invoice[]): Promise<number> {
  const { payments } = handle.accounting;
  let voided = 0;
  for (const { id, status } of unpaid) {
    if (status !== "paid") continue;
    const { items } = await payments.listAllocations({ invoiceId: id });
    for (const { paymentId, reversedOn } of items) {
      if (paymentId === null || reversedOn !== null) continue;
      await payments.void(paymentId);
      voided += 1;
    }
  }
  return voided;
}
