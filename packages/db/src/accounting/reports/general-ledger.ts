import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { ValidationError } from "../../core/errors";
import { found } from "../../core/found";
import { filterOf } from "../../core/lists";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../../core/page";
import type { Params } from "../../core/statement";
import { parseInput } from "../../core/validation";
import { journalEntries } from "../schema";
import { sqlStatement } from "../statements";
import { accountDaysSchema, ledgerPositionSchema } from "../validation/reports";
import { cutBefore } from "./days";
import { inBase } from "./turnover";

/** A line of an account, in base currency (`debit`, `credit`, `balance`) and in its own (`amount`). */
export interface LedgerLine {
  lineId: string;
  entryId: string;
  date: string;
  /** The line's, or the entry's where the line has none. */
  description: string | null;
  reference: string | null;
  source: (typeof journalEntries.$inferSelect)["source"];
  sourceId: string | null;
  debit: string;
  credit: string;
  /** Debit less credit of everything up to this line, by date and then in the order of posting. */
  balance: string;
  currency: string;
  /** Debit less credit in `currency`. */
  amount: string;
}

/** A page of an account's lines by date; `opening` and `closing` are its balance before the first and after the last. */
export interface GeneralLedger extends Page<LedgerLine> {
  account: { id: string; code: string; name: string };
  opening: string;
  closing: string;
}

interface LedgerParams {
  accountId: string;
  to: string;
  /** The lines after this date and version are shown. */
  date: string;
  version: string;
  limit: number;
  endMonth: string;
  sign: 1 | -1;
  afterDate: string;
  afterVersion: string;
  throughDate: string;
  throughVersion: string;
}

// The balance at the position is counted anew for each page: a cursor comes from outside, and earlier days may have
// gained lines since.
const generalLedger = sqlStatement(
  "accounting.reports.general_ledger",
  (q) =>
    q
      .select({
        accountId: sql<string>`account_id`,
        code: sql<string>`code`,
        name: sql<string>`name`,
        opening: sql<string>`opening`,
        lineId: sql<string | null>`line_id`,
        entryId: sql<string>`entry_id`,
        date: sql<string>`entry_date`,
        version: sql<string>`account_version`,
        description: journalEntries.description,
        reference: journalEntries.reference,
        source: journalEntries.source,
        sourceId: journalEntries.sourceId,
        debit: sql<string>`debit`,
        credit: sql<string>`credit`,
        balance: sql<string>`balance`,
        currency: sql<string>`currency`,
        amount: sql<string>`amount`,
      })
      .from(journalEntries),
  // OFFSET 0 makes the planner find each line's entry by key. Without statistics PostgreSQL 15 would scan all entries.
  (p: Params<LedgerParams>) => sql`
    with opening as (
      select coalesce(months.net, 0) + ${p.sign}::int * coalesce(part.net, 0) as balance
      from (
        select sum(t.base_debit - t.base_credit) as net
        from accounting.accounts a
        join accounting.period_totals t
          on t.tenant_id = a.tenant_id and t.company_id = a.company_id and t.account_id = a.id
        where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.accountId}::uuid and t.month < ${p.endMonth}::date
      ) months, (
        select sum(l.base_debit - l.base_credit) as net
        from accounting.journal_lines l
        where l.tenant_id = ${p.tenantId}::uuid and l.account_id = ${p.accountId}::uuid
          and (l.entry_date, l.account_version) > (${p.afterDate}::date, ${p.afterVersion}::bigint)
          and (l.entry_date, l.account_version) <= (${p.throughDate}::date, ${p.throughVersion}::bigint)
      ) part
    ), line as (
      select l.* from accounting.journal_lines l
      where l.tenant_id = ${p.tenantId}::uuid and l.account_id = ${p.accountId}::uuid
        and (l.entry_date, l.account_version) > (${p.date}::date, ${p.version}::bigint) and l.entry_date <= ${p.to}::date
      order by l.entry_date, l.account_version
      limit ${p.limit}
    )
    select a.id, a.code, a.name, ${inBase(sql`o.balance`)}, l.id, l.entry_id, l.entry_date::text, l.account_version::text,
      coalesce(l.description, e.description), e.reference, e.source, e.source_id, l.base_debit::text, l.base_credit::text,
      ${inBase(sql`o.balance + sum(l.base_debit - l.base_credit) over (order by l.entry_date, l.account_version)`)},
      l.currency, tenancy.with_decimals(l.debit - l.credit, tenancy.currency_exponent(l.currency))::text
    from accounting.accounts a
    left join accounting.books b on b.tenant_id = a.tenant_id and b.company_id = a.company_id
    cross join opening o
    left join (line l cross join lateral (
      select e.description, e.reference, e.source, e.source_id from accounting.journal_entries e
      where e.tenant_id = ${p.tenantId}::uuid and e.id = l.entry_id
      offset 0) e) on true
    where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.accountId}::uuid
    order by l.entry_date, l.account_version`,
);

export type GeneralLedgerInput = z.input<typeof accountDaysSchema> & PageRequest;

export async function readGeneralLedger(unit: Unit, input: GeneralLedgerInput): Promise<GeneralLedger> {
  const { accountId, from, to } = parseInput(accountDaysSchema, filterOf(input), "report");
  const limit = pageSize(input);
  const [date, version] = positionIn(input, from, to);
  const rows = await unit.run(generalLedger, {
    accountId,
    to,
    date,
    version,
    limit: limit + 1,
    ...upTo(date, version),
  });
  const first = found(rows[0], "account");
  const page = toPage(
    rows.filter((row) => row.lineId !== null),
    limit,
    (row) => [row.date, row.version],
  );
  const items = page.items.map(
    ({ accountId: _account, code: _code, name: _name, opening: _opening, version: _v, ...line }) => ({
      ...line,
      lineId: line.lineId ?? "",
    }),
  );
  return {
    account: { id: first.accountId, code: first.code, name: first.name },
    opening: first.opening,
    closing: items.at(-1)?.balance ?? first.opening,
    items,
    nextCursor: page.nextCursor,
  };
}

/** The position after which lines are shown. Versions begin at 1, so that 0 stands before a day's lines. */
function positionIn(request: PageRequest, from: string, to: string): [date: string, version: string] {
  const key = cursorKey(request, 2);
  if (!key) return [from, "0"];
  const position = ledgerPositionSchema.safeParse(key);
  if (position.success && position.data[0] >= from && position.data[0] <= to) return position.data;
  throw new ValidationError("cursor is not one that this ledger returned", [
    { path: "cursor", message: "pass nextCursor of the previous page unchanged, with the same days" },
  ]);
}

/** Everything up to a position: whole months, and the lines between it and the nearer end of its month. */
function upTo(date: string, version: string) {
  const { endMonth, sign } = cutBefore(date);
  const end = [endMonth, "0"] as const;
  const [after, through] = sign === 1 ? [end, [date, version] as const] : [[date, version] as const, end];
  return {
    endMonth,
    sign,
    afterDate: after[0],
    afterVersion: after[1],
    throughDate: through[0],
    throughVersion: through[1],
  };
}
