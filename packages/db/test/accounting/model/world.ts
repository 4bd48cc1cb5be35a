import { sql } from "drizzle-orm";
import type { TenantDatabase } from "../../../src/index";
import type { TestTenant } from "../../../src/testing";
import { rateOf, textOf } from "./amounts";
import { type Account, type Books, balanceOn, base, control, type SideName } from "./books";
import { openOn } from "./documents";
import { dayOfYear, type Runner } from "./plan";

/** Where sequences are played: a tenant, each sequence in a company of its own. */
export interface World {
  runner: Runner;
  /** A new company with books, its first rates and periods, and the model of them. */
  open(foreign: string): Promise<Books>;
  /** What the reports of any day must say. */
  checkReports(books: Books): Promise<void>;
}

const firstRates: Record<string, string> = { EUR: "1.08250000", JPY: "0.00670000", KWD: "3.25000000" };
const days = [-1, 20, 31, 45, 59, 80, 100, 140, 600].map(dayOfYear);

export function openWorld(of: TestTenant): World {
  const handle: TenantDatabase = of.handle;
  return {
    runner: handle,
    open: async (foreign) => {
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
      const rate = firstRates[foreign] ?? "1";
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
        ...{ companyId, foreign, today: await today(handle), accounts: new Map(accounts), parties },
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

/** On every day: what is open is what the control account stands at; and the books' totals by month are the model's. */
async function checkReports(on: Runner, books: Books): Promise<void> {
  const wrong: string[] = [];
  for (const day of days) {
    for (const side of ["invoices", "bills"] as const) {
      const [open, stands] = [openOn(books, side, day), balanceOn(books, control[side], day)];
      if (open !== stands)
        wrong.push(`${side} on ${day}: ${textOf(open)} is open, the account stands at ${textOf(stands)}`);
    }
  }
  for (const day of days.filter((each) => each.endsWith("-31") || each > "2026")) {
    const rows = (await on.execute(
      sql`select a.code, sum(t.base_debit - t.base_credit)::numeric(19, 2)::text as balance
        from accounting.period_totals t
        join accounting.accounts a on a.tenant_id = t.tenant_id and a.id = t.account_id
        where t.company_id = ${books.companyId}::uuid and t.month <= ${day}::date group by a.code order by a.code`,
      "objects",
    )) as unknown as { code: string; balance: string }[];
    const totals = new Map(rows.map(({ code, balance }) => [code, balance]));
    for (const code of books.accounts.keys()) {
      const [is, should] = [totals.get(code) ?? "0.00", textOf(balanceOn(books, code, day))];
      if (is !== should) wrong.push(`Totals of ${code} until ${day}: ${is}, should be ${should}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}
