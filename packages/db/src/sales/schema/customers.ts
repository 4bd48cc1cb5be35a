import { sql } from "drizzle-orm";
import { bigint, boolean, check, date, index, text, unique, uuid, varchar } from "drizzle-orm/pg-core";
import { instant, timestamps } from "../../core/columns";
import { tenantTable } from "../../core/tenant-table";
import { debtKind } from "../choices";
import { businesses, businessUsers } from "./businesses";
import { amount, businessId, syncChecks, syncColumns } from "./columns";
import { salesSchema } from "./schemas";

/** Whom a business sells to. */
export const customers = tenantTable(
  salesSchema,
  "customers",
  {
    businessId: businessId(),
    name: varchar("name", { length: 255 }).notNull(),
    dni: varchar("dni", { length: 20 }),
    phone: varchar("phone", { length: 50 }),
    address: text("address"),
    notes: text("notes"),
    /** Most that the customer may owe; null is no limit. An admin_negocio sets it. */
    creditLimit: amount("credit_limit"),
    createdBy: uuid("created_by"),
    ...syncColumns(),
    isActive: boolean("is_active").notNull().default(true),
    ...timestamps(),
  },
  {
    audit: "changes",
    access: "no-delete",
    references: {
      businessId: { table: businesses, index: false },
      createdBy: { table: businessUsers, within: "businessId" },
    },
    extra: (t) => [
      unique("customers_business_id_id_unique").on(t.tenantId, t.businessId, t.id),
      index("idx_customers_business_id_name").on(t.tenantId, t.businessId, t.name, t.id),
      index("idx_customers_dni").on(t.tenantId, t.businessId, t.dni).where(sql`${t.dni} is not null`),
      check("customers_name_check", sql`${t.name} <> ''`),
      check("customers_credit_limit_check", sql`${t.creditLimit} >= 0`),
      ...syncChecks("customers", t),
    ],
  },
);

/**
 * What a customer owes. `balance` is the sum of the customer's debt entries. `open_due` is what the recorded sales are
 * open by, `credit` what of the abonos is allocated to none: they differ by the balance, always.
 */
export const customerBalances = tenantTable(
  salesSchema,
  "customer_balances",
  {
    businessId: businessId(),
    clientId: uuid("client_id").notNull(),
    openDue: amount("open_due").notNull().default("0"),
    credit: amount("credit").notNull().default("0"),
    /** Debt; below zero the customer has paid ahead. */
    balance: amount("balance").notNull().generatedAlwaysAs(sql`open_due - credit`),
    /** The debt in hundredths, 0 without one: what the list of debtors is sorted by, as an index of numeric is no use under the policies. */
    owedCents: bigint("owed_cents", { mode: "bigint" })
      .notNull()
      .generatedAlwaysAs(sql`(greatest(open_due - credit, 0) * 100)::bigint`),
    /** How many debt entries the customer has. */
    version: bigint("version", { mode: "bigint" }).notNull().default(sql`0`),
    ...timestamps(),
  },
  {
    access: "read-only",
    references: { clientId: { table: customers, within: "businessId", part: true, index: false } },
    extra: (t) => [
      unique("customer_balances_client_id_unique").on(t.tenantId, t.clientId, t.businessId),
      index("idx_customer_balances_owed_cents")
        .on(t.tenantId, t.businessId, t.owedCents, t.id)
        .where(sql`${t.owedCents} > 0`),
      check("customer_balances_open_due_check", sql`${t.openDue} >= 0`),
      check("customer_balances_credit_check", sql`${t.credit} >= 0`),
    ],
  },
);

/** Every movement of a customer's debt; never changed. A sale on credit adds what is not paid at once, an abono takes off. */
export const debtEntries = tenantTable(
  salesSchema,
  "debt_entries",
  {
    businessId: businessId(),
    clientId: uuid("client_id").notNull(),
    kind: debtKind.column("kind").notNull(),
    /** The sale or abono. */
    sourceId: uuid("source_id").notNull(),
    /** The business's day that it counts on. */
    day: date("day").notNull(),
    /** Above zero: the debt grows. */
    amount: amount("amount").notNull(),
    /** 1, 2, 3, … in the order in which the customer's entries were written: a missing one leaves a gap. */
    clientVersion: bigint("client_version", { mode: "bigint" }).notNull(),
    /** The debt after this entry, in that order. */
    balanceAfter: amount("balance_after").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  {
    access: "read-only",
    references: {
      clientId: { table: customers, within: "businessId", part: true, onDelete: "restrict", index: false },
    },
    extra: (t) => [
      unique("debt_entries_client_version_unique").on(t.tenantId, t.clientId, t.clientVersion),
      unique("debt_entries_source_id_kind_unique").on(t.tenantId, t.sourceId, t.kind),
      index("idx_debt_entries_client_id_day").on(t.tenantId, t.clientId, t.day, t.clientVersion),
      check("debt_entries_amount_check", sql`${t.amount} <> 0`),
      check("debt_entries_sign_check", sql`(${t.kind} in ('sale', 'abono_void')) = (${t.amount} > 0)`),
    ],
  },
);
