/*
 * The turnover before a day is the totals of whole months and the lines of a part of one month. The part is counted from
 * the nearer end: lines since the month began are added, or lines until its end are taken off. So a report as of today
 * reads few lines.
 */

/** The totals of the months before `endMonth`, plus (sign 1) or less the lines from `first` to the day before `past`. */
export interface Cut {
  endMonth: string;
  first: string;
  past: string;
  sign: 1 | -1;
}

/** How to add up the turnover before a day. `today` only chooses the faster way; the result is the same. */
export function cutBefore(day: string, today = new Date().toISOString().slice(0, 10)): Cut {
  const month = firstOfMonth(day);
  const next = nextMonth(day);
  const isNearEnd = day > today || parts(day)[2] > 16;
  return isNearEnd
    ? { endMonth: next, first: day, past: next, sign: -1 }
    : { endMonth: month, first: month, past: day, sign: 1 };
}

/** Parameters of `turnover`: the days from `from` (or the beginning of time) to `to`, both included. */
export function turnoverOf(from: string | undefined, to: string) {
  const end = cutBefore(dayAfter(to));
  const start = from === undefined ? undefined : cutBefore(from);
  const edges = start ? [end, { ...start, sign: -start.sign }] : [end];
  return {
    firstMonth: start?.endMonth ?? "-infinity",
    endMonth: end.endMonth,
    edgeFirst: edges.map((edge) => edge.first),
    edgePast: edges.map((edge) => edge.past),
    edgeSign: edges.map((edge) => edge.sign),
  };
}

// Dates as text, as the years up to 9999 have a day after the last one that Date prints in another form.
function parts(day: string): [year: number, month: number, date: number] {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return [year, month, date];
}

const text = (year: number, month: number, date: number) =>
  [String(year).padStart(4, "0"), String(month).padStart(2, "0"), String(date).padStart(2, "0")].join("-");

export function firstOfMonth(day: string): string {
  const [year, month] = parts(day);
  return text(year, month, 1);
}

export function nextMonth(day: string): string {
  const [year, month] = parts(day);
  return month === 12 ? text(year + 1, 1, 1) : text(year, month + 1, 1);
}

export function dayAfter(day: string): string {
  const [year, month, date] = parts(day);
  const lastDay = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return date < lastDay ? text(year, month, date + 1) : nextMonth(day);
}
