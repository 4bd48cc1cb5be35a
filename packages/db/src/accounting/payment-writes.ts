import { getColumns, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { columnsOf, type Params } from "../core/statement";
import { paymentAllocations, payments } from "./schema";
import { type Side, sides } from "./sides";
import { sqlStatement } from "./statements";

/*
 * Everything that settles documents locks in one order: the payment or credit note, the documents by their ids, then
 * (in the triggers) the accounts by theirs. So no two of these statements wait for each other.
 */

/** Documents by name and amount. The ids of their allocations are time-ordered. */
export interface Named {
  allocationId: string[];
  documentId: string[];
  amounts: string[];
}

interface NewPayment {
  id: string;
  companyId: string;
  partyId: string;
  accountId: string | null;
  paymentDate: string;
  amount: string;
  currency: string | null;
  exchangeRate: string | null;
  method: string | null;
  reference: string | null;
  externalId: string | null;
}

const given = (p: Params<Named>) => sql`
  given as (
    select * from unnest(${p.allocationId}::uuid[], ${p.documentId}::uuid[], ${p.amounts}::numeric[])
      as g (allocation_id, id, amount)
  )`;

/** The amounts of `source` that go to the documents of `document`, the first one due first. */
const oldestFirst = (source: SQL) => sql`
  given as (
    select gen_random_uuid() as allocation_id, o.id, o.amount
    from (
      select d.id, least(d.open, s.open - coalesce(sum(d.open) over (
          order by d.due_date, d.id rows between unbounded preceding and 1 preceding), 0)) as amount
      from document d cross join ${source} s
    ) o
    where o.amount > 0
  )`;

/** The columns of `payments` in order, with some of them computed otherwise. */
export function paymentColumns(source: string, computed: Partial<Record<string, SQL>>): SQL {
  const columns = Object.values(getColumns(payments)) as PgColumn[];
  const one = (name: string) => computed[name] ?? sql`${sql.identifier(source)}.${sql.identifier(name)}`;
  return sql.join(
    columns.map((column) => one(column.name)),
    sql`, `,
  );
}

/** A payment and its allocations in one statement. A payment of that external id, made before, leaves no row. */
function recordPayment<P>(
  name: string,
  side: Side,
  documents: (p: Params<P & NewPayment>) => SQL,
  allocations: (p: Params<P>) => SQL,
) {
  return sqlStatement(
    `accounting.payments.${side.name === "bills" ? "make" : "receive"}${name}`,
    (q) => q.select().from(payments),
    (p: Params<P & NewPayment>) => sql`
      with document as materialized (
        select d.id, d.currency, d.${side.date} as made_on, d.due_date, d.total_amount - d.paid_amount as open, (
            select max(a.reversed_on) from accounting.payment_allocations a
            where a.tenant_id = d.tenant_id and a.${side.document} = d.id) as last_reversed
        from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and ${documents(p)}
        order by d.id for no key update
      ), payment as (
        insert into accounting.payments as p
          (tenant_id, id, company_id, direction, ${side.party}, account_id, payment_date, amount, currency, exchange_rate,
           method, reference, external_id)
        select ${p.tenantId}::uuid, ${p.id}::uuid, ${p.companyId}::uuid, ${side.direction}, ${p.partyId}::uuid,
          ${p.accountId}::uuid, ${p.paymentDate}::date, ${p.amount}::numeric,
          coalesce(${p.currency}::text, (select min(d.currency) from document d), ${baseCurrency(p)}),
          ${p.exchangeRate}::numeric, ${p.method}::text, ${p.reference}::text, ${p.externalId}::text
        from (select count(*) from document) locked
        on conflict (tenant_id, company_id, external_id) where external_id is not null do nothing
        returning p.*, p.amount as open
      ), ${allocations(p as unknown as Params<P>)}, allocated as (
        insert into accounting.payment_allocations as a
          (tenant_id, id, company_id, payment_id, ${side.document}, amount, allocated_on)
        select p.tenant_id, g.allocation_id, p.company_id, p.id, g.id, g.amount,
          greatest(p.payment_date, d.made_on, d.last_reversed)
        from payment p cross join given g left join document d on d.id = g.id
        order by g.id
        returning a.amount, a.source_base_amount
      )
      select ${paymentColumns("payment", {
        allocated_amount: sql`(select coalesce(sum(a.amount), 0)::numeric(15, 2) from allocated a)`,
        allocated_base_amount: sql`(select coalesce(sum(a.source_base_amount), 0)::numeric(15, 2) from allocated a)`,
      })} from payment`,
  );
}

const baseCurrency = (p: Params<{ companyId: string }>) => sql`(
  select b.base_currency from accounting.books b
  where b.tenant_id = ${p.tenantId}::uuid and b.company_id = ${p.companyId}::uuid)`;

const recordNamed = (side: Side) =>
  recordPayment<Named>("", side, (p) => sql`d.id = any (${p.documentId}::uuid[])`, given);

const recordOldest = (side: Side) =>
  recordPayment<object>(
    "_for_oldest",
    side,
    (p) => sql`d.company_id = ${p.companyId}::uuid and d.${side.party} = ${p.partyId}::uuid
      and d.kind <> 'credit_note' and d.status in ${side.open}
      and d.currency = coalesce(${p.currency}::text, ${baseCurrency(p)})`,
    () => oldestFirst(sql`payment`),
  );

interface Source {
  sourceId: string;
  date: string | null;
}

/** Allocates a payment: it is locked, then the documents. No row comes back when there is no such payment. */
function allocatePayment<P>(
  name: string,
  side: Side,
  documents: (p: Params<P & Source>) => SQL,
  allocations: (p: Params<P>) => SQL,
) {
  return sqlStatement(
    `accounting.payments.allocate_to_${name}${side.name}`,
    (q) => q.select().from(paymentAllocations),
    (p: Params<P & Source>) => sql`
      with source as materialized (
        select s.id, s.company_id, s.${side.party}, s.currency, s.amount - s.allocated_amount as open
        from accounting.payments s
        where s.tenant_id = ${p.tenantId}::uuid and s.id = ${p.sourceId}::uuid
        for no key update
      ), document as materialized (
        select d.id, d.due_date, d.total_amount - d.paid_amount as open from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and ${documents(p)}
        order by d.id for no key update
      ), ${allocations(p as unknown as Params<P>)}, ${allocated(p, side, sql`payment_id`)}
      select ${columnsOf(paymentAllocations, "allocated")} from allocated`,
  );
}

const allocated = (p: Params<Source>, side: Side, source: SQL) => sql`
  allocated as (
    insert into accounting.payment_allocations as a
      (tenant_id, id, company_id, ${source}, ${side.document}, amount, allocated_on)
    select ${p.tenantId}::uuid, g.allocation_id, s.company_id, s.id, g.id, g.amount, ${p.date}::date
    from source s cross join given g cross join (select count(*) from document) locked
    order by g.id
    returning ${columnsOf(paymentAllocations, "a")}
  )`;

const allocateNamed = (side: Side) =>
  allocatePayment<Named>(
    "",
    side,
    (p) => sql`d.id = any (${p.documentId}::uuid[]) and (select count(*) from source) > 0`,
    given,
  );

/** The open documents of the source's party, in its currency, that are there on the day of the allocation. */
const openOf = (p: Params<Source>, side: Side, source: SQL) => sql`
  d.kind <> 'credit_note' and d.status in ${side.open} and d.${side.date} <= coalesce(${p.date}::date, 'infinity')
  and (d.company_id, d.${side.party}, d.currency) = (
    select s.company_id, s.${side.party}, s.currency from ${source} s)`;

const allocateOldest = (side: Side) =>
  allocatePayment<object>(
    "oldest_",
    side,
    (p) => openOf(p, side, sql`source`),
    () => oldestFirst(sql`source`),
  );

/** Allocates a credit note, which is locked with the documents, all in the order of their ids. */
function allocateCredit<P>(
  name: string,
  side: Side,
  documents: (p: Params<P & Source>) => SQL,
  allocations: (p: Params<P>) => SQL,
) {
  return sqlStatement(
    `accounting.payments.credit_${name}${side.name}`,
    (q) => q.select().from(paymentAllocations),
    (p: Params<P & Source>) => sql`
      with locked as materialized (
        select d.id, d.company_id, d.due_date, d.total_amount - d.paid_amount as open from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and ${documents(p)}
        order by d.id for no key update
      ), source as (select l.* from locked l where l.id = ${p.sourceId}::uuid
      ), document as (select l.* from locked l where l.id <> ${p.sourceId}::uuid
      ), ${allocations(p as unknown as Params<P>)}, ${allocated(p, side, side.creditNote)}
      select ${columnsOf(paymentAllocations, "allocated")} from allocated`,
  );
}

const creditNamed = (side: Side) =>
  allocateCredit<Named>(
    "",
    side,
    (p) => sql`d.id = any (array_append(${p.documentId}::uuid[], ${p.sourceId}::uuid))`,
    given,
  );

const creditOldest = (side: Side) =>
  allocateCredit<object>(
    "oldest_",
    side,
    (p) =>
      sql`(d.id = ${p.sourceId}::uuid or ${openOf(
        p,
        side,
        sql`(select n.* from ${side.table} n where n.tenant_id = ${p.tenantId}::uuid and n.id = ${p.sourceId}::uuid)`,
      )})`,
    () => oldestFirst(sql`source`),
  );

const findCredit = (side: Side) =>
  sqlStatement(
    `accounting.payments.find_credit_of_${side.name}`,
    (q) => q.select({ id: payments.id }).from(payments),
    (p: Params<{ id: string }>) => sql`
      select d.id from ${side.table} d
      where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and d.kind = 'credit_note'`,
  );

/** The statements that settle documents, for receivables and payables. */
export const settling = {
  invoices: settlingOf(sides.invoices),
  bills: settlingOf(sides.bills),
};

function settlingOf(side: Side) {
  return {
    record: recordNamed(side),
    recordOldest: recordOldest(side),
    allocate: allocateNamed(side),
    allocateOldest: allocateOldest(side),
    credit: creditNamed(side),
    creditOldest: creditOldest(side),
    findCredit: findCredit(side),
  };
}
