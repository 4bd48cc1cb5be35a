import { and, asc, eq, sql } from "drizzle-orm";
import type { DecimalString } from "../core/money";
import { columnsOf, type Params } from "../core/statement";
import { standardDefaults } from "./chart";
import { accountBalances, accounts, books } from "./schema";
import { sqlStatement, statement } from "./statements";

type Account = typeof accounts.$inferSelect;

export const findAccount = statement("accounting.accounts.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(accounts)
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id))),
);

export const findAccountByCode = statement(
  "accounting.accounts.find_by_code",
  (q, p: Params<{ companyId: string; code: string }>) =>
    q
      .select()
      .from(accounts)
      .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.companyId, p.companyId), eq(accounts.code, p.code))),
);

export const listAccounts = statement(
  "accounting.accounts.list",
  (q, p: Params<{ companyId: string; type: string | null; after: string; limit: number }>) =>
    q
      .select()
      .from(accounts)
      .where(
        and(
          eq(accounts.tenantId, p.tenantId),
          eq(accounts.companyId, p.companyId),
          sql`${accounts.code} > ${p.after}::text`,
          eq(accounts.isActive, true),
          sql`(${p.type}::text is null or ${accounts.type} = ${p.type}::text)`,
        ),
      )
      .orderBy(asc(accounts.code))
      .limit(p.limit),
);

/** The whole chart of a company; balances are on the normal side of their account. */
export const listWithBalances = statement("accounting.accounts.tree", (q, p: Params<{ companyId: string }>) =>
  q
    .select({
      account: accounts,
      balance: sql<DecimalString>`case ${accounts.normalSide} when 'debit' then 1 else -1 end * ${accountBalances.balance}`,
    })
    .from(accounts)
    .innerJoin(
      accountBalances,
      and(eq(accountBalances.tenantId, accounts.tenantId), eq(accountBalances.accountId, accounts.id)),
    )
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.companyId, p.companyId)))
    .orderBy(asc(accounts.code)),
);

export const createAccount = statement(
  "accounting.accounts.create",
  (q, p: Params<Pick<Account, "id" | "companyId" | "code" | "name" | "type" | "parentId" | "currency">>) =>
    q
      .insert(accounts)
      .values({
        tenantId: p.tenantId,
        id: p.id,
        companyId: p.companyId,
        code: p.code,
        name: p.name,
        type: p.type,
        parentId: p.parentId,
        currency: p.currency,
      })
      .returning(),
);

interface Changes {
  id: string;
  code: string | null;
  name: string | null;
  /** Null is a parent as well: none. */
  moves: boolean;
  parentId: string | null;
}

export const updateAccount = statement("accounting.accounts.update", (q, p: Params<Changes>) =>
  q
    .update(accounts)
    .set({
      code: sql`coalesce(${p.code}::text, ${accounts.code})`,
      name: sql`coalesce(${p.name}::text, ${accounts.name})`,
      parentId: sql`case when ${p.moves}::boolean then ${p.parentId}::uuid else ${accounts.parentId} end`,
    })
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id)))
    .returning(),
);

export const setAccountActive = statement(
  "accounting.accounts.set_active",
  (q, p: Params<{ id: string; isActive: boolean }>) =>
    q
      .update(accounts)
      .set({ isActive: p.isActive })
      .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id)))
      .returning(),
);

interface ChartColumns {
  companyId: string;
  baseCurrency: string | null;
  booksId: string;
  id: string[];
  code: string[];
  name: string[];
  type: string[];
  parent: (string | null)[];
}

/**
 * Adds the accounts whose code the company does not have, and its books, unless it has some; nothing to books in another
 * currency. No row comes back when another call made the accounts meanwhile: those only a new statement sees.
 */
export const addChart = sqlStatement(
  "accounting.accounts.create_standard_chart",
  (q) => q.select().from(books),
  (p: Params<ChartColumns>) => sql`
    with given as (
      select * from unnest(${p.id}::uuid[], ${p.code}::text[], ${p.name}::text[], ${p.type}::text[], ${p.parent}::text[])
        with ordinality as g (id, code, name, type, parent, position)
      where not exists (
        select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid
          and o.base_currency <> ${p.baseCurrency}::text)
    ), present as (
      select a.id, a.code, a.type from accounting.accounts a
      where a.tenant_id = ${p.tenantId}::uuid and a.company_id = ${p.companyId}::uuid
    ), written as (
      insert into accounting.accounts as a (tenant_id, company_id, id, code, name, type, parent_id)
      select ${p.tenantId}::uuid, ${p.companyId}::uuid, g.id, g.code, g.name, g.type,
        case when k.id is null then u.id when k.type = g.type then k.id end
      from given g
      left join given u on u.code = g.parent
      left join present k on k.code = g.parent
      where g.code not in (select n.code from present n)
      order by g.position
      on conflict (tenant_id, company_id, code) do nothing
      returning a.id, a.code
    ), account as materialized (
      select id, code from present union all select id, code from written
    ), new_books as (
      insert into accounting.books as b
        (tenant_id, id, company_id, base_currency, receivable_account_id, payable_account_id, sales_account_id,
         purchases_account_id, bank_account_id, exchange_account_id)
      select ${p.tenantId}::uuid, ${p.booksId}::uuid, ${p.companyId}::uuid, coalesce(${p.baseCurrency}::text, 'USD'),
        r.id, y.id, s.id, u.id, k.id, x.id
      from account r
      join account y on y.code = ${standardDefaults.payableAccountId}
      join account s on s.code = ${standardDefaults.salesAccountId}
      join account u on u.code = ${standardDefaults.purchasesAccountId}
      join account k on k.code = ${standardDefaults.bankAccountId}
      join account x on x.code = ${standardDefaults.exchangeAccountId}
      where r.code = ${standardDefaults.receivableAccountId} and not exists (
        select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid)
      on conflict (tenant_id, company_id) do nothing
      returning ${columnsOf(books, "b")}
    )
    select ${columnsOf(books, "new_books")} from new_books
    union all
    select ${columnsOf(books, "o")} from accounting.books o
    where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid`,
);
