import type { z } from "zod";
import type { Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { cursorKey, firstId, lastId, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { parseInput } from "../core/validation";
import type { NotPreviewed, Previewed } from "./documents";
import { entriesOf } from "./journal";
import type { JournalEntry } from "./journal-entry";
import {
  allocate,
  type CheckedPayment,
  type Payment,
  type PaymentAllocation,
  type PaymentDocument,
  record,
  type Target,
  toDocument,
} from "./payment-recording";
import {
  allocationLists,
  findAllocation,
  findPayment,
  findPaymentDocument,
  openDocumentLists,
  paymentLists,
  takeBackAllocation,
  voidPayment,
} from "./payment-statements";
import type { settling } from "./payment-writes";
import { preview } from "./preview";
import type { paymentDirection } from "./schema";
import {
  allocationFilterSchema,
  allocationsSchema,
  madeForOldestSchema,
  madePaymentSchema,
  oldestAllocationsSchema,
  partySchema,
  paymentFilterSchema,
  receivedForOldestSchema,
  receivedPaymentSchema,
  undoingSchema,
} from "./validation/payments";

export type { Payment, PaymentAllocation, PaymentDocument } from "./payment-recording";
export type PaymentDirection = ChoiceOf<typeof paymentDirection>;
/** Money received. `allocations` names documents, or `oldest`: those that are due first. */
export type ReceivedPayment = z.input<typeof receivedPaymentSchema> | z.input<typeof receivedForOldestSchema>;
/** Money paid, the same way. */
export type MadePayment = z.input<typeof madePaymentSchema> | z.input<typeof madeForOldestSchema>;
export type AllocationRequest = z.input<typeof allocationsSchema> | z.input<typeof oldestAllocationsSchema>;
export type UndoingOptions = z.input<typeof undoingSchema>;
export type PaymentFilter = z.input<typeof paymentFilterSchema>;
export type AllocationFilter = z.input<typeof allocationFilterSchema>;
export type PartyFilter = z.input<typeof partySchema>;
/** What is open of a customer or vendor; credit notes and payments have negative amounts. */
export type OpenDocument = Awaited<ReturnType<PaymentRepository["openDocuments"]>>["items"][number];

type SideName = keyof typeof settling;

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
   * or the document's when that is later. The same `externalId` with the same content returns the payment recorded first.
   * Throws `ValidationError`; `NotFoundError` for a customer, account or document that the company does not have;
   * `InvariantError` for more than is due; `ConflictError` for a closed period, a document that is not open, an account
   * that takes no payments, a missing exchange rate, or an `externalId` that came with other content.
   */
  receive(input: Previewed<ReceivedPayment>): Promise<JournalEntry[]>;
  receive(input: NotPreviewed<ReceivedPayment>): Promise<Payment>;
  async receive(input: ReceivedPayment): Promise<Payment | JournalEntry[]> {
    const schema = input?.allocations === "oldest" ? receivedForOldestSchema : receivedPaymentSchema;
    const { customerId, allocations, ...payment } = parseInput(schema, input, "payment");
    const to =
      allocations === "oldest" ? allocations : allocations?.map((a) => ({ id: a.invoiceId, amount: a.amount }));
    return this.#record("invoices", { ...payment, partyId: customerId }, to);
  }

  /** Records money to a vendor and posts it, as `receive` does for a customer. */
  make(input: Previewed<MadePayment>): Promise<JournalEntry[]>;
  make(input: NotPreviewed<MadePayment>): Promise<Payment>;
  async make(input: MadePayment): Promise<Payment | JournalEntry[]> {
    const schema = input?.allocations === "oldest" ? madeForOldestSchema : madePaymentSchema;
    const { vendorId, allocations, ...payment } = parseInput(schema, input, "payment");
    const to = allocations === "oldest" ? allocations : allocations?.map((a) => ({ id: a.billId, amount: a.amount }));
    return this.#record("bills", { ...payment, partyId: vendorId }, to);
  }

  /**
   * Settles documents from a payment or credit note, all of them or none, and returns the allocations in the order
   * given. `oldest` takes the open documents, dated up to `date`, in the order in which they are due, until nothing is left.
   * Throws `ValidationError`; `NotFoundError`; `InvariantError` for more than is due or left; `ConflictError` when one
   * of them is void or a draft, of another customer, vendor or currency, or the date does not fit.
   */
  allocate(input: Previewed<AllocationRequest>): Promise<JournalEntry[]>;
  allocate(input: NotPreviewed<AllocationRequest>): Promise<PaymentAllocation[]>;
  async allocate(input: AllocationRequest): Promise<PaymentAllocation[] | JournalEntry[]> {
    const schema = input?.allocations === "oldest" ? oldestAllocationsSchema : allocationsSchema;
    const request = parseInput(schema, input, "allocation");
    if (!request.preview) return allocate(this.#unit, request);
    return preview(this.#unit, async (unit) => {
      const made = await allocate(unit, request);
      return entriesOf(unit, made.map(idOf), ["allocation"]);
    });
  }

  /**
   * Takes an allocation back from `date` on (today when left out): the document is open again, the payment or credit
   * note has it left. Throws `NotFoundError`; `ConflictError` when it is taken back already, or the date does not fit.
   */
  takeBack(allocationId: string, options: Previewed<UndoingOptions>): Promise<JournalEntry[]>;
  takeBack(allocationId: string, options?: NotPreviewed<UndoingOptions>): Promise<PaymentAllocation>;
  async takeBack(allocationId: string, options: UndoingOptions = {}): Promise<PaymentAllocation | JournalEntry[]> {
    const { date = null, preview: isPreview } = parseInput(undoingSchema, options, "date");
    const work = async (unit: Unit) => {
      const [takenBack] = await unit.run(takeBackAllocation, { id: allocationId, date });
      if (takenBack) return takenBack;
      found((await unit.run(findAllocation, { id: allocationId }))[0], "allocation");
      throw new ConflictError("The allocation is taken back already");
    };
    if (!isPreview) return work(this.#unit);
    return preview(this.#unit, async (unit) => entriesOf(unit, [(await work(unit)).id], ["allocation_void"]));
  }

  /**
   * Voids a payment from `date` on: its allocations are taken back, its entry is mirrored. Without a date, today, or
   * the first later day on which all it did had happened.
   * Throws `NotFoundError`; `ConflictError` when it is void already, or the date does not fit.
   */
  void(id: string, options: Previewed<UndoingOptions>): Promise<JournalEntry[]>;
  void(id: string, options?: NotPreviewed<UndoingOptions>): Promise<Payment>;
  async void(id: string, options: UndoingOptions = {}): Promise<Payment | JournalEntry[]> {
    const { date = null, preview: isPreview } = parseInput(undoingSchema, options, "date");
    const work = async (unit: Unit) => {
      const [voided] = await unit.run(voidPayment, { id, date });
      if (voided) return voided;
      found((await unit.run(findPayment, { id }))[0], "payment");
      throw new ConflictError("The payment is void already");
    };
    if (!isPreview) return work(this.#unit);
    return preview(this.#unit, async (unit) => {
      const standing = toDocument(await unit.run(findPaymentDocument, { key: id, companyId: "" }))?.allocations;
      await work(unit);
      const takenBack = (standing ?? []).filter((allocation) => allocation.reversedOn === null);
      return entriesOf(unit, [id, ...takenBack.map(idOf)], ["payment_void", "allocation_void"]);
    });
  }

  /** The payment, or undefined. */
  async findById(id: string): Promise<Payment | undefined> {
    return (await this.#unit.run(findPayment, { id }))[0];
  }

  /** The payment. Throws `NotFoundError`. */
  async getById(id: string): Promise<Payment> {
    return found(await this.findById(id), "payment");
  }

  /** The payment with its allocations in the order of their dates, or undefined. */
  async findDocument(id: string): Promise<PaymentDocument | undefined> {
    return toDocument(await this.#unit.run(findPaymentDocument, { key: id, companyId: "" }));
  }

  /** Newest first; narrowed by direction, customer or vendor. */
  async list(request: PageRequest & PaymentFilter = {}): Promise<Page<Payment>> {
    const { limit: _limit, cursor: _cursor, ...given } = request;
    const [by, filter] = narrowed(parseInput(paymentFilterSchema, given, "filter")) ?? (["all", ""] as const);
    const key = cursorKey(request, 2) ?? ["infinity", lastId];
    const limit = pageSize(request);
    const rows = await this.#unit.run(paymentLists[by], { filter, ...keyOf(key), limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.paymentDate, row.id]);
  }

  /** The allocations of a document, payment or credit note in the order of their dates, those taken back too. */
  async listAllocations(request: PageRequest & AllocationFilter): Promise<Page<PaymentAllocation>> {
    const { limit: _limit, cursor: _cursor, ...given } = request;
    const [by, filter] = found(narrowed(parseInput(allocationFilterSchema, given, "filter")), "filter");
    const key = cursorKey(request, 2) ?? ["-infinity", firstId];
    const limit = pageSize(request);
    const rows = await this.#unit.run(allocationLists[by], { filter, ...keyOf(key), limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.allocatedOn, row.id]);
  }

  /**
   * What is open of a customer or vendor, by due date: documents, and with negative amounts what can be set against
   * them: credit notes and payments with something left. The sum in base currency is the balance.
   */
  async openDocuments(request: PageRequest & PartyFilter) {
    const { limit: _limit, cursor: _cursor, ...given } = request;
    const [by, filter] = found(narrowed(parseInput(partySchema, given, "filter")), "filter");
    const key = cursorKey(request, 2) ?? ["-infinity", firstId];
    const limit = pageSize(request);
    const rows = await this.#unit.run(openDocumentLists[by], { filter, ...keyOf(key), limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.dueDate, row.id]);
  }

  async #record(side: SideName, payment: CheckedPayment, to: "oldest" | Target[] | undefined) {
    if (!payment.preview) return record(this.#unit, side, payment, to);
    return preview(this.#unit, async (unit) => {
      const { id } = await record(unit, side, payment, to);
      const made = toDocument(await unit.run(findPaymentDocument, { key: id, companyId: "" }))?.allocations ?? [];
      return entriesOf(unit, [id, ...made.map(idOf)], ["payment", "allocation"]);
    });
  }
}

const idOf = ({ id }: { id: string }) => id;
const keyOf = ([date = "", id = ""]: string[]) => ({ date, id });

/** The one filter that is given, by its name. */
function narrowed<K extends string>(filter: Partial<Record<K, string | undefined>>): [K, string] | undefined {
  return (Object.entries(filter) as [K, string | undefined][]).find(
    (entry): entry is [K, string] => entry[1] !== undefined,
  );
}
