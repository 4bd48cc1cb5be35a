import type { JournalEntry } from "../../../../src/accounting";
import { amountOf } from "./amounts";
import type { SideName } from "./books";

/*
 * What callers were told was done, and what it comes to. Clients that work at the same time share one such record: a
 * test can tell from it alone what the books must hold, whatever the order in which it was done.
 */

interface DocumentDone {
  side: SideName;
  isCredit: boolean;
  partyId: string;
  base: string;
}

interface PaymentDone {
  side: SideName;
  partyId: string;
  base: string;
}

interface AllocationDone {
  side: SideName;
  partyId: string;
  paymentId: string | null;
  base: string;
  sourceBase: string;
}

export interface Acknowledged {
  entries: Map<string, JournalEntry>;
  reversals: Map<string, JournalEntry>;
  documents: Map<string, DocumentDone>;
  voidDocuments: Set<string>;
  payments: Map<string, PaymentDone>;
  voidPayments: Set<string>;
  allocations: Map<string, AllocationDone>;
  takenBack: Set<string>;
  /** Documents that were set to paid: the database made the payments of these. */
  markedPaid: Set<string>;
}

export const nothingYet = (): Acknowledged => ({
  ...{ entries: new Map(), reversals: new Map(), documents: new Map(), voidDocuments: new Set() },
  ...{ payments: new Map(), voidPayments: new Set(), allocations: new Map(), takenBack: new Set() },
  markedPaid: new Set(),
});

/** Ids of the accounts that documents and payments post to. */
export interface PostingAccounts {
  invoices: { control: string; usual: string };
  bills: { control: string; usual: string };
  bank: string;
  exchange: string;
}

/** What all that was acknowledged comes to, per account and per party; debits are above zero. */
export function balancesOf(done: Acknowledged, on: PostingAccounts): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  const add = (id: string, amount: bigint) => balances.set(id, (balances.get(id) ?? 0n) + amount);
  for (const entry of [...done.entries.values(), ...done.reversals.values()]) {
    for (const line of entry.lines) add(line.accountId, amountOf(line.baseDebit) - amountOf(line.baseCredit));
  }
  const onControl = (side: SideName, partyId: string, amount: bigint, against: string) => {
    add(on[side].control, amount);
    add(partyId, amount);
    add(against, -amount);
  };
  for (const [id, { side, isCredit, partyId, base }] of done.documents) {
    if (done.voidDocuments.has(id)) continue;
    const sign = (side === "invoices") === isCredit ? -1n : 1n;
    onControl(side, partyId, sign * amountOf(base), on[side].usual);
  }
  for (const [id, { side, partyId, base }] of done.payments) {
    if (!done.voidPayments.has(id))
      onControl(side, partyId, (side === "invoices" ? -1n : 1n) * amountOf(base), on.bank);
  }
  for (const [id, { side, partyId, paymentId, base, sourceBase }] of done.allocations) {
    if (done.takenBack.has(id) || (paymentId !== null && done.voidPayments.has(paymentId))) continue;
    const difference = amountOf(sourceBase) - amountOf(base);
    onControl(side, partyId, side === "invoices" ? difference : -difference, on.exchange);
  }
  return new Map([...balances].filter(([, amount]) => amount !== 0n));
}
