import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { columnsOf, type Params } from "../core/statement";
import { paymentColumns } from "./payment-writes";
import { paymentAllocations, payments } from "./schema";
import { type Side, sides } from "./sides";
import { sqlStatement, statement } from "./statements";

const ofTenant = (p: Params<object>) => eq(payments.tenantId, p.tenantId);

export const findPayment = statement("accounting.payments.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(payments)
    .where(and(ofTenant(p), eq(payments.id, p.id))),
);

/** A payment beside each of its allocations; beside null when it has none. */
const withAllocations = (name: string, where: (p: Params<{ key: string; companyId: string }>) => SQL | undefined) =>
  statement(`accounting.payments.${name}`, (q, p: Params<{ key: string; companyId: string }>) =>
    q
      .select({ payment: payments, allocation: paymentAllocations })
      .from(payments)
      .leftJoin(
        paymentAllocations,
        and(eq(paymentAllocations.tenantId, payments.tenantId), eq(paymentAllocations.paymentId, payments.id)),
      )
      .where(and(ofTenant(p), where(p)))
      .orderBy(asc(paymentAllocations.allocatedOn), asc(paymentAllocations.id)),
  );

export const findPaymentDocument = withAllocations("find_document", (p) => eq(payments.id, p.key));

export const findPaymentByExternalId = withAllocations("find_by_external_id", (p) =>
  and(eq(payments.companyId, p.companyId), eq(payments.externalId, p.key)),
);

interface ListParams {
  filter: string;
  date: string;
  id: string;
  limit: number;
}

/** Newest first, from a key on. */
function listPaymentsBy(name: string, filter?: PgColumn) {
  return statement(`accounting.payments.list_by_${name}`, (q, p: Params<ListParams>) =>
    q
      .select()
      .from(payments)
      .where(
        and(
          ofTenant(p),
          filter && eq(filter, p.filter),
          sql`(${payments.paymentDate}, ${payments.id}) < (${p.date}::date, ${p.id}::uuid)`,
        ),
      )
      .orderBy(desc(payments.paymentDate), desc(payments.id))
      .limit(p.limit),
  );
}

export const paymentLists = {
  all: listPaymentsBy("date"),
  direction: listPaymentsBy("direction", payments.direction),
  customerId: listPaymentsBy("customer", payments.customerId),
  vendorId: listPaymentsBy("vendor", payments.vendorId),
};

/** In the order of their dates, from a key on. */
function listAllocationsBy(name: string, filter: PgColumn) {
  return statement(`accounting.payments.allocations_of_${name}`, (q, p: Params<ListParams>) =>
    q
      .select()
      .from(paymentAllocations)
      .where(
        and(
          eq(paymentAllocations.tenantId, p.tenantId),
          eq(filter, p.filter),
          sql`(${paymentAllocations.allocatedOn}, ${paymentAllocations.id}) > (${p.date}::date, ${p.id}::uuid)`,
        ),
      )
      .orderBy(asc(paymentAllocations.allocatedOn), asc(paymentAllocations.id))
      .limit(p.limit),
  );
}

export const allocationLists = {
  invoiceId: listAllocationsBy("invoice", paymentAllocations.invoiceId),
  billId: listAllocationsBy("bill", paymentAllocations.billId),
  paymentId: listAllocationsBy("payment", paymentAllocations.paymentId),
  creditNoteId: listAllocationsBy("credit_note", paymentAllocations.creditNoteId),
  vendorCreditId: listAllocationsBy("vendor_credit", paymentAllocations.vendorCreditId),
};

export const findAllocation = statement("accounting.payments.find_allocation", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(paymentAllocations)
    .where(and(eq(paymentAllocations.tenantId, p.tenantId), eq(paymentAllocations.id, p.id))),
);

/** What has something open of a customer or vendor: what is due, and as negative amounts what can be set against it. */
function openDocumentsOf(side: Side, number: SQL) {
  return sqlStatement(
    `accounting.payments.open_${side.name}`,
    (q) =>
      q
        .select({
          kind: sql<"invoice" | "bill" | "credit_note" | "payment">`''`,
          id: payments.id,
          number: payments.reference,
          date: payments.paymentDate,
          dueDate: payments.paymentDate,
          currency: payments.currency,
          amount: payments.amount,
          openAmount: payments.amount,
          openBaseAmount: payments.amount,
        })
        .from(payments),
    (p: Params<ListParams>) => sql`
      select o.kind, o.id, o.number, o.date, o.due_date, o.currency, o.sign * o.amount, o.sign * o.open, o.sign * o.open_base
      from (
        select d.kind, d.id, d.${number} as number, d.${side.date} as date, d.due_date, d.currency, d.total_amount as amount,
          d.total_amount - d.paid_amount as open, d.base_amount - d.paid_base_amount as open_base,
          case d.kind when 'credit_note' then -1 else 1 end as sign
        from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and d.${side.party} = ${p.filter}::uuid and d.status in ${side.open}
        union all
        select 'payment', m.id, m.reference, m.payment_date, m.payment_date, m.currency, m.amount,
          m.amount - m.allocated_amount, m.base_amount - m.allocated_base_amount, -1
        from accounting.payments m
        where m.tenant_id = ${p.tenantId}::uuid and m.${side.party} = ${p.filter}::uuid and m.voided_on is null
          and m.allocated_amount < m.amount
      ) o
      where (o.due_date, o.id) > (${p.date}::date, ${p.id}::uuid)
      order by o.due_date, o.id limit ${p.limit}`,
  );
}

export const openDocumentLists = {
  customerId: openDocumentsOf(sides.invoices, sql`invoice_number`),
  vendorId: openDocumentsOf(sides.bills, sql`bill_number`),
};

/** Takes back an allocation that stands. Its payment is locked first, as a void does. */
export const takeBackAllocation = sqlStatement(
  "accounting.payments.take_back",
  (q) => q.select().from(paymentAllocations),
  (p: Params<{ id: string; date: string | null }>) => sql`
    with source as materialized (
      select s.id from accounting.payments s
      where s.tenant_id = ${p.tenantId}::uuid and s.id = (
        select a.payment_id from accounting.payment_allocations a
        where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.id}::uuid)
      for no key update
    ), taken_back as (
      update accounting.payment_allocations a
      set reversed_on = coalesce(${p.date}::date, greatest(current_date, a.allocated_on))
      where a.tenant_id = ${p.tenantId}::uuid and a.id = ${p.id}::uuid and a.reversed_on is null
        and (select count(*) from source) >= 0
      returning ${columnsOf(paymentAllocations, "a")}
    )
    select ${columnsOf(paymentAllocations, "taken_back")} from taken_back`,
);

/** Voids a payment that stands; a trigger takes back its allocations. Without a date, on the first day from today on. */
export const voidPayment = sqlStatement(
  "accounting.payments.void",
  (q) => q.select().from(payments),
  (p: Params<{ id: string; date: string | null }>) => sql`
    with voided as (
      update accounting.payments p
      set voided_on = coalesce(${p.date}::date, greatest(current_date, p.payment_date, (
        select max(coalesce(a.reversed_on, a.allocated_on)) from accounting.payment_allocations a
        where a.tenant_id = p.tenant_id and a.payment_id = p.id)))
      where p.tenant_id = ${p.tenantId}::uuid and p.id = ${p.id}::uuid and p.voided_on is null
      returning p.*
    )
    select ${paymentColumns("voided", { allocated_amount: sql`0::numeric(15, 2)`, allocated_base_amount: sql`0::numeric(15, 2)` })}
    from voided`,
);
