import { describe, expect } from "vitest";
import { ValidationError } from "../../../src/index";
import type { TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import type { MadeBooks } from "./made-books";
import { inSmallCompany as it } from "./small-company";

describe("the trial balance", () => {
  const balances = async (acme: TestTenant, asOf: string) => {
    const { accounts, totals } = await acme.handle.accounting.reports.trialBalance({
      companyId: acme.company.id,
      asOf,
    });
    return [...accounts.map((a) => `${a.code} ${a.debit} ${a.credit}`), `${totals.debit} ${totals.credit}`];
  };

  it.for<[string, string[]]>([
    ["2025-12-31", ["0.00 0.00"]],
    ["2026-01-02", ["1000 1000.00 0.00", "3000 0.00 1000.00", "1000.00 1000.00"]],
    [
      "2026-01-31",
      [
        "1000 1000.00 0.00",
        "1100 410.00 0.00",
        "2000 0.00 120.00",
        "3000 0.00 1000.00",
        "4000 0.00 410.00",
        "5000 120.00 0.00",
        "1530.00 1530.00",
      ],
    ],
    [
      "2026-03-04",
      [
        "1000 1298.00 0.00",
        "1100 75.00 0.00",
        "2000 0.00 20.00",
        "3000 0.00 1000.00",
        "4000 0.00 469.00",
        "5000 120.00 0.00",
        "6000 0.00 4.00",
        "1493.00 1493.00",
      ],
    ],
  ])("as of %s", async ([asOf, expected], { acme }) => {
    expect(await balances(acme, asOf)).toEqual(expected);
  });

  it("names the accounts, their types and the currency", async ({ acme, made }) => {
    const report = await acme.handle.accounting.reports.trialBalance({
      companyId: acme.company.id,
      asOf: "2026-01-02",
    });
    expect(report).toEqual({
      companyId: acme.company.id,
      asOf: "2026-01-02",
      currency: "USD",
      accounts: [
        { accountId: made.accounts.bank, code: "1000", name: "bank", type: "asset", debit: "1000.00", credit: "0.00" },
        {
          accountId: made.accounts.capital,
          code: "3000",
          name: "capital",
          type: "equity",
          debit: "0.00",
          credit: "1000.00",
        },
      ],
      totals: { debit: "1000.00", credit: "1000.00" },
    });
  });
});

describe("profit and loss, and the balance sheet", () => {
  it("count the days between, both included", async ({ acme }) => {
    const { income, expense, result } = await acme.handle.accounting.reports.profitAndLoss({
      companyId: acme.company.id,
      from: "2026-01-31",
      to: "2026-02-28",
    });
    expect([income.total, expense.total, result]).toEqual(["99.00", "-4.00", "103.00"]);
    expect(income.accounts.map((a) => [a.code, a.amount])).toEqual([["4000", "99.00"]]);
  });

  it("are empty where nothing happened", async ({ acme }) => {
    const days = { companyId: acme.company.id, from: "2020-01-01", to: "2020-12-31" };
    expect(await acme.handle.accounting.reports.profitAndLoss(days)).toEqual({
      ...days,
      currency: "USD",
      income: { accounts: [], total: "0.00" },
      expense: { accounts: [], total: "0.00" },
      result: "0.00",
    });
  });

  it("show what the company has and owes", async ({ acme }) => {
    const sheet = await acme.handle.accounting.reports.balanceSheet({ companyId: acme.company.id, asOf: "2026-02-28" });
    const codes = (section: { accounts: { code: string; amount: string }[] }) =>
      section.accounts.map((a) => `${a.code} ${a.amount}`);
    expect(codes(sheet.assets)).toEqual(["1000 1298.00", "1100 5.00"]);
    expect(codes(sheet.liabilities)).toEqual(["2000 20.00"]);
    expect(codes(sheet.equity)).toEqual(["3000 1000.00"]);
    expect([sheet.assets.total, sheet.result, sheet.liabilitiesAndEquity]).toEqual(["1303.00", "283.00", "1303.00"]);
  });
});

describe("the general ledger", () => {
  const ledger = (
    acme: TestTenant,
    made: MadeBooks,
    request: { limit?: number; cursor?: string | undefined; from?: string; to?: string },
  ) =>
    acme.handle.accounting.reports.generalLedger({
      accountId: made.accounts.receivable,
      from: "2026-01-31",
      to: "2026-02-28",
      ...request,
    });

  it("opens, runs and closes", async ({ acme, made }) => {
    const page = await ledger(acme, made, {});
    expect(page.items.map((l) => [l.date, l.source, l.debit, l.credit, l.balance, l.currency, l.amount])).toEqual([
      ["2026-01-31", "invoice", "110.00", "0.00", "410.00", "EUR", "100.00"],
      ["2026-02-05", "payment", "0.00", "350.00", "60.00", "USD", "-350.00"],
      ["2026-02-10", "payment", "0.00", "48.00", "12.00", "EUR", "-40.00"],
      ["2026-02-10", "allocation", "4.00", "0.00", "16.00", "USD", "4.00"],
      ["2026-02-15", "invoice", "0.00", "11.00", "5.00", "EUR", "-10.00"],
    ]);
    expect([page.opening, page.closing, page.nextCursor]).toEqual(["300.00", "5.00", undefined]);
    expect(page.account).toEqual({ id: made.accounts.receivable, code: "1100", name: "receivable" });
    expect(page.items[0]?.description).toBe("Entry for invoice");
  });

  it.for([1, 2, 3, 4, 5])("is the same in pages of %i", async (limit, { acme, made }) => {
    const whole = await ledger(acme, made, {});
    expect((await pagesOf((request) => ledger(acme, made, request), limit)).flat()).toEqual(whole.items);
    const first = await ledger(acme, made, { limit });
    if (first.nextCursor)
      expect((await ledger(acme, made, { limit, cursor: first.nextCursor })).opening).toBe(first.closing);
  });

  it("counts the balance at the cursor anew: what a cursor says is a position, never an amount", async ({
    acme,
    made,
  }) => {
    const cursor = (key: string[]) => Buffer.from(JSON.stringify(key)).toString("base64url");
    expect((await ledger(acme, made, { cursor: cursor(["2026-02-10", "4"]) })).opening).toBe("12.00");
    for (const key of [["2026-01-30", "1"], ["2026-03-01", "1"], ["2026-02-30", "1"], ["2026-02-10", "-1"], ["x"]]) {
      expect(await rejection(ledger(acme, made, { cursor: cursor(key) })), String(key)).toBeInstanceOf(ValidationError);
    }
  });

  it("has the opening balance where nothing happened", async ({ acme, made }) => {
    const page = await ledger(acme, made, { from: "2026-02-20", to: "2026-02-21" });
    expect(page).toMatchObject({ opening: "5.00", closing: "5.00", items: [], nextCursor: undefined });
  });
});
