import { sql } from "drizzle-orm";
import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { newId } from "../core/ids";
import { idTaken, oneForEachKey } from "../core/keys";
import { type ArrayParams, field, fieldsOf, type RowType } from "../core/rows";
import type { Params } from "../core/statement";
import { lockForPosting } from "./account-locks";
import { invoiceDrafts, invoicePosting } from "./invoice-drafts";
import { invoices } from "./schema";
import { sqlStatement } from "./statements";
import type { importedInvoicesSchema } from "./validation/invoices";

const issued = fieldsOf({ id: field<string>("uuid"), invoiceNumber: field<string>("text") });

/** Issues the drafts of an import under the numbers that they have in the other system. */
const finishImport = sqlStatement(
  "accounting.invoices.finish_import",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<ArrayParams<RowType<typeof issued>>>) => sql`
    update accounting.invoices i
    set invoice_number = g.invoice_number, status = 'issued', issued_at = i.invoice_date
    from ${issued.unnest(p, "g")}
    where i.tenant_id = ${p.tenantId}::uuid and i.id = g.id
    returning i.id`,
);

const paid = fieldsOf({ id: field<string>("uuid"), paymentId: field<string>("uuid"), paidOn: field<string>("date") });

/** Settles each imported invoice by a payment on the day it was paid. An invoice with a total of 0 gets no payment. */
const payImport = sqlStatement(
  "accounting.invoices.pay_import",
  (q) => q.select({ id: invoices.id }).from(invoices),
  (p: Params<ArrayParams<RowType<typeof paid>>>) => sql`
    with invoice as materialized (
      select i.id, i.company_id, i.customer_id, i.total_amount, i.currency, i.invoice_number, g.payment_id, g.paid_on
      from ${paid.unnest(p, "g")}
      join accounting.invoices i on i.tenant_id = ${p.tenantId}::uuid and i.id = g.id
      where i.total_amount > 0
    ), payment as (
      insert into accounting.payments
        (tenant_id, id, company_id, direction, customer_id, payment_date, amount, currency, reference)
      select ${p.tenantId}::uuid, i.payment_id, i.company_id, 'in', i.customer_id, i.paid_on, i.total_amount, i.currency,
        i.invoice_number
      from invoice i
      returning id
    )
    insert into accounting.payment_allocations
      (tenant_id, id, company_id, payment_id, invoice_id, amount, allocated_on)
    select ${p.tenantId}::uuid, gen_random_uuid(), i.company_id, i.payment_id, i.id, i.total_amount, i.paid_on
    from invoice i cross join (select count(*) from payment) paid
    order by i.id
    returning invoice_id as id`,
);

type Imported = z.output<typeof importedInvoicesSchema>[number];

const importDrafts = invoiceDrafts.importStatement("accounting.invoices.import_drafts");

const external = fieldsOf({ companyId: field<string>("uuid"), externalId: field<string>("text") });

/** Which of these external ids no invoice of their company has. */
const findUnknown = sqlStatement(
  "accounting.invoices.find_unknown",
  (q) => q.select({ externalId: sql<string>`''` }).from(invoices),
  (p: Params<ArrayParams<RowType<typeof external>>>) => sql`
    select g.external_id from ${external.unnest(p, "g")}
    where not exists (
      select from accounting.invoices i
      where i.tenant_id = ${p.tenantId}::uuid and i.company_id = g.company_id and i.external_id = g.external_id)
    limit 1`,
);

/**
 * Imports invoices that another system issued, in slices of 500. Those that the company has already stay as they are, and
 * of several with one external id the first one counts. They are written in the order of their external ids, after their
 * accounts are locked: two imports, or an import and anything else that posts, never wait for each other.
 */
export async function importInvoices(unit: Unit, all: readonly Imported[]): Promise<{ created: number }> {
  let created = 0;
  const each = oneForEachKey(all.map(asInvoice));
  await inChunks(unit, each, {
    size: 500,
    begin: (inner) => lockForPosting(inner, each),
    prepare: (documents) => ({ documents, drafts: invoiceDrafts.many(documents) }),
    write: async (inner, { documents, drafts }) => {
      const written = new Set((await inner.run(importDrafts, drafts)).map(idOf));
      const isNew = documents.filter(({ id }) => written.has(id));
      await refuseTakenIds(
        inner,
        documents.filter(({ id }) => !written.has(id)),
      );
      await inner.run(finishImport, issued.arrays(isNew));
      await pay(
        inner,
        isNew.filter(({ status }) => status === "paid"),
      );
      created += isNew.length;
    },
  });
  return { created };
}

/** What was left out is known by its external id, or has an id that another invoice has. */
async function refuseTakenIds(unit: Unit, leftOut: readonly { companyId: string; externalId: string }[]) {
  if (leftOut.length === 0) return;
  const [unknown] = await unit.run(findUnknown, external.arrays(leftOut));
  if (unknown) throw idTaken("invoices");
}

const asInvoice = (invoice: Imported) => ({
  ...invoice,
  id: invoice.id ?? newId(),
  kind: "invoice" as const,
  creditedInvoiceId: null,
});

async function pay(unit: Unit, all: readonly Pick<Imported & { id: string }, "id" | "paidOn">[]): Promise<void> {
  const dated = all.flatMap(({ id, paidOn }) => (paidOn === undefined ? [] : [{ id, paidOn }]));
  const rows = dated.length > 0 ? await unit.run(payImport, paid.arrays(dated, { paymentId: newId })) : [];
  const settled = new Set(rows.map(idOf));
  // The others have no `paidOn`, or a total of 0, which takes no payment.
  const ids = all.map(idOf).filter((id) => !settled.has(id));
  if (ids.length > 0) await invoicePosting.markWrittenPaid(unit, ids);
}

const idOf = ({ id }: { id: string }) => id;
