import type { DomainTesting } from "../core/domain";
import type { Company } from "../tenancy/companies";
import type { Business, NewBusiness } from "./businesses";
import type { Customer, NewCustomer } from "./customers";
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

/** A customer of the tenant's first business, who owes nothing. */
export function createCustomer(of: Tenant, fields: Partial<NewCustomer> = {}): Promise<Customer> {
  return of.handle.sales.customers.create({ businessId: of.company.id, name: "Customer", ...fields });
}

export const factories = { createBusiness, createCustomer };

const oncePerRequest = [[], ["idempotency_key", "request_hash"]];

export const salesTesting: DomainTesting<Sales> = {
  prepare: ({ businesses }, { companyId }) => businesses.create({ id: companyId, name: "Test business" }),

  async seed({ businesses }, { companyId }) {
    await businesses.create({ id: companyId, name: "Avícola Demo" });
  },

  samples: {
    "sales.abonos": { values: { abono_day: "2030-01-01" }, together: oncePerRequest },
    // Triggers make the rows that go with these: configuration, stock, balance, rates.
    "sales.business_users": { pastTriggers: true },
    "sales.businesses": { values: { time_zone: "Europe/Madrid" }, pastTriggers: true },
    "sales.customers": { pastTriggers: true },
    "sales.products": { pastTriggers: true },
    "sales.day_closing_late": { together: [["sale_id"], ["abono_id"]] },
    "sales.day_closings": { values: { sold_amount: "2.00" } },
    "sales.distribucion_assignments": { together: oncePerRequest },
    "sales.distribucion_items": {
      values: { assigned: "3.000", sold: "1.000", returned: "1.000", lost: "1.000", loss_reason: "Spoilt" },
    },
    "sales.distribuciones": { together: oncePerRequest },
    "sales.orders": { together: oncePerRequest },
    "sales.refunds": { together: [["sale_id"], ["abono_id"]] },
    "sales.sale_items": { values: { gross: "3.00", tara: "2.00" } },
    "sales.sales": {
      values: { sale_type: "contado", amount_paid: "1.00", balance_due: "0", sale_day: "2030-01-01" },
      together: oncePerRequest,
    },
    "sales.stock_movements": { together: oncePerRequest },
  },
};
