import { converted, latest, lesser, nearest, sum } from "./amounts";
import {
  type Books,
  control,
  type Document,
  entryOf,
  exchange,
  type Line,
  mirror,
  post,
  rateOn,
  refuse,
  refuseProblems,
  refuseWhen,
  usual,
} from "./books";
import { allocate } from "./payments";

const isStanding = ({ status }: Document) => status !== "draft" && status !== "void";
const word = { invoices: "invoice", bills: "bill" } as const;

/** Above zero where the control account is debited. */
const signOf = ({ side, isCredit }: Document) => ((side === "invoices") === isCredit ? -1n : 1n);

/** Issues invoices or approves bills, all of them or none. */
export function validate(books: Books, documents: readonly Document[]): void {
  for (const document of documents) {
    if (document.status !== "draft") refuse("CONFLICT");
    const rate =
      document.currency === books.base ? rateOn(books, books.base, document.date) : (document.rate ?? undefined);
    document.rate = rate ?? rateOn(books, document.currency, document.date) ?? null;
    if (document.rate === null && !(document.stated && document.total)) refuse("CONFLICT");
    refuseWhen(
      Boolean(document.stated) &&
        (document.total === 0n || document.currency === books.base) &&
        document.stated !== document.total,
      "INVARIANT_VIOLATED",
    );
    document.base = document.stated ?? rated(books, document);
    document.status = "valid";
  }
  for (const document of documents) {
    checkCredited(books, document);
    refuseWhen(
      document.lines.some(({ account }) => (Object.values(control) as (string | null)[]).includes(account)),
      "CONFLICT",
    );
    refuseProblems();
    if (document.total > 0n) writeDocument(books, document);
  }
}

function checkCredited(books: Books, document: Document): void {
  const { credited } = document;
  if (!credited) return;
  refuseWhen(credited.isCredit || !isStanding(credited) || credited.date > document.date, "CONFLICT");
  refuseWhen(credited.currency !== document.currency || credited.party !== document.party, "CONFLICT");
  const notes = books.documents.filter((other) => other.credited === credited && isStanding(other));
  refuseWhen(sum(notes.map((note) => note.total)) > credited.total, "INVARIANT_VIOLATED");
}

/** What the total is worth at the rate; without one, it is worth what the document states. */
const rated = (books: Books, { rate, total, stated }: Document) =>
  rate === null ? (stated ?? 0n) : converted(total, rate, books.base);

/** The total on the control account; the lines on theirs, by account, with bases that add up to the total's. */
function writeDocument(books: Books, document: Document): void {
  const { side, party, currency, total, date } = document;
  const sign = signOf(document);
  const amounts = new Map<string, bigint>();
  for (const { account, amount } of document.lines) {
    const code = account ?? usual[side];
    amounts.set(code, (amounts.get(code) ?? 0n) + amount);
  }
  const lines: Line[] = [{ account: control[side], currency, amount: sign * total, base: sign * document.base, party }];
  const worth = rated(books, document);
  let before = 0n;
  for (const [account, amount] of amounts) {
    if (amount === 0n) continue;
    const upTo = (part: bigint) => nearest(worth * part, total, books.base);
    const share = upTo(before + amount) - upTo(before);
    before += amount;
    lines.push({ account, currency, amount: -sign * amount, base: -sign * share });
  }
  const off = sign * (worth - document.base);
  if (off !== 0n) lines.push({ account: exchange, currency: books.base, amount: off, base: off, isDifference: true });
  post(books, { source: word[side], about: document, date, lines });
}

/** Voids a document that nothing settles. */
export function voidDocument(books: Books, document: Document, date: string | undefined): void {
  refuseWhen(document.status !== "valid" || document.paid !== 0n, "CONFLICT");
  const day = date ?? latest(books.today, document.date);
  refuseWhen(day < document.date, "CONFLICT");
  refuseWhen(
    books.documents.some((other) => other.credited === document && isStanding(other)),
    "CONFLICT",
  );
  refuseWhen(
    books.allocations.some(
      ({ document: settled, source, reversedOn }) =>
        (settled === document || source === document) && reversedOn !== null && reversedOn > day,
    ),
    "CONFLICT",
  );
  refuseProblems();
  document.status = "void";
  document.voidedOn = day;
  const original = entryOf(books, word[document.side], document);
  if (original) mirror(books, original, { source: `${word[document.side]}_void`, about: document, date: day });
}

/** Makes and issues a credit note for a document, which settles what is open of it. */
export function credit(
  books: Books,
  credited: Document,
  { id, date, lines: given }: { id: string; date: string; lines?: Document["lines"] | undefined },
): Document {
  const lines = given ?? credited.lines;
  const note: Document = {
    ...draftOf({ id, side: credited.side, party: credited.party, date, due: date, currency: credited.currency, lines }),
    isCredit: true,
    credited,
    rate: credited.rate,
    stated: given ? null : credited.status === "draft" ? credited.stated : credited.base,
  };
  books.documents.push(note);
  validate(books, [note]);
  refuseProblems();
  const amount = lesser(credited.total - credited.paid, note.total);
  if (amount > 0n) allocate(books, note, [{ document: credited, amount }], date);
  return note;
}

/** A draft; the total is the sum of the lines. */
export function draftOf(
  fields: Pick<Document, "id" | "side" | "party" | "date" | "due" | "currency" | "lines">,
): Document {
  return {
    ...fields,
    isCredit: false,
    credited: null,
    rate: null,
    stated: null,
    status: "draft",
    total: sum(fields.lines.map((line) => line.amount)),
    base: 0n,
    paid: 0n,
    paidBase: 0n,
    voidedOn: null,
  };
}

/**
 * Whether the documents, payments and credits that are open when a day ends come to what the control account stands at.
 */
export function openOn(books: Books, side: Document["side"], day: string): bigint {
  const counts = (from: string, until: string | null) => from <= day && (until === null || day < until);
  const allocations = books.allocations.filter(({ date, reversedOn }) => counts(date, reversedOn));
  const documents = books.documents
    .filter(
      (document) => document.side === side && document.status !== "draft" && counts(document.date, document.voidedOn),
    )
    .map((document) => {
      const settled = allocations.map((each) =>
        each.document === document ? each.base : each.source === document ? each.sourceBase : 0n,
      );
      return signOf(document) * (document.base - sum(settled));
    });
  const payments = books.payments
    .filter((payment) => payment.side === side && counts(payment.date, payment.voidedOn))
    .map((payment) => {
      const spent = allocations.map((each) =>
        each.document === payment ? each.base : each.source === payment ? each.sourceBase : 0n,
      );
      return (payment.isRefund ? -1n : 1n) * (side === "invoices" ? -1n : 1n) * (payment.base - sum(spent));
    });
  return sum([...documents, ...payments]);
}
