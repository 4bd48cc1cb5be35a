import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { ConflictError } from "../core/errors";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { allocate, type Payment, type PaymentAllocation, paymentRecords } from "./allocations";
import { listOpenDocuments, type OpenDocument } from "./open-documents";
import { findPaymentDocument, type PaymentDocument } from "./payment-documents";
import { type CheckedPayment, recordPayment } from "./payment-recording";
import { type Previewed, postOrPreview } from "./preview";
import { recordRefund } from "./refunds";
import { paymentAllocations, type paymentDirection, payments } from "./schema";
import { sqlStatement, statement } from "./statements";
import {
  allocationFilterSchema,
  allocationsSchema,
  customerOldestRefundSchema,
  customerRefundSchema,
  madeForOldestSchema,
  madePaymentSchema,
  oldestAllocationsSchema,
  type partySchema,
  paymentFilterSchema,
  receivedForOldestSchema,
  receivedPaymentSchema,
  undoingSchema,
  vendorOldestRefundSchema,
  vendorRefundSchema,
} from "./validation/payments";

export type { Payment, PaymentAllocation } from "./allocations";
export type { OpenDocument } from "./open-documents";
export type { PaymentDocument } from "./payment-documents";
export type PaymentDirection = ChoiceOf<typeof paymentDirection>;
/** Money received. `allocations` names documents, or `oldest`: those that are due first. */
export type ReceivedPayment = z.input<typeof receivedPaymentSchema> | z.input<typeof receivedForOldestSchema>;
/** Money paid, the same way. */
export type MadePayment = z.input<typeof madePaymentSchema> | z.input<typeof madeForOldestSchema>;
/**
 * Money paid back to a customer, or by a vendor. `allocations` names the payments and credit notes that it pays back, or is
 * `oldest`, as when left out: credit in the order of its dates.
 */
export type Refund =
  | z.input<typeof customerRefundSchema>
  | z.input<typeof customerOldestRefundSchema>
  | z.input<typeof vendorRefundSchema>
  | z.input<typeof vendorOldestRefundSchema>;
export type AllocationRequest = z.input<typeof allocationsSchema> | z.input<typeof oldestAllocationsSchema>;
export type UndoingOptions = z.input<typeof undoingSchema>;
export type PaymentFilter = z.input<typeof paymentFilterSchema>;
export type AllocationFilter = z.input<typeof allocationFilterSchema>;
export type PartyFilter = z.input<typeof partySchema>;

const allocationRecords = recordsOf(statement, "accounting.payments.find_allocation", paymentAllocations, "allocation");

const list = listOf(statement, {
  name: "accounting.payments.list",
  table: payments,
  sort: ["paymentDate", "id"],
  direction: "desc",
  filter: paymentFilterSchema,
  optional: ["direction", "customerId", "vendorId"],
  combined: "one or none",
});

const listAllocations = listOf(statement, {
  name: "accounting.payments.list_allocations",
  table: paymentAllocations,
  sort: ["allocatedOn", "id"],
  filter: allocationFilterSchema,
  optional: ["invoiceId", "billId", "paymentId", "creditNoteId", "vendorCreditId", "refundId"],
  combined: "one",
});

/** Takes back an allocation that stands. Its payment is locked first, as a void does. */
const takeBackAllocation = sqlStatement(
  "accounting.payments.take_back",
  (q) => q.select().from(paymentAllocations),
  (p: Params<{ id: string; date: string | null }>) => sql`
    with source as materialized (
      select s.id from accounting.payments s
      where s.tenant_id = ${p.tenantId}::uuid and s.id = (
        select a.payment_id from accounting.payment_allocations a
        where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.id}::uuid)
      for no key update
    ), taken_back as (
      update accounting.payment_allocations a
      set reversed_on = coalesce(${p.date}::date, greatest(current_date, a.allocated_on))
      where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.id}::uuid and a.reversed_on is null
        and (select count(*) from source) >= 0
      returning ${columnsOf(paymentAllocations, "a")}
    )
    select ${columnsOf(paymentAllocations, "taken_back")} from taken_back`,
);

// Zero, with the decimals of the column. The trigger takes the allocations back after the row is returned.
const none = (of: "amount" | "base_amount") => sql.raw(`round(0, scale(voided.allocated_${of}))`);

/** Voids a payment; a trigger takes back its allocations. Without a date: today, or the day of its last event. */
const voidPayment = sqlStatement(
  "accounting.payments.void",
  (q) => q.select().from(payments),
  (p: Params<{ id: string; date: string | null }>) => sql`
    with voided as (
      update accounting.payments p
      set voided_on = coalesce(${p.date}::date, greatest(current_date, p.payment_date, (
        select max(coalesce(a.reversed_on, a.allocated_on)) from accounting.payment_allocations a
        where a.tenant_id = p.tenant_id and a.payment_id = p.id)))
      where p.tenant_id = ${p.tenantId}::uuid and p.id = ${p.id}::uuid and p.voided_on is null
      returning p.*
    )
    select ${columnsOf(payments, "voided", { allocatedAmount: none("amount"), allocatedBaseAmount: none("base_amount") })} from voided`,
);

/**
 * Money in and out, and what of it settles which documents. What is not allocated stays as the customer's or vendor's
 * credit. A method is one statement where nothing else is said. With `preview` nothing is written, and the journal
 * entries are returned that posting would give.
 */
export class PaymentRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Records money from a customer and posts it; what `allocations` names is settled by it, from the payment's date on,
   * or the document's when that is later. The same `externalId` with the same content, its `id` aside, returns the payment
   * recorded first.
   * Throws `ValidationError`; `NotFoundError` for a customer, account or document that the company does not have;
   * `InvariantError` for more than is due; `ConflictError` for a closed period, a document that is not open, an account
   * that takes no payments, a missing exchange rate, or an `externalId` that came with other content;
   * `UniqueViolationError` for an `id` that another payment has.
   */
  async receive<I extends ReceivedPayment>(input: I): Promise<Previewed<I, Payment>> {
    const schema = input?.allocations === "oldest" ? receivedForOldestSchema : receivedPaymentSchema;
    const { customerId, allocations, ...payment } = parseInput(schema, input, "payment");
    const to =
      allocations === "oldest" ? allocations : allocations?.map((a) => ({ id: a.invoiceId, amount: a.amount }));
    const checked = { ...payment, partyId: customerId };
    return this.#post(checked, (unit) => recordPayment(unit, "invoices", checked, to));
  }

  /** Records money to a vendor and posts it, as `receive` does for a customer. */
  async make<I extends MadePayment>(input: I): Promise<Previewed<I, Payment>> {
    const schema = input?.allocations === "oldest" ? madeForOldestSchema : madePaymentSchema;
    const { vendorId, allocations, ...payment } = parseInput(schema, input, "payment");
    const to = allocations === "oldest" ? allocations : allocations?.map((a) => ({ id: a.billId, amount: a.amount }));
    const checked = { ...payment, partyId: vendorId };
    return this.#post(checked, (unit) => recordPayment(unit, "bills", checked, to));
  }

  /**
   * Records money that goes back to a customer who paid too much or has credit notes, or that comes back from a vendor, and
   * posts it. The credit named in `allocations`, or the oldest, is used up by it on the refund's date, and the difference of
   * their rates is posted. The amount of a refund is all covered by credit. `void` takes the refund back; its allocations
   * are not taken back alone. The same `externalId` is the same refund, as for `receive`.
   * Throws `ValidationError`; `NotFoundError` for a customer, vendor, account, payment or credit note that the company does
   * not have; `InvariantError` for more than the credit left; `ConflictError` for credit that is void, of another customer,
   * vendor or currency, or made later, and as `receive`.
   */
  async refund<I extends Refund>(input: I): Promise<Previewed<I, Payment>> {
    const isOldest = !Array.isArray(input?.allocations);
    if (input && "vendorId" in input) {
      const schema = isOldest ? vendorOldestRefundSchema : vendorRefundSchema;
      const { vendorId, allocations, ...refund } = parseInput(schema, input, "refund");
      const checked = { ...refund, partyId: vendorId };
      return this.#post(checked, (unit) => recordRefund(unit, "bills", checked, allocations));
    }
    const schema = isOldest ? customerOldestRefundSchema : customerRefundSchema;
    const { customerId, allocations, ...refund } = parseInput(schema, input, "refund");
    const checked = { ...refund, partyId: customerId };
    return this.#post(checked, (unit) => recordRefund(unit, "invoices", checked, allocations));
  }

  /**
   * Settles documents from a payment or credit note, all of them or none, and returns the allocations in the order
   * given. `oldest` takes the open documents, dated up to `date`, in the order in which they are due, until nothing is left.
   * Throws `ValidationError`; `NotFoundError`; `InvariantError` for more than is due or left; `ConflictError` when one
   * of them is void or a draft, of another customer, vendor or currency, or the date does not fit.
   */
  async allocate<I extends AllocationRequest>(input: I): Promise<Previewed<I, PaymentAllocation[]>> {
    const schema = input?.allocations === "oldest" ? oldestAllocationsSchema : allocationsSchema;
    const request = parseInput(schema, input, "allocation");
    return postOrPreview(this.#unit, request, ["allocation"], async (unit) => {
      const made = await allocate(unit, request);
      return { row: made, ids: made.map(idOf) };
    });
  }

  /**
   * Takes an allocation back from `date` on (today when left out): the document is open again, and the payment or credit
   * note has the amount left. Throws `NotFoundError`; `ConflictError` when it is taken back already, a refund pays it back, or
   * the date does not fit.
   */
  async takeBack<O extends UndoingOptions = object>(
    allocationId: string,
    options = {} as O,
  ): Promise<Previewed<O, PaymentAllocation>> {
    const { date = null, preview } = parseInput(undoingSchema, options, "date");
    return postOrPreview(this.#unit, { preview }, ["allocation_void"], async (unit) => {
      const [takenBack] = await unit.run(takeBackAllocation, { id: allocationId, date });
      if (takenBack) return { row: takenBack, ids: [allocationId] };
      await allocationRecords.get(unit, allocationId);
      throw new ConflictError("The allocation is taken back already");
    });
  }

  /**
   * Voids a payment or refund from `date` on: its allocations are taken back, its entry is mirrored. Without a date, today, or
   * the first later day on which all it did had happened.
   * Throws `NotFoundError`; `ConflictError` when it is void already, a refund pays it back, or the date does not fit.
   */
  async void<O extends UndoingOptions = object>(id: string, options = {} as O): Promise<Previewed<O, Payment>> {
    const { date = null, preview } = parseInput(undoingSchema, options, "date");
    return postOrPreview(this.#unit, { preview }, ["payment_void", "allocation_void"], async (unit) => {
      const before = preview ? await allocationsOf(unit, id) : [];
      const [voided] = await unit.run(voidPayment, { id, date });
      const standing = before.filter((allocation) => allocation.reversedOn === null);
      if (voided) return { row: voided, ids: [id, ...standing.map(idOf)] };
      await paymentRecords.get(unit, id);
      throw new ConflictError("The payment is void already");
    });
  }

  /** The payment, or undefined. */
  findById(id: string): Promise<Payment | undefined> {
    return paymentRecords.find(this.#unit, id);
  }

  /** The payment. Throws `NotFoundError`. */
  getById(id: string): Promise<Payment> {
    return paymentRecords.get(this.#unit, id);
  }

  /**
   * The payment with its allocations in the order of their dates, or undefined: what it settles, or, of a refund, what it
   * pays back.
   */
  findDocument(id: string): Promise<PaymentDocument | undefined> {
    return findPaymentDocument(this.#unit, id);
  }

  /** Newest first; narrowed by direction, customer or vendor. */
  list(request: PageRequest & PaymentFilter = {}): Promise<Page<Payment>> {
    return list(this.#unit, request);
  }

  /** The allocations of a document, payment, credit note or refund in the order of their dates, those taken back too. */
  listAllocations(request: PageRequest & AllocationFilter): Promise<Page<PaymentAllocation>> {
    return listAllocations(this.#unit, request);
  }

  /**
   * What is open of a customer or vendor, by due date: documents, and with negative amounts what can be set against
   * them: credit notes and payments with something left. The sum in base currency is the balance.
   */
  openDocuments(request: PageRequest & PartyFilter): Promise<Page<OpenDocument>> {
    return listOpenDocuments(this.#unit, request);
  }

  async #post<I>(payment: CheckedPayment, record: (unit: Unit) => Promise<Payment>) {
    return postOrPreview<I, Payment>(this.#unit, payment, ["payment", "allocation"], async (unit) => {
      const recorded = await record(unit);
      const made = payment.preview ? await allocationsOf(unit, recorded.id) : [];
      return { row: recorded, ids: [recorded.id, ...made.map(idOf)] };
    });
  }
}

const idOf = ({ id }: { id: string }) => id;

async function allocationsOf(unit: Unit, paymentId: string): Promise<PaymentAllocation[]> {
  return (await findPaymentDocument(unit, paymentId))?.allocations ?? [];
}
