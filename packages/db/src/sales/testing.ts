import type { DomainTesting } from "../core/domain";
import type { Company } from "../tenancy/companies";
import type { Business, NewBusiness } from "./businesses";
import type { Sales } from "./index";

/** What the factories need of a test's tenant. Its first business has the id of its company, so that one scope shows both. */
interface Tenant {
  company: Pick<Company, "id">;
  handle: { readonly sales: Sales };
}

/** Another business of the tenant. */
export function createBusiness(of: Tenant, fields: Partial<NewBusiness> = {}): Promise<Business> {
  return of.handle.sales.businesses.create({ name: "Business", ...fields });
}

export const factories = { createBusiness };

export const salesTesting: DomainTesting<Sales> = {
  prepare: ({ businesses }, { companyId }) => businesses.create({ id: companyId, name: "Test business" }),

  async seed({ businesses }, { companyId }) {
    await businesses.create({ id: companyId, name: "Avícola Demo" });
  },

  // Triggers make the rows that go with these: configuration, stock, balance, rates.
  samples: {
    "sales.abonos": { values: { abono_day: "2030-01-01" } },
    "sales.business_users": { pastTriggers: true },
    "sales.businesses": { pastTriggers: true },
    "sales.customers": { pastTriggers: true },
    "sales.products": { pastTriggers: true },
    "sales.sale_items": { values: { subtotal: "1.00" } },
    "sales.stock_movements": { values: { kind: "receipt" } },
  },
};
