import { inArray } from "drizzle-orm";
import { bills, invoices } from "../../../../src/accounting";
import { newId } from "../../../../src/index";
import { rateText, smallest, textOf } from "./amounts";
import { type Books, type Document, refuseWhen, type SideName } from "./books";
import type { CommandOf } from "./commands";
import { credit, draftOf, validate, voidDocument } from "./documents";
import { markPaid } from "./payments";
import { at, dayOf, daysAfter, type Plan, type Planner, positionOf, type Runner } from "./plan";
import { accountCode } from "./plans-journal";

type LineGiven = CommandOf<"document">["lines"][number];

const linesOf = (lines: readonly LineGiven[], currency: string, isFree = false) =>
  lines.map(({ units, account }) => ({
    account: account === null ? null : accountCode(account),
    amount: isFree ? 0n : smallest(units, currency),
  }));

const sentLines = (books: Books, lines: Document["lines"]) =>
  lines.map(({ account, amount }) => ({
    ...{ description: "Work", quantity: "1", unitPrice: textOf(amount, 4) },
    ...(account === null ? {} : { accountId: books.accounts.get(account)?.id ?? "" }),
  }));

/** Positions of the documents of a side. */
const positionIn = (books: Books, side: SideName, pick: number, fits: (document: Document) => boolean = () => true) =>
  positionOf(books.documents, pick, (document) => document.side === side && fits(document));

const document: Planner<"document"> = (books, given) => {
  const { side, isCredit, isDraft } = given;
  const date = dayOf(given.when, "2025-02-01") ?? books.today;
  const currency = given.isForeign ? books.foreign : books.base;
  const stated = given.stated === null || !given.isForeign ? null : smallest(given.stated, books.base);
  const party = positionOf(books.parties, given.party, (each) => each.side === side);
  const credited = isCredit && given.credited !== null ? positionIn(books, side, given.credited) : -1;
  const partyOf = (copy: Books) => (credited < 0 ? at(copy.parties, party) : at(copy.documents, credited).party);
  const [id, due, lines] = [newId(), daysAfter(date, given.terms), linesOf(given.lines, currency, given.isFree)];
  const fields = {
    ...{ id, companyId: books.companyId, dueDate: due, currency, lines: sentLines(books, lines) },
    ...(given.rate === null ? {} : { exchangeRate: rateText(BigInt(given.rate)) }),
    ...(stated === null ? {} : { baseAmount: textOf(stated, 4) }),
  };
  const creditOf = credited < 0 ? undefined : at(books.documents, credited).id;
  const partyId = partyOf(books).id;
  const invoice = {
    ...({ ...fields, customerId: partyId, invoiceDate: date, kind: isCredit ? "credit_note" : "invoice" } as const),
    ...(creditOf === undefined ? {} : { creditedInvoiceId: creditOf }),
  };
  const bill = {
    ...({
      ...fields,
      vendorId: partyId,
      billDate: date,
      kind: isCredit ? "credit_note" : "bill",
      billNumber: id,
    } as const),
    ...(creditOf === undefined ? {} : { creditedBillId: creditOf }),
  };
  return {
    model: (copy) => {
      const made: Document = {
        ...draftOf({ id, side, party: partyOf(copy), date, due, currency, lines }),
        ...{ isCredit, credited: credited < 0 ? null : at(copy.documents, credited) },
        ...{ rate: given.rate === null ? null : BigInt(given.rate), stated },
      };
      copy.documents.push(made);
      if (!isDraft) validate(copy, [made]);
    },
    run: (on) =>
      on.transaction(async (tx) => {
        if (side === "invoices") await tx.accounting.invoices.create(invoice);
        else await tx.accounting.bills.create(bill);
        if (!isDraft) await validateOne(tx, side, id);
      }),
  };
};

const validateOne = (on: Runner, side: SideName, id: string): Promise<unknown> =>
  side === "invoices" ? on.accounting.invoices.issue(id) : on.accounting.bills.approve(id);

const previewOf = (on: Runner, side: SideName, id: string) =>
  side === "invoices"
    ? on.accounting.invoices.issue(id, { preview: true })
    : on.accounting.bills.approve(id, { preview: true });

/** As raw SQL of the application's login does it. */
const setStatus = (on: Runner, side: SideName, ids: string[], status: "valid" | "paid"): Promise<unknown> =>
  side === "invoices"
    ? on
        .update(invoices)
        .set({ status: status === "valid" ? "issued" : status })
        .where(inArray(invoices.id, ids))
    : on
        .update(bills)
        .set({ status: status === "valid" ? "approved" : status })
        .where(inArray(bills.id, ids));

const validateDraft: Planner<"validate"> = (books, { side, pick, by }) => {
  const isDraft = (each: Document) => each.status === "draft";
  const draft = positionIn(books, side, pick, isDraft);
  const position = draft < 0 && by === "api" ? positionIn(books, side, pick) : draft;
  if (position < 0) return undefined;
  const { id } = at(books.documents, position);
  return {
    model: (copy) => validate(copy, [at(copy.documents, position)]),
    run: (on) => (by === "api" ? validateOne(on, side, id) : setStatus(on, side, [id], "valid")),
    preview: (on) => previewOf(on, side, id),
  };
};

const validateAll: Planner<"validateAll"> = (books, { side }) => {
  const drafts = books.documents.flatMap((each, index) =>
    each.side === side && each.status === "draft" ? [index] : [],
  );
  if (drafts.length === 0) return undefined;
  const ids = drafts.map((index) => at(books.documents, index).id);
  return {
    model: (copy) =>
      validate(
        copy,
        drafts.map((index) => at(copy.documents, index)),
      ),
    run: (on) => setStatus(on, side, ids, "valid"),
  };
};

const repository = (on: Runner, side: SideName) => (side === "invoices" ? on.accounting.invoices : on.accounting.bills);

/** Something that only a draft takes; drafts first. */
function onDraft(books: Books, side: SideName, pick: number, plan: (position: number, id: string) => Plan) {
  const draft = positionIn(books, side, pick, (each) => each.status === "draft");
  const position = draft < 0 ? positionIn(books, side, pick) : draft;
  return position < 0 ? undefined : plan(position, at(books.documents, position).id);
}

const deleteDraft: Planner<"deleteDraft"> = (books, { side, pick }) =>
  onDraft(books, side, pick, (position, id) => ({
    model: (copy) => {
      const draft = at(copy.documents, position);
      refuseWhen(draft.status !== "draft", "CONFLICT");
      refuseWhen(
        copy.documents.some((each) => each.credited === draft),
        "FOREIGN_KEY_VIOLATION",
      );
      copy.documents.splice(position, 1);
    },
    run: (on) => repository(on, side).deleteDraft(id),
  }));

const setLines: Planner<"setLines"> = (books, { side, pick, lines: given }) =>
  onDraft(books, side, pick, (position, id) => {
    const lines = linesOf(given, at(books.documents, position).currency);
    return {
      model: (copy) => {
        const draft = at(copy.documents, position);
        refuseWhen(draft.status !== "draft", "CONFLICT");
        const { total } = draftOf({ ...draft, lines });
        // What was stated for another total is dropped.
        Object.assign(draft, { lines, total, stated: total === draft.total ? draft.stated : null });
      },
      run: (on) => repository(on, side).setLines(id, sentLines(books, lines)),
    };
  });

const creditOne: Planner<"credit"> = (books, { side, pick, when, lines: given }) => {
  const position = positionIn(books, side, pick, (each) => !each.isCredit);
  if (position < 0) return undefined;
  const credited = at(books.documents, position);
  const date = dayOf(when, credited.date) ?? books.today;
  const lines = given === null ? undefined : linesOf(given, credited.currency);
  const input = { date, ...(lines ? { lines: sentLines(books, lines) } : {}) };
  const billNumber = newId();
  return {
    // The database names it; see what is read afterwards.
    model: (copy) => credit(copy, at(copy.documents, position), { id: "", date, lines }),
    run: (on) =>
      side === "invoices"
        ? on.accounting.invoices.credit(credited.id, input)
        : on.accounting.bills.credit(credited.id, { ...input, billNumber }),
    preview: (on) =>
      side === "invoices"
        ? on.accounting.invoices.credit(credited.id, { ...input, preview: true })
        : on.accounting.bills.credit(credited.id, { ...input, billNumber, preview: true }),
  };
};

const voidOne: Planner<"voidDocument"> = (books, { side, pick, when }) => {
  const position = positionIn(books, side, pick);
  if (position < 0) return undefined;
  const { id, date: own } = at(books.documents, position);
  const date = dayOf(when, own);
  const options = date === undefined ? {} : { date };
  return {
    model: (copy) => voidDocument(copy, at(copy.documents, position), date),
    run: (on) => repository(on, side).void(id, options),
    preview: (on) => repository(on, side).void(id, { ...options, preview: true }),
  };
};

const markAsPaid: Planner<"markPaid"> = (books, { side, picks, by, isAny }) => {
  const isOpen = (each: Document) => ["valid", "partly_paid"].includes(each.status) && !each.isCredit;
  const isAnyOpen = books.documents.some((each) => each.side === side && isOpen(each));
  const found = picks.map((pick) => positionIn(books, side, pick, (each) => isAny || !isAnyOpen || isOpen(each)));
  const positions = [...new Set(found)].filter((position) => position >= 0);
  if (positions.length === 0) return undefined;
  const ids = positions.map((position) => at(books.documents, position).id);
  return {
    model: (copy) =>
      markPaid(
        copy,
        positions.map((position) => at(copy.documents, position)),
        by,
      ),
    run: (on) => (by === "api" ? repository(on, side).markPaid(ids) : setStatus(on, side, ids, "paid")),
  };
};

export const documentPlanners = {
  ...{ document, validate: validateDraft, validateAll, deleteDraft, setLines },
  ...{ credit: creditOne, voidDocument: voidOne, markPaid: markAsPaid },
};
