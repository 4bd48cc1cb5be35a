import { sql } from "drizzle-orm";
import { listBy, SortKey } from "../core/lists";
import type { Params } from "../core/statement";
import { type DocumentSide, sides } from "./document-sides";
import { invoices, payments } from "./schema";
import { sqlStatement } from "./statements";
import { partySchema } from "./validation/payments";

const byDueDate = new SortKey(invoices, ["dueDate", "id"]);

interface OpenParams {
  partyId: string;
  limit: number;
  after_dueDate: string;
  after_id: string;
}

/** The open documents of a customer or vendor, and with negative amounts the credit notes and payments to set against them. */
const openDocumentsOf = (side: DocumentSide) =>
  sqlStatement(
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
    (p: Params<OpenParams>) => sql`
      select o.kind, o.id, o.number, o.date, o.due_date, o.currency, o.sign * o.amount, o.sign * o.open, o.sign * o.open_base
      from (
        select d.kind, d.id, d.${side.number} as number, d.${side.date} as date, d.due_date, d.currency,
          d.total_amount as amount, d.total_amount - d.paid_amount as open, d.base_amount - d.paid_base_amount as open_base,
          case d.kind when 'credit_note' then -1 else 1 end as sign
        from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and d.${side.party} = ${p.partyId}::uuid and d.status in ${side.open}
        union all
        select 'payment', m.id, m.reference, m.payment_date, m.payment_date, m.currency, m.amount,
          m.amount - m.allocated_amount, m.base_amount - m.exchange_difference - m.allocated_base_amount, -1
        from accounting.payments m
        where m.tenant_id = ${p.tenantId}::uuid and m.${side.party} = ${p.partyId}::uuid and m.voided_on is null
          and m.allocated_amount < m.amount
      ) o
      where ${byDueDate.after(p, "o")}
      order by o.due_date, o.id limit ${p.limit}`,
  );

const openInvoices = openDocumentsOf(sides.invoices);
const openBills = openDocumentsOf(sides.bills);

/** The open documents of a customer or vendor, and what can be set against them, by due date. */
export const listOpenDocuments = listBy(partySchema, byDueDate, (unit, { customerId, vendorId }, position) =>
  customerId === undefined
    ? unit.run(openBills, { partyId: vendorId ?? "", ...position })
    : unit.run(openInvoices, { partyId: customerId, ...position }),
);

/** What is open of a customer or vendor; credit notes and payments have negative amounts. */
export type OpenDocument = Awaited<ReturnType<typeof listOpenDocuments>>["items"][number];
