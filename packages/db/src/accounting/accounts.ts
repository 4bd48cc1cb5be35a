import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { currencyExponent } from "../core/currency";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import { type DecimalString, sumMoney } from "../core/money";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import type { Books } from "./books";
import { accountBalances, accounts, books } from "./schema";
import { addStandardChart } from "./standard-chart";
import { statement } from "./statements";
import {
  accountChangesSchema,
  accountFilterSchema,
  newAccountSchema,
  standardChartSchema,
} from "./validation/accounts";
import { keptOfAccounts } from "./validation/kept";

export type Account = typeof accounts.$inferSelect;
export type NewAccount = z.input<typeof newAccountSchema>;
export type AccountChanges = z.input<typeof accountChangesSchema>;
export type AccountFilter = z.input<typeof accountFilterSchema>;

/** An account in the tree of its chart. Balances are in base currency, on the account's normal side. */
export interface AccountNode extends Account {
  /** The balance of its own lines. */
  balance: DecimalString;
  /** The balance of its own lines and of the lines of all accounts below it. */
  totalBalance: DecimalString;
  /** By code. */
  children: AccountNode[];
}

const records = recordsOf(statement, "accounting.accounts.find", accounts, "account");

const list = listOf(statement, {
  name: "accounting.accounts.list",
  table: accounts,
  sort: ["code"],
  filter: accountFilterSchema,
  required: ["companyId"],
  optional: ["type"],
  where: eq(accounts.isActive, true),
});

const findAccountByCode = statement(
  "accounting.accounts.find_by_code",
  (q, p: Params<{ companyId: string; code: string }>) =>
    q
      .select()
      .from(accounts)
      .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.companyId, p.companyId), eq(accounts.code, p.code))),
);

/** The whole chart of a company; balances are on the normal side of their account. */
const listWithBalances = statement("accounting.accounts.tree", (q, p: Params<{ companyId: string }>) =>
  q
    .select({
      account: accounts,
      baseCurrency: books.baseCurrency,
      balance: sql<DecimalString>`tenancy.with_decimals(
        case ${accounts.normalSide} when 'debit' then 1 else -1 end * ${accountBalances.balance},
        coalesce(tenancy.currency_exponent(${books.baseCurrency}), 2))`,
    })
    .from(accounts)
    .innerJoin(
      accountBalances,
      and(eq(accountBalances.tenantId, accounts.tenantId), eq(accountBalances.accountId, accounts.id)),
    )
    .leftJoin(books, and(eq(books.tenantId, accounts.tenantId), eq(books.companyId, accounts.companyId)))
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.companyId, p.companyId)))
    .orderBy(asc(accounts.code)),
);

const newAccount = rowsOf(accounts, {
  id: "given",
  companyId: "given",
  code: "given",
  name: "given",
  type: "given",
  parentId: "given",
  currency: "given",
  ...kept(keptOfAccounts),
});

const createAccount = statement("accounting.accounts.create", (q, p: Params<RowParams<RowType<typeof newAccount>>>) =>
  q.insert(accounts).values(newAccount.insertable(p)).returning(),
);

interface Changes {
  id: string;
  code: string | null;
  name: string | null;
  /** True when `parentId` was given. A null `parentId` moves the account to the top of the chart. */
  moves: boolean;
  parentId: string | null;
}

/**
 * Locks the books of an account's company before the account: whoever changes the books locks their accounts after them,
 * and of two moves that would make a ring, the second one waits.
 */
const underBooks = (p: Params<{ id: string }>) => sql`(
  select count(*) from (
    select from accounting.books b
    where b.tenant_id = ${p.tenantId}::uuid and b.company_id = (
      select a.company_id from accounting.accounts a where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.id}::uuid)
    for no key update
  ) locked) >= 0`;

const updateAccount = statement("accounting.accounts.update", (q, p: Params<Changes>) =>
  q
    .update(accounts)
    .set({
      code: sql`coalesce(${p.code}::text, ${accounts.code})`,
      name: sql`coalesce(${p.name}::text, ${accounts.name})`,
      parentId: sql`case when ${p.moves}::boolean then ${p.parentId}::uuid else ${accounts.parentId} end`,
    })
    .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id), underBooks(p)))
    .returning(),
);

const setAccountActive = statement(
  "accounting.accounts.set_active",
  (q, p: Params<{ id: string; isActive: boolean }>) =>
    q
      .update(accounts)
      .set({ isActive: p.isActive })
      .where(and(eq(accounts.tenantId, p.tenantId), eq(accounts.id, p.id), underBooks(p)))
      .returning(),
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
   * Throws `ValidationError`; `ConflictError` when the company has books in another base currency, or accounts with codes of
   * the standard chart and another name or type: all of them before it has books, later those that a missing account
   * would be put under. A company with a chart of its own takes `books.create`.
   */
  async createStandardChart(input: { companyId: string; baseCurrency?: string | undefined }): Promise<Books> {
    const { companyId, baseCurrency } = parseInput(standardChartSchema, input, "chart");
    const current = await addStandardChart(this.#unit, { companyId, baseCurrency: baseCurrency ?? null });
    if (baseCurrency === undefined || current.baseCurrency === baseCurrency) return current;
    throw new ConflictError("The company has books in another base currency, which they keep");
  }

  /**
   * Creates an account, on its own or under a parent of the same company and type. Throws `ValidationError`,
   * `UniqueViolationError` when the company has the code already or the `id` is taken, `InvariantError` for a parent of
   * another type, `ForeignKeyViolationError` for a parent or company that is not there.
   */
  async create(input: NewAccount): Promise<Account> {
    const account = parseInput(newAccountSchema, input, "account");
    const [created] = await this.#unit.run(createAccount, newAccount.row(account, { id: chosenOrNewId }));
    return found(created, "account");
  }

  /**
   * Renames, renumbers or moves an account. Throws `ValidationError`, `NotFoundError`, `InvariantError` when it would be
   * below itself or under an account of another type.
   */
  async update(id: string, input: AccountChanges): Promise<Account> {
    const { code = null, name = null, parentId } = parseInput(accountChangesSchema, input, "change");
    const move = { moves: parentId !== undefined, parentId: parentId ?? null };
    const [updated] = await this.#unit.run(updateAccount, { id, code, name, ...move });
    return found(updated, "account");
  }

  /** The account, or undefined. */
  findById(id: string): Promise<Account | undefined> {
    return records.find(this.#unit, id);
  }

  /** The account. Throws `NotFoundError`. */
  getById(id: string): Promise<Account> {
    return records.get(this.#unit, id);
  }

  /** The company's account with that code, archived or not, or undefined. */
  async findByCode(companyId: string, code: string): Promise<Account | undefined> {
    return (await this.#unit.run(findAccountByCode, { companyId, code }))[0];
  }

  /** The company's active accounts by code, of one type or all. */
  list(request: PageRequest & AccountFilter): Promise<Page<Account>> {
    return list(this.#unit, request);
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
    const [updated] = await this.#unit.run(setAccountActive, { id, isActive });
    return found(updated, "account");
  }
}

function nested(
  rows: readonly { account: Account; balance: DecimalString; baseCurrency: string | null }[],
): AccountNode[] {
  const decimals = currencyExponent(rows[0]?.baseCurrency ?? "");
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
  for (const root of roots) rollUp(root, decimals);
  return roots;
}

// An account and the accounts below it have one type, and so one normal side.
function rollUp(node: AccountNode, decimals: number): DecimalString {
  node.totalBalance = sumMoney([node.balance, ...node.children.map((child) => rollUp(child, decimals))], decimals);
  return node.totalBalance;
}
