import type pg from "pg";
import { books } from "../../../src/accounting";
import type { NewJournalEntry } from "../../../src/accounting/journal";
import { newId } from "../../../src/index";
import type { TestDatabase, TestTenant } from "../../../src/testing";
import { asLogin } from "./support";

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

/** Runs statements of raw SQL as the application's login in the tenant's scope; the SQLSTATE of the first failure, else "done". */
export function bySql(
  test: TestDatabase,
  of: TestTenant,
  ...statements: [text: string, values?: unknown[]][]
): Promise<string> {
  return asLogin(test.urls.runtime, async (client: pg.Client) => {
    await client.query("begin");
    await client.query("select set_config('app.current_tenant_id', $1, true)", [of.tenant.id]);
    try {
      for (const [text, values] of statements) await client.query(text, values);
      const { command } = await client.query("commit");
      return command === "COMMIT" ? "done" : command;
    } catch (error) {
      await client.query("rollback");
      return (error as pg.DatabaseError).code ?? "no code";
    }
  });
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
