import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { books } from "./schema";
import type { DefaultAccount } from "./standard-chart";
import { statement } from "./statements";
import { booksChangesSchema, newBooksSchema } from "./validation/accounts";
import { keptOfBooks } from "./validation/kept";

export type Books = typeof books.$inferSelect;
export type NewBooks = z.input<typeof newBooksSchema>;
export type BooksChanges = z.input<typeof booksChangesSchema>;

const find = statement("accounting.books.find_of_company", (q, p: Params<{ companyId: string }>) =>
  q
    .select()
    .from(books)
    .where(and(eq(books.tenantId, p.tenantId), eq(books.companyId, p.companyId))),
);

const newBooks = rowsOf(books, {
  id: "given",
  companyId: "given",
  baseCurrency: "given",
  receivableAccountId: "given",
  payableAccountId: "given",
  salesAccountId: "given",
  purchasesAccountId: "given",
  bankAccountId: "given",
  exchangeAccountId: "given",
  ...kept(keptOfBooks),
});

const create = statement("accounting.books.create", (q, p: Params<RowParams<RowType<typeof newBooks>>>) =>
  q.insert(books).values(newBooks.insertable(p)).returning(),
);

const defaultAccounts = [
  "receivableAccountId",
  "payableAccountId",
  "salesAccountId",
  "purchasesAccountId",
  "bankAccountId",
  "exchangeAccountId",
] as const satisfies readonly DefaultAccount[];

type ChangedAccounts = Record<DefaultAccount, string | null>;

const update = statement("accounting.books.update", (q, p: Params<{ companyId: string } & ChangedAccounts>) =>
  q
    .update(books)
    .set(Object.fromEntries(defaultAccounts.map((key) => [key, sql`coalesce(${p[key]}::uuid, ${books[key]})`])))
    .where(and(eq(books.tenantId, p.tenantId), eq(books.companyId, p.companyId)))
    .returning(),
);

/** The books of each company: base currency, default accounts, and how far they are closed. */
export class BooksRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Makes the books of a company that has a chart of its own: `baseCurrency` (USD when left out) is theirs for good, and
   * documents post to these accounts where they say nothing else. A company with no accounts yet takes
   * `accounts.createStandardChart` instead.
   * Throws `ValidationError`; `UniqueViolationError` when the company has books or the `id` is taken; `InvariantError` for an
   * account of the wrong type, archived, or kept in one currency; `ForeignKeyViolationError` for an account or company
   * that is not there.
   */
  async create(input: NewBooks): Promise<Books> {
    const { baseCurrency = "USD", ...given } = parseInput(newBooksSchema, input, "books");
    const row = newBooks.row({ ...given, baseCurrency }, { id: chosenOrNewId });
    return found((await this.#unit.run(create, row))[0], "company");
  }

  /** The company's books, or undefined before they are made. */
  async findByCompany(companyId: string): Promise<Books | undefined> {
    return (await this.#unit.run(find, { companyId }))[0];
  }

  /** The company's books. Throws `NotFoundError`. */
  async getByCompany(companyId: string): Promise<Books> {
    return found(await this.findByCompany(companyId), "company with books");
  }

  /**
   * Changes the accounts that documents post to when they say nothing else. The receivable and payable accounts change
   * only while neither the old nor the new one has lines. Waits for postings that are under way.
   * Throws `ValidationError`, `NotFoundError`, `InvariantError` for an account of the wrong type or an archived one,
   * `ConflictError` for a control account with lines, `ForeignKeyViolationError` for an account of another company.
   */
  async update(companyId: string, input: BooksChanges): Promise<Books> {
    const changes = parseInput(booksChangesSchema, input, "change");
    const all = Object.fromEntries(defaultAccounts.map((key) => [key, changes[key] ?? null])) as ChangedAccounts;
    const [updated] = await this.#unit.run(update, { companyId, ...all });
    return found(updated, "company with books");
  }
}
