import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { normalizeAmount } from "../../core/currency";
import { found } from "../../core/found";
import type { Params } from "../../core/statement";
import { parseInput } from "../../core/validation";
import { type DocumentSide, sides } from "../document-sides";
import { accounts } from "../schema";
import { sqlStatement } from "../statements";
import { ageingSchema } from "../validation/reports";
import { inBase } from "./turnover";

/** Open amounts by how long they are due, in base currency. */
export interface AgedAmounts {
  /** Not due yet. */
  current: string;
  /** One amount for each bucket of the report's `overdueDays`. */
  overdue: string[];
  /** Payments and credit notes that settle no document: zero or negative. */
  unallocated: string;
  total: string;
}

/** What was open at the end of a day, per party. Amounts are in the books' base currency. */
export interface Ageing<Party> {
  companyId: string;
  asOf: string;
  currency: string;
  /** First and last day overdue of each bucket; the last bucket has no end. */
  overdueDays: { from: number; to: number | null }[];
  /** The parties with something open or unallocated, by name. */
  parties: (Party & AgedAmounts)[];
  /** The sums over all parties; `total` is the balance of the control account. */
  totals: AgedAmounts;
}

interface AgeingParams {
  companyId: string;
  asOf: string;
  /** The first day overdue of each bucket. */
  firstDays: number[];
}

/*
 * As of the end of a day: a document or payment counts from its date until the day before it was voided, an allocation
 * from its date until the day before it was taken back. An allocation to a refund does not say its side, so that those of
 * the other side come along and are left out as records without a party. Records and allocations are stacked by UNION ALL and summed by
 * record, because without statistics the planner would compare each record with each allocation.
 */
const ageingRows = (side: DocumentSide, p: Params<AgeingParams>) => {
  const ofCompany = (alias: string) => {
    const [tenantId, companyId] = [sql.raw(`${alias}.tenant_id`), sql.raw(`${alias}.company_id`)];
    return sql`${tenantId} = ${p.tenantId}::uuid and ${companyId} = ${p.companyId}::uuid`;
  };
  return sql`
    with piece as (
      select d.id, d.${side.party}::text as party_id,
        case d.kind when 'credit_note' then -1 else width_bucket(${p.asOf}::date - d.due_date, ${p.firstDays}::int[]) end
          as bucket,
        case d.kind when 'credit_note' then -d.base_amount else d.base_amount end as amount
      from ${side.table} d
      where ${ofCompany("d")} and d.status <> 'draft' and d.${side.date} <= ${p.asOf}::date
        and (d.voided_on is null or d.voided_on > ${p.asOf}::date)
      union all
      select d.id, d.${side.party}::text, -1,
        case when d.is_refund then 1 else -1 end * (d.base_amount - d.exchange_difference)
      from accounting.payments d
      where ${ofCompany("d")} and d.${side.party} is not null and d.payment_date <= ${p.asOf}::date
        and (d.voided_on is null or d.voided_on > ${p.asOf}::date)
      union all
      select used.id, null, null, used.amount
      from accounting.payment_allocations al
      cross join lateral (values
        (coalesce(al.${side.document}, al.refund_id), -al.base_amount),
        (coalesce(al.payment_id, al.${side.creditNote}), al.source_base_amount)
      ) used (id, amount)
      where ${ofCompany("al")} and (al.${side.document} is not null or al.refund_id is not null)
        and al.allocated_on <= ${p.asOf}::date and (al.reversed_on is null or al.reversed_on > ${p.asOf}::date)
    ), open as (
      select max(piece.party_id)::uuid as party_id, max(piece.bucket) as bucket, sum(piece.amount) as amount
      from piece
      group by piece.id
      having sum(piece.amount) <> 0 and max(piece.party_id) is not null
    ), summed as (
      select o.party_id, o.bucket, coalesce(sum(o.amount), 0) as amount
      from open o
      group by grouping sets ((o.party_id, o.bucket), (o.party_id), (o.bucket), ())
    )
    select b.base_currency, s.party_id, party.name, s.bucket, ${inBase(sql`s.amount`)}
    from accounting.books b
    cross join summed s
    left join lateral (
      select named.name from ${side.parties} named
      where named.tenant_id = ${p.tenantId}::uuid and named.id = s.party_id
      offset 0
    ) party on true
    where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid
    order by party.name, s.party_id, s.bucket`;
};

const ageing = (name: string, side: DocumentSide) =>
  sqlStatement(
    name,
    (q) =>
      q
        .select({
          currency: sql<string>`currency`,
          partyId: sql<string | null>`party_id`,
          name: sql<string>`name`,
          bucket: sql<number | null>`bucket`,
          amount: sql<string>`amount`,
        })
        .from(accounts),
    (p: Params<AgeingParams>) => ageingRows(side, p),
  );

const receivablesAgeing = ageing("accounting.reports.receivables_ageing", sides.invoices);
const payablesAgeing = ageing("accounting.reports.payables_ageing", sides.bills);

export type AgeingInput = z.input<typeof ageingSchema>;
export type ReceivablesAgeing = Ageing<{ customerId: string; name: string }>;
export type PayablesAgeing = Ageing<{ vendorId: string; name: string }>;

export function readReceivablesAgeing(unit: Unit, input: AgeingInput): Promise<ReceivablesAgeing> {
  return read(unit, receivablesAgeing, input, (customerId, name) => ({ customerId, name }));
}

export function readPayablesAgeing(unit: Unit, input: AgeingInput): Promise<PayablesAgeing> {
  return read(unit, payablesAgeing, input, (vendorId, name) => ({ vendorId, name }));
}

async function read<Party>(
  unit: Unit,
  statement: typeof receivablesAgeing,
  input: AgeingInput,
  partyOf: (id: string, name: string) => Party,
): Promise<Ageing<Party>> {
  const { companyId, asOf, buckets } = parseInput(ageingSchema, input, "report");
  const firstDays = [1, ...buckets.map((day) => day + 1)];
  const rows = await unit.run(statement, { companyId, asOf, firstDays });
  const { currency } = found(rows[0], "company with books");

  const amounts = new Map<string | null, Map<number | null, string>>();
  const names = new Map<string, string>();
  for (const row of rows) {
    const own = amounts.get(row.partyId) ?? new Map<number | null, string>();
    amounts.set(row.partyId, own.set(row.bucket, row.amount));
    if (row.partyId !== null) names.set(row.partyId, row.name);
  }
  const zero = normalizeAmount("0", currency);
  const agedAmounts = (partyId: string | null): AgedAmounts => {
    const of = (bucket: number | null) => amounts.get(partyId)?.get(bucket) ?? zero;
    const overdue = firstDays.map((_day, index) => of(index + 1));
    return { current: of(0), overdue, unallocated: of(-1), total: of(null) };
  };
  return {
    companyId,
    asOf,
    currency,
    overdueDays: firstDays.map((from, index) => ({ from, to: buckets[index] ?? null })),
    parties: [...names].map(([id, name]) => ({ ...partyOf(id, name), ...agedAmounts(id) })),
    totals: agedAmounts(null),
  };
}
