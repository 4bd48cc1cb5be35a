import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { NotFoundError } from "../core/errors";
import { found } from "../core/found";
import { recordsBy, recordsOf } from "../core/records";
import { columnsOf, type Params } from "../core/statement";
import { givenTargets, isTarget, oldestFirst, type TargetParams, targetParams } from "./allocation-targets";
import { type DocumentSide, sides } from "./document-sides";
import { paymentAllocations, payments } from "./schema";
import { sqlStatement, statement } from "./statements";
import type { allocationsSchema, oldestAllocationsSchema } from "./validation/payments";

export type Payment = typeof payments.$inferSelect;
export type PaymentAllocation = typeof paymentAllocations.$inferSelect;

interface Source {
  sourceId: string;
  date: string | null;
}

/** Allocates a payment: it is locked, then the documents. No row comes back when there is no such payment. */
function allocatePayment<P>(
  name: string,
  side: DocumentSide,
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

/** Allocates a credit note, which is locked with the documents, all in the order of their ids. */
function allocateCredit<P>(
  name: string,
  side: DocumentSide,
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

const allocated = (p: Params<Source>, side: DocumentSide, source: SQL) => sql`
  allocated as (
    insert into accounting.payment_allocations as a
      (tenant_id, id, company_id, ${source}, ${side.document}, amount, allocated_on)
    select ${p.tenantId}::uuid, g.id, s.company_id, s.id, g.document_id, g.amount, ${p.date}::date
    from source s cross join given g cross join (select count(*) from document) locked
    order by g.document_id
    returning ${columnsOf(paymentAllocations, "a")}
  )`;

/** The open documents of the source's party, in its currency, that are there on the day of the allocation. */
const openOf = (p: Params<Source>, side: DocumentSide, source: SQL) => sql`
  d.kind <> 'credit_note' and d.status in ${side.open} and d.${side.date} <= coalesce(${p.date}::date, 'infinity')
  and (d.company_id, d.${side.party}, d.currency) = (
    select s.company_id, s.${side.party}, s.currency from ${source} s)`;

const creditNoteOf = (p: Params<Source>, side: DocumentSide) => sql`(
  select n.* from ${side.table} n where n.tenant_id = ${p.tenantId}::uuid and n.id = ${p.sourceId}::uuid)`;

function creditNotesOf(side: DocumentSide) {
  const find = sqlStatement(
    `accounting.payments.find_credit_of_${side.name}`,
    (q) => q.select({ id: payments.id }).from(payments),
    (p: Params<{ id: string }>) => sql`
      select d.id from ${side.table} d
      where d.tenant_id = ${p.tenantId}::uuid and d.id = ${p.id}::uuid and d.kind = 'credit_note'`,
  );
  return recordsBy("credit note", async (unit, id) => (await unit.run(find, { id }))[0]);
}

const allocatingTo = (side: DocumentSide) => ({
  payment: allocatePayment<TargetParams>(
    "",
    side,
    (p) => sql`${isTarget(p)} and (select count(*) from source) > 0`,
    givenTargets,
  ),
  paymentToOldest: allocatePayment<object>(
    "oldest_",
    side,
    (p) => openOf(p, side, sql`source`),
    () => oldestFirst(sql`source`),
  ),
  creditNote: allocateCredit<TargetParams>(
    "",
    side,
    (p) => sql`d.id = any (array_append(${p["target.documentId"]}::uuid[], ${p.sourceId}::uuid))`,
    givenTargets,
  ),
  creditNoteToOldest: allocateCredit<object>(
    "oldest_",
    side,
    (p) => sql`(d.id = ${p.sourceId}::uuid or ${openOf(p, side, creditNoteOf(p, side))})`,
    () => oldestFirst(sql`source`),
  ),
  creditNotes: creditNotesOf(side),
});

const allocating = { invoices: allocatingTo(sides.invoices), bills: allocatingTo(sides.bills) };

export const paymentRecords = recordsOf(statement, "accounting.payments.find", payments, "payment");

type CheckedAllocations = z.output<typeof allocationsSchema> | z.output<typeof oldestAllocationsSchema>;

/** Makes the allocations, and returns them in the order in which their documents were named. */
export async function allocate(unit: Unit, request: CheckedAllocations): Promise<PaymentAllocation[]> {
  const { paymentId, creditNoteId, vendorCreditId, allocations, date = null } = request;
  const sourceId = paymentId ?? creditNoteId ?? vendorCreditId ?? "";
  if (allocations === "oldest") {
    const side = paymentId === undefined ? sideOf(vendorCreditId) : await sideOfPayment(unit, paymentId);
    const { paymentToOldest, creditNoteToOldest, creditNotes } = allocating[side];
    const made = await unit.run(paymentId ? paymentToOldest : creditNoteToOldest, { sourceId, date });
    if (made.length === 0 && !paymentId) await creditNotes.get(unit, sourceId);
    return made;
  }
  const side = sideOf(allocations[0]?.billId);
  const targets = allocations.map(({ invoiceId, billId, amount }) => ({ id: invoiceId ?? billId ?? "", amount }));
  const { payment, creditNote } = allocating[side];
  const made = await unit.run(paymentId ? payment : creditNote, { sourceId, date, ...targetParams(targets) });
  if (made.length === 0) throw new NotFoundError(`There is no such ${paymentId ? "payment" : "credit note"}`);
  const byDocument = new Map(made.map((allocation) => [allocation.invoiceId ?? allocation.billId, allocation]));
  return targets.map(({ id }) => found(byDocument.get(id), "allocation"));
}

const sideOf = (billId: string | undefined) => (billId === undefined ? "invoices" : "bills");

async function sideOfPayment(unit: Unit, id: string) {
  const { customerId } = await paymentRecords.get(unit, id);
  return customerId === null ? "bills" : "invoices";
}
