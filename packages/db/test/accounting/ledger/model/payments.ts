import { converted, latest, lesser, nearest, sum, unitOf } from "./amounts";
import {
  type Allocation,
  accountOf,
  type Books,
  bank,
  closedThrough,
  control,
  type Document,
  entryOf,
  exchange,
  mirror,
  type Party,
  type Payment,
  post,
  rateOn,
  refuse,
  refuseProblems,
  refuseWhen,
} from "./books";

export interface Target {
  document: Document;
  amount: bigint;
}

/** A payment as it is sent. */
export interface PaymentRequest {
  id: string;
  party: Party;
  amount: bigint;
  date: string;
  currency?: string;
  rate?: bigint;
  /** What the bank says that it moved, in base currency. */
  stated?: bigint;
  account?: string;
  to?: Target[] | "oldest";
  externalId?: string;
}

const isPayment = (source: Payment | Document): source is Payment => "allocated" in source;
const isOpen = ({ status }: Document) => status === "valid" || status === "partly_paid";
const inOrder = (targets: readonly Target[]) => [...targets].sort((a, b) => (a.document.id < b.document.id ? -1 : 1));

/** The open documents of a party up to a day, in the order in which they are due, until the amount is used up. */
function oldest(books: Books, party: Party, currency: string, amount: bigint, until = "9999-12-31"): Target[] {
  const open = books.documents
    .filter((each) => each.party === party && each.currency === currency && each.date <= until)
    .filter((each) => !each.isCredit && isOpen(each))
    .sort((a, b) => (a.due + a.id < b.due + b.id ? -1 : 1));
  const targets: Target[] = [];
  let left = amount;
  for (const document of open) {
    const part = lesser(left, document.total - document.paid);
    if (part > 0n) targets.push({ document, amount: part });
    left -= part;
  }
  return targets;
}

/** Records a payment and what it settles. */
export function record(books: Books, request: PaymentRequest): Payment {
  const { id, party, amount, date, to = [], externalId } = request;
  const named = to === "oldest" ? [] : to;
  if (sum(named.map((target) => target.amount)) > amount) refuse("VALIDATION_FAILED");
  const amounts = [amount, ...named.map((target) => target.amount)];
  if (amounts.some((part) => isTooFine(part, request.currency))) refuse("VALIDATION_FAILED");
  const known = externalId === undefined ? undefined : books.externalIds.get(externalId);
  if (known) return isSame(books, known.payment, request) ? known.payment : refuse("CONFLICT");
  const currency = request.currency ?? named.map(({ document }) => document.currency).sort()[0] ?? books.base;
  const payment = pay(books, {
    id,
    party,
    amount,
    date,
    currency,
    account: request.account,
    rate: request.rate,
    stated: request.stated,
  });
  const targets = to === "oldest" ? oldest(books, party, request.currency ?? books.base, amount) : to;
  for (const { document, amount: part } of inOrder(targets)) {
    apply(books, payment, document, part, latest(date, document.date, lastReversed(books, "document", document)));
  }
  if (externalId !== undefined) books.externalIds.set(externalId, { request, payment });
  return payment;
}

const isTooFine = (amount: bigint, currency: string | undefined) =>
  currency !== undefined && amount % unitOf(currency) !== 0n;

/** What the caller left to the books is not compared. */
function isSame(
  books: Books,
  payment: Payment,
  { party, amount, date, currency, account, stated, to }: PaymentRequest,
): boolean {
  const made = books.allocations.filter((each) => each.source === payment);
  return (
    payment.party === party &&
    payment.amount === amount &&
    payment.date === date &&
    (stated ?? payment.moved) === payment.moved &&
    (currency ?? payment.currency) === payment.currency &&
    (account ?? payment.account) === payment.account &&
    (to === undefined ||
      to === "oldest" ||
      to.every((target) => made.some((each) => each.document === target.document && each.amount === target.amount)))
  );
}

interface NewPayment {
  id: string | null;
  party: Party;
  amount: bigint;
  date: string;
  currency: string;
  account?: string | undefined;
  rate?: bigint | undefined;
  stated?: bigint | undefined;
  isRefund?: boolean;
}

function pay(books: Books, given: NewPayment): Payment {
  const { id, party, amount, date, currency, isRefund = false } = given;
  const account = accountOf(books, given.account ?? bank);
  refuseWhen(!["asset", "liability"].includes(account.type), "CONFLICT");
  refuseWhen((Object.values(control) as string[]).includes(account.code), "CONFLICT");
  refuseWhen(!account.isActive || (account.currency !== null && account.currency !== currency), "CONFLICT");
  refuseWhen(isTooFine(amount, currency), "INVARIANT_VIOLATED");
  refuseProblems();
  const rate = currency === books.base ? undefined : given.rate;
  const { stated } = given;
  refuseWhen(stated !== undefined && currency === books.base && stated !== amount, "INVARIANT_VIOLATED");
  refuseProblems();
  const known = rate ?? rateOn(books, currency, date);
  const worth = known === undefined ? (stated ?? refuse("CONFLICT")) : converted(amount, known, books.base);
  const moved = stated ?? worth;
  const payment: Payment = {
    ...{ id, side: party.side, isRefund, party, account: account.code, date, currency, amount },
    ...{ moved, base: worth, allocated: 0n, allocatedBase: 0n, voidedOn: null },
  };
  books.payments.push(payment);
  const sign = (party.side === "invoices") === isRefund ? -1n : 1n;
  post(books, {
    source: "payment",
    about: payment,
    date,
    lines: [
      { account: account.code, currency, amount: sign * amount, base: sign * moved },
      { account: control[party.side], currency, amount: -sign * amount, base: -sign * worth, party },
      ...(moved === worth
        ? []
        : [
            {
              ...{ account: exchange, currency: books.base, isDifference: true },
              ...{ amount: sign * (worth - moved), base: sign * (worth - moved) },
            },
          ]),
    ],
  });
  return payment;
}

/** What a refund pays back. */
export interface Credit {
  source: Payment | Document;
  amount: bigint;
}

export interface RefundRequest extends Omit<PaymentRequest, "to" | "currency"> {
  currency: string;
  credit: Credit[] | "oldest";
}

const leftOf = (source: Payment | Document) => usage(source).amount - usage(source).used;

/** What can be paid back: payments and credit notes that stand and have something left. */
export const creditIn = (books: Books): (Payment | Document)[] => [
  ...books.payments.filter((each) => !each.isRefund && each.voidedOn === null && leftOf(each) > 0n),
  ...books.documents.filter((each) => each.isCredit && isOpen(each) && leftOf(each) > 0n),
];

/** Records a refund: all of its amount is covered by credit, which it uses on its date. */
export function refund(books: Books, request: RefundRequest): void {
  const { id, party, amount, date, currency, credit } = request;
  if (isTooFine(amount, currency)) refuse("VALIDATION_FAILED");
  const made = pay(books, { ...request, id, isRefund: true });
  const own = creditIn(books)
    .filter((each) => each.party === party && each.currency === currency && each.date <= date)
    .sort((a, b) => (`${a.date}${a.id}` < `${b.date}${b.id}` ? -1 : 1));
  let left = amount;
  const named = credit === "oldest" ? own.map((source) => ({ source, amount: leftOf(source) })) : credit;
  const used = named.map((each) => {
    const part = credit === "oldest" ? lesser(left, each.amount) : each.amount;
    left -= part;
    return { source: each.source, amount: part };
  });
  for (const each of used) if (each.amount > 0n) apply(books, each.source, made, each.amount, date);
  refuseWhen(made.allocated !== amount, "INVARIANT_VIOLATED");
}

/** When the last of the allocations of a payment, credit note or document was taken back. */
function lastReversed(books: Books, end: "source" | "document", of: Payment | Document): string | null {
  const days = books.allocations.flatMap((each) => (each[end] === of && each.reversedOn ? [each.reversedOn] : []));
  return days.sort().at(-1) ?? null;
}

/** Part of a base amount; the last part takes the rest, and none takes more than is left. */
function basePart(
  { base }: Books,
  part: bigint,
  amount: bigint,
  usedAmount: bigint,
  worth: bigint,
  usedBase: bigint,
): bigint {
  if (part === amount - usedAmount) return worth - usedBase;
  return lesser(nearest(part * worth, amount, base), worth - usedBase);
}

function usage(source: Payment | Document): { amount: bigint; used: bigint; usedBase: bigint } {
  return isPayment(source)
    ? { amount: source.amount, used: source.allocated, usedBase: source.allocatedBase }
    : { amount: source.total, used: source.paid, usedBase: source.paidBase };
}

const stands = (each: Document) => each.status !== "draft" && each.status !== "void";

/** Settles a document or refund, or a part of it, from a payment or credit note. */
function apply(
  books: Books,
  source: Payment | Document,
  document: Document | Payment,
  amount: bigint,
  date?: string,
): void {
  const { amount: whole, used, usedBase } = usage(source);
  const due = usage(document);
  const last = latest("", lastReversed(books, "source", source), lastReversed(books, "document", document));
  const day = date ?? latest(books.today, source.date, document.date, last);
  const isUsable = isPayment(source) ? source.voidedOn === null && !source.isRefund : source.isCredit && stands(source);
  const isDue = isPayment(document) ? document.voidedOn === null : !document.isCredit && stands(document);
  refuseWhen(!isUsable || !isDue, "CONFLICT");
  refuseWhen(source.party !== document.party || source.currency !== document.currency, "CONFLICT");
  refuseWhen(day < latest(source.date, document.date, last) || day <= closedThrough(books), "CONFLICT");
  refuseWhen(amount > due.amount - due.used || amount > whole - used, "INVARIANT_VIOLATED");
  refuseProblems();
  const allocation: Allocation = {
    id: null,
    source,
    document,
    amount,
    base: basePart(books, amount, due.amount, due.used, document.base, due.usedBase),
    sourceBase: basePart(books, amount, whole, used, source.base, usedBase),
    date: day,
    reversedOn: null,
  };
  books.allocations.push(allocation);
  count(allocation, 1n);
  const difference = (allocation.sourceBase - allocation.base) * (document.side === "invoices" ? 1n : -1n);
  if (difference === 0n) return;
  const line = (account: string, worth: bigint) => ({ account, currency: books.base, amount: worth, base: worth });
  post(books, {
    source: "allocation",
    about: allocation,
    date: day,
    lines: [{ ...line(control[document.side], difference), party: document.party }, line(exchange, -difference)],
  });
}

/** Adds an allocation to what is settled, or takes it off. */
function count({ source, document, amount, base: worth, sourceBase }: Allocation, sign: bigint): void {
  settle(source, sign * amount, sign * sourceBase);
  settle(document, sign * amount, sign * worth);
}

function settle(document: Document | Payment, amount: bigint, worth: bigint): void {
  if (isPayment(document)) {
    document.allocated += amount;
    document.allocatedBase += worth;
    return;
  }
  document.paid += amount;
  document.paidBase += worth;
  document.status = document.paid === document.total ? "paid" : document.paid === 0n ? "valid" : "partly_paid";
}

export function allocate(
  books: Books,
  source: Payment | Document,
  to: readonly Target[] | "oldest",
  date?: string,
): void {
  const { amount, used } = usage(source);
  const targets = to === "oldest" ? oldest(books, source.party, source.currency, amount - used, date) : to;
  for (const { document, amount: part } of inOrder(targets)) apply(books, source, document, part, date);
}

export function takeBack(books: Books, allocation: Allocation, date = latest(books.today, allocation.date)): void {
  const { document } = allocation;
  refuseWhen(isPayment(document) && document.voidedOn !== date, "CONFLICT");
  refuseWhen(allocation.reversedOn !== null || date < allocation.date || date <= closedThrough(books), "CONFLICT");
  refuseProblems();
  allocation.reversedOn = date;
  count(allocation, -1n);
  const original = entryOf(books, "allocation", allocation);
  if (original) mirror(books, original, { source: "allocation_void", about: allocation, date });
}

export function voidPayment(books: Books, payment: Payment, date: string | undefined): void {
  const own = books.allocations.filter(({ source, document }) => source === payment || document === payment);
  const last = latest(payment.date, ...own.map((each) => each.reversedOn ?? each.date));
  const day = date ?? latest(books.today, last);
  refuseWhen(payment.voidedOn !== null || day < last, "CONFLICT");
  const isPaidBack = own.some((each) => each.document !== payment && isPayment(each.document) && !each.reversedOn);
  refuseWhen(isPaidBack, "CONFLICT");
  refuseProblems();
  payment.voidedOn = day;
  for (const allocation of own) if (allocation.reversedOn === null) takeBack(books, allocation, day);
  const original = entryOf(books, "payment", payment) ?? refuse("CONFLICT");
  mirror(books, original, { source: "payment_void", about: payment, date: day });
}

/** What setting documents to paid does: a payment of what is open of each. `by` raw SQL may name those paid already. */
export function markPaid(books: Books, documents: readonly Document[], by: "api" | "sql"): void {
  const due = documents.filter((document) => by === "api" || document.status !== "paid");
  refuseWhen(
    due.some((document) => !isOpen(document) || document.isCredit),
    "CONFLICT",
  );
  refuseProblems();
  const paid = due.filter((document) => document.paid < document.total);
  for (const document of due) if (!paid.includes(document)) document.status = "paid";
  const payments = paid.map((document) => {
    const { party, currency, total } = document;
    return pay(books, {
      id: null,
      party,
      amount: total - document.paid,
      date: latest(books.today, document.date),
      currency,
    });
  });
  const targets = paid.map((document, index) => ({ document, amount: document.total - document.paid, index }));
  for (const { document, amount, index } of inOrder(targets) as typeof targets) {
    apply(books, payments[index] as Payment, document, amount);
  }
}
