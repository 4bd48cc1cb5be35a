import { sql } from "drizzle-orm";
import { check, date, index, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { choice } from "../../core/choice";
import { instant, timestamps } from "../../core/columns";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { companies } from "../../tenancy/schema/tenants";
import { billStatus } from "../states";
import { accounts } from "./accounts";
import { documentColumns, documentLineColumns, frozenDocument } from "./documents";
import { vendors } from "./parties";
import { accounting } from "./schemas";

/** A vendor's credit note lowers what the company owes. */
export const billKind = choice(["bill", "credit_note"]);

/** A vendor's bill, under the vendor's own number. Approving it makes it owed. */
export const bills = tenantTable(
  accounting,
  "bills",
  {
    companyId: uuid("company_id").notNull(),
    vendorId: uuid("vendor_id").notNull(),
    kind: billKind.column("kind").notNull().default("bill"),
    /** The bill that a credit note takes back, in part or whole. */
    creditedBillId: uuid("credited_bill_id"),
    billNumber: text("bill_number").notNull(),
    billDate: date("bill_date").notNull(),
    ...documentColumns(),
    status: billStatus.column("status").notNull().default("draft"),
    approvedAt: instant("approved_at"),
    /** The scope's user who approved it; members are never deleted, so it needs no key. */
    approvedBy: uuid("approved_by"),
    ...timestamps(),
  },
  {
    audit: "changes",
    frozen: frozenDocument("bill"),
    references: {
      companyId: { table: companies, index: false },
      vendorId: { table: vendors, within: "companyId" },
      creditedBillId: { table: "self", within: "companyId", index: false },
    },
    extra: (t) => [
      unique("bills_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
      // Unique, because a bill that is recorded twice is usually paid twice.
      uniqueIndex("bills_bill_number_unique")
        .on(t.tenantId, t.vendorId, t.billNumber)
        .where(sql`${t.status} <> 'void'`),
      uniqueIndex("idx_bills_external_id")
        .on(t.tenantId, t.companyId, t.externalId)
        .where(sql`${t.externalId} is not null`),
      index("idx_bills_credited_bill_id").on(t.tenantId, t.creditedBillId).where(sql`${t.creditedBillId} is not null`),
      tenantIndex("bills", t.tenantId, t.billDate, t.id),
      tenantIndex("bills", t.tenantId, t.status, t.billDate, t.id),
      check("bills_bill_number_check", sql`${t.billNumber} <> ''`),
      check("bills_due_date_check", sql`${t.dueDate} >= ${t.billDate}`),
      check(
        "bills_total_amount_check",
        sql`${t.totalAmount} >= 0 and (${t.status} = 'draft'
          or ${t.totalAmount} = round(${t.totalAmount}, tenancy.currency_exponent(${t.currency})))`,
      ),
      check("bills_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("bills_credited_bill_check", sql`${t.kind} = 'credit_note' or ${t.creditedBillId} is null`),
      check(
        "bills_base_amount_check",
        sql`case when ${t.baseAmount} is null then ${t.status} = 'draft' else ${t.baseAmount} >= 0 end`,
      ),
      check("bills_paid_amount_check", sql`${t.paidAmount} between 0 and ${t.totalAmount}`),
      check("bills_voided_on_check", sql`(${t.status} = 'void') = (${t.voidedOn} is not null)`),
      check("bills_exchange_rate_check", sql`${t.exchangeRate} > 0`),
      check("bills_parties_check", sql`${t.status} <> 'draft' or num_nonnulls(${t.seller}, ${t.buyer}) = 0`),
    ],
  },
);

/** One position of a bill. */
export const billLines = tenantTable(
  accounting,
  "bill_lines",
  { billId: uuid("bill_id").notNull(), ...documentLineColumns() },
  {
    audit: "changes",
    references: {
      billId: { table: bills, within: "companyId", part: true, index: false },
      accountId: { table: accounts, within: "companyId", index: false },
    },
    extra: (t) => [
      unique("bill_lines_bill_id_line_number_unique").on(t.tenantId, t.billId, t.companyId, t.lineNumber),
      index("idx_bill_lines_account_id").on(t.tenantId, t.accountId).where(sql`${t.accountId} is not null`),
      check("bill_lines_line_number_check", sql`${t.lineNumber} > 0`),
      check("bill_lines_amount_check", sql`amount < 1e15`),
      check("bill_lines_currency_check", sql`${t.currency} ~ '^[A-Z]{3}$'`),
      check("bill_lines_quantity_check", sql`${t.quantity} > 0`),
      check("bill_lines_unit_price_check", sql`${t.unitPrice} >= 0`),
    ],
  },
);
