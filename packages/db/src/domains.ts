import { accountingDomain } from "./accounting/domain";
import { catalogueScopeOf } from "./core/domain";
import { noteTables } from "./core/known-tables";
import { salesDomain } from "./sales/domain";
import { tenancyDomain } from "./tenancy/domain";

/**
 * The domains. A new one is its folder and a line here: handles, drizzle's configuration, build entries, catalogue
 * proof, attacks, plans and seeds derive from this list. A domain that others refer to stands before them.
 */
export const domains = {
  /** Tenants, companies, people and their roles, the audit trail: what every other domain stands on. */
  tenancy: tenancyDomain,
  /** Invoices, bills, payments, the journal and its reports. */
  accounting: accountingDomain,
  /** Businesses with their people, products, stock, sales, abonos and routes. */
  sales: salesDomain,
};

for (const { tables } of Object.values(domains)) noteTables(tables);

export type Domains = typeof domains;

/** The PostgreSQL schemas of all domains, and where these depart from the rules: what the catalogue proof is given. */
export const catalogueScope = catalogueScopeOf(domains);

type KeysOfEach<R> = R extends unknown ? keyof R : never;
type RelationsOfEach = Domains[keyof Domains]["relations"];
type TenancyRelations = Domains["tenancy"]["relations"];

/**
 * The relations of all domains, for `tx.query.…`. A business domain may mention tenancy's tables to join them; what
 * they are joined with is for tenancy to say.
 */
export type Relations = {
  [K in KeysOfEach<RelationsOfEach>]: K extends keyof TenancyRelations
    ? TenancyRelations[K]
    : Extract<RelationsOfEach, Record<K, unknown>>[K];
};

const ofEach = Object.values(domains).map(({ relations }) => relations);

export const relations = Object.assign({}, ...ofEach, domains.tenancy.relations) as Relations;
