import { converted, magnitude, sum, unitOf } from "./amounts";
import {
  accountOf,
  type Books,
  control,
  type Entry,
  exchange,
  mirror,
  post,
  rateOn,
  refuse,
  refuseProblems,
  refuseWhen,
  used,
} from "./books";

/** A line of a manual entry as it is sent; what is left out is for the books to find. */
export interface ManualLine {
  account: string;
  /** Above zero is a debit. */
  amount: bigint;
  currency?: string;
  rate?: bigint;
  baseAmount?: bigint;
  isDifference?: boolean;
}

export interface ManualEntry {
  id: string;
  date: string;
  key?: string;
  description: string;
  lines: ManualLine[];
}

/** What a request stands for, but for its id. */
const content = ({ id: _id, ...rest }: ManualEntry) =>
  JSON.stringify(rest, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));

/** Posts a manual entry as `journal.post` does, or as raw SQL, which is not checked before it is sent. */
export function postManual(books: Books, request: ManualEntry, by: "api" | "sql"): Entry {
  if (by === "api") {
    refuseWhen(request.lines.length < 2, "VALIDATION_FAILED");
    refuseWhen(isUnbalanced(request.lines), "VALIDATION_FAILED");
    refuseProblems();
  }
  refuseWhen(
    request.lines.some(({ account }) => (Object.values(control) as string[]).includes(account)),
    "CONFLICT",
  );
  refuseProblems();
  const known = request.key === undefined ? undefined : books.keys.get(request.key);
  if (known) return content(known.request as ManualEntry) === content(request) ? known.entry : refuse("CONFLICT");

  const lines = request.lines.map((line) => {
    const currency = line.currency ?? accountOf(books, line.account).currency ?? books.base;
    const rate = line.rate ?? rateOn(books, currency, request.date);
    const isPlain = currency === books.base && line.baseAmount === undefined;
    refuseWhen(!isPlain && line.baseAmount === undefined && rate === undefined, "INVARIANT_VIOLATED");
    refuseWhen(
      Boolean(line.isDifference) && (currency !== books.base || line.account !== exchange),
      "INVARIANT_VIOLATED",
    );
    const worth = isPlain
      ? magnitude(line.amount)
      : (line.baseAmount ?? converted(magnitude(line.amount), rate ?? 0n, books.base));
    return {
      account: line.account,
      currency,
      amount: line.amount,
      base: line.amount < 0n ? -worth : worth,
      ...(line.isDifference ? { isDifference: true } : {}),
    };
  });
  const off = sum(lines.map((line) => line.base));
  const isConverted = lines.some((line) => line.currency !== books.base || line.isDifference);
  if (isConverted && off !== 0n && magnitude(off) <= unitOf(books.base) * BigInt(lines.length)) {
    lines.push({ account: exchange, currency: books.base, amount: -off, base: -off, isDifference: true });
  }
  const entry = post(books, { id: request.id, source: "manual", about: null, date: request.date, lines });
  if (request.key !== undefined) books.keys.set(request.key, { request, entry });
  return entry;
}

// Where a line leaves its currency to its account, only the whole can be checked before it is sent.
function isUnbalanced(lines: readonly ManualLine[]): boolean {
  const regular = lines.filter((line) => !line.isDifference);
  const isKnown = regular.every((line) => line.currency !== undefined);
  const groups = new Map<string, bigint>();
  for (const { currency = "", amount } of regular) {
    const group = isKnown ? currency : "";
    groups.set(group, (groups.get(group) ?? 0n) + amount);
  }
  return [...groups.values()].some((amount) => amount !== 0n);
}

/** Takes a manual entry back, once. */
export function reverse(books: Books, original: Entry, id: string, date: string): Entry {
  refuseWhen(original.source !== "manual", "CONFLICT");
  refuseWhen(
    books.entries.some((entry) => entry.reverses === original),
    "CONFLICT",
  );
  return mirror(books, original, {
    id,
    source: "reversal",
    about: original as { id: string },
    date,
    reverses: original,
  });
}

export function closePeriod(books: Books, index: number): void {
  refuseWhen(books.periods[index]?.isClosed !== false, "CONFLICT");
  refuseWhen(
    books.periods.slice(0, index).some((period) => !period.isClosed),
    "CONFLICT",
  );
  for (const period of books.periods.slice(index, index + 1)) period.isClosed = true;
}

export function reopenPeriod(books: Books, index: number): void {
  refuseWhen(books.periods[index]?.isClosed !== true, "CONFLICT");
  refuseWhen(
    books.periods.slice(index + 1).some((period) => period.isClosed),
    "CONFLICT",
  );
  for (const period of books.periods.slice(index, index + 1)) period.isClosed = false;
}

/** Archives an account, or restores it. What the books use stays. */
export function archive(books: Books, code: string, isActive: boolean): void {
  const account = accountOf(books, code);
  refuseWhen(!isActive && account.isActive && used.includes(code), "CONFLICT");
  account.isActive = isActive;
}
