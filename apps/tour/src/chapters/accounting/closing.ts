import { compareMoney, sumMoney } from "@org/db";
import type { Customer, Vendor } from "@org/db/accounting";
import type { Tour } from "../../chapter";
import { promise, refused } from "../../failure";
import { money } from "../../format";
import { everything } from "../../pages";
import type { Tenants, TourTenant } from "../../tenants";
import type { Plan } from "./plan";
import type { Books } from "./reports";

/** Closes the first year, shows that late and forged postings are refused, and checks that all reports agree. */
export function closeAndReconcile({ print }: Tour, { chinook }: Tenants, plan: Plan, books: Books, sold: string) {
  return print.chapter("A year is closed, and everything reconciles", async () => {
    const { accounts, integrity, journal, reports } = chinook.handle.accounting;
    const { companyId } = chinook;
    const year = plan.firstDay.slice(0, 4);
    await closeYear(chinook, year);
    print.code("await chinook.accounting.periods.close(id)");

    const [charges, bank] = await Promise.all(["7100", "1120"].map((code) => accounts.findByCode(companyId, code)));
    const charge = (debit: string, credit: string) => [
      { accountId: charges?.id ?? "", debit },
      { accountId: bank?.id ?? "", credit },
    ];
    const late = { companyId, date: `${year}-12-31`, lines: charge("4.50", "4.50") };
    const unbalanced = { companyId, date: plan.yearEnd, lines: charge("4.50", "4.05") };
    const forgery = "update accounting.journal_lines set base_debit = base_debit + 1";
    const answers = {
      late: await refused("ConflictError", () => journal.post(late)),
      unbalanced: await refused("ValidationError", () => journal.post(unbalanced)),
      forged: await refused("PermissionDeniedError", () => chinook.handle.execute(forgery)),
    };
    print.code(`await chinook.accounting.journal.post({ date: "${late.date}", … })`);
    print.proof(answers.late);
    print.code("await chinook.accounting.journal.post({ …, lines }) // debit 4.50, credit 4.05");
    print.proof(answers.unbalanced);
    print.code(`await chinook.execute("${forgery}")`);
    print.proof(answers.forged);

    for (let of = Number(year); of <= Number(plan.yearEnd.slice(0, 4)); of += 1) {
      const { totals } = await reports.trialBalance({ companyId, asOf: `${of}-12-31` });
      equal(`Debits and credits at the end of ${of}`, [totals.debit, totals.credit]);
    }
    const { balanceSheet, profitAndLoss, receivables, payables, trialBalance } = books;
    const { debit, credit } = trialBalance.totals;
    equal("Debits and credits", [debit, credit]);
    print.proof(`Debits are credits, ${money(debit)} now, and at the end of each year`);
    const { assets, liabilities, equity, result } = balanceSheet;
    equal("Assets, and their sources", [
      assets.total,
      balanceSheet.liabilitiesAndEquity,
      sumMoney([liabilities.total, equity.total, result]),
    ]);
    print.proof(`Assets ${money(assets.total)} are liabilities + equity + result`);
    equal("What was sold, and the income", [profitAndLoss.income.total, sold]);
    print.proof(`Income ${money(profitAndLoss.income.total)} is what the store sold`);

    const owed = await balances(chinook, books);
    equal("What customers owe", [receivables.totals.total, owed.receivable, owed.byCustomers]);
    print.proof(`Customers owe ${money(owed.receivable)} by ageing, by control account and by their balances`);
    equal("What vendors are owed", [payables.totals.total, owed.payable, owed.toVendors]);
    print.proof(`Vendors are owed ${money(owed.payable)}, the same way`);

    print.code("await chinook.accounting.integrity.violations()");
    const violations = await integrity.violations();
    promise(violations.length === 0, `The books are not sound: ${violations[0]?.kind}, ${violations[0]?.detail}`);
    print.proof("None: every rule of the books was computed again from the records");
    return { answers, owed, violations };
  });
}

/** Closes the year unless it is closed. Another tour at the same time may be the one that closes it. */
async function closeYear({ handle, companyId }: TourTenant, year: string): Promise<void> {
  const find = async () => {
    const { items } = await handle.accounting.periods.list({ companyId });
    return items.find(({ name }) => name === year);
  };
  const known = await find();
  if (known?.status === "closed") return;
  try {
    const days = { startsOn: `${year}-01-01`, endsOn: `${year}-12-31` };
    await handle.transaction(async (tx) => {
      const { periods } = tx.accounting;
      const { id } = known ?? (await periods.create({ companyId, name: year, ...days }));
      await periods.close(id);
    });
  } catch (error) {
    // Another tour, at the same time, was quicker.
    if ((await find())?.status !== "closed") throw error;
  }
}

/** The control accounts, and the sums of what is kept with each customer and vendor. */
async function balances({ handle, companyId }: TourTenant, { trialBalance }: Books) {
  const { books, customers, vendors } = handle.accounting;
  const { receivableAccountId, payableAccountId } = await books.getByCompany(companyId);
  const net = (id: string, sign: 1 | -1) => {
    const { debit = "0", credit = "0" } = trialBalance.accounts.find(({ accountId }) => accountId === id) ?? {};
    return sumMoney(sign === 1 ? [debit, `-${credit}`] : [credit, `-${debit}`]);
  };
  const sum = (parties: readonly (Customer | Vendor)[]) => sumMoney(parties.map(({ balance }) => balance));
  return {
    receivable: net(receivableAccountId, 1),
    byCustomers: sum(await everything((page) => customers.list(page))),
    payable: net(payableAccountId, -1),
    toVendors: sum(await everything((page) => vendors.list(page))),
  };
}

function equal(what: string, [first = "", ...others]: readonly string[]): void {
  const differ = others.filter((other) => compareMoney(other, first) !== 0);
  promise(differ.length === 0, `${what} differ: ${first} and ${differ.join(", ")}. Start afresh with pnpm db:reset`);
}
