import type { JournalEntry } from "../../../../src/accounting";
import type { TenantDatabase, TenantTransaction } from "../../../../src/index";
import { unitOf } from "./amounts";
import type { Books } from "./books";
import type { CommandName, CommandOf, Part, When } from "./commands";

/** What runs commands: a handle, or a transaction. */
export type Runner = TenantDatabase | TenantTransaction;

/** A command for these books: what it does to them, and how it is done. */
export interface Plan {
  model(books: Books): unknown;
  run(on: Runner): Promise<unknown>;
  /** What it would post, where it can tell. */
  preview?(on: Runner): Promise<JournalEntry | JournalEntry[]>;
}

/** Makes the plan of a command, or none where there is nothing to do it to. */
export type Planner<K extends CommandName> = (books: Books, given: CommandOf<K>) => Plan | undefined;

/** The position in `all` of one of those that fit. */
export function positionOf<T>(all: readonly T[], pick: number, fits: (item: T) => boolean = () => true): number {
  const fitting = all.flatMap((item, index) => (fits(item) ? [index] : []));
  return fitting[pick % fitting.length] ?? -1;
}

/** The record at a position of a list. The list may be that of a copy of the books. */
export function at<T>(all: readonly T[], position: number): T {
  const found = all[position];
  if (found === undefined) throw new TypeError(`The model has no record ${position}`);
  return found;
}

export function dayOfYear(position: number): string {
  return new Date(Date.UTC(2025, 0, 1 + position)).toISOString().slice(0, 10);
}

/** The day that is meant, `it` being the day of what it is about; undefined leaves it to the books. */
export function dayOf({ from, day }: When, it: string): string | undefined {
  if (from === "now") return undefined;
  return from === "year" ? dayOfYear(day) : daysAfter(it, day);
}

export function daysAfter(day: string, count: number): string {
  return new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);
}

/** So many per cent of what is open, in the currency's smallest units; at least one of them. */
export function shareOf(open: bigint, { part }: Pick<Part, "part">, currency: string): bigint {
  if (part === 100) return open;
  const unit = unitOf(currency);
  const share = (open * BigInt(part)) / 100n / unit;
  return (share > 0n ? share : 1n) * unit;
}
