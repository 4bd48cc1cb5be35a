import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { type DecimalString, sumMoney } from "../core/money";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { parseInput } from "../core/validation";
import {
  addChart,
  createAccount,
  findAccount,
  findAccountByCode,
  listAccounts,
  listWithBalances,
  setAccountActive,
  updateAccount,
} from "./account-statements";
import type { Books } from "./books";
import { standardChart } from "./chart";
import type { accounts } from "./schema";
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
    const [created] = await this.#unit.run(createAccount, { ...account, ...optional });
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
  async findById(id: string): Promise<Account | undefined> {
    return (await this.#unit.run(findAccount, { id }))[0];
  }

  /** The account. Throws `NotFoundError`. */
  async getById(id: string): Promise<Account> {
    return found(await this.findById(id), "account");
  }

  /** The company's account with that code, archived or not, or undefined. */
  async findByCode(companyId: string, code: string): Promise<Account | undefined> {
    return (await this.#unit.run(findAccountByCode, { companyId, code }))[0];
  }

  /** The company's active accounts by code, of one type or all. */
  async list(request: PageRequest & AccountFilter): Promise<Page<Account>> {
    const { limit: _limit, cursor: _cursor, ...filter } = request;
    const { companyId, type = null } = parseInput(accountFilterSchema, filter, "filter");
    const limit = pageSize(request);
    const [after = ""] = cursorKey(request, 1) ?? [];
    const rows = await this.#unit.run(listAccounts, { companyId, type, after, limit: limit + 1 });
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
    const [updated] = await this.#unit.run(setAccountActive, { id, isActive });
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
