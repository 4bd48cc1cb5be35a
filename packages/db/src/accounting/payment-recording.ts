import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { chosenOrNewId } from "../core/ids";
import { idTaken } from "../core/keys";
import { compareMoney, roundMoney } from "../core/money";
import { requestHash } from "../core/request-hash";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import {
  givenTargets,
  isTarget,
  oldestFirst,
  type Target,
  type TargetParams,
  targetParams,
} from "./allocation-targets";
import type { Payment, PaymentAllocation } from "./allocations";
import { BooksRepository } from "./books";
import { type DocumentSide, type SideName, sides } from "./document-sides";
import { findPaymentByExternalId, type PaymentDocument } from "./payment-documents";
import { payments } from "./schema";
import { sqlStatement } from "./statements";
import { decimalsOf } from "./validation/amounts";
import { keptOfPayments } from "./validation/kept";
import type { receivedPaymentSchema } from "./validation/payments";

/** A payment as it is recorded. Its side says the direction, and whether `partyId` is a customer or a vendor. */
export const newPayment = rowsOf(payments, {
  id: "given",
  companyId: "given",
  accountId: "defaulted",
  paymentDate: "given",
  amount: "given",
  currency: "defaulted",
  exchangeRate: "given",
  baseAmount: "defaulted",
  method: "given",
  reference: "given",
  externalId: "given",
  allocationsHash: "given",
  direction: "kept",
  customerId: "kept",
  vendorId: "kept",
  ...kept(keptOfPayments),
});
export type PaymentParams = RowParams<RowType<typeof newPayment>> & { partyId: string };

/**
 * A payment and its allocations in one statement. A payment of that external id or id, made before, leaves no row:
 * whichever key conflicts, as of two calls with one id and one external id either could be met first.
 */
function recordingStatement<P>(
  name: string,
  side: DocumentSide,
  documents: (p: Params<P & PaymentParams>) => SQL,
  allocations: (p: Params<P>) => SQL,
) {
  return sqlStatement(
    `accounting.payments.${side.name === "bills" ? "make" : "receive"}${name}`,
    (q) => q.select().from(payments),
    (p: Params<P & PaymentParams>) => sql`
      with document as materialized (
        select d.id, d.currency, d.${side.date} as made_on, d.due_date, d.total_amount - d.paid_amount as open, (
            select max(a.reversed_on) from accounting.payment_allocations a
            where a.tenant_id = d.tenant_id and a.${side.document} = d.id) as last_reversed
        from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and ${documents(p)}
        order by d.id for no key update
      ), payment as (
        insert into accounting.payments as p (tenant_id, direction, ${side.party}, ${newPayment.names()})
        select ${p.tenantId}::uuid, ${side.direction}, ${p.partyId}::uuid, ${newPayment.values(p as never, {
          currency: sql`coalesce(${p.currency}::text, (select min(d.currency) from document d), ${baseCurrency(p)})`,
        })}
        from (select count(*) from document) locked
        on conflict do nothing
        returning p.*, p.amount as open
      ), ${allocations(p as unknown as Params<P>)}, allocated as (
        insert into accounting.payment_allocations as a
          (tenant_id, id, company_id, payment_id, ${side.document}, amount, allocated_on)
        select p.tenant_id, g.id, p.company_id, p.id, g.document_id, g.amount,
          greatest(p.payment_date, d.made_on, d.last_reversed)
        from payment p cross join given g left join document d on d.id = g.document_id
        order by g.document_id
        returning a.amount, a.source_base_amount
      )
      select ${columnsOf(payments, "payment", {
        allocatedAmount: sql`coalesce((select sum(a.amount) from allocated a), payment.allocated_amount)`,
        allocatedBaseAmount: sql`coalesce((select sum(a.source_base_amount) from allocated a), payment.allocated_base_amount)`,
      })} from payment`,
  );
}

/** The base currency of the payment's company. */
export const baseCurrency = (p: Params<{ companyId: string }>) => sql`(
  select b.base_currency from accounting.books b
  where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid)`;

const recordingOn = (side: DocumentSide) => ({
  named: recordingStatement<TargetParams>("", side, isTarget, givenTargets),
  oldest: recordingStatement<object>(
    "_for_oldest",
    side,
    (p) => sql`d.company_id = ${p.companyId}::uuid and d.${side.party} = ${p.partyId}::uuid
      and d.kind <> 'credit_note' and d.status in ${side.open}
      and d.currency = coalesce(${p.currency}::text, ${baseCurrency(p)})`,
    () => oldestFirst(sql`payment`),
  ),
});

const recording = { invoices: recordingOn(sides.invoices), bills: recordingOn(sides.bills) };

/** A payment as it was checked; `partyId` is its customer or vendor. */
export type CheckedPayment = Omit<z.output<typeof receivedPaymentSchema>, "customerId" | "allocations"> & {
  partyId: string;
};

/** What is to be recorded: a payment or refund of a side, and what it is allocated to or pays back. */
export interface Recording {
  side: SideName;
  payment: CheckedPayment;
  to: "oldest" | Target[] | undefined;
  isRefund: boolean;
}

/** Records a payment from a customer or to a vendor with its allocations. */
export function recordPayment(
  unit: Unit,
  side: SideName,
  payment: CheckedPayment,
  to: Recording["to"],
): Promise<Payment> {
  return recordOnce(unit, { side, payment, to, isRefund: false }, (params) =>
    to === "oldest"
      ? unit.run(recording[side].oldest, params)
      : unit.run(recording[side].named, Object.assign({}, params, targetParams(to ?? []))),
  );
}

/**
 * Records what `write` writes of these parameters, or finds the payment that its external id stands for already. `write`
 * returns no row when the external id or the id is taken.
 */
export async function recordOnce(
  unit: Unit,
  asked: Recording,
  write: (params: PaymentParams) => Promise<Payment[]>,
): Promise<Payment> {
  const { payment, to } = asked;
  const allocationsHash = payment.externalId == null ? null : hashOf(to);
  const row = newPayment.row(payment, { id: chosenOrNewId, allocationsHash: () => allocationsHash });
  const params = Object.assign({}, row, { partyId: payment.partyId });
  const [recorded] = await write(params);
  if (recorded) return recorded;
  const { companyId, externalId } = params;
  const first = await findPaymentByExternalId(unit, companyId, externalId ?? "");
  if (!first) throw idTaken("payments");
  const isSame =
    isAlike(first, asked) &&
    (first.allocationsHash ?? allocationsHash) === allocationsHash &&
    !(await hasOtherRate(unit, payment, first));
  if (!isSame) {
    throw new ConflictError("The externalId was used for another payment of the company: choose a new one", {
      table: "payments",
      column: "external_id",
    });
  }
  const { allocations: _allocations, ...same } = first;
  return same;
}

/** "10", "10.0" and "10.00" are one amount. */
const oneWriting = (amount: string) => roundMoney(amount, Math.max(2, decimalsOf(amount)));

/** The allocations of a request, in any order and writing. */
const hashOf = (to: "oldest" | Target[] | undefined): string =>
  requestHash(Array.isArray(to) ? to.map(({ id, amount }) => `${id} ${oneWriting(amount)}`).sort() : (to ?? []));

/**
 * True for the same request, as far as its fields are stored. Fields that were left to the books are not compared. A
 * payment that has no hash of its allocations, as SQL of an app wrote it, has those named at least.
 */
function isAlike(first: PaymentDocument, { side, payment, to, isRefund }: Recording): boolean {
  const isOther = (given: string | null | undefined, stored: string | null) => given != null && given !== stored;
  return (
    isRefund === first.isRefund &&
    payment.partyId === (side === "invoices" ? first.customerId : first.vendorId) &&
    compareMoney(payment.amount, first.amount) === 0 &&
    (payment.baseAmount === undefined || compareMoney(payment.baseAmount, first.baseAmount) === 0) &&
    payment.paymentDate === first.paymentDate &&
    !isOther(payment.currency, first.currency) &&
    !isOther(payment.accountId, first.accountId) &&
    (payment.method ?? null) === first.method &&
    (payment.reference ?? null) === first.reference &&
    (!Array.isArray(to) || to.every((target) => first.allocations.some((made) => isFor(made, target))))
  );
}

/** A rate that was given counts, except where the books took 1 instead of it, as they do for their base currency. */
async function hasOtherRate(unit: Unit, { companyId, exchangeRate: given }: CheckedPayment, first: Payment) {
  if (given == null || first.exchangeRate === null || compareMoney(given, first.exchangeRate) === 0) return false;
  const books = await new BooksRepository(unit).getByCompany(companyId);
  return first.currency !== books.baseCurrency;
}

const isFor = (made: PaymentAllocation, { id, amount }: Target) => {
  const { refundId, paymentId, creditNoteId, vendorCreditId, invoiceId, billId } = made;
  const other = refundId === null ? (invoiceId ?? billId) : (paymentId ?? creditNoteId ?? vendorCreditId);
  return other === id && compareMoney(made.amount, amount) === 0;
};
