import { type SQL, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import { TimeoutError } from "../core/errors";
import type { Params } from "../core/statement";
import { companies } from "../tenancy/schema";
import { sqlStatement } from "./statements";
import { type Position, type RuleGroup, ruleGroups } from "./validation/integrity";
import type { ViolationKind } from "./validation/reports";

/** A rule that does not hold, and where. */
export interface Violation {
  kind: ViolationKind;
  companyId: string;
  /** The table of the record, such as `accounting.journal_entries`. */
  recordTable: string;
  recordId: string;
  /** What is wrong, in plain words. */
  detail: string;
}

interface PartParams {
  companyId: string | null;
  kind: string | null;
  /** The first id that the part looks at. */
  from: string;
  /** How many records it looks at. */
  most: number;
  /** How many violations it answers with. */
  mostFound: number;
}

/**
 * The rules that one view `violations_of_…` computes, for the violations of a range of records. The range ends with the
 * last of `most` records of the tables given; what refers to a record that is missing lies in a range all the same. A
 * record's rules are computed by one statement, and so from one snapshot. `first` is how many records the first part looks
 * at, and `by` the column of the view that holds their ids.
 */
function rulesOf(view: string, tables: readonly string[], { first = 2_000, by = "record_id" } = {}) {
  const id = sql.raw(`v.${by}`);
  const statement = sqlStatement(
    `accounting.integrity.${view}`,
    (q) =>
      q
        .select({
          through: sql<string | null>`''`,
          statementLimit: sql<number>`0`.mapWith(Number),
          kind: sql<ViolationKind | null>`''`,
          companyId: companies.id,
          recordTable: sql<string>`''`,
          recordId: sql<string>`''`,
          detail: sql<string>`''`,
        })
        .from(companies),
    (p: Params<PartParams>) => sql`
      with last as materialized (
        select r.id from (${sql.join(
          tables.map((table) => recordsFrom(sql.raw(table), p)),
          sql` union all `,
        )}) r
        order by r.id offset ${p.most}::bigint - 1 limit 1
      ), found as (
        select v.kind, v.company_id, v.record_table, v.record_id, v.detail from accounting.${sql.raw(`violations_of_${view}`)} v
        where v.tenant_id = ${p.tenantId}::uuid and ${id} >= ${p.from}::uuid
          and ${id} <= coalesce((select last.id from last), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          and (${p.companyId}::uuid is null or v.company_id = ${p.companyId}::uuid)
          and (${p.kind}::text is null or v.kind = ${p.kind}::text)
        order by v.kind, v.company_id, v.record_id, v.detail
        limit ${p.mostFound}::bigint
      )
      select (select last.id from last), extract(epoch from current_setting('statement_timeout')::interval) * 1000,
        f.kind, f.company_id, f.record_table, f.record_id, f.detail
      from (select 1) one left join found f on true`,
    { reads: true },
  );
  return { statement, first };
}

const recordsFrom = (table: SQL, p: Params<PartParams>) => sql`(
  select c.id from ${table} c
  where c.tenant_id = ${p.tenantId}::uuid and c.id >= ${p.from}::uuid
    and (${p.companyId}::uuid is null or c.company_id = ${p.companyId}::uuid))`;

const documents = ["accounting.invoices", "accounting.bills"];
const valued = [...documents, "accounting.payments", "accounting.payment_allocations"];

// An account, a customer, a vendor and a series of numbers can each have very many lines or documents: the first part
// looks at a few of them.
const groups: Record<RuleGroup, ReturnType<typeof rulesOf>> = {
  journal_entries: rulesOf("journal_entries", ["accounting.journal_entries"]),
  journal_lines: rulesOf("journal_lines", ["accounting.journal_lines"]),
  account_chains: rulesOf("account_chains", ["accounting.accounts"], { first: 8, by: "account_id" }),
  accounts: rulesOf("accounts", ["accounting.accounts"], { first: 8 }),
  parties: rulesOf("parties", ["accounting.customers", "accounting.vendors"], { first: 32 }),
  documents: rulesOf("documents", documents),
  base_amounts: rulesOf("base_amounts", valued),
  allocations: rulesOf("allocations", [...documents, "accounting.payments"]),
  postings: rulesOf("postings", valued),
  posted_accounts: rulesOf("posted_accounts", documents),
  periods: rulesOf("periods", ["accounting.fiscal_periods"]),
  numbers: rulesOf("numbers", ["tenancy.number_series"], { first: 1 }),
};

const firstId = "00000000-0000-0000-0000-000000000000";

/** The first position of a group. */
export const beginningOf = (group: RuleGroup): Position => ({ group, from: firstId });

/** What is looked for. `limit` is the most violations that a part of several records may answer with. */
export interface Wanted {
  companyId?: string | undefined;
  kind?: ViolationKind | undefined;
  limit: number;
}

/** A part that was looked at: what was found, and where the next one begins, if there is one. */
export interface Part {
  violations: Violation[];
  next: Position | undefined;
}

/** The longest time that a part is meant to take in milliseconds; a fifth of the statement limit where that is less. */
const usualTime = 1_000;
const mostRecords = 100_000;

/** A single record answers with all its violations, up to so many. */
const mostViolations = 10_000;

/**
 * Looks at the books part by part, from a position on. Each part is one statement that takes about a second: how many
 * records it looks at follows from how long the part before it took. A part that reaches the statement limit is tried
 * again with fewer records, and so is one with more than `limit` violations. Throws what the server refuses.
 */
export async function* partsOf(unit: Unit, position: Position, wanted: Wanted): AsyncGenerator<Part> {
  const { companyId = null, kind = null, limit } = wanted;
  let size = groups[position.group].first;
  for (let at: Position | undefined = position; at; ) {
    const { group, from }: Position = at;
    const began = performance.now();
    const params = { companyId, kind, from, most: size, mostFound: size > 1 ? limit + 1 : mostViolations };
    const rows = await unit.run(groups[group].statement, params).catch((error: unknown) => {
      if (error instanceof TimeoutError && size > 1) return undefined;
      throw error;
    });
    if (!rows || (rows.length > limit && size > 1)) {
      size = Math.ceil(size / 4);
      continue;
    }
    const { through = null, statementLimit = 0 } = rows[0] ?? {};
    const time = statementLimit > 0 ? Math.min(usualTime, statementLimit / 5) : usualTime;
    const fitting = (size * time) / (performance.now() - began);
    at = after(group, through, kind);
    size =
      at?.group === group ? between(1, fitting, Math.min(4 * size, mostRecords)) : groups[at?.group ?? group].first;
    yield { violations: violationsIn(rows), next: at };
  }
}

const between = (least: number, value: number, most: number) => Math.round(Math.min(Math.max(least, value), most));

/** The position behind a part: in its group, or at the beginning of the next one. */
function after(group: RuleGroup, through: string | null, kind: ViolationKind | null): Position | undefined {
  const next = through && idAfter(through);
  if (next) return { group, from: next };
  const following = kind ? undefined : ruleGroups[ruleGroups.indexOf(group) + 1];
  return following && beginningOf(following);
}

/** The next larger UUID, or undefined after the largest. */
function idAfter(id: string): string | undefined {
  const digits = (BigInt(`0x${id.replaceAll("-", "")}`) + 1n).toString(16).padStart(32, "0");
  return digits.length > 32 ? undefined : digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

type Row = Omit<Violation, "kind"> & { kind: ViolationKind | null };

const violationsIn = (rows: readonly Row[]): Violation[] =>
  rows.flatMap(({ kind, companyId, recordTable, recordId, detail }) =>
    kind === null ? [] : [{ kind, companyId, recordTable, recordId, detail }],
  );
