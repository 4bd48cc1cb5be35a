import { sql } from "drizzle-orm";
import type { TenantDatabase } from "../../../../src/index";
import type { TestTenant } from "../../../../src/testing";
import { amountOf, moneyText, rateOf } from "./amounts";
import { type Account, type Books, balanceOn, control, type SideName } from "./books";
import { openOn } from "./documents";
import { dayOfYear, type Runner } from "./plan";

/** Where sequences are played: a tenant, each sequence in a company of its own. */
export interface World {
  runner: Runner;
  /** A new company with books, its first rates and periods, and the model of them. */
  open(base: string, foreign: string): Promise<Books>;
  /** What the reports of any day must say. */
  checkReports(books: Books): Promise<void>;
}

/** What a unit of each currency was first worth, in hundredths of a dollar. */
const worth: Record<string, number> = { USD: 100, EUR: 108.25, JPY: 0.67, KWD: 325 };
const days = [-1, 20, 31, 45, 59, 80, 100, 140, 1_500].map(dayOfYear);

export function openWorld(of: TestTenant): World {
  const handle: TenantDatabase = of.handle;
  return {
    runner: handle,
    open: async (base, foreign) => {
      const { id: companyId } = await handle.tenancy.companies.create({ name: "Model" });
      const { accounting } = handle;
      await accounting.accounts.createStandardChart({ companyId, baseCurrency: base });
      await accounting.accounts.create({
        companyId,
        code: "1130",
        name: "Foreign bank",
        type: "asset",
        currency: foreign,
      });
      const rate = ((worth[foreign] ?? 1) / (worth[base] ?? 1)).toFixed(8);
      await accounting.exchangeRates.set({ companyId, currency: foreign, rateDate: dayOfYear(10), rate });
      const periods = await accounting.periods.createYear({ companyId, startsOn: dayOfYear(0), months: 4 });
      const party = async (side: SideName) => {
        const repository = side === "invoices" ? accounting.customers : accounting.vendors;
        return { id: (await repository.create({ companyId, name: "Party" })).id, side, balance: 0n };
      };
      const parties = await Promise.all([party("invoices"), party("invoices"), party("bills"), party("bills")]);
      const rows = await accounting.accounts.list({ companyId, limit: 100 });
      const accounts = rows.items.map(({ id, code, type, currency }): [string, Account] => [
        code,
        { id, code, type, currency, isActive: true, balance: 0n, lines: 0 },
      ]);
      return {
        ...{ companyId, base, foreign, today: await today(handle), accounts: new Map(accounts), parties },
        rates: new Map([[dayOfYear(10), rateOf(rate)]]),
        ...{ entries: [], documents: [], payments: [], allocations: [] },
        periods: periods.map(({ id, endsOn }) => ({ id, endsOn, isClosed: false })),
        ...{ keys: new Map(), externalIds: new Map() },
      };
    },
    checkReports: (books) => checkReports(handle, books),
  };
}

async function today(on: Runner): Promise<string> {
  const rows = (await on.execute(sql`select current_date::text as today`, "objects")) as unknown as { today: string }[];
  return rows[0]?.today ?? "";
}

/** On every day: the trial balance is the model's, and what is open comes to what the control accounts stand at. */
async function checkReports(on: Runner, books: Books): Promise<void> {
  const wrong: string[] = [];
  const check = (what: string, is: string, should: bigint) => {
    const text = moneyText(should, books.base);
    if (is !== text) wrong.push(`${what} is ${is}, should be ${text}`);
  };
  const { companyId } = books;
  const { reports } = on.accounting;
  for (const [index, day] of days.entries()) {
    for (const side of ["invoices", "bills"] as const) {
      check(
        `${side} open on ${day}`,
        moneyText(openOn(books, side, day), books.base),
        balanceOn(books, control[side], day),
      );
    }
    // Reports of two of the days; which, differs from company to company.
    if ((index + books.entries.length) % 4 !== 0) continue;
    const { accounts, totals } = await reports.trialBalance({ companyId, asOf: day });
    const stated = new Map(accounts.map(({ code, debit, credit }) => [code, amountOf(debit) - amountOf(credit)]));
    for (const code of books.accounts.keys()) {
      check(`${code} on ${day}`, moneyText(stated.get(code) ?? 0n, books.base), balanceOn(books, code, day));
    }
    check(`The debits of ${day}`, totals.debit, amountOf(totals.credit));
    const receivable = await reports.receivablesAgeing({ companyId, asOf: day });
    const payable = await reports.payablesAgeing({ companyId, asOf: day });
    check(`Receivables aged on ${day}`, receivable.totals.total, balanceOn(books, control.invoices, day));
    check(`Payables aged on ${day}`, payable.totals.total, -balanceOn(books, control.bills, day));
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
