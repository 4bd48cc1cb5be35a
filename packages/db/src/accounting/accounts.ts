import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { type DecimalString, sumMoney } from "../core/money";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import type { Books } from "./books";
import { standardChart, standardDefaults } from "./chart";
import { accountBalances, accounts, books } from "./schema";
import { sqlStatement, statement } from "./statements";
import {
  accountChangesSchema,
  accountFilterSchema,
  newAccountSchema,
  standardChartSchema,
} from "./validation/accounts";

export type Account = typeof accounts.$inferSelect;
export type NewAccount = z.input<typeof newAccountSchema>;
export type AccountChanges = z.input<typeof accountChangesSchema>;
export type AccountFilter = z.input<typeof accountFilterSchema>;

/** An account in the tree of its chart. Balances are in base currency, on the account's normal side. */
export interface AccountNode extends Account {
  /** Of its own lines. */
  balance: DecimalString;
  /** Of its own lines and those of all accounts below. */
  totalBalance: DecimalString;
  /** By code. */
  children: AccountNode[];
}

const find = statement("accounting.accounts.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(accounts)
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id))),
);

const findByCode = statement("accounting.accounts.find_by_code", (q, p: Params<{ companyId: string; code: string }>) =>
  q
    .select()
    .from(accounts)
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.companyId, p.companyId), eq(accounts.code, p.code))),
);

const list = statement(
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

const listWithBalances = statement("accounting.accounts.tree", (q, p: Params<{ companyId: string }>) =>
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

const create = statement(
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

const update = statement("accounting.accounts.update", (q, p: Params<Changes>) =>
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

const setActive = statement("accounting.accounts.set_active", (q, p: Params<{ id: string; isActive: boolean }>) =>
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

const codeOf = standardDefaults;

/**
 * Adds the accounts whose code the company does not have, and its books, unless it has some; nothing to books in another
 * currency. No row comes back when another call made the accounts meanwhile: those only a new statement sees.
 */
const addChart = sqlStatement(
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
      join account y on y.code = ${codeOf.payableAccountId}
      join account s on s.code = ${codeOf.salesAccountId}
      join account u on u.code = ${codeOf.purchasesAccountId}
      join account k on k.code = ${codeOf.bankAccountId}
      join account x on x.code = ${codeOf.exchangeAccountId}
      where r.code = ${codeOf.receivableAccountId} and not exists (
        select from accounting.books o where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid)
      on conflict (tenant_id, company_id) do nothing
      returning ${columnsOf(books, "b")}
    )
    select ${columnsOf(books, "new_books")} from new_books
    union all
    select ${columnsOf(books, "o")} from accounting.books o
    where o.tenant_id = ${p.tenantId}::uuid and o.company_id = ${p.companyId}::uuid`,
);

/** The chart of accounts of the tenant's companies. */
export class AccountRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Gives the company the accounts of the standard chart that it lacks, and books to post to when it has none; calling
   * it again changes nothing. `baseCurrency` (USD when left out) is the books' for good. Returns the books.
   * Throws `ValidationError`; `ConflictError` when the company has books in another base currency; `InvariantError` when
   * an account of the company has the code of a default account, but not its type.
   */
  async createStandardChart(input: { companyId: string; baseCurrency?: string | undefined }): Promise<Books> {
    const { companyId, baseCurrency } = parseInput(standardChartSchema, input, "chart");
    const params = {
      companyId,
      baseCurrency: baseCurrency ?? null,
      booksId: newId(),
      id: standardChart.map(() => newId()),
      code: standardChart.map(({ code }) => code),
      name: standardChart.map(({ name }) => name),
      type: standardChart.map(({ type }) => type),
      parent: standardChart.map(({ parent }) => parent),
    };
    const [made] = await this.#unit.run(addChart, params);
    const current = found(made ?? (await this.#unit.run(addChart, params))[0], "company");
    if (baseCurrency === undefined || current.baseCurrency === baseCurrency) return current;
    throw new ConflictError("The company has books in another base currency, which they keep");
  }

  /**
   * Creates an account, on its own or under a parent of the same company and type. Throws `ValidationError`,
   * `UniqueViolationError` when the company has the code already, `InvariantError` for a parent of another type,
   * `ForeignKeyViolationError` for a parent or company that is not there.
   */
  async create(input: NewAccount): Promise<Account> {
    const { id, currency, parentId, ...account } = parseInput(newAccountSchema, input, "account");
    const optional = { id: id ?? newId(), currency: currency ?? null, parentId: parentId ?? null };
    const [created] = await this.#unit.run(create, { ...account, ...optional });
    return found(created, "account");
  }

  /**
   * Renames, renumbers or moves an account. Throws `ValidationError`, `NotFoundError`, `InvariantError` when it would be
   * below itself or under an account of another type.
   */
  async update(id: string, input: AccountChanges): Promise<Account> {
    const { code = null, name = null, parentId } = parseInput(accountChangesSchema, input, "change");
    const move = { moves: parentId !== undefined, parentId: parentId ?? null };
    const [updated] = await this.#unit.run(update, { id, code, name, ...move });
    return found(updated, "account");
  }

  /** The account, or undefined. */
  async findById(id: string): Promise<Account | undefined> {
    return (await this.#unit.run(find, { id }))[0];
  }

  /** The account. Throws `NotFoundError`. */
  async getById(id: string): Promise<Account> {
    return found(await this.findById(id), "account");
  }

  /** The company's account with that code, archived or not, or undefined. */
  async findByCode(companyId: string, code: string): Promise<Account | undefined> {
    return (await this.#unit.run(findByCode, { companyId, code }))[0];
  }

  /** The company's active accounts by code, of one type or all. */
  async list(request: PageRequest & AccountFilter): Promise<Page<Account>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { companyId, type = null } = parseInput(accountFilterSchema, filter, "filter");
    const limit = pageSize(request);
    const [after = ""] = cursorKey(request, 1) ?? [];
    const rows = await this.#unit.run(list, { companyId, type, after, limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.code]);
  }

  /** The whole chart of a company, archived accounts too, each with its balance as of now and what is below it. */
  async tree(of: { companyId: string }): Promise<AccountNode[]> {
    const { companyId } = parseInput(accountFilterSchema.pick({ companyId: true }), of, "filter");
    return nested(await this.#unit.run(listWithBalances, { companyId }));
  }

  /**
   * Soft delete: the account leaves the list, and nothing is posted to it any more but the reversal of what was.
   * Throws `NotFoundError`, `ConflictError` when the books use it.
   */
  archive(id: string): Promise<Account> {
    return this.#setActive(id, false);
  }

  /** Undoes `archive`. Throws `NotFoundError`. */
  restore(id: string): Promise<Account> {
    return this.#setActive(id, true);
  }

  async #setActive(id: string, isActive: boolean): Promise<Account> {
    const [updated] = await this.#unit.run(setActive, { id, isActive });
    return found(updated, "account");
  }
}

function nested(rows: readonly { account: Account; balance: DecimalString }[]): AccountNode[] {
  const nodes = new Map(
    rows.map(({ account, balance }): [string, AccountNode] => [
      account.id,
      { ...account, balance, totalBalance: balance, children: [] },
    ]),
  );
  const roots: AccountNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.parentId === null ? undefined : nodes.get(node.parentId);
    (parent?.children ?? roots).push(node);
  }
  for (const root of roots) rollUp(root);
  return roots;
}

// A parent and what is below it are of one type, so on the same side.
function rollUp(node: AccountNode): DecimalString {
  node.totalBalance = sumMoney([node.balance, ...node.children.map(rollUp)]);
  return node.totalBalance;
}
