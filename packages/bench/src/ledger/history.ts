import { type AccountsArena, openAccountsArena } from "./arena";
import { threeYears } from "./transfers";

/*
 * Years of postings, written by the owner as whole tables with the triggers off: `journal.postMany` would take minutes.
 * What the ledger keeps (versions, running balances, totals) is computed here by other means than its own, and the
 * books are checked before they are read.
 */
const entriesText = `
  insert into accounting.journal_entries (tenant_id, id, company_id, entry_date, description, created_at)
  select $1::uuid, t.id, $2::uuid, t.entry_date, 'Entry ' || t.number, t.entry_date from transfer t order by t.number`;

const linesText = `
  insert into accounting.journal_lines
    (tenant_id, id, company_id, entry_id, line_number, account_id, entry_date, currency, debit, credit, base_debit,
     base_credit, account_version, balance_after, created_at)
  select $1::uuid, l.id, $2::uuid, l.entry_id, l.line_number, l.account_id, l.entry_date, 'USD', l.debit, l.credit,
    l.debit, l.credit, row_number() over chain, sum(l.debit - l.credit) over chain, l.entry_date
  from (
    select t.number, s.line_number, t.entry_date, t.id as entry_id, s.account_id, s.debit, s.credit,
      pg_temp.ordered_id(2 * t.number + s.line_number, '8001') as id
    from transfer t
    cross join lateral (values (1, t.debit_id, t.amount, 0), (2, t.credit_id, 0, t.amount))
      as s (line_number, account_id, debit, credit)
  ) l
  window chain as (partition by l.account_id order by l.number rows unbounded preceding)
  order by l.number, l.line_number`;

const balancesText = `
  update accounting.account_balances b set balance = s.balance, version = s.lines
  from (select l.account_id, count(*) as lines, sum(l.base_debit - l.base_credit) as balance
        from accounting.journal_lines l group by l.account_id) s
  where b.tenant_id = $1 and b.account_id = s.account_id`;

const totalsText = `
  insert into accounting.period_totals
    (tenant_id, company_id, account_id, month, currency, debit, credit, base_debit, base_credit)
  select $1, $2, l.account_id, date_trunc('month', l.entry_date), l.currency, sum(l.debit), sum(l.credit),
    sum(l.base_debit), sum(l.base_credit)
  from accounting.journal_lines l group by l.account_id, 4, l.currency`;

// Ids that grow with the time of posting, as those of the repositories do.
const idText = `
  create function pg_temp.ordered_id(number bigint, kind text) returns uuid language sql immutable
  return (lpad(to_hex(number), 12, '0') || '7000' || kind || lpad(to_hex(number), 12, '0'))::uuid`;

const transfersText = `
  create temporary table transfer as
  select n as number, pg_temp.ordered_id(n, '8000') as id,
    $1::date + ((n - 1) * $2::bigint / $3::bigint)::int as entry_date,
    ($4::uuid[])[1 + d.debit] as debit_id,
    ($4::uuid[])[1 + (d.debit + d.step) % cardinality($4::uuid[])] as credit_id,
    round((0.01 + random() * 1000)::numeric, 2) as amount
  from generate_series(1, $3::bigint) n
  cross join lateral (
    select floor(random() * cardinality($4::uuid[]))::int as debit,
      1 + floor(random() * (cardinality($4::uuid[]) - 1))::int as step
    where n > 0
  ) d`;

/** A company with three years of postings, and a pool of the runtime login to read them with SQL. */
export type HistoryArena = Awaited<ReturnType<typeof openHistoryArena>>;

/** `entries` of two lines each, spread evenly over three years and 200 accounts. */
export async function openHistoryArena(entries: number) {
  const arena = await openAccountsArena(200);
  try {
    await writeHistory(arena, entries);
    return { ...arena, lines: 2 * entries, reader: arena.clients.pool(arena.test.urls.runtime) };
  } catch (error) {
    await arena.close();
    throw error;
  }
}

async function writeHistory({ test, tenantId, companyId, accountIds }: AccountsArena, entries: number): Promise<void> {
  await test.asOwner(async (owner) => {
    await owner.query("set session_replication_role = replica");
    await owner.query("select setseed(0.5)");
    await owner.query(idText);
    await owner.query(transfersText, [threeYears.from, threeYears.count, entries, accountIds]);
    await owner.query(entriesText, [tenantId, companyId]);
    await owner.query(linesText, [tenantId, companyId]);
    await owner.query(balancesText, [tenantId]);
    await owner.query(totalsText, [tenantId, companyId]);
    await owner.query("vacuum analyze");
  });
}
