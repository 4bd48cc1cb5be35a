import { sql } from "drizzle-orm";
import { moneyText } from "./amounts";
import type { Allocation, Books, Document, Entry, Line, Payment } from "./books";
import type { Runner } from "./plan";

/*
 * The books as text, from the model and from the database, so that both can be compared and a difference be read.
 */

interface Seen {
  accounts: Record<string, string>;
  parties: Record<string, string>;
  documents: Record<string, string>;
  payments: Record<string, string>;
  allocations: { id: string; source: string; document: string; text: string }[];
  periods: string[];
  rates: string[];
  entries: number;
  numbers: string[];
}

/** What the database holds of a company, without the lines of its journal; prepared, as it is asked after every command. */
function preparedSeen(on: Runner) {
  const own = sql`company_id = ${sql.placeholder("companyId")}::uuid`;
  const document = (table: string) => sql`
    select d.id, concat_ws(' ', replace(replace(d.status, 'issued', 'valid'), 'approved', 'valid'), d.total_amount,
      d.base_amount, 'paid', d.paid_amount, d.paid_base_amount, d.voided_on) as text
    from ${sql.raw(`accounting.${table}`)} d where d.${own}`;
  const seen = sql<Seen>`jsonb_build_object(
    'accounts', (select coalesce(jsonb_object_agg(a.code, b.balance || ' in ' || b.version), '{}')
      from accounting.account_balances b
      join accounting.accounts a on a.tenant_id = b.tenant_id and a.id = b.account_id
      where b.${own} and b.version > 0),
    'parties', (select jsonb_object_agg(p.id, p.balance::text) from (
      select c.id, c.balance from accounting.customers c where c.${own}
      union all select v.id, v.balance from accounting.vendors v where v.${own}) p),
    'documents', (select coalesce(jsonb_object_agg(d.id, d.text), '{}') from (
      ${document("invoices")} union all ${document("bills")}) d),
    'payments', (select coalesce(jsonb_object_agg(p.id, concat_ws(' ', p.amount, p.base_amount, p.base_amount - p.exchange_difference, 'allocated',
        p.allocated_amount, p.allocated_base_amount, p.voided_on)), '{}')
      from accounting.payments p where p.${own}),
    'allocations', (select coalesce(jsonb_agg(jsonb_build_object('id', a.id,
        'source', coalesce(a.payment_id, a.credit_note_id, a.vendor_credit_id), 'document', coalesce(a.invoice_id, a.bill_id, a.refund_id),
        'text', concat_ws(' ', a.amount, a.base_amount, a.source_base_amount, a.allocated_on, a.reversed_on))), '[]')
      from accounting.payment_allocations a where a.${own}),
    'periods', (select jsonb_agg(p.status order by p.starts_on) from accounting.fiscal_periods p where p.${own}),
    'rates', (select coalesce(jsonb_agg(r.rate_date || ' ' || r.rate order by r.rate_date), '[]')
      from accounting.exchange_rates r where r.${own}),
    'entries', (select count(*) from accounting.journal_entries e where e.${own}),
    'numbers', (select coalesce(jsonb_agg(i.invoice_number order by i.invoice_number), '[]')
      from accounting.invoices i where i.${own} and i.invoice_number is not null))`;
  return on.select({ seen }).from(sql`(values (1)) as one`).prepare("model_seen");
}

const prepared = new WeakMap<Runner, ReturnType<typeof preparedSeen>>();

/** What the database holds of a company, without the lines of its journal. */
export async function seen(on: Runner, { companyId }: { companyId: string }): Promise<Seen> {
  const query = prepared.get(on) ?? preparedSeen(on);
  prepared.set(on, query);
  const [row] = await query.execute({ companyId });
  if (!row) throw new TypeError("The database answered with nothing");
  return row.seen;
}

/** Gives records that the database made the ids that they have there. */
export function adopt(books: Books, { documents, payments, allocations }: Seen): void {
  const known = new Set([...books.documents, ...books.payments, ...books.allocations].map(({ id }) => id));
  const isNew = (id: string) => !known.has(id);
  for (const document of books.documents) {
    if (document.id === "") document.id = Object.keys(documents).find(isNew) ?? "missing";
  }
  const isOther = new Set(Object.keys(payments).filter(isNew));
  for (const allocation of books.allocations) {
    if (allocation.id !== null) continue;
    const { source, document } = allocation;
    const found = allocations.find(
      (each) =>
        isNew(each.id) &&
        each.document === document.id &&
        (source.id === null ? isOther.has(each.source) : each.source === source.id),
    );
    allocation.id = found?.id ?? "missing";
    source.id ??= found?.source ?? "missing";
    known.add(allocation.id);
  }
}

const signed = (line: Line, inBase: string) =>
  `${line.account} ${moneyText(line.amount, line.currency)} ${line.currency} = ${moneyText(line.base, inBase)}${line.isDifference ? " difference" : ""}${
    line.party ? ` of ${line.party.id}` : ""
  }`;

/** An entry as text; of a preview, ids are left out where the database gives others each time. */
export function entryText(entry: Entry, inBase: string, withIds = true): string {
  const about = withIds ? ` ${entry.about?.id ?? "nothing"}` : "";
  return `${entry.date} ${entry.source}${about}: ${entry.lines
    .map((line) => signed(line, inBase))
    .sort()
    .join(", ")}`;
}

const documentText = ({ status, currency, total, stated, base, paid, paidBase, voidedOn }: Document, inBase: string) =>
  [
    ...[
      status,
      moneyText(total, currency),
      ...(status === "draft" ? (stated === null ? [] : [moneyText(stated, inBase)]) : [moneyText(base, inBase)]),
    ],
    // A zero that nothing has touched yet has two decimals: a draft knows no base currency.
    ...["paid", moneyText(paid, currency), status === "draft" ? "0.00" : moneyText(paidBase, inBase)],
    ...(voidedOn ? [voidedOn] : []),
  ].join(" ");

const paymentText = ({ amount, currency, moved, base, allocated, allocatedBase, voidedOn }: Payment, inBase: string) =>
  `${moneyText(amount, currency)} ${moneyText(moved, inBase)} ${moneyText(base, inBase)} allocated ${moneyText(allocated, currency)} ${moneyText(allocatedBase, inBase)}${voidedOn ? ` ${voidedOn}` : ""}`;

const allocationText = ({ document, amount, base, sourceBase, date, reversedOn }: Allocation, inBase: string) =>
  `${moneyText(amount, document.currency)} ${moneyText(base, inBase)} ${moneyText(sourceBase, inBase)} ${date}${reversedOn ? ` ${reversedOn}` : ""}`;

const byId = <T extends { id: string | null }>(all: readonly T[], text: (item: T) => string) =>
  Object.fromEntries(all.map((item) => [item.id, text(item)]));

/** What the model expects to be seen. */
export function expected(books: Books): object {
  const accounts = [...books.accounts.values()].filter(({ lines }) => lines > 0);
  const isTouched = (id: string) =>
    books.entries.some(({ lines }) => lines.some(({ party, base }) => party?.id === id && base !== 0n));
  return {
    accounts: Object.fromEntries(
      accounts.map((each) => [each.code, `${moneyText(each.balance, books.base)} in ${each.lines}`]),
    ),
    parties: byId(books.parties, ({ id, balance }) => (isTouched(id) ? moneyText(balance, books.base) : "0.00")),
    documents: byId(books.documents, (each) => documentText(each, books.base)),
    payments: byId(books.payments, (each) => paymentText(each, books.base)),
    allocations: byId(books.allocations, (each) => allocationText(each, books.base)),
    periods: books.periods.map(({ isClosed }) => (isClosed ? "closed" : "open")),
    rates: [...books.rates]
      .map(([date, rate]) => `${date} ${rate / 100_000_000n}.${(rate % 100_000_000n).toString().padStart(8, "0")}`)
      .sort(),
    entries: books.entries.length,
    numbers: numbersOf(books),
  };
}

/** Numbers without gaps: as many as there are, from 1. */
function numbersOf(books: Books): string[] {
  const issued = books.documents.filter(({ side, status }) => side === "invoices" && status !== "draft");
  const notes = issued.filter(({ isCredit }) => isCredit).length;
  const series = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${String(index + 1).padStart(6, "0")}`);
  return [...series("CN", notes), ...series("INV", issued.length - notes)];
}

/** The same of what was seen. */
export function comparable({
  accounts,
  parties,
  documents,
  payments,
  allocations,
  periods,
  rates,
  entries,
  numbers,
}: Seen) {
  const own = Object.fromEntries(allocations.map(({ id, text }) => [id, text]));
  return { accounts, parties, documents, payments, allocations: own, periods, rates, entries, numbers };
}

/** All entries of a company with their lines, as text. */
export async function journalOf(on: Runner, companyId: string): Promise<string[]> {
  const rows = (await on.execute(
    sql`select
        array_agg(a.code || ' ' || (l.debit - l.credit) || ' ' || l.currency || ' = ' || (l.base_debit - l.base_credit)
          || case when l.is_exchange_difference then ' difference' else '' end
          || coalesce(' of ' || coalesce(l.customer_id, l.vendor_id), '')) as lines,
        e.entry_date || ' ' || e.source || ' ' || coalesce(e.source_id::text, 'nothing') as head
      from accounting.journal_entries e
      join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
      join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
      where e.company_id = ${companyId}::uuid
      group by e.tenant_id, e.id, e.entry_date, e.source, e.source_id`,
    "objects",
  )) as unknown as { head: string; lines: string[] }[];
  return rows.map(({ head, lines }) => `${head}: ${[...lines].sort().join(", ")}`).sort();
}
