import { type SQL, sql } from "drizzle-orm";
import { newId } from "../core/ids";
import { type ArrayParams, field, kept, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { paymentAllocations } from "./schema";
import { keptOfAllocations } from "./validation/kept";

/*
 * All statements that settle documents lock in one order: the payment or credit note, the documents by id, then, in the
 * triggers, the accounts by id. This order prevents deadlocks between them.
 */

/** A document and the amount that an allocation settles of it, or credit and the amount that a refund pays back of it. */
export interface Target {
  id: string;
  amount: string;
}

/** Allocations that name their documents. The statement adds their source and their date. */
const allocation = rowsOf(paymentAllocations, {
  id: "given",
  documentId: field<string>("uuid"),
  amount: "given",
  companyId: "kept",
  paymentId: "kept",
  creditNoteId: "kept",
  vendorCreditId: "kept",
  invoiceId: "kept",
  billId: "kept",
  refundId: "kept",
  allocatedOn: "kept",
  ...kept(keptOfAllocations),
}).prefixed("target.");

export type TargetParams = ArrayParams<RowType<typeof allocation>, "target.">;

/** The parameters of allocations to the documents named. */
export const targetParams = (targets: readonly Target[]): TargetParams =>
  allocation.arrays(targets, { id: () => newId(), documentId: ({ id }) => id });

/** The documents named, as a condition on the document `d`. */
export const isTarget = (p: Params<TargetParams>) => sql`d.id = any (${p["target.documentId"]}::uuid[])`;

/** The allocations named, as the table `given`. */
export const givenTargets = (p: Params<TargetParams>) => sql`
  given as (
    select * from ${allocation.unnest(p, "g")}
  )`;

/** The table `given`: allocates what `source` has open to the rows of `document`, the first one due first. */
export const oldestFirst = (source: SQL) => sql`
  given as (
    select gen_random_uuid() as id, o.id as document_id, o.amount
    from (
      select d.id, least(d.open, s.open - coalesce(sum(d.open) over (
          order by d.due_date, d.id rows between unbounded preceding and 1 preceding), 0)) as amount
      from document d cross join ${source} s
    ) o
    where o.amount > 0
  )`;
