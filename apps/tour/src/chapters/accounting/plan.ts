import { compareMoney } from "@org/db";
import type { Invoice } from "@org/db/accounting";
import { promise } from "../../failure";

/** Who pays what. The files do not say, so the plan follows from the invoices and is the same in every tour. */
export interface Plan {
  readonly firstDay: string;
  /** The last day of the last year with sales. */
  readonly yearEnd: string;
  /** Paid in full on the day of the invoice. */
  readonly paid: readonly Invoice[];
  /** Those of the last weeks, which nobody has paid yet. */
  readonly unpaid: readonly Invoice[];
  /** One of the paid ones, which is paid a second time by mistake. */
  readonly twice: Invoice;
  /** One of the unpaid ones, of which a part is paid. */
  readonly inPart: Invoice;
}

const lastWeeks = 5;

/** Plans the payments of the imported invoices; others, which somebody added, are left alone. */
export function planPayments(all: readonly Invoice[]): Plan {
  const sold = all.filter(({ kind, externalId }) => kind === "invoice" && externalId !== null);
  sold.sort((a, b) => Number(a.externalId) - Number(b.externalId));
  const [first, last] = [sold[0], sold.at(-1)];
  promise(first !== undefined && last !== undefined, "Chinook has no invoices to be paid");
  const openFrom = daysBefore(last.invoiceDate, 7 * lastWeeks);
  const paid = sold.filter(({ invoiceDate }) => invoiceDate < openFrom);
  const unpaid = sold.filter(({ invoiceDate }) => invoiceDate >= openFrom);
  const [inPart] = unpaid.toSorted((a, b) => compareMoney(b.totalAmount, a.totalAmount));
  const twice = paid.at(-1);
  promise(twice !== undefined && inPart !== undefined, "All invoices are of the last weeks");
  return { firstDay: first.invoiceDate, yearEnd: `${last.invoiceDate.slice(0, 4)}-12-31`, paid, unpaid, twice, inPart };
}

function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}
