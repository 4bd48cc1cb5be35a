import type { ReportRepository } from "@org/db/accounting";
import { asMember, asTenant, contestant } from "../contestant";
import { inTransaction } from "../copy";
import { digest } from "../digest";
import { checkBooks } from "../ledger/check";
import type { HistoryArena } from "../ledger/history";
import type { Race } from "../race";

const monthEnd = "2026-06-30";
/** No day is farther from both ends of its month: half of its lines are counted. */
const midMonth = "2026-06-16";

type Rows = readonly object[];

/** Reports of years of postings, against the sum over the lines by the same login. */
export function reportRaces(arena: HistoryArena): Race[] {
  const { companyId, accountIds, lines } = arena;
  const [accountId = ""] = accountIds;
  const quarter = { from: "2026-04-01", to: monthEnd };
  const race = (name: string, title: string, base: Base, work: (reports: ReportRepository) => Promise<Rows>): Race => ({
    name: `reports-${name}`,
    title: `${title}, ${lines.toLocaleString("en")} lines`,
    callers: 1,
    calls: 3,
    rounds: 9,
    contestants: contestants(arena, base, work),
  });
  const trialBalance = (name: string, title: string, asOf: string) =>
    race(name, title, { text: trialBalanceText, values: [companyId, asOf] }, (reports) =>
      balances(reports, companyId, asOf),
    );
  return [
    {
      ...trialBalance("trial-balance", "trial balance at a month's end", monthEnd),
      verify: () => checkTrialBalances(arena),
    },
    trialBalance("trial-balance-mid-month", "trial balance in the middle of a month", midMonth),
    race(
      "balance-sheet",
      "balance sheet",
      { text: balanceSheetText, values: [companyId, monthEnd] },
      async (reports) => {
        const { assets, liabilities, equity, result } = await reports.balanceSheet({ companyId, asOf: monthEnd });
        return [{ assets: assets.total, liabilities: liabilities.total, equity: equity.total, result }];
      },
    ),
    race(
      "profit-and-loss",
      "profit and loss of a quarter",
      { text: resultText, values: [companyId, ...Object.values(quarter)] },
      async (reports) => {
        const { income, expense, result } = await reports.profitAndLoss({ companyId, ...quarter });
        return [{ income: income.total, expense: expense.total, result }];
      },
    ),
    race(
      "general-ledger",
      "a page of 50 lines of an account",
      { text: ledgerText, values: [accountId, ...Object.values(quarter)] },
      async (reports) => {
        const { items } = await reports.generalLedger({ accountId, ...quarter, limit: 50 });
        return items.map(({ lineId, balance }) => ({ lineId, balance }));
      },
    ),
    integrityRace(arena),
  ];
}

/** Every rule of the books, against the first of them written by hand. */
function integrityRace(arena: HistoryArena): Race {
  const { clients, tenantId, userId, lines } = arena;
  const rows = (found: Rows) => found.length;
  const check = (scope: { tenantId: string; userId?: string }) => {
    const { integrity } = clients.repositories.forTenant(scope).accounting;
    return () => integrity.violations();
  };
  return {
    name: "reports-integrity",
    title: `the integrity check, ${lines.toLocaleString("en")} lines`,
    callers: 1,
    calls: 1,
    rounds: 3,
    contestants: [
      contestant("entries that are not balanced", rows, () =>
        sumOverLines(arena, { text: unbalancedText, values: [] }),
      ),
      contestant(asTenant, rows, check({ tenantId })),
      contestant(asMember, rows, check({ tenantId, userId })),
    ],
  };
}

/** The sum over the lines: the tenant is `$1`. */
interface Base {
  text: string;
  values: string[];
}

const trialBalanceText = `
  select a.code, greatest(n.net, 0) as debit, greatest(-n.net, 0) as credit
  from (select l.account_id, sum(l.base_debit - l.base_credit) as net
        from accounting.journal_lines l
        where l.tenant_id = $1 and l.company_id = $2 and l.entry_date <= $3 group by l.account_id) n
  join accounting.accounts a on a.tenant_id = $1 and a.id = n.account_id
  order by a.code`;

const balanceSheetText = `
  select sum(net) filter (where type = 'asset') as assets, -sum(net) filter (where type = 'liability') as liabilities,
    -sum(net) filter (where type = 'equity') as equity, -sum(net) filter (where type in ('income', 'expense')) as result
  from (select a.type, sum(l.base_debit - l.base_credit) as net
        from accounting.journal_lines l join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
        where l.tenant_id = $1 and l.company_id = $2 and l.entry_date <= $3 group by a.type) n`;

const resultText = `
  select -sum(net) filter (where type = 'income') as income, sum(net) filter (where type = 'expense') as expense,
    -sum(net) as result
  from (select a.type, sum(l.base_debit - l.base_credit) as net
        from accounting.journal_lines l join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
        where l.tenant_id = $1 and l.company_id = $2 and l.entry_date between $3 and $4
          and a.type in ('income', 'expense')
        group by a.type) n`;

const ledgerText = `
  select n.id as line_id, n.balance
  from (select l.id, l.entry_date, l.account_version,
          sum(l.base_debit - l.base_credit) over (order by l.entry_date, l.account_version) as balance
        from accounting.journal_lines l
        where l.tenant_id = $1 and l.account_id = $2 and l.entry_date <= $4) n
  where n.entry_date >= $3
  order by n.entry_date, n.account_version limit 50`;

const unbalancedText = `
  select l.entry_id from accounting.journal_lines l where l.tenant_id = $1
  group by l.entry_id having sum(l.base_debit) <> sum(l.base_credit)`;

function contestants(arena: HistoryArena, base: Base, work: (reports: ReportRepository) => Promise<Rows>) {
  const { clients, tenantId, userId } = arena;
  const rows = (found: Rows) => found.length;
  const tenant = clients.repositories.forTenant({ tenantId }).accounting.reports;
  const member = clients.repositories.forTenant({ tenantId, userId }).accounting.reports;
  return [
    contestant("sum over the lines", rows, () => sumOverLines(arena, base)),
    contestant(asTenant, rows, () => work(tenant)),
    contestant(asMember, rows, () => work(member)),
  ];
}

function sumOverLines({ reader, tenantId }: HistoryArena, { text, values }: Base): Promise<Rows> {
  return inTransaction(reader, async (client) => {
    await client.query("select set_config('app.current_tenant_id', $1, true)", [tenantId]);
    return (await client.query(text, [tenantId, ...values])).rows;
  });
}

async function balances(reports: ReportRepository, companyId: string, asOf: string): Promise<Rows> {
  const { accounts } = await reports.trialBalance({ companyId, asOf });
  return accounts.map(({ code, debit, credit }) => ({ code, debit, credit }));
}

/** Before the first line and after the last, at both ends of months and inside them, of short and long ones. */
const days = [
  ...["2023-12-31", "2024-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-06-15", "2025-06-16"],
  ...["2025-06-17", "2025-12-30", "2025-12-31", "2026-01-01", "2026-12-30", "2026-12-31", "2027-01-01"],
];

// The maintained totals are right on all of these days, or the race was worth nothing.
async function checkTrialBalances(arena: HistoryArena): Promise<void> {
  await checkBooks(arena);
  const { clients, tenantId, companyId } = arena;
  const { reports } = clients.repositories.forTenant({ tenantId }).accounting;
  for (const day of days) {
    const summed = await sumOverLines(arena, { text: trialBalanceText, values: [companyId, day] });
    if (digest(summed) === digest(await balances(reports, companyId, day))) continue;
    throw new Error(`The trial balance of ${day} is not the sum over the lines`);
  }
}
