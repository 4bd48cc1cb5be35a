import { sql } from "drizzle-orm";
import { normalizeAmount } from "../../core/currency";
import type { Params, StatementBuilder } from "../../core/statement";
import type { accountingRelations } from "../relations";
import { accounts } from "../schema";
import type { turnoverOf } from "./days";
import { inBase, netTurnover } from "./turnover";

/** Accounts of one kind by code, each on its own side, and their sum. */
export interface Section {
  accounts: { accountId: string; code: string; name: string; amount: string }[];
  total: string;
}

export type SectionParams = Params<ReturnType<typeof turnoverOf> & { companyId: string }>;

export const sectionColumns = (q: StatementBuilder<typeof accountingRelations>) =>
  q
    .select({
      currency: sql<string>`currency`,
      result: sql<string>`result`,
      type: accounts.type,
      accountId: sql<string | null>`id`,
      code: sql<string>`code`,
      name: sql<string>`name`,
      amount: sql<string>`amount`,
      total: sql<string>`total`,
    })
    .from(accounts);

/**
 * Accounts of the given types with their net turnover on the type's own side, the sum per type, and the result: income
 * less expense. One row at least where the company has books.
 */
export const sectionRows = (p: SectionParams, types: readonly (typeof accounts.$inferSelect)["type"][]) => sql`
  with net as (
    select a.id, a.code, a.name, a.type,
      case when a.type in ('asset', 'expense') then turnover.net else -turnover.net end as amount
    from (${netTurnover(p)}) turnover
    join accounting.accounts a on a.tenant_id = ${p.tenantId}::uuid and a.id = turnover.account_id
  )
  select b.base_currency,
    ${inBase(sql`(
      select coalesce(sum(case n.type when 'income' then n.amount else -n.amount end), 0)
      from net n where n.type in ('income', 'expense'))`)},
    n.type, n.id, n.code, n.name, ${inBase(sql`n.amount`)}, ${inBase(sql`sum(n.amount) over (partition by n.type)`)}
  from accounting.books b
  left join net n on n.type in (${sql.raw(types.map((type) => `'${type}'`).join(", "))})
  where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid
  order by n.code`;

interface SectionRow {
  currency: string;
  type: string;
  accountId: string | null;
  code: string;
  name: string;
  amount: string;
  total: string;
}

export function sectionOf(rows: readonly SectionRow[], type: string): Section {
  const own = rows.filter((row) => row.type === type);
  return {
    accounts: own.flatMap(({ accountId, code, name, amount }) =>
      accountId === null ? [] : [{ accountId, code, name, amount }],
    ),
    total: own[0]?.total ?? normalizeAmount("0", rows[0]?.currency ?? ""),
  };
}
