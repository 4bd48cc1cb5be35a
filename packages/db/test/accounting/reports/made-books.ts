import { randomUUID } from "node:crypto";

/*
 * Books made in memory by the posting rules and written by the owner past all triggers: reports and the health check are
 * tested against rows whose every figure is known, in cents as bigint, without the code that posts.
 */

export type AccountKey = keyof typeof chart;
export type Source = "invoice" | "bill";

/** Code and type of each account. */
export const chart = {
  bank: ["1000", "asset"],
  receivable: ["1100", "asset"],
  payable: ["2000", "liability"],
  capital: ["3000", "equity"],
  sales: ["4000", "income"],
  purchases: ["5000", "expense"],
  exchange: ["6000", "expense"],
} as const;

export interface Line {
  account: AccountKey;
  date: string;
  entry: Entry;
  currency: string;
  /** Debit less credit. */
  amount: bigint;
  base: bigint;
  party?: string | undefined;
  isExchangeDifference: boolean;
  version: number;
}

export interface Entry {
  id: string;
  date: string;
  source: string;
  sourceId: string | undefined;
  reverses: string | undefined;
  lines: Line[];
}

/** What can be allocated, or allocated to: a document or a payment. */
export interface Item {
  id: string;
  kind: "invoice" | "bill" | "credit_note" | "payment" | "refund";
  side: Source;
  party: string;
  date: string;
  due: string;
  amount: bigint;
  currency: string;
  rate: bigint;
  base: bigint;
  settled: bigint;
  settledBase: bigint;
  credited: Item | undefined;
  voidedOn: string | undefined;
}

export interface Allocation {
  id: string;
  from: Item;
  to: Item;
  amount: bigint;
  base: bigint;
  sourceBase: bigint;
  on: string;
  reversedOn: string | undefined;
}

type NewLine = [account: AccountKey, amount: bigint, base?: bigint, party?: string];

/** Rates have eight decimals. */
export const one = 100_000_000n;

/** Half away from zero. */
function divided(value: bigint, by: bigint): bigint {
  const half = value < 0n ? -by / 2n : by / 2n;
  return (value + half) / by;
}

export function decimal(cents: bigint): string {
  const digits = String(cents < 0n ? -cents : cents).padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export class MadeBooks {
  readonly accounts = Object.fromEntries(Object.keys(chart).map((key) => [key, randomUUID()])) as Record<
    AccountKey,
    string
  >;
  readonly parties: Record<Source, { id: string; name: string }[]>;
  readonly entries: Entry[] = [];
  readonly items: Item[] = [];
  readonly allocations: Allocation[] = [];

  constructor(parties = 2) {
    const make = (name: string) =>
      Array.from({ length: parties }, (_party, index) => ({ id: randomUUID(), name: `${name} ${index + 1}` }));
    this.parties = { invoice: make("Customer"), bill: make("Vendor") };
  }

  get lines(): Line[] {
    return this.entries.flatMap((entry) => entry.lines);
  }

  post(date: string, lines: NewLine[], of: Partial<Entry> & { currency?: string; isDifference?: boolean } = {}): Entry {
    const entry: Entry = {
      id: of.id ?? randomUUID(),
      date,
      source: of.source ?? "manual",
      sourceId: of.sourceId,
      reverses: of.reverses,
      lines: [],
    };
    for (const [account, amount, base = amount, party] of lines) {
      const isExchangeDifference = of.isDifference ?? false;
      const version = this.lines.filter((line) => line.account === account).length + 1 + countIn(entry, account);
      const currency = of.currency ?? "USD";
      entry.lines.push({ account, date, entry, currency, amount, base, party, isExchangeDifference, version });
    }
    this.entries.push(entry);
    return entry;
  }

  /** Posts the mirror of an entry. */
  mirror(original: Entry, date: string, source: string): Entry {
    const { currency, isExchangeDifference: isDifference } = original.lines[0] as Line;
    const lines = original.lines.map((l): NewLine => [l.account, -l.amount, -l.base, l.party]);
    const isReversal = source === "reversal";
    const of = { source, sourceId: isReversal ? original.id : original.sourceId, currency, isDifference };
    return this.post(date, lines, { ...of, reverses: isReversal ? original.id : undefined });
  }

  document(
    side: Source,
    of: { date: string; due?: string; amount: bigint; party?: number; credits?: Item; isCredit?: boolean } & Money,
  ): Item {
    const isCredit = of.isCredit || of.credits !== undefined;
    const item = this.#item(side, isCredit ? "credit_note" : side, of);
    const control = side === "invoice" ? "receivable" : "payable";
    const sign = (side === "invoice" ? 1n : -1n) * (isCredit ? -1n : 1n);
    const other = side === "invoice" ? "sales" : "purchases";
    const [amount, base] = [sign * item.amount, sign * item.base];
    this.post(
      of.date,
      [
        [control, amount, base, item.party],
        [other, -amount, -base],
      ],
      {
        source: side,
        sourceId: item.id,
        currency: item.currency,
      },
    );
    return item;
  }

  pay(side: Source, of: { date: string; amount: bigint; party?: number } & Money): Item {
    const item = this.#item(side, "payment", of);
    const sign = side === "invoice" ? 1n : -1n;
    const [amount, base] = [sign * item.amount, sign * item.base];
    const control = side === "invoice" ? "receivable" : "payable";
    this.post(
      of.date,
      [
        ["bank", amount, base],
        [control, -amount, -base, item.party],
      ],
      {
        source: "payment",
        sourceId: item.id,
        currency: item.currency,
      },
    );
    return item;
  }

  /** Pays back what payments and credit notes of one party have left, all of it used on the day of the refund. */
  refund(side: Source, of: { date: string; party?: number; credit: [from: Item, amount: bigint][] } & Money): Item {
    const amount = of.credit.reduce((total, [, part]) => total + part, 0n);
    const item = this.#item(side, "refund", { ...of, amount });
    const sign = side === "invoice" ? -1n : 1n;
    const [whole, base] = [sign * item.amount, sign * item.base];
    const control = side === "invoice" ? "receivable" : "payable";
    this.post(
      of.date,
      [
        ["bank", whole, base],
        [control, -whole, -base, item.party],
      ],
      { source: "payment", sourceId: item.id, currency: item.currency },
    );
    for (const [from, part] of of.credit) this.allocate(from, item, part, of.date);
    return item;
  }

  allocate(from: Item, to: Item, amount: bigint, on: string): Allocation {
    const base = settle(to, amount);
    const sourceBase = settle(from, amount);
    const made = { id: randomUUID(), from, to, amount, base, sourceBase, on, reversedOn: undefined };
    this.allocations.push(made);
    const sign = to.side === "invoice" ? 1n : -1n;
    const difference = sign * (sourceBase - base);
    const control = to.side === "invoice" ? "receivable" : "payable";
    if (difference !== 0n) {
      this.post(
        on,
        [
          [control, difference, difference, to.party],
          ["exchange", -difference],
        ],
        {
          source: "allocation",
          sourceId: made.id,
          isDifference: true,
        },
      );
    }
    return made;
  }

  takeBack(allocation: Allocation, on: string): void {
    allocation.reversedOn = on;
    for (const [item, base] of [
      [allocation.to, allocation.base],
      [allocation.from, allocation.sourceBase],
    ] as const) {
      item.settled -= allocation.amount;
      item.settledBase -= base;
    }
    const posted = this.entries.find((entry) => entry.sourceId === allocation.id);
    if (posted) this.mirror(posted, on, "allocation_void");
  }

  /** Voids a document that nothing settles, or a payment or refund with its allocations. */
  void(item: Item, on: string): void {
    for (const allocation of this.allocations) {
      const isOwn = allocation.from === item || (item.kind === "refund" && allocation.to === item);
      if (isOwn && !allocation.reversedOn) this.takeBack(allocation, on);
    }
    item.voidedOn = on;
    const source = isMoney(item) ? "payment" : item.side;
    const posted = this.entries.find((entry) => entry.source === source && entry.sourceId === item.id);
    if (posted) this.mirror(posted, on, `${source}_void`);
  }

  #item(
    side: Source,
    kind: Item["kind"],
    of: { date: string; due?: string; amount: bigint; party?: number; credits?: Item } & Money,
  ): Item {
    const rate = of.rate ?? one;
    const item: Item = {
      id: randomUUID(),
      kind,
      side,
      party: this.parties[side][of.party ?? 0]?.id ?? "",
      date: of.date,
      due: of.due ?? of.date,
      amount: of.amount,
      currency: of.currency ?? "USD",
      rate,
      base: divided(of.amount * rate, one),
      settled: 0n,
      settledBase: 0n,
      credited: of.credits,
      voidedOn: undefined,
    };
    this.items.push(item);
    return item;
  }
}

interface Money {
  currency?: string;
  rate?: bigint;
}

/** A payment or a refund. */
export const isMoney = ({ kind }: Item) => kind === "payment" || kind === "refund";

const countIn = (entry: Entry, account: AccountKey) => entry.lines.filter((line) => line.account === account).length;

function settle(item: Item, amount: bigint): bigint {
  item.settled += amount;
  const due = divided(item.settled * item.base, item.amount);
  const base = due > item.settledBase ? due - item.settledBase : 0n;
  item.settledBase += base;
  return base;
}
