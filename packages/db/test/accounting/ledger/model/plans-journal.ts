import { sql } from "drizzle-orm";
import { newId } from "../../../../src/index";
import { rateText, smallest, textOf, unitOf } from "./amounts";
import { type Books, exchange } from "./books";
import type { CommandOf } from "./commands";
import { archive, closePeriod, type ManualEntry, type ManualLine, postManual, reopenPeriod, reverse } from "./journal";
import { at, dayOf, dayOfYear, type Plan, type Planner, positionOf, type Runner } from "./plan";

/** Accounts that manual entries use; the last ones are refused, or in one currency. */
const manual = ["1110", "1120", "4100", "4200", "5100", "6300", "1110", "1120", "1130", "1200"];
export const accountCode = (position: number) => manual[position] ?? "1110";

const idOf = (books: Books, code: string) => books.accounts.get(code)?.id ?? "";

/** The lines of a kind of entry; `off` are cents that its bases are off by. */
function linesOf(books: Books, given: CommandOf<"post">): ManualLine[] {
  const [first = "", second = "", third = ""] = given.accounts.map(accountCode);
  const { foreign } = books;
  const rate = given.rate === null ? {} : { rate: BigInt(given.rate) };
  const inBase = given.saysCurrency ? { currency: books.base } : {};
  const inForeign = { currency: foreign, ...rate };
  const [one, two] = [smallest(given.units, books.base), smallest(given.more, books.base)];
  const [part, rest] = [smallest(given.units, foreign), smallest(given.more, foreign)];
  switch (given.kind) {
    case "plain":
      return [
        { account: first, amount: one + two, ...inBase },
        { account: second, amount: -one, ...inBase },
        { account: third, amount: -two, ...inBase },
      ];
    case "foreign":
      return [
        { account: first, amount: part + rest, ...inForeign },
        { account: second, amount: -part, ...inForeign },
        { account: third, amount: -rest, ...inForeign },
      ];
    case "difference":
      return [
        { account: first, amount: part, currency: foreign, baseAmount: one + two },
        { account: second, amount: -part, currency: foreign, baseAmount: one },
        {
          account: exchange,
          amount: -two + BigInt(given.off) * unitOf(books.base),
          currency: books.base,
          isDifference: true,
        },
      ].filter((line) => line.amount !== 0n);
    case "mixed":
      return [
        { account: first, amount: part, ...inForeign },
        { account: second, amount: -part, ...inForeign },
        { account: second, amount: one, currency: books.base },
        { account: third, amount: -one, currency: books.base },
      ];
    case "single":
      return [{ account: first, amount: one, ...inBase }];
    default:
      return [
        { account: first, amount: one, ...inBase },
        { account: second, amount: -one - smallest(given.off + 1, books.base), ...inBase },
      ];
  }
}

function byApi(books: Books, entry: ManualEntry) {
  return {
    id: entry.id,
    companyId: books.companyId,
    date: entry.date,
    description: entry.description,
    ...(entry.key === undefined ? {} : { idempotencyKey: entry.key }),
    lines: entry.lines.map((line) => ({
      accountId: idOf(books, line.account),
      ...(line.amount > 0n ? { debit: textOf(line.amount, 4) } : { credit: textOf(-line.amount, 4) }),
      ...(line.currency === undefined ? {} : { currency: line.currency }),
      ...(line.rate === undefined ? {} : { rate: rateText(line.rate) }),
      ...(line.baseAmount === undefined ? {} : { baseAmount: textOf(line.baseAmount, 4) }),
      ...(line.isDifference === undefined ? {} : { isExchangeDifference: line.isDifference }),
    })),
  };
}

/** The call that raw SQL of the application's login would make. */
function bySql(on: Runner, books: Books, entry: ManualEntry) {
  const column = (values: readonly unknown[], type: string) =>
    sql`${`{${values.map((value) => (value === null ? "null" : JSON.stringify(String(value)))).join()}}`}::${sql.raw(type)}[]`;
  const { lines } = entry;
  const of = <T>(value: (line: ManualLine) => T | undefined) => lines.map((line) => value(line) ?? null);
  return on.execute(
    sql`select accounting.post_journal(${sql.join(
      [
        column([entry.id], "uuid"),
        column([books.companyId], "uuid"),
        column([entry.date], "date"),
        column([entry.description], "text"),
        column([null], "text"),
        column([null], "text"),
        column([null], "text"),
        column(
          of(() => 1),
          "int",
        ),
        column(
          of(() => newId()),
          "uuid",
        ),
        column(
          of((line) => idOf(books, line.account)),
          "uuid",
        ),
        column(
          of((line) => line.currency),
          "text",
        ),
        column(
          of((line) => textOf(line.amount > 0n ? line.amount : 0n, 4)),
          "numeric",
        ),
        column(
          of((line) => textOf(line.amount < 0n ? -line.amount : 0n, 4)),
          "numeric",
        ),
        column(
          of((line) => (line.baseAmount === undefined ? undefined : textOf(line.baseAmount, 4))),
          "numeric",
        ),
        column(
          of((line) => (line.rate === undefined ? undefined : rateText(line.rate))),
          "numeric",
        ),
        column(
          of((line) => line.isDifference),
          "boolean",
        ),
        column(
          of(() => undefined),
          "text",
        ),
      ],
      sql`, `,
    )})`,
  );
}

function planOf(books: Books, entry: ManualEntry, by: "api" | "sql"): Plan {
  return {
    model: (copy) => postManual(copy, entry, by),
    run: (on) => (by === "api" ? on.accounting.journal.post(byApi(books, entry)) : bySql(on, books, entry)),
    ...(by === "api" ? { preview: (on) => on.accounting.journal.post(byApi(books, entry), { preview: true }) } : {}),
  };
}

const post: Planner<"post"> = (books, given) => {
  const lines = linesOf(books, given);
  const id = newId();
  const date = dayOf(given.when, "2025-03-01") ?? books.today;
  // A key that came by SQL would have another hash than the API makes.
  const isKeyed = given.isKeyed && given.by === "api";
  const entry = { id, date, description: `Entry of ${date}`, lines, ...(isKeyed ? { key: `key ${id}` } : {}) };
  return planOf(books, entry, given.by);
};

const postAgain: Planner<"postAgain"> = (books, { pick, isOther }) => {
  const keys = [...books.keys.keys()];
  const known = books.keys.get(keys[pick % keys.length] ?? "");
  if (!known) return undefined;
  const request = { ...(known.request as ManualEntry), id: newId() };
  return planOf(books, isOther ? { ...request, description: "Another entry" } : request, "api");
};

const reverseOne: Planner<"reverse"> = (books, { pick, isAny, when }) => {
  const position = positionOf(books.entries, pick, (entry) => isAny || entry.source === "manual");
  if (position < 0) return undefined;
  const original = at(books.entries, position);
  const [id, date] = [newId(), dayOf(when, original.date) ?? books.today];
  // Entries of documents are named by no id in the model.
  if (original.id === undefined) return undefined;
  return {
    model: (copy) => reverse(copy, at(copy.entries, position), id, date),
    run: (on) => on.accounting.journal.reverse(original.id ?? "", { id, date }),
    preview: (on) => on.accounting.journal.reverse(original.id ?? "", { id, date, preview: true }),
  };
};

const setRate: Planner<"setRate"> = ({ companyId, foreign }, { day, rate }) => ({
  model: (copy) => copy.rates.set(dayOfYear(day), BigInt(rate)),
  run: (on) =>
    on.accounting.exchangeRates.set({
      ...{ companyId, currency: foreign },
      ...{ rateDate: dayOfYear(day), rate: rateText(BigInt(rate)) },
    }),
});

const close: Planner<"closePeriod"> = (books, { pick }) => {
  const next = books.periods.findIndex((period) => !period.isClosed);
  const position = pick === null ? next : pick % books.periods.length;
  if (position < 0) return undefined;
  const { id } = at(books.periods, position);
  return { model: (copy) => closePeriod(copy, position), run: (on) => on.accounting.periods.close(id) };
};

const reopen: Planner<"reopenPeriod"> = (books, { pick }) => {
  const last = books.periods.findLastIndex((period) => period.isClosed);
  const position = pick === null ? last : pick % books.periods.length;
  if (position < 0) return undefined;
  const { id } = at(books.periods, position);
  return {
    model: (copy) => reopenPeriod(copy, position),
    run: (on) => on.accounting.periods.reopen(id, { reason: "A late bill" }),
  };
};

const setActive: Planner<"setActive"> = (books, { account, isActive }) => {
  const code = accountCode(account);
  const { id } = books.accounts.get(code) ?? { id: "" };
  return {
    model: (copy) => archive(copy, code, isActive),
    run: (on) => (isActive ? on.accounting.accounts.restore(id) : on.accounting.accounts.archive(id)),
  };
};

export const journalPlanners = {
  post,
  postAgain,
  reverse: reverseOne,
  setRate,
  closePeriod: close,
  reopenPeriod: reopen,
  setActive,
};
