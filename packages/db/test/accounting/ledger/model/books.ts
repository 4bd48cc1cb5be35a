import type { ErrorCode } from "../../../../src/index";
import { amountOf, sum } from "./amounts";

/*
 * What the books of one company must hold, kept in the plainest way: lists of everything that ever happened, and
 * balances. Objects refer to each other; a copy is made of the whole.
 */

export type SideName = "invoices" | "bills";

export interface Account {
  id: string;
  code: string;
  type: string;
  currency: string | null;
  isActive: boolean;
  balance: bigint;
  lines: number;
}

export interface Party {
  id: string;
  side: SideName;
  balance: bigint;
}

/** Debits are above zero, credits below. */
export interface Line {
  account: string;
  currency: string;
  amount: bigint;
  base: bigint;
  isDifference?: boolean;
  party?: Party;
}

export interface Entry {
  id?: string;
  source: string;
  /** What it was posted for. */
  about: { id: string | null } | null;
  date: string;
  lines: Line[];
  reverses?: Entry;
}

export interface Document {
  id: string;
  side: SideName;
  isCredit: boolean;
  credited: Document | null;
  party: Party;
  date: string;
  due: string;
  currency: string;
  rate: bigint | null;
  /** The base amount that it states itself. */
  stated: bigint | null;
  lines: { account: string | null; amount: bigint }[];
  status: "draft" | "valid" | "partly_paid" | "paid" | "void";
  total: bigint;
  base: bigint;
  paid: bigint;
  paidBase: bigint;
  voidedOn: string | null;
}

export interface Payment {
  /** Null until it was read: the database makes payments too. */
  id: string | null;
  side: SideName;
  isRefund: boolean;
  party: Party;
  account: string;
  date: string;
  currency: string;
  amount: bigint;
  /** What its account moved by. */
  moved: bigint;
  /** What it is worth at its rate. */
  base: bigint;
  allocated: bigint;
  allocatedBase: bigint;
  voidedOn: string | null;
}

export interface Allocation {
  id: string | null;
  source: Payment | Document;
  /** A document, or the refund that pays the source back. */
  document: Document | Payment;
  amount: bigint;
  base: bigint;
  sourceBase: bigint;
  date: string;
  reversedOn: string | null;
}

export interface Period {
  id: string;
  endsOn: string;
  isClosed: boolean;
}

export interface Books {
  companyId: string;
  base: string;
  today: string;
  foreign: string;
  accounts: Map<string, Account>;
  parties: Party[];
  rates: Map<string, bigint>;
  entries: Entry[];
  documents: Document[];
  payments: Payment[];
  allocations: Allocation[];
  periods: Period[];
  /** Requests by idempotency key, as they were sent. */
  keys: Map<string, { request: unknown; entry: Entry }>;
  externalIds: Map<string, { request: unknown; payment: Payment }>;
}

/** A request that the books refuse, with the codes of everything that is wrong with it. */
export class Refusal extends Error {
  constructor(readonly codes: ReadonlySet<ErrorCode>) {
    super([...codes].join(", "));
  }
}

let problems = new Set<ErrorCode>();

/** Notes that a request is wrong; what follows may find more. */
export function refuseWhen(isWrong: boolean, code: ErrorCode): void {
  if (isWrong) problems.add(code);
}

/** Notes that a request is wrong where nothing more can be said about it. */
export function refuse(code?: ErrorCode): never {
  if (code) problems.add(code);
  throw new Refusal(problems);
}

/** Refuses a request now, when something was wrong with it. */
export function refuseProblems(): void {
  if (problems.size > 0) refuse();
}

/** Does it to a copy of the books: the books afterwards, or the codes of which one must be the refusal's. */
export function attempt<T>(books: Books, work: (copy: Books) => T): { books: Books; result: T } | Refusal {
  const copy = structuredClone(books);
  problems = new Set();
  try {
    const result = work(copy);
    return problems.size > 0 ? new Refusal(problems) : { books: copy, result };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

export function accountOf(books: Books, code: string): Account {
  const account = books.accounts.get(code);
  if (!account) throw new TypeError(`The model has no account ${code}`);
  return account;
}

export const control = { invoices: "1200", bills: "2100" } as const;
export const bank = "1120";
export const exchange = "7900";
/** What documents post to where a line says nothing else. */
export const usual = { invoices: "4100", bills: "5100" } as const;
export const used = [...Object.values(control), bank, exchange, ...Object.values(usual)] as readonly string[];

export function closedThrough(books: Books): string {
  return books.periods.reduce((last, { isClosed, endsOn }) => (isClosed && endsOn > last ? endsOn : last), "");
}

/** The last rate set on that day or before. */
export function rateOn(books: Books, currency: string, date: string): bigint | undefined {
  if (currency === books.base) return amountOf("1") * 10_000n;
  const day = [...books.rates.keys()]
    .filter((each) => each <= date)
    .sort()
    .at(-1);
  return day === undefined || currency !== books.foreign ? undefined : books.rates.get(day);
}

const checksAccounts = new Set(["manual", "invoice", "bill", "payment"]);

/** Posts an entry, if it may be posted. */
export function post(books: Books, entry: Entry): Entry {
  refuseWhen(entry.date <= closedThrough(books), "CONFLICT");
  refuseWhen(entry.lines.length < 2, "INVARIANT_VIOLATED");
  const off = new Map<string, bigint>();
  for (const line of entry.lines) {
    const account = accountOf(books, line.account);
    refuseWhen(!account.isActive && checksAccounts.has(entry.source), "INVARIANT_VIOLATED");
    refuseWhen(account.currency !== null && account.currency !== line.currency, "INVARIANT_VIOLATED");
    refuseWhen(line.currency === books.base && line.amount !== line.base, "INVARIANT_VIOLATED");
    if (!line.isDifference) off.set(line.currency, (off.get(line.currency) ?? 0n) + line.amount);
  }
  refuseWhen(
    [...off.values()].some((amount) => amount !== 0n),
    "INVARIANT_VIOLATED",
  );
  refuseWhen(sum(entry.lines.map((line) => line.base)) !== 0n, "INVARIANT_VIOLATED");
  for (const { account: code, base: amount, party } of entry.lines) {
    const account = accountOf(books, code);
    account.balance += amount;
    account.lines += 1;
    if (party) party.balance += party.side === "invoices" ? amount : -amount;
  }
  books.entries.push(entry);
  return entry;
}

/** Posts the mirror of an entry. */
export function mirror(books: Books, original: Entry, rest: Omit<Entry, "lines">): Entry {
  refuseWhen(rest.date < original.date, "CONFLICT");
  const lines = original.lines.map((line) => ({ ...line, amount: -line.amount, base: -line.base }));
  return post(books, { ...rest, lines });
}

/** The entry that was posted for something. */
export function entryOf(books: Books, source: string, about: Entry["about"]): Entry | undefined {
  return books.entries.find((entry) => entry.source === source && entry.about === about);
}

/** What an account stands at when a day ends. */
export function balanceOn(books: Books, code: string, day: string): bigint {
  const lines = books.entries.filter((entry) => entry.date <= day).flatMap((entry) => entry.lines);
  return sum(lines.filter((line) => line.account === code).map((line) => line.base));
}
