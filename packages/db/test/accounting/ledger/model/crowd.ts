import fc from "fast-check";
import type { Bill, Invoice } from "../../../../src/accounting";
import { newId } from "../../../../src/index";
import type { Acknowledged } from "./acknowledged";
import { smallest, textOf } from "./amounts";
import type { SideName } from "./books";
import type { Runner } from "./plan";

/*
 * What one of many clients does that work on the same books at once. Each call is made once; what it is told is noted.
 */

/** What all clients work on. */
export interface Shared {
  companyId: string;
  foreign: string;
  /** Accounts for manual entries: few, so that everybody meets there. */
  accounts: string[];
  parties: Record<SideName, string[]>;
  periods: string[];
  done: Acknowledged;
  /** Requests that others repeat with the same key. */
  keyed: Parameters<Runner["accounting"]["journal"]["post"]>[0][];
  documents: { id: string; side: SideName; isForeign: boolean }[];
  payments: { id: string; side: SideName }[];
  allocations: string[];
}

const action = fc.record({
  do: fc.constantFrom(
    ...["post", "post", "post", "postMany", "postAgain", "reverse", "document", "document", "document", "pay", "pay"],
    ...["pay", "allocate", "allocate", "takeBack", "voidPayment", "voidDocument", "credit", "markPaid", "preview"],
    ...["undone", "period"],
  ),
  side: fc.constantFrom("invoices" as const, "bills" as const),
  isForeign: fc.boolean(),
  pick: fc.nat(10_000),
  other: fc.nat(10_000),
  units: fc.integer({ min: 1, max: 30_000 }),
  day: fc.integer({ min: 1, max: 28 }),
});
export type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

/** What a client is going to do. */
export const actionsOf = (seed: number, count: number): Action[] => fc.sample(action, { seed, numRuns: count });

const pickOf = <T>(all: readonly T[], pick: number): T | undefined => all[pick % all.length];
/** Late ones more often than early ones, so that clients meet. */
const lateOf = <T>(all: readonly T[], pick: number): T | undefined =>
  all[all.length - 1 - (pick % Math.min(all.length, 12))];
const dayOf = ({ day }: Action) => `2025-03-${String(day).padStart(2, "0")}`;

function entryOf(shared: Shared, { units, pick, other, ...action }: Action, key?: string) {
  const amount = textOf(smallest(units, "USD"));
  const [debit = "", credit = ""] = [pickOf(shared.accounts, pick), pickOf(shared.accounts, pick + 1 + (other % 5))];
  return {
    ...{ companyId: shared.companyId, date: dayOf({ units, pick, other, ...action }) },
    ...(key === undefined ? {} : { idempotencyKey: key }),
    lines: [
      { accountId: debit, debit: amount },
      { accountId: credit, credit: amount },
    ],
  };
}

type Posted = { baseAmount: string | null; kind: string; id: string } & ({ customerId: string } | { vendorId: string });

function noteDocument(shared: Shared, row: Invoice | Bill, side: SideName, isForeign: boolean): void {
  const { id, kind, baseAmount } = row as Posted;
  const partyId = "customerId" in row ? row.customerId : row.vendorId;
  shared.done.documents.set(id, { side, isCredit: kind === "credit_note", partyId, base: baseAmount ?? "0" });
  if (kind !== "credit_note") shared.documents.push({ id, side, isForeign });
}

const repository = (on: Runner, side: SideName) => (side === "invoices" ? on.accounting.invoices : on.accounting.bills);

async function makeDocument(on: Runner, shared: Shared, action: Action, isUndone = false): Promise<void> {
  const { side, isForeign, units, pick } = action;
  const currency = isForeign ? shared.foreign : "USD";
  const [id, date] = [newId(), dayOf(action)];
  const lines = [{ description: "Work", quantity: "1", unitPrice: textOf(smallest(units, currency)) }];
  const fields = { id, companyId: shared.companyId, dueDate: "2025-04-30", currency, lines };
  const partyId = pickOf(shared.parties[side], pick) ?? "";
  const row = await on.transaction(async (tx) => {
    const { invoices, bills } = tx.accounting;
    if (side === "invoices") await invoices.create({ ...fields, customerId: partyId, invoiceDate: date });
    else await bills.create({ ...fields, vendorId: partyId, billDate: date, billNumber: id });
    const made = side === "invoices" ? await invoices.issue(id) : await bills.approve(id);
    if (isUndone) throw new Undone();
    return made;
  });
  noteDocument(shared, row, side, isForeign);
}

/** Thrown to undo a transaction on purpose. */
export class Undone extends Error {}

async function noteAllocations(on: Runner, shared: Shared, paymentId: string, side: SideName, partyId: string) {
  const { items } = await on.accounting.payments.listAllocations({ paymentId });
  for (const { id, baseAmount, sourceBaseAmount } of items)
    noteAllocation(shared, { id, side, partyId, paymentId, baseAmount, sourceBaseAmount });
}

function noteAllocation(
  { done, allocations }: Shared,
  made: {
    id: string;
    side: SideName;
    partyId: string;
    paymentId: string | null;
    baseAmount: string;
    sourceBaseAmount: string;
  },
): void {
  const { id, side, partyId, paymentId, baseAmount: base, sourceBaseAmount: sourceBase } = made;
  done.allocations.set(id, { side, partyId, paymentId, base, sourceBase });
  allocations.push(id);
}

async function pay(on: Runner, shared: Shared, action: Action): Promise<void> {
  const owed = lateOf(shared.documents, action.pick);
  const [side, isForeign] = owed ? [owed.side, owed.isForeign] : [action.side, action.isForeign];
  const currency = isForeign ? shared.foreign : "USD";
  const partyId = owed
    ? (shared.done.documents.get(owed.id)?.partyId ?? "")
    : (pickOf(shared.parties[side], action.other) ?? "");
  const amount = textOf(smallest(action.units, currency));
  const part = textOf(smallest(Math.ceil(action.units / ((action.other % 3) + 1)), currency));
  const fields = {
    ...{ companyId: shared.companyId, amount, currency, paymentDate: dayOf(action) },
    ...(owed && action.other % 4 === 0 ? { allocations: "oldest" as const } : {}),
  };
  const to = owed && action.other % 4 !== 0 ? owed.id : undefined;
  const payment =
    side === "invoices"
      ? await on.accounting.payments.receive({
          ...fields,
          customerId: partyId,
          ...(to === undefined ? {} : { allocations: [{ invoiceId: to, amount: part }] }),
        })
      : await on.accounting.payments.make({
          ...fields,
          vendorId: partyId,
          ...(to === undefined ? {} : { allocations: [{ billId: to, amount: part }] }),
        });
  shared.done.payments.set(payment.id, { side, partyId, base: payment.baseAmount });
  shared.payments.push({ id: payment.id, side });
  await noteAllocations(on, shared, payment.id, side, partyId);
}

async function allocate(on: Runner, shared: Shared, { pick, other, units }: Action): Promise<void> {
  const payment = lateOf(shared.payments, pick);
  const documents = shared.documents.filter(({ side }) => side === payment?.side);
  const document = lateOf(documents, other);
  if (!payment || !document) return;
  const amount = textOf(smallest(units, document.isForeign ? shared.foreign : "USD"));
  const target = document.side === "invoices" ? { invoiceId: document.id } : { billId: document.id };
  const made = await on.accounting.payments.allocate({
    paymentId: payment.id,
    allocations: other % 3 === 0 ? "oldest" : [{ ...target, amount }],
  } as Parameters<typeof on.accounting.payments.allocate>[0] & { preview?: false });
  const partyId = shared.done.payments.get(payment.id)?.partyId ?? "";
  for (const allocation of made)
    noteAllocation(shared, { ...allocation, side: payment.side, partyId, paymentId: payment.id });
}

async function credit(on: Runner, shared: Shared, { pick, units }: Action): Promise<void> {
  const document = lateOf(shared.documents, pick);
  if (!document) return;
  const { id, side, isForeign } = document;
  const unitPrice = textOf(smallest(units, isForeign ? shared.foreign : "USD"));
  const input = { date: "2025-03-28", lines: [{ description: "Less", quantity: "1", unitPrice }] };
  const note =
    side === "invoices"
      ? await on.accounting.invoices.credit(id, input)
      : await on.accounting.bills.credit(id, { ...input, billNumber: newId() });
  noteDocument(shared, note, side, isForeign);
  const by = side === "invoices" ? { creditNoteId: note.id } : { vendorCreditId: note.id };
  const { items } = await on.accounting.payments.listAllocations(by);
  const partyId = shared.done.documents.get(note.id)?.partyId ?? "";
  for (const allocation of items) noteAllocation(shared, { ...allocation, side, partyId, paymentId: null });
}

async function period(on: Runner, shared: Shared, { pick, other }: Action): Promise<void> {
  const id = pickOf(shared.periods, pick) ?? "";
  if (other % 2 === 0) await on.accounting.periods.close(id);
  else await on.accounting.periods.reopen(id, { reason: "To go on" });
}

/** Does it; throws what the call throws. */
export async function act(on: Runner, shared: Shared, action: Action): Promise<void> {
  const { done } = shared;
  const { journal, payments } = on.accounting;
  const { pick, other } = action;
  switch (action.do) {
    case "post": {
      const request = entryOf(shared, action, other % 2 === 0 ? newId() : undefined);
      if (request.idempotencyKey) shared.keyed.push(request);
      const entry = await journal.post(request);
      done.entries.set(entry.id, entry);
      return;
    }
    case "postAgain": {
      const request = lateOf(shared.keyed, pick);
      if (!request) return;
      const entry = await journal.post(request);
      done.entries.set(entry.id, entry);
      return;
    }
    case "postMany": {
      const requests = [0, 1, 2].map((more) =>
        entryOf(shared, { ...action, pick: pick + more, units: action.units + more }),
      );
      for (const entry of await journal.postMany(requests)) done.entries.set(entry.id, entry);
      return;
    }
    case "reverse": {
      const entry = lateOf([...done.entries.values()], pick);
      if (!entry) return;
      const reversal = await journal.reverse(entry.id, { date: "2025-03-31" });
      done.reversals.set(reversal.id, reversal);
      return;
    }
    case "document":
      return makeDocument(on, shared, action);
    case "undone":
      return makeDocument(on, shared, action, true);
    case "pay":
      return pay(on, shared, action);
    case "allocate":
      return allocate(on, shared, action);
    case "takeBack": {
      const id = lateOf(shared.allocations, pick);
      if (id === undefined) return;
      await payments.takeBack(id);
      done.takenBack.add(id);
      return;
    }
    case "voidPayment": {
      const payment = lateOf(shared.payments, pick);
      if (!payment) return;
      await payments.void(payment.id);
      done.voidPayments.add(payment.id);
      return;
    }
    case "voidDocument": {
      const document = lateOf(shared.documents, pick);
      if (!document) return;
      await repository(on, document.side).void(document.id);
      done.voidDocuments.add(document.id);
      return;
    }
    case "markPaid": {
      const first = lateOf(shared.documents, pick);
      const second = lateOf(
        shared.documents.filter(({ side }) => side === first?.side),
        other,
      );
      if (!first || !second) return;
      await repository(on, first.side).markPaid([first.id, second.id]);
      for (const { id } of [first, second]) done.markedPaid.add(id);
      return;
    }
    case "credit":
      return credit(on, shared, action);
    case "preview":
      await journal.post(entryOf(shared, action, newId()), { preview: true });
      return;
    default:
      return period(on, shared, action);
  }
}
