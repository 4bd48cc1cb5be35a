import type { Section } from "@org/db/accounting";
import type { Tour } from "../../chapter";
import { type Column, money } from "../../format";
import type { Tenants } from "../../tenants";
import type { Plan } from "./plan";

const amount = (header: string): Column => ({ header, align: "right" });
/** Money, or nothing where there is none. */
const cell = (value: string) => (/[1-9]/.test(value) ? money(value) : "");

export type Books = Awaited<ReturnType<typeof showReports>>;

/** The books as of their last day, printed: each report is one statement. */
export function showReports({ print }: Tour, { chinook }: Tenants, plan: Plan) {
  return print.chapter("The books", async () => {
    const { companyId } = chinook;
    const { journal, reports } = chinook.handle.accounting;
    const [newest] = (await journal.list({ companyId, limit: 1 })).items;
    const asOf = newest && newest.entryDate > plan.yearEnd ? newest.entryDate : plan.yearEnd;

    print.code(`await chinook.accounting.reports.trialBalance({ companyId, asOf: "${asOf}" })`);
    const trialBalance = await reports.trialBalance({ companyId, asOf });
    print.table(
      [{ header: "Account" }, amount("Debit"), amount("Credit")],
      [
        ...trialBalance.accounts.map((row) => [`${row.code} ${row.name}`, cell(row.debit), cell(row.credit)]),
        ["Total", money(trialBalance.totals.debit), money(trialBalance.totals.credit)],
      ],
    );

    print.code("await chinook.accounting.reports.profitAndLoss({ companyId, from, to })");
    const profitAndLoss = await reports.profitAndLoss({ companyId, from: plan.firstDay, to: asOf });
    print.table(
      [{ header: `${plan.firstDay} to ${asOf}` }, amount(profitAndLoss.currency)],
      [...section(profitAndLoss.income), ...section(profitAndLoss.expense), ["Result", money(profitAndLoss.result)]],
    );

    print.code("await chinook.accounting.reports.balanceSheet({ companyId, asOf })");
    const balanceSheet = await reports.balanceSheet({ companyId, asOf });
    const { assets, liabilities, equity, result } = balanceSheet;
    print.table(
      [{ header: `On ${asOf}` }, amount(balanceSheet.currency)],
      [
        ...section(assets),
        ["Assets", money(assets.total)],
        ...[...section(liabilities), ...section(equity)],
        ["Result so far", money(result)],
        ["Liabilities, equity and result", money(balanceSheet.liabilitiesAndEquity)],
      ],
    );

    print.code("await chinook.accounting.reports.receivablesAgeing({ companyId, asOf, buckets: [14, 28] })");
    const receivables = await reports.receivablesAgeing({ companyId, asOf, buckets: [14, 28] });
    const buckets = receivables.overdueDays.map(({ from, to }) => (to === null ? `${from} and more` : `${from}–${to}`));
    print.table(
      [{ header: "Customer, days overdue" }, ...[...buckets, "Credit", "Total"].map(amount)],
      [...receivables.parties, { name: "Total", ...receivables.totals }].map((row) => [
        row.name,
        ...[...row.overdue, row.unallocated].map(cell),
        money(row.total),
      ]),
    );

    print.code("await chinook.accounting.reports.customerStatement({ customerId, from, to })");
    const year = { from: `${plan.yearEnd.slice(0, 4)}-01-01`, to: asOf };
    const statement = await reports.customerStatement({ customerId: plan.inPart.customerId, ...year });
    print.table(
      [{ header: statement.party.name }, { header: "Date" }, ...["Debit", "Credit", "Balance"].map(amount)],
      [
        ["Opening", year.from, "", "", money(statement.opening)],
        ...statement.lines.map((line) => [
          line.description ?? "",
          line.date,
          ...[cell(line.debit), cell(line.credit), money(line.balance)],
        ]),
      ],
    );
    const payables = await reports.payablesAgeing({ companyId, asOf });
    return { asOf, trialBalance, profitAndLoss, balanceSheet, receivables, payables, statement };
  });
}

function section({ accounts }: Section): string[][] {
  return accounts.map(({ code, name, amount }) => [`${code} ${name}`, money(amount)]);
}
