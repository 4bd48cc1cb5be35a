import { sql } from "drizzle-orm";
import type { Params, StatementRunner } from "../core/statement";
import { books } from "./schema";
import { sqlStatement } from "./statements";

const lockAccounts = sqlStatement(
  "accounting.journal.lock_accounts",
  (q) => q.select({ locked: sql<string>`''` }).from(books),
  (p: Params<{ companyIds: string[]; accountIds: string[] }>) => sql`
    with account as materialized (
      select a.id from (
        select d.id from accounting.books b
        cross join lateral (values (b.receivable_account_id), (b.payable_account_id), (b.sales_account_id),
          (b.purchases_account_id), (b.bank_account_id), (b.exchange_account_id)) d (id)
        where b.tenant_id = ${p.tenantId}::uuid and b.company_id = any (${p.companyIds}::uuid[])
        union
        select g.id from unnest(${p.accountIds}::uuid[]) g (id)
      ) a
      order by a.id
    )
    select accounting.lock_account(account.id)::text from account`,
);

/**
 * Locks the default accounts of companies, and further accounts, in the order of their ids. Work that posts in several
 * statements calls it before the first one: each statement locks its own accounts in that order, but a later one could
 * need an account of a lower id than those that are locked by then.
 */
export async function lockForPosting(
  unit: StatementRunner,
  rows: readonly { companyId: string; lines: readonly { accountId?: string | null | undefined }[] }[],
): Promise<void> {
  const companyIds = new Set<string>();
  const accountIds = new Set<string>();
  for (const { companyId, lines } of rows) {
    companyIds.add(companyId);
    for (const { accountId } of lines) if (accountId) accountIds.add(accountId);
  }
  await unit.run(lockAccounts, { companyIds: [...companyIds], accountIds: [...accountIds] });
}
