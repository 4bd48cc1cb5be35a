import { type AccountKey, chart, decimal, type Item, type MadeBooks, type Source } from "./made-books";
import { sum } from "./rows";

/*
 * What the reports must say, added up line by line and document by document: no totals, no index, no day of a month.
 */

export function netOf(made: MadeBooks, account: AccountKey, from: string, to: string): bigint {
  const lines = made.lines.filter((line) => line.account === account && line.date >= from && line.date <= to);
  return sum(lines.map((line) => line.base));
}

/** Code → debit less credit, of the accounts with lines up to the day. */
export function expectedTrialBalance(made: MadeBooks, asOf: string): Record<string, string> {
  const used = (Object.keys(chart) as AccountKey[]).filter((key) =>
    made.lines.some((line) => line.account === key && line.date <= asOf && line.base !== 0n),
  );
  return Object.fromEntries(used.map((key) => [chart[key][0], decimal(netOf(made, key, "", asOf))]));
}

/** Per type, on the type's own side. */
export function expectedTotal(made: MadeBooks, type: string, from: string, to: string): bigint {
  const keys = (Object.keys(chart) as AccountKey[]).filter((key) => chart[key][1] === type);
  const net = sum(keys.map((key) => netOf(made, key, from, to)));
  return type === "asset" || type === "expense" ? net : -net;
}

const stands = (since: string, until: string | undefined, asOf: string) => since <= asOf && !(until && until <= asOf);

/** What is left of an item at the end of a day, in base currency. */
function openOf(made: MadeBooks, item: Item, asOf: string): bigint {
  if (!stands(item.date, item.voidedOn, asOf)) return 0n;
  const used = made.allocations.filter((a) => stands(a.on, a.reversedOn, asOf));
  const settled = used.filter((a) => a.to === item).map((a) => a.base);
  const given = used.filter((a) => a.from === item).map((a) => a.sourceBase);
  return item.base - sum([...settled, ...given]);
}

const dayNumber = (day: string) => Date.parse(day) / 86_400_000;

export interface ExpectedAgeing {
  current: bigint;
  overdue: bigint[];
  unallocated: bigint;
  total: bigint;
}

export function expectedAgeing(
  made: MadeBooks,
  side: Source,
  asOf: string,
  buckets: number[],
  party?: string,
): ExpectedAgeing {
  const items = made.items.filter((item) => item.side === side && (party === undefined || item.party === party));
  const overdue = buckets.map(() => 0n).concat(0n);
  let [current, unallocated] = [0n, 0n];
  for (const item of items) {
    const open = openOf(made, item, asOf);
    const days = dayNumber(asOf) - dayNumber(item.due);
    const bucket = buckets.findIndex((last) => days <= last);
    if (item.kind === "payment" || item.kind === "credit_note") unallocated -= open;
    else if (item.kind === "refund") unallocated += open;
    else if (days <= 0) current += open;
    else overdue[bucket < 0 ? buckets.length : bucket] = (overdue[bucket < 0 ? buckets.length : bucket] ?? 0n) + open;
  }
  return { current, overdue, unallocated, total: sum([current, unallocated, ...overdue]) };
}

export const asText = ({ current, overdue, unallocated, total }: ExpectedAgeing) => ({
  current: decimal(current),
  overdue: overdue.map(decimal),
  unallocated: decimal(unallocated),
  total: decimal(total),
});
