import { sql } from "drizzle-orm";
import { check, pgPolicy, text, uuid } from "drizzle-orm/pg-core";
import { choice, isOneOf } from "../../core/choice";
import { timestamps } from "../../core/columns";
import { authenticated, platform } from "../../core/roles";
import { tenantTable } from "../../core/tenant-table";
import { valueChecks } from "../../core/value-checks";
import { tenantStatus } from "../states";
import { tenancy } from "./schemas";

const thisTenant = sql`id = (select tenancy.current_tenant_id())`;

/** The customer organisations: the unit of isolation. The one table whose own id is the tenant. */
export const tenants = tenancy.table(
  "tenants",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    name: text("name").notNull(),
    status: tenantStatus.column("status").notNull().default("active"),
    ...timestamps(),
  },
  (t) => [
    check("tenants_status_check", isOneOf("status", tenantStatus.values)),
    ...valueChecks("tenants", t),
    check("tenants_name_check", sql`${t.name} <> ''`),
    pgPolicy("tenant_isolation", { for: "all", to: authenticated, using: thisTenant, withCheck: thisTenant }),
    pgPolicy("platform_access", { for: "all", to: platform, using: sql`true`, withCheck: sql`true` }),
  ],
);

export const companyStatus = choice(["active", "inactive"]);

/** A legal entity inside a tenant; its books, numbers and documents are its own. */
export const companies = tenantTable(
  tenancy,
  "companies",
  {
    name: text("name").notNull(),
    taxId: text("tax_id"),
    address: text("address"),
    email: text("email"),
    phone: text("phone"),
    logoUrl: text("logo_url"),
    status: companyStatus.column("status").notNull().default("active"),
    ...timestamps(),
  },
  {
    isCompany: true,
    audit: "all",
    access: "no-delete",
    extra: (t) => [check("companies_name_check", sql`${t.name} <> ''`)],
  },
);
