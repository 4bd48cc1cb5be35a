import { sql } from "drizzle-orm";
import { boolean, check, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { moneyTotal, timestamps } from "../../core/columns";
import { tenantIndex, tenantTable } from "../../core/tenant-table";
import { companies } from "../../tenancy/schema/tenants";
import { accounting } from "./schemas";

const party = () => ({
  companyId: uuid("company_id").notNull(),
  name: text("name").notNull(),
  email: text("email"),
  phone: text("phone"),
  taxId: text("tax_id"),
  address: text("address"),
  city: text("city"),
  state: text("state"),
  postalCode: text("postal_code"),
  country: text("country"),
  balance: moneyTotal("balance").notNull().default("0.00"),
  /** The record's id in the system it was imported from; an import of the same id changes nothing. */
  externalId: text("external_id"),
  isActive: boolean("is_active").notNull().default(true),
  ...timestamps(),
});

/** Whom a company sells to. `balance` is what they owe, in base currency, less what they paid ahead; the ledger keeps it. */
export const customers = tenantTable(accounting, "customers", party(), {
  audit: "changes",
  references: { companyId: { table: companies, index: false } },
  extra: (t) => [
    unique("customers_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
    uniqueIndex("idx_customers_external_id")
      .on(t.tenantId, t.companyId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    tenantIndex("customers", t.tenantId, t.name, t.id),
    tenantIndex("customers", t.tenantId, t.email).where(sql`${t.email} is not null`),
    check("customers_name_check", sql`${t.name} <> ''`),
  ],
});

/** Whom a company buys from. `balance` is what the company owes them, in base currency; the ledger keeps it. */
export const vendors = tenantTable(accounting, "vendors", party(), {
  audit: "changes",
  references: { companyId: { table: companies, index: false } },
  extra: (t) => [
    unique("vendors_company_id_id_unique").on(t.tenantId, t.companyId, t.id),
    uniqueIndex("idx_vendors_external_id")
      .on(t.tenantId, t.companyId, t.externalId)
      .where(sql`${t.externalId} is not null`),
    tenantIndex("vendors", t.tenantId, t.name, t.id),
    tenantIndex("vendors", t.tenantId, t.email).where(sql`${t.email} is not null`),
    check("vendors_name_check", sql`${t.name} <> ''`),
  ],
});
