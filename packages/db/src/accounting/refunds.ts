import { type SQL, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import { columnsOf, type Params } from "../core/statement";
import { givenTargets, oldestFirst, type Target, type TargetParams, targetParams } from "./allocation-targets";
import type { Payment } from "./allocations";
import { type DocumentSide, type SideName, sides } from "./document-sides";
import { baseCurrency, type CheckedPayment, newPayment, type PaymentParams, recordOnce } from "./payment-recording";
import { payments } from "./schema";
import { sqlStatement } from "./statements";

/** The ids of payments and credit notes that a refund names, each with an amount among its targets. */
interface CreditParams extends TargetParams {
  paymentIds: string[];
  creditNoteIds: string[];
}

/** Which payments `s` and credit notes `d` a refund pays back, and how much of each, as the table `given`. */
interface Credit<P> {
  payments: (p: Params<P & PaymentParams>) => SQL;
  creditNotes: (p: Params<P & PaymentParams>) => SQL;
  given: (p: Params<P & PaymentParams>) => SQL;
}

/**
 * A refund and the allocations of its credit in one statement. The payments that it pays back are locked by id, then the
 * credit notes. A refund of that external id or id, made before, leaves no row.
 */
function refundStatement<P>(name: string, side: DocumentSide, credit: Credit<P>) {
  return sqlStatement(
    `accounting.payments.refund_${side.name}${name}`,
    (q) => q.select().from(payments),
    (p: Params<P & PaymentParams>) => sql`
      with paid as materialized (
        select s.id, s.payment_date, s.currency, s.amount - s.allocated_amount as open from accounting.payments s
        where s.tenant_id = ${p.tenantId}::uuid and ${credit.payments(p)}
        order by s.id for no key update
      ), credited as materialized (
        select d.id, d.${side.date} as made_on, d.currency, d.total_amount - d.paid_amount as open from ${side.table} d
        where d.tenant_id = ${p.tenantId}::uuid and ${credit.creditNotes(p)} and (select count(*) from paid) >= 0
        order by d.id for no key update
      ), document as (
        select m.id, m.id as payment_id, null::uuid as credit_note_id, m.payment_date as due_date, m.currency, m.open
        from paid m
        union all
        select c.id, null, c.id, c.made_on, c.currency, c.open from credited c
      ), payment as (
        insert into accounting.payments as p (tenant_id, direction, ${side.party}, ${newPayment.names()})
        select ${p.tenantId}::uuid, ${side.refundDirection}, ${p.partyId}::uuid, ${newPayment.values(p as never, {
          currency: sql`coalesce(${p.currency}::text, (select min(d.currency) from document d), ${baseCurrency(p)})`,
        })}
        from (select count(*) from document) locked
        on conflict do nothing
        returning p.*, p.amount as open
      ), ${credit.given(p)}, allocated as (
        insert into accounting.payment_allocations as a
          (tenant_id, id, company_id, payment_id, ${side.creditNote}, refund_id, amount, allocated_on)
        select p.tenant_id, g.id, p.company_id, d.payment_id, d.credit_note_id, p.id, g.amount, p.payment_date
        from payment p cross join given g left join document d on d.id = g.document_id
        order by g.document_id
        returning a.amount, a.base_amount
      )
      select ${columnsOf(payments, "payment", {
        allocatedAmount: sql`(select coalesce(sum(a.amount), 0)::numeric(15, 2) from allocated a)`,
        allocatedBaseAmount: sql`(select coalesce(sum(a.base_amount), 0)::numeric(15, 2) from allocated a)`,
      })} from payment`,
  );
}

const refundingOf = (side: DocumentSide) => ({
  named: refundStatement<CreditParams>("", side, {
    payments: (p) => sql`s.id = any (${p.paymentIds}::uuid[])`,
    creditNotes: (p) => sql`d.id = any (${p.creditNoteIds}::uuid[])`,
    given: (p) => givenTargets(p as unknown as Params<TargetParams>),
  }),
  oldest: refundStatement<object>("_oldest", side, {
    payments: (p) => sql`s.company_id = ${p.companyId}::uuid and s.${side.party} = ${p.partyId}::uuid
      and not s.is_refund and s.voided_on is null and s.allocated_amount < s.amount
      and s.payment_date <= ${p.paymentDate}::date and s.currency = coalesce(${p.currency}::text, ${baseCurrency(p)})`,
    creditNotes: (p) => sql`d.company_id = ${p.companyId}::uuid and d.${side.party} = ${p.partyId}::uuid
      and d.kind = 'credit_note' and d.status in ${side.open}
      and d.${side.date} <= ${p.paymentDate}::date and d.currency = coalesce(${p.currency}::text, ${baseCurrency(p)})`,
    given: () => oldestFirst(sql`payment`),
  }),
});

const refunding = { invoices: refundingOf(sides.invoices), bills: refundingOf(sides.bills) };

/** Credit that a refund names: a payment or a credit note, and the amount paid back of it. */
export interface RefundedCredit {
  paymentId?: string | undefined;
  creditNoteId?: string | undefined;
  vendorCreditId?: string | undefined;
  amount: string;
}

/** Records a refund to a customer (`invoices`) or from a vendor (`bills`), and the credit that it pays back. */
export function recordRefund(
  unit: Unit,
  side: SideName,
  payment: CheckedPayment,
  credit: "oldest" | RefundedCredit[],
): Promise<Payment> {
  const to: "oldest" | Target[] =
    credit === "oldest"
      ? credit
      : credit.map(({ amount, ...source }) => ({ id: Object.values(source).find(isGiven) ?? "", amount }));
  return recordOnce(unit, { side, payment, to, isRefund: true }, (params) => {
    if (to === "oldest" || credit === "oldest") return unit.run(refunding[side].oldest, params);
    const paymentIds = credit.map(({ paymentId }) => paymentId).filter(isGiven);
    const creditNoteIds = credit
      .map(({ creditNoteId, vendorCreditId }) => creditNoteId ?? vendorCreditId)
      .filter(isGiven);
    return unit.run(refunding[side].named, Object.assign({}, params, targetParams(to), { paymentIds, creditNoteIds }));
  });
}

const isGiven = (id: string | undefined): id is string => id !== undefined;
