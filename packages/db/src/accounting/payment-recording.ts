import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError, NotFoundError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { compareMoney } from "../core/money";
import { findPayment, findPaymentByExternalId } from "./payment-statements";
import { type Named, settling } from "./payment-writes";
import type { paymentAllocations, payments } from "./schema";
import type { allocationsSchema, oldestAllocationsSchema, receivedPaymentSchema } from "./validation/payments";

export type Payment = typeof payments.$inferSelect;
export type PaymentAllocation = typeof paymentAllocations.$inferSelect;
/** A payment with its allocations, those that were taken back too. */
export type PaymentDocument = Payment & { allocations: PaymentAllocation[] };

/** A document and what of it is settled. */
export interface Target {
  id: string;
  amount: string;
}

/** A payment as it was checked; `partyId` is its customer or vendor. */
export type CheckedPayment = Omit<z.output<typeof receivedPaymentSchema>, "customerId" | "allocations"> & {
  partyId: string;
};

/** Records a payment and its allocations, or finds the one that its external id stands for already. */
export async function record(
  unit: Unit,
  side: keyof typeof settling,
  payment: CheckedPayment,
  to: "oldest" | Target[] | undefined,
): Promise<Payment> {
  const columns = {
    id: payment.id ?? newId(),
    companyId: payment.companyId,
    partyId: payment.partyId,
    accountId: payment.accountId ?? null,
    paymentDate: payment.paymentDate,
    amount: payment.amount,
    currency: payment.currency ?? null,
    exchangeRate: payment.exchangeRate ?? null,
    method: payment.method ?? null,
    reference: payment.reference ?? null,
    externalId: payment.externalId ?? null,
  };
  const [recorded] =
    to === "oldest"
      ? await unit.run(settling[side].recordOldest, columns)
      : await unit.run(settling[side].record, { ...columns, ...named(to ?? []) });
  if (recorded) return recorded;
  const { companyId, externalId } = columns;
  const rows = await unit.run(findPaymentByExternalId, { companyId, key: externalId ?? "" });
  const first = found(toDocument(rows), "payment");
  if (!isSame(first, side, payment, to)) {
    throw new ConflictError("The external id was used for another payment of the company: choose a new one");
  }
  const { allocations: _allocations, ...same } = first;
  return same;
}

/** What was left to the books, or to the order in which documents are due, is not compared. */
function isSame(
  first: PaymentDocument,
  side: keyof typeof settling,
  payment: CheckedPayment,
  to: "oldest" | Target[] | undefined,
): boolean {
  const isOther = (given: string | null | undefined, stored: string | null) => given != null && given !== stored;
  return (
    payment.partyId === (side === "invoices" ? first.customerId : first.vendorId) &&
    compareMoney(payment.amount, first.amount) === 0 &&
    payment.paymentDate === first.paymentDate &&
    !isOther(payment.currency, first.currency) &&
    !isOther(payment.accountId, first.accountId) &&
    (payment.method ?? null) === first.method &&
    (payment.reference ?? null) === first.reference &&
    (!Array.isArray(to) || to.every((target) => first.allocations.some((made) => isFor(made, target))))
  );
}

const isFor = (made: PaymentAllocation, { id, amount }: Target) =>
  (made.invoiceId ?? made.billId) === id && compareMoney(made.amount, amount) === 0;

type CheckedAllocations = z.output<typeof allocationsSchema> | z.output<typeof oldestAllocationsSchema>;

/** Makes the allocations, and returns them in the order in which their documents were named. */
export async function allocate(unit: Unit, request: CheckedAllocations): Promise<PaymentAllocation[]> {
  const { paymentId, creditNoteId, vendorCreditId, allocations, date = null } = request;
  const sourceId = paymentId ?? creditNoteId ?? vendorCreditId ?? "";
  if (allocations === "oldest") {
    const side = paymentId === undefined ? sideOf(vendorCreditId) : await sideOfPayment(unit, paymentId);
    const { allocateOldest, creditOldest, findCredit } = settling[side];
    const made = await unit.run(paymentId ? allocateOldest : creditOldest, { sourceId, date });
    if (made.length === 0 && !paymentId) found((await unit.run(findCredit, { id: sourceId }))[0], "credit note");
    return made;
  }
  const side = sideOf(allocations[0]?.billId);
  const targets = allocations.map(({ invoiceId, billId, amount }) => ({ id: invoiceId ?? billId ?? "", amount }));
  const { allocate: allocateNamed, credit } = settling[side];
  const made = await unit.run(paymentId ? allocateNamed : credit, { sourceId, date, ...named(targets) });
  if (made.length === 0) throw new NotFoundError(`There is no such ${paymentId ? "payment" : "credit note"}`);
  const byDocument = new Map(made.map((allocation) => [allocation.invoiceId ?? allocation.billId, allocation]));
  return targets.map(({ id }) => found(byDocument.get(id), "allocation"));
}

const sideOf = (billId: string | undefined) => (billId === undefined ? "invoices" : "bills");

async function sideOfPayment(unit: Unit, id: string) {
  const { direction } = found((await unit.run(findPayment, { id }))[0], "payment");
  return direction === "in" ? "invoices" : "bills";
}

function named(targets: readonly Target[]): Named {
  return {
    allocationId: targets.map(() => newId()),
    documentId: targets.map(({ id }) => id),
    amounts: targets.map(({ amount }) => amount),
  };
}

/** The payment of rows that pair it with each of its allocations. */
export function toDocument(
  rows: readonly { payment: Payment; allocation: PaymentAllocation | null }[],
): PaymentDocument | undefined {
  const payment = rows[0]?.payment;
  return payment && { ...payment, allocations: rows.flatMap(({ allocation }) => allocation ?? []) };
}
