import { and, eq, inArray, sql } from "drizzle-orm";
import { accounts, books, exchangeRates, journalEntries, type NewAccount } from "../../../src/accounting";
import type { NewJournalEntry } from "../../../src/accounting/journal";
import { newId } from "../../../src/index";
import type { TestDatabase, TestTenant } from "../../../src/testing";
import { ownerRows } from "../../kit/sql";

/** The accounts that a company's documents post to. */
export async function booksOf(of: TestTenant): Promise<typeof books.$inferSelect> {
  const [found] = await of.handle.select().from(books);
  if (!found) throw new TypeError("The company has no books");
  return found;
}

/** An entry of two lines over `amount`: the first account is debited, the second credited. */
export function transfer(
  of: TestTenant,
  [debit, credit]: readonly [string, string],
  amount = "10.00",
  rest: Partial<NewJournalEntry> = {},
): NewJournalEntry {
  const lines = [
    { accountId: debit, debit: amount },
    { accountId: credit, credit: amount },
  ];
  return { companyId: of.company.id, date: "2026-03-15", lines, ...rest };
}

const types =
  `uuid[] uuid[] date[] text[] text[] text[] text[] int[] uuid[] uuid[] text[] numeric[] numeric[] numeric[] numeric[]
  boolean[] text[]`.split(/\s+/);

/** A call of the posting function as raw SQL would make it, for one entry. */
export function postBySql(
  of: TestTenant,
  lines: readonly (readonly [accountId: string, debit: string, credit: string, currency?: string, base?: string])[],
  { date = "2026-03-15", key = null }: { date?: string; key?: string | null } = {},
): [string, unknown[]] {
  const nothing = lines.map(() => null);
  const values = [
    [newId()],
    [of.company.id],
    [date],
    [null],
    [null],
    [key],
    [key === null ? null : "hash"],
    lines.map(() => 1),
    lines.map(() => newId()),
    lines.map(([accountId]) => accountId),
    lines.map(([, , , currency]) => currency ?? null),
    lines.map(([, debit]) => debit),
    lines.map(([, , credit]) => credit),
    lines.map(([, , , , base]) => base ?? null),
    nothing,
    nothing,
    nothing,
  ];
  return [`select accounting.post_journal(${types.map((type, i) => `$${i + 1}::${type}`).join(", ")})`, values];
}

/** The id of an account by its code in the standard chart. */
export async function accountOf(of: TestTenant, code: string, companyId = of.company.id): Promise<string> {
  const [account] = await of.handle
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.companyId, companyId), eq(accounts.code, code)));
  if (!account) throw new TypeError(`The chart has no account ${code}`);
  return account.id;
}

/** The id of a further account of the company: an asset unless another type is given. */
export async function newAccount(of: TestTenant, fields: Partial<NewAccount> = {}): Promise<string> {
  const id = newId();
  const account = { id, companyId: of.company.id, code: id, name: "Another", type: "asset" as const, ...fields };
  return (await of.handle.accounting.accounts.create(account)).id;
}

export async function setRate(of: TestTenant, currency: string, rateDate: string, rate: string): Promise<void> {
  await of.handle.insert(exchangeRates).values({ companyId: of.company.id, currency, rateDate, rate });
}

/** What was posted for a document: per entry its source and date, and its lines as `code debit|credit amount currency = base`. */
export async function postedFor(of: TestTenant, sourceId: string): Promise<string[]> {
  const rows = (await of.handle.execute(sql`
    select e.source || ' ' || e.entry_date || ': ' || string_agg(
      a.code || case when l.debit > 0 then ' debit ' else ' credit ' end || l.debit + l.credit || ' ' || l.currency
        || ' = ' || l.base_debit + l.base_credit, ', ' order by l.line_number) as text
    from accounting.journal_entries e
    join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
    where e.source_id = ${sourceId} group by e.id, e.source, e.entry_date, e.created_at order by e.created_at, e.source`)) as unknown as {
    rows: { text: string }[];
  };
  return rows.rows.map(({ text }) => text);
}

/** The entries of a source as `account amount` per line: debit less credit in base currency, in the order of posting. */
export async function postings(test: TestDatabase, of: TestTenant, sourceId: string): Promise<string[]> {
  const rows = await ownerRows(
    test,
    `select e.source, e.entry_date::text as date, string_agg(case l.account_id
        when b.receivable_account_id then 'receivable' when b.payable_account_id then 'payable'
        when b.bank_account_id then 'bank' when b.exchange_account_id then 'exchange' else 'other' end
        || ' ' || (l.base_debit - l.base_credit), ', ' order by l.line_number) as lines
      from accounting.journal_entries e
      join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
      join accounting.books b on b.tenant_id = e.tenant_id and b.company_id = e.company_id
      where e.tenant_id = $1 and e.source_id = $2
      group by e.id, e.source, e.entry_date, e.created_at order by e.created_at, e.source`,
    [of.tenant.id, sourceId],
  );
  return rows.map(({ source, date, lines }) => `${source} ${date}: ${lines}`);
}

/** How many journal entries these documents have. */
export async function entriesFor(of: TestTenant, sourceIds: string[]): Promise<number> {
  return of.handle.$count(journalEntries, inArray(journalEntries.sourceId, sourceIds));
}
