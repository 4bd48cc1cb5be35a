import type { JournalEntry } from "../../../../src/accounting";
import { newId } from "../../../../src/index";
import { rateText, smallest, sum, textOf } from "./amounts";
import type { Books, Document, Payment, SideName } from "./books";
import type { Part } from "./commands";
import {
  allocate,
  creditIn,
  type PaymentRequest,
  record,
  refund,
  type Target,
  takeBack,
  voidPayment,
} from "./payments";
import { at, dayOf, type Plan, type Planner, positionOf, type Runner, shareOf } from "./plan";
import { accountCode } from "./plans-journal";

const isOwed = (document: Document) => ["valid", "partly_paid"].includes(document.status) && !document.isCredit;

/** Positions and amounts of the documents that are meant, each once. */
function chosen(books: Books, given: readonly Part[], fits: (document: Document) => boolean) {
  const targets = new Map<number, bigint>();
  for (const one of given) {
    const position = positionOf(books.documents, one.pick, fits);
    if (position < 0) continue;
    const { total, paid, currency } = at(books.documents, position);
    const amount = shareOf(total - paid, one, currency);
    if (amount > 0n) targets.set(position, amount);
  }
  return [...targets];
}

const targetsIn = (copy: Books, targets: readonly [number, bigint][]): Target[] =>
  targets.map(([position, amount]) => ({ document: at(copy.documents, position), amount }));

const sent = (books: Books, side: SideName, targets: readonly [number, bigint][]) =>
  targets.map(([position, amount]) => {
    const { id } = at(books.documents, position);
    return { ...(side === "invoices" ? { invoiceId: id } : { billId: id }), amount: textOf(amount, 4) };
  });

/** A payment as it is sent; in the model its party and documents are named by their positions. */
interface Sent {
  request: Omit<PaymentRequest, "party" | "to">;
  party: number;
  to: "oldest" | [number, bigint][] | undefined;
}

function planOf(books: Books, { request, party, to }: Sent): Plan {
  const { id: partyId, side } = at(books.parties, party);
  const fields = {
    ...{ id: request.id, companyId: books.companyId, amount: textOf(request.amount, 4), paymentDate: request.date },
    ...(request.currency === undefined ? {} : { currency: request.currency }),
    ...(request.rate === undefined ? {} : { exchangeRate: rateText(request.rate) }),
    ...(request.stated === undefined ? {} : { baseAmount: textOf(request.stated, 4) }),
    ...(request.account === undefined ? {} : { accountId: books.accounts.get(request.account)?.id ?? "" }),
    ...(request.externalId === undefined ? {} : { externalId: request.externalId }),
    ...(to === undefined ? {} : { allocations: to === "oldest" ? to : (sent(books, side, to) as never) }),
  };
  const run = (on: Runner, preview: object): Promise<JournalEntry[]> =>
    side === "invoices"
      ? on.accounting.payments.receive({ ...fields, ...preview, customerId: partyId } as never)
      : on.accounting.payments.make({ ...fields, ...preview, vendorId: partyId } as never);
  return {
    model: (copy) => {
      const targets = to === undefined || to === "oldest" ? to : targetsIn(copy, to);
      record(copy, { ...request, party: at(copy.parties, party), ...(targets === undefined ? {} : { to: targets }) });
    },
    run: (on) => run(on, {}),
    preview: (on) => run(on, { preview: true }),
  };
}

const pay: Planner<"pay"> = (books, given) => {
  const { targets, isAny } = given;
  const isOwn = (each: Document) => each.side === given.side && (isAny || isOwed(each));
  // Who pays is who owes the first of the documents, or one of them, or whoever is named.
  const first = positionOf(books.documents, Array.isArray(targets) ? (targets[0]?.pick ?? 0) : given.units, isOwn);
  const owed = first < 0 || isAny ? undefined : at(books.documents, first);
  const named = positionOf(books.parties, given.party, (each) => each.side === given.side);
  const party = owed ? books.parties.indexOf(owed.party) : named;
  const currency = owed?.currency ?? (given.isForeign ? books.foreign : books.base);
  const fits = (each: Document) => isOwn(each) && (isAny || (each.party === owed?.party && each.currency === currency));
  const to = Array.isArray(targets) ? chosen(books, targets, fits) : (targets ?? undefined);
  const isNamed = Array.isArray(to) && to.length > 0;
  const ofNamed = isNamed ? sum(to.map(([, amount]) => amount)) : 0n;
  const own = smallest(given.units, currency);
  const days = isNamed ? to.map(([position]) => at(books.documents, position).date) : [];
  const id = newId();
  const request = {
    // Often just what is allocated, else more; seldom less, which is refused.
    ...{ id, amount: !isNamed || isAny ? own : given.units % 2 === 0 ? ofNamed : ofNamed + own },
    date: dayOf(given.when, days.sort().at(-1) ?? "2025-02-15") ?? books.today,
    ...(given.saysCurrency || !isNamed ? { currency } : {}),
    ...(given.rate === null ? {} : { rate: BigInt(given.rate) }),
    ...(given.stated === null || currency === books.base ? {} : { stated: smallest(given.stated, books.base) }),
    ...(given.account === null ? {} : { account: accountCode(given.account) }),
    ...(given.isKeyed ? { externalId: `payment ${id}` } : {}),
  };
  return planOf(books, { request, party, to: to === "oldest" || isNamed ? to : undefined });
};

const refundOne: Planner<"refund"> = (books, given) => {
  const source = creditIn(books)[positionOf(creditIn(books), given.pick)];
  if (!source) return undefined;
  const { party, side, currency } = source;
  const isPayment = "allocated" in source;
  const position = isPayment ? books.payments.indexOf(source) : books.documents.indexOf(source);
  const id = newId();
  const date = dayOf(given.when, source.date) ?? books.today;
  const isOfOldest = (each: Payment | Document) =>
    each.party === party && each.currency === currency && each.date <= date;
  const all = given.isNamed ? [source] : creditIn(books).filter(isOfOldest);
  const left = sum(all.map((each) => ("allocated" in each ? each.amount - each.allocated : each.total - each.paid)));
  if (left <= 0n) return undefined;
  const amount = shareOf(left, given, currency);
  const rate = given.rate === null ? {} : { rate: BigInt(given.rate) };
  const stated = given.stated === null || currency === books.base ? undefined : smallest(given.stated, books.base);
  const key = isPayment ? "paymentId" : side === "invoices" ? "creditNoteId" : "vendorCreditId";
  const input = {
    ...{ id, companyId: books.companyId, amount: textOf(amount, 4), currency, paymentDate: date },
    ...(given.rate === null ? {} : { exchangeRate: rateText(BigInt(given.rate)) }),
    ...(stated === undefined ? {} : { baseAmount: textOf(stated, 4) }),
    ...(side === "invoices" ? { customerId: party.id } : { vendorId: party.id }),
    ...(given.isNamed ? { allocations: [{ [key]: source.id ?? "", amount: textOf(amount, 4) }] } : {}),
  } as never;
  return {
    model: (copy) => {
      const own = at<Payment | Document>(isPayment ? copy.payments : copy.documents, position);
      const credit = given.isNamed ? [{ source: own, amount }] : ("oldest" as const);
      refund(copy, { id, party: own.party, amount, date, currency, ...rate, stated, credit });
    },
    run: (on) => on.accounting.payments.refund(input),
    preview: (on) => on.accounting.payments.refund({ ...(input as object), preview: true } as never) as never,
  };
};

const payAgain: Planner<"payAgain"> = (books, { pick, isOther }) => {
  const known = [...books.externalIds.values()];
  const first = known[pick % known.length]?.request as PaymentRequest | undefined;
  if (!first) return undefined;
  const { party, to, ...rest } = first;
  const targets =
    to === undefined || to === "oldest"
      ? to
      : to.map(({ document, amount }): [number, bigint] => [books.documents.indexOf(document), amount]);
  const request = { ...rest, id: newId(), amount: isOther ? rest.amount + 10_000n : rest.amount };
  return planOf(books, { request, party: books.parties.indexOf(party), to: targets });
};

/** The payment or credit note that is meant: in the copy by its position, and what it is sent as. */
function sourceOf(books: Books, pick: number, isAny: boolean) {
  const all = [
    ...books.payments.map((record, position) => ({
      record,
      position,
      isPayment: true,
      left: record.amount - record.allocated,
    })),
    ...books.documents.map((record, position) => ({
      record,
      position,
      isPayment: false,
      left: record.total - record.paid,
    })),
  ].filter(({ record, isPayment }) => isPayment || (record as Document).isCredit);
  const isUsable = ({ record, left }: (typeof all)[0]) =>
    left > 0n &&
    record.voidedOn === null &&
    books.documents.some((due) => isOwed(due) && due.party === record.party && due.currency === record.currency);
  const usable = positionOf(all, pick, isUsable);
  const found = all[usable < 0 || isAny ? positionOf(all, pick) : usable];
  if (!found) return undefined;
  const { record, position, isPayment } = found;
  const name = isPayment ? "paymentId" : record.side === "invoices" ? "creditNoteId" : "vendorCreditId";
  return {
    key: { [name]: record.id ?? "" },
    of: (copy: Books): Document | Payment =>
      at<Document | Payment>(isPayment ? copy.payments : copy.documents, position),
  };
}

const allocateOne: Planner<"allocate"> = (books, given) => {
  const source = sourceOf(books, given.pick, given.isAny);
  if (!source) return undefined;
  const own = source.of(books);
  const isOwn = (each: Document) => isOwed(each) && each.party === own.party && each.currency === own.currency;
  const isAny = given.isAny || !books.documents.some(isOwn);
  const fits = (each: Document) => each.side === own.side && (isAny || isOwn(each));
  const to = given.targets === "oldest" ? given.targets : chosen(books, given.targets, fits);
  if (to.length === 0) return undefined;
  const days = to === "oldest" ? [] : to.map(([position]) => at(books.documents, position).date);
  const date = dayOf(given.when, [own.date, ...days].sort().at(-1) ?? own.date);
  const allocations = to === "oldest" ? to : sent(books, own.side, to);
  const input = { ...source.key, ...(date === undefined ? {} : { date }), allocations } as never;
  return {
    model: (copy) => allocate(copy, source.of(copy), to === "oldest" ? to : targetsIn(copy, to), date),
    run: (on) => on.accounting.payments.allocate(input),
    preview: (on) => on.accounting.payments.allocate({ ...(input as object), preview: true } as never) as never,
  };
};

const takeBackOne: Planner<"takeBack"> = (books, { pick, when }) => {
  // Those that stand are twice as likely as those that were taken back.
  const standing = positionOf(books.allocations, pick, (each) => each.reversedOn === null);
  const position = standing < 0 || pick % 3 === 0 ? positionOf(books.allocations, pick) : standing;
  if (position < 0) return undefined;
  const { id, date: own } = at(books.allocations, position);
  const date = dayOf(when, own);
  const options = date === undefined ? {} : { date };
  return {
    model: (copy) => takeBack(copy, at(copy.allocations, position), date),
    run: (on) => on.accounting.payments.takeBack(id ?? "", options),
    preview: (on) => on.accounting.payments.takeBack(id ?? "", { ...options, preview: true }),
  };
};

const voidOne: Planner<"voidPayment"> = (books, { pick, when }) => {
  const position = positionOf(books.payments, pick);
  if (position < 0) return undefined;
  const payment = at(books.payments, position);
  const own = books.allocations.filter(({ source }) => source === payment).map((each) => each.reversedOn ?? each.date);
  const date = dayOf(when, [payment.date, ...own].sort().at(-1) ?? payment.date);
  const options = date === undefined ? {} : { date };
  return {
    model: (copy) => voidPayment(copy, at(copy.payments, position), date),
    run: (on) => on.accounting.payments.void(payment.id ?? "", options),
    preview: (on) => on.accounting.payments.void(payment.id ?? "", { ...options, preview: true }),
  };
};

export const paymentPlanners = {
  ...{ pay, refund: refundOne, payAgain, allocate: allocateOne, takeBack: takeBackOne, voidPayment: voidOne },
};
