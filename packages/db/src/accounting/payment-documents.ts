import { and, asc, eq, or, type SQL } from "drizzle-orm";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import type { Payment, PaymentAllocation } from "./allocations";
import { paymentAllocations, payments } from "./schema";
import { statement } from "./statements";

/** A payment with its allocations: to what it goes, or, of a refund, what it pays back. Those taken back are among them. */
export type PaymentDocument = Payment & { allocations: PaymentAllocation[] };

/** One row for each allocation of a payment; one row with a null allocation when it has none. */
const withAllocations = (name: string, where: (p: Params<{ key: string; companyId: string }>) => SQL | undefined) =>
  statement(`accounting.payments.${name}`, (q, p: Params<{ key: string; companyId: string }>) =>
    q
      .select({ payment: payments, allocation: paymentAllocations })
      .from(payments)
      .leftJoin(
        paymentAllocations,
        and(
          eq(paymentAllocations.tenantId, payments.tenantId),
          or(eq(paymentAllocations.paymentId, payments.id), eq(paymentAllocations.refundId, payments.id)),
        ),
      )
      .where(and(eq(payments.tenantId, p.tenantId), where(p)))
      .orderBy(asc(paymentAllocations.allocatedOn), asc(paymentAllocations.id)),
  );

const findById = withAllocations("find_document", (p) => eq(payments.id, p.key));

const findByExternalId = withAllocations("find_by_external_id", (p) =>
  and(eq(payments.companyId, p.companyId), eq(payments.externalId, p.key)),
);

/** The payment with its allocations in the order of their dates, or undefined. */
export async function findPaymentDocument(unit: Unit, id: string): Promise<PaymentDocument | undefined> {
  return toDocument(await unit.run(findById, { key: id, companyId: "" }));
}

/** The company's payment of an external id, with its allocations, or undefined. */
export async function findPaymentByExternalId(
  unit: Unit,
  companyId: string,
  externalId: string,
): Promise<PaymentDocument | undefined> {
  return toDocument(await unit.run(findByExternalId, { key: externalId, companyId }));
}

/** The payment of rows that pair it with each of its allocations. */
function toDocument(
  rows: readonly { payment: Payment; allocation: PaymentAllocation | null }[],
): PaymentDocument | undefined {
  const payment = rows[0]?.payment;
  return payment && { ...payment, allocations: rows.flatMap(({ allocation }) => allocation ?? []) };
}
