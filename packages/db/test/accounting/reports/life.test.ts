import { describe, expect } from "vitest";
import { compareMoney, sumMoney } from "../../../src/core/money";
import { accountOf } from "../kit/journal";
import { daysAgo, inLivedBooks as it } from "./lived-books";

/*
 * Books that lived: everything that posts has posted, through the repositories and in plain SQL. The reports of every
 * day must agree with one another, and the health check must be empty.
 */
describe("books that lived", () => {
  it("are healthy", async ({ acme }) => {
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  const days = Array.from({ length: 205 }, (_day, index) => 203 - index);
  it("are reported alike by all reports, on every day", async ({ acme, lived }) => {
    const [receivable, payable] = await Promise.all(["1200", "2100"].map((code) => accountOf(acme, code)));
    for (const ago of days) {
      const asOf = daysAgo(ago);
      const trial = await acme.handle.accounting.reports.trialBalance({ companyId: acme.company.id, asOf });
      expect(trial.totals.debit, asOf).toBe(trial.totals.credit);
      const sheet = await acme.handle.accounting.reports.balanceSheet({ companyId: acme.company.id, asOf });
      expect(sheet.assets.total, asOf).toBe(sheet.liabilitiesAndEquity);
      const profit = await acme.handle.accounting.reports.profitAndLoss({
        companyId: acme.company.id,
        from: "2000-01-01",
        to: asOf,
      });
      expect(profit.result, asOf).toBe(sheet.result);

      const owedToUs = await acme.handle.accounting.reports.receivablesAgeing({ companyId: acme.company.id, asOf });
      const owedByUs = await acme.handle.accounting.reports.payablesAgeing({ companyId: acme.company.id, asOf });
      const balance = (id: string | undefined) => {
        const found = trial.accounts.find((account) => account.accountId === id);
        return found ? [found.debit, found.credit] : ["0.00", "0.00"];
      };
      expect(sides(owedToUs.totals.total), asOf).toEqual(balance(receivable));
      expect(sides(owedByUs.totals.total).reverse(), asOf).toEqual(balance(payable));

      for (const customerId of lived.customers) {
        const statement = await acme.handle.accounting.reports.customerStatement({
          customerId,
          from: daysAgo(150),
          to: daysAgo(Math.min(ago, 150)),
        });
        if (ago > 150) continue;
        const total = owedToUs.parties.find((party) => party.customerId === customerId)?.total ?? "0.00";
        expect(statement.closing, asOf).toBe(total);
      }
      for (const vendorId of lived.vendors) {
        const statement = await acme.handle.accounting.reports.vendorStatement({
          vendorId,
          from: "2000-01-01",
          to: asOf,
        });
        const total = owedByUs.parties.find((party) => party.vendorId === vendorId)?.total ?? "0.00";
        expect(statement.closing, asOf).toBe(total);
      }
    }
  });

  it("end at what the parties and accounts are said to owe", async ({ acme, lived }) => {
    const asOf = "9999-12-31";
    const { parties, totals } = await acme.handle.accounting.reports.receivablesAgeing({
      companyId: acme.company.id,
      asOf,
    });
    const kept = await Promise.all(lived.customers.map((id) => acme.handle.accounting.customers.getById(id)));
    for (const customer of kept) {
      const total = parties.find((party) => party.customerId === customer.id)?.total ?? "0.00";
      expect(customer.balance).toBe(total);
    }
    expect(totals.total).toBe(sumMoney(kept.map((customer) => customer.balance)));
    const trial = await acme.handle.accounting.reports.trialBalance({ companyId: acme.company.id, asOf });
    for (const account of trial.accounts) {
      const ledger = await acme.handle.accounting.reports.generalLedger({
        accountId: account.accountId,
        from: "0001-01-01",
        to: asOf,
      });
      expect(ledger.opening).toBe("0.00");
      expect(sides(ledger.closing)).toEqual([account.debit, account.credit]);
    }
  });
});

/** Debit and credit side of a balance. */
function sides(balance: string): string[] {
  return compareMoney(balance, "0") < 0 ? ["0.00", balance.slice(1)] : [balance, "0.00"];
}
