import type { JournalEntry } from "../../../../src/accounting";
import { DatabaseError } from "../../../../src/index";
import { amountOf } from "./amounts";
import { attempt, type Books, type Entry, Refusal } from "./books";
import type { Command, Sequence } from "./commands";
import { adopt, comparable, entryText, expected, journalOf, seen } from "./observe";
import type { Plan, Planner, Runner } from "./plan";
import { documentPlanners } from "./plans-documents";
import { journalPlanners } from "./plans-journal";
import { paymentPlanners } from "./plans-payments";
import type { World } from "./world";

const planners = { ...documentPlanners, ...journalPlanners, ...paymentPlanners } as Record<string, Planner<never>>;

/** What sequences came to, so that a run can be seen not to be empty. */
export interface Figures {
  sequences: number;
  commands: number;
  /** Commands that found nothing to be about. */
  idle: Record<string, number>;
  done: Record<string, number>;
  refused: Record<string, number>;
  previewed: number;
  undone: number;
  entries: number;
}

export const noFigures = (): Figures => ({
  ...{ sequences: 0, commands: 0, previewed: 0, undone: 0, entries: 0 },
  ...{ idle: {}, done: {}, refused: {} },
});

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

class Undone extends Error {}

/** Throws when two descriptions of the books differ, with what differs. */
function mustEqual(actual: unknown, wanted: unknown, where: string): void {
  const differences: string[] = [];
  const compare = (is: unknown, should: unknown, path: string) => {
    if (typeof is === "object" && typeof should === "object" && is !== null && should !== null) {
      const [left, right] = [is as Record<string, unknown>, should as Record<string, unknown>];
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
        compare(left[key], right[key], `${path}/${key}`);
    } else if (is !== should) differences.push(`${path}: is ${String(is)}, should be ${String(should)}`);
  };
  compare(actual, wanted, "");
  if (differences.length > 0) throw new Error(`${where}:\n  ${differences.join("\n  ")}`);
}

const withoutIds = (entries: readonly Entry[], { base }: Books) =>
  entries.map((entry) => entryText(entry, base, false)).sort();

/** Runs one command on both, and returns the books as they are afterwards. */
async function step(world: World, books: Books, command: Command, figures: Figures): Promise<Books> {
  const { do: name, mode } = command;
  const plan = planners[name]?.(books, command.with as never);
  if (!plan) {
    count(figures.idle, name);
    return books;
  }
  const tried = attempt(books, (copy) => plan.model(copy));
  const isPreview = mode === "previewed" && plan.preview !== undefined;
  const outcome = await perform(world.runner, plan, isPreview ? mode : mode === "previewed" ? "alone" : mode);
  if (outcome.error !== undefined) {
    const { error } = outcome;
    if (!(error instanceof DatabaseError)) throw error;
    if (!(tried instanceof Refusal))
      throw new Error(`${name} was refused: ${error.code} ${error.message}`, { cause: error });
    if (!tried.codes.has(error.code)) throw new Error(`${name} was refused as ${error.code}, not as ${tried.message}`);
    count(figures.refused, `${name} ${error.code}`);
    return books;
  }
  if (tried instanceof Refusal) throw new Error(`${name} was done, but had to be refused as ${tried.message}`);
  if (mode === "undone") {
    figures.undone += 1;
    return books;
  }
  if (!isPreview) {
    count(figures.done, name);
    return tried.books;
  }
  figures.previewed += 1;
  const made = tried.books.entries.slice(books.entries.length);
  // A request that was done already shows the entry of then.
  if (made.length > 0 || !name.endsWith("Again")) {
    mustEqual(shownTexts(outcome.result, books), withoutIds(made, books), `The preview of ${name}`);
  }
  return books;
}

function shownTexts(result: unknown, books: Books): string[] {
  const codes = new Map([...books.accounts.values()].map(({ id, code }) => [id, code]));
  const amount = (debit: string, credit: string) =>
    (Number(debit) === 0 ? -1n : 1n) * amountOf(Number(debit) === 0 ? credit : debit);
  return [result as JournalEntry | JournalEntry[]]
    .flat()
    .map(({ entryDate, source, lines }) =>
      entryText(
        {
          ...{ source, about: null, date: entryDate },
          lines: lines.map((line) => ({
            account: codes.get(line.accountId) ?? line.accountId,
            currency: line.currency,
            amount: amount(line.debit, line.credit),
            base: Number(line.debit) === 0 ? -amountOf(line.baseCredit) : amountOf(line.baseDebit),
            isDifference: line.isExchangeDifference,
            ...partyOf(books, line.customerId ?? line.vendorId),
          })),
        },
        books.base,
        false,
      ),
    )
    .sort();
}

function partyOf(books: Books, id: string | null) {
  const party = books.parties.find((each) => each.id === id);
  return party ? { party } : {};
}

async function perform(on: Runner, plan: Plan, mode: Command["mode"]): Promise<{ result?: unknown; error?: unknown }> {
  try {
    if (mode === "alone") return { result: await plan.run(on) };
    if (mode === "previewed") return { result: await plan.preview?.(on) };
    return {
      result: await on.transaction(async (tx) => {
        await plan.run(tx);
        if (mode === "undone") throw new Undone();
      }),
    };
  } catch (error) {
    return error instanceof Undone ? {} : { error };
  }
}

/** Plays a sequence in a company of its own, and compares the books with the model's after every command. */
export async function play(world: World, sequence: Sequence, figures: Figures): Promise<void> {
  let books = await world.open(...sequence.currencies);
  for (const [position, command] of [...sequence.first, ...sequence.rest].entries()) {
    if (!command) continue;
    figures.commands += 1;
    const where = `After command ${position + 1} (${command.do})`;
    try {
      books = await step(world, books, command, figures);
      const now = await seen(world.runner, books);
      adopt(books, now);
      mustEqual(comparable(now), expected(books), where);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    }
  }
  const journal = await journalOf(world.runner, books.companyId);
  mustEqual(journal, books.entries.map((entry) => entryText(entry, books.base)).sort(), "The journal");
  await world.checkReports(books);
  figures.sequences += 1;
  figures.entries += books.entries.length;
}
