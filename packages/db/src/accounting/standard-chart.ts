import { sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { ConflictError } from "../core/errors";
import { asciiFolded } from "../core/fold";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { type ArrayParams, field, kept, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { accounts, type accountType, books } from "./schema";
import { sqlStatement } from "./statements";
import { keptOfAccounts } from "./validation/kept";

export type AccountType = ChoiceOf<typeof accountType>;

/** The columns of the books that name an account: the default when a document names none. */
export type DefaultAccount = Extract<keyof typeof books.$inferInsert, `${string}AccountId`>;

interface ChartAccount {
  code: string;
  name: string;
  type: AccountType;
  /** Code of the account that it is counted under. */
  parent: string | null;
}

const under = (parent: string | null, type: AccountType, accounts: Record<string, string>): ChartAccount[] =>
  Object.entries(accounts).map(([code, name]) => ({ code, name, type, parent }));

/** A chart of accounts that a small trading or service company can start with; a parent comes before what is under it. */
export const standardChart: readonly ChartAccount[] = [
  ...under(null, "asset", { "1000": "Assets" }),
  ...under("1000", "asset", {
    "1100": "Cash and bank",
    "1200": "Accounts receivable",
    "1300": "Inventory",
    "1400": "Prepaid expenses",
    "1500": "Fixed assets",
  }),
  ...under("1100", "asset", { "1110": "Cash", "1120": "Bank" }),
  ...under("1500", "asset", { "1510": "Equipment", "1590": "Accumulated depreciation" }),
  ...under(null, "liability", { "2000": "Liabilities" }),
  ...under("2000", "liability", {
    "2100": "Accounts payable",
    "2200": "Taxes payable",
    "2300": "Accrued expenses",
    "2400": "Deferred income",
    "2500": "Loans",
  }),
  ...under(null, "equity", { "3000": "Equity" }),
  ...under("3000", "equity", { "3100": "Share capital", "3200": "Retained earnings", "3300": "Dividends" }),
  ...under(null, "income", { "4000": "Income" }),
  ...under("4000", "income", { "4100": "Sales", "4200": "Services", "4900": "Other income" }),
  ...under(null, "expense", { "5000": "Cost of sales", "6000": "Operating expenses", "7000": "Financial expenses" }),
  ...under("5000", "expense", { "5100": "Purchases", "5200": "Freight and customs" }),
  ...under("6000", "expense", {
    "6100": "Salaries and wages",
    "6200": "Rent and utilities",
    "6300": "Office and software",
    "6400": "Travel",
    "6500": "Marketing",
    "6600": "Professional fees",
    "6700": "Depreciation",
  }),
  ...under("7000", "expense", { "7100": "Bank charges", "7200": "Interest", "7900": "Exchange differences" }),
];

/** Codes of the standard chart's accounts that the books take as their defaults. */
export const standardDefaults: Record<DefaultAccount, string> = {
  receivableAccountId: "1200",
  payableAccountId: "2100",
  salesAccountId: "4100",
  purchasesAccountId: "5100",
  bankAccountId: "1120",
  exchangeAccountId: "7900",
};

/** Accounts of a chart, which name their parent by its code. The company is the same for all, the currency open. */
const chartRows = rowsOf(accounts, {
  id: "given",
  code: "given",
  name: "given",
  type: "given",
  parent: field<string | null>("text"),
  companyId: "kept",
  parentId: "kept",
  currency: "kept",
  ...kept(keptOfAccounts),
});

type ChartParams = ArrayParams<RowType<typeof chartRows>> & {
  companyId: string;
  baseCurrency: string | null;
  booksId: string;
};

/**
 * The company's accounts that have a code of the standard chart and another meaning, by name or type, as the table
 * `conflict`. The first call takes accounts by their codes, so all count; of a company with books, those that missing
 * accounts are put under.
 */
const conflicts = (p: Params<ChartParams>) => sql`
  present as (
    select a.id, a.code, a.name, a.type from accounting.accounts a
    where a.tenant_id = ${p.tenantId}::uuid and a.company_id = ${p.companyId}::uuid
  ), chart as (
    select * from ${chartRows.unnest(p, "g", "position")}
  ), conflict as (
    select n.code from present n join chart g on g.code = n.code
    where (n.type <> g.type or ${asciiFolded(sql`btrim(n.name)`)} <> ${asciiFolded(sql`g.name`)})
      and (not exists (
          select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid)
        or n.code in (select c.parent from chart c where c.code not in (select m.code from present m)))
  )`;

const findConflicts = sqlStatement(
  "accounting.accounts.standard_chart_conflicts",
  (q) => q.select({ code: accounts.code }).from(accounts),
  (p: Params<ChartParams>) => sql`with ${conflicts(p)} select conflict.code from conflict order by conflict.code`,
);

/**
 * Adds the accounts whose code the company lacks, and its books when it has none. Writes nothing when the books are in
 * another currency. Returns no row when an account has another meaning, or when a concurrent call made the accounts: only
 * a new statement sees those.
 */
const addChart = sqlStatement(
  "accounting.accounts.create_standard_chart",
  (q) => q.select().from(books),
  (p: Params<ChartParams>) => sql`
    with ${conflicts(p)}, given as (
      select g.* from chart g
      where not exists (select from conflict) and not exists (
        select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid
          and o.base_currency <> ${p.baseCurrency}::text)
    ), written as (
      insert into accounting.accounts as a (tenant_id, company_id, id, code, name, type, parent_id)
      select ${p.tenantId}::uuid, ${p.companyId}::uuid, g.id, g.code, g.name, g.type,
        coalesce(k.id, u.id)
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
      where r.code = ${standardDefaults.receivableAccountId} and not exists (select from conflict) and not exists (
        select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid)
      on conflict (tenant_id, company_id) do nothing
      returning ${columnsOf(books, "b")}
    )
    select ${columnsOf(books, "new_books")} from new_books
    union all
    select ${columnsOf(books, "o")} from accounting.books o
    where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid
      and (o.base_currency <> ${p.baseCurrency}::text or not exists (select from conflict))`,
);

/**
 * Gives a company the accounts of the standard chart that it lacks, and books when it has none. Returns the books. Throws
 * `ConflictError`, with their codes, for accounts that have another meaning.
 */
export async function addStandardChart(
  unit: Unit,
  company: { companyId: string; baseCurrency: string | null },
): Promise<typeof books.$inferSelect> {
  const params = { ...company, booksId: newId(), ...chartRows.arrays(standardChart, { id: newId }) };
  const [made] = await unit.run(addChart, params);
  if (made) return made;
  const codes = (await unit.run(findConflicts, params)).map(({ code }) => code);
  if (codes.length > 0) {
    const which = codes.length === 1 ? `account ${codes[0]} has` : `accounts ${codes.join(", ")} have`;
    throw new ConflictError(
      `The company's ${which} another name or type than in the standard chart: change the code, or make the books of the company's own accounts with books.create`,
      { table: "accounts", column: "code" },
    );
  }
  return found((await unit.run(addChart, params))[0], "company");
}
