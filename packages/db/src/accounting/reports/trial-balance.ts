import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { found } from "../../core/found";
import type { Params } from "../../core/statement";
import { parseInput } from "../../core/validation";
import { accounts } from "../schema";
import type { AccountType } from "../standard-chart";
import { sqlStatement } from "../statements";
import { asOfSchema } from "../validation/reports";
import { turnoverOf } from "./days";
import { inBase, netTurnover } from "./turnover";

/** What each account stands at; amounts are in the books' base currency. */
export interface TrialBalance {
  companyId: string;
  asOf: string;
  /** The currency of all amounts: the base currency of the books. */
  currency: string;
  /** Accounts that ever turned something over, by code; one of `debit` and `credit` is zero. */
  accounts: { accountId: string; code: string; name: string; type: AccountType; debit: string; credit: string }[];
  totals: { debit: string; credit: string };
}

const trialBalance = sqlStatement(
  "accounting.reports.trial_balance",
  (q) =>
    q
      .select({
        currency: sql<string>`currency`,
        accountId: sql<string | null>`id`,
        code: sql<string>`code`,
        name: sql<string>`name`,
        type: accounts.type,
        debit: sql<string>`debit`,
        credit: sql<string>`credit`,
        totalDebit: sql<string>`total_debit`,
        totalCredit: sql<string>`total_credit`,
      })
      .from(accounts),
  (p: Params<ReturnType<typeof turnoverOf> & { companyId: string }>) => sql`
    select b.base_currency, n.id, n.code, n.name, n.type,
      ${inBase(sql`greatest(n.net, 0)`)}, ${inBase(sql`greatest(-n.net, 0)`)},
      ${inBase(sql`sum(greatest(n.net, 0)) over ()`)}, ${inBase(sql`sum(greatest(-n.net, 0)) over ()`)}
    from accounting.books b
    left join (
      select a.id, a.code, a.name, a.type, turnover.net
      from (${netTurnover(p)}) turnover
      join accounting.accounts a on a.tenant_id = ${p.tenantId}::uuid and a.id = turnover.account_id
    ) n on true
    where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid
    order by n.code`,
);

export type TrialBalanceInput = z.input<typeof asOfSchema>;

export async function readTrialBalance(unit: Unit, input: TrialBalanceInput): Promise<TrialBalance> {
  const { companyId, asOf } = parseInput(asOfSchema, input, "report");
  const rows = await unit.run(trialBalance, { companyId, ...turnoverOf(undefined, asOf) });
  const { currency, totalDebit: debit, totalCredit: credit } = found(rows[0], "company with books");
  return {
    companyId,
    asOf,
    currency,
    accounts: rows.flatMap(({ accountId, code, name, type, debit, credit }) =>
      accountId === null ? [] : [{ accountId, code, name, type, debit, credit }],
    ),
    totals: { debit, credit },
  };
}
