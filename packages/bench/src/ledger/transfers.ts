import type { NewJournalEntry } from "@org/db/accounting";

/** What each contestant of a posting race posts: an entry of two lines. */
export interface Transfer {
  debit: string;
  credit: string;
  amount: string;
  date: string;
}

/** Days that entries are spread over. */
export interface Days {
  from: string;
  count: number;
}

export const oneMonth: Days = { from: "2026-03-01", count: 31 };
export const threeYears: Days = { from: "2024-01-01", count: 1_096 };

const aDay = 86_400_000;

/** The day that lies `days` after another one. */
export const dayAfter = (from: string, days: number) =>
  new Date(Date.parse(from) + days * aDay).toISOString().slice(0, 10);

/** Transfers between two different accounts that change from one to the next; the same ones in each run. */
export class Transfers {
  readonly #accounts: readonly string[];
  readonly #days: Days;
  #state = 1;

  constructor(accounts: readonly string[], days: Days) {
    if (accounts.length < 2) throw new RangeError("A transfer needs two accounts");
    this.#accounts = accounts;
    this.#days = days;
  }

  next(): Transfer {
    const count = this.#accounts.length;
    const debit = this.#below(count);
    const credit = (debit + 1 + this.#below(count - 1)) % count;
    return {
      debit: this.#accounts[debit] ?? "",
      credit: this.#accounts[credit] ?? "",
      amount: `${1 + this.#below(999)}.${String(this.#below(100)).padStart(2, "0")}`,
      date: dayAfter(this.#days.from, this.#below(this.#days.count)),
    };
  }

  take(count: number): Transfer[] {
    return Array.from({ length: count }, () => this.next());
  }

  // The "minimal standard" generator of Park and Miller.
  #below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }
}

/** A transfer as the repositories take it. */
export const entryOf = (companyId: string, { debit, credit, amount, date }: Transfer): NewJournalEntry => ({
  companyId,
  date,
  lines: [
    { accountId: debit, debit: amount },
    { accountId: credit, credit: amount },
  ],
});
