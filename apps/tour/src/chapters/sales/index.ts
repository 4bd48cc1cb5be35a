import { UniqueViolationError } from "@org/db";
import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import type { Tenants, TourTenant } from "../../tenants";

/** Northwind opens a business, whose records are its own. Returns the business. */
export function tourSales({ db, print }: Tour, { northwind }: Tenants) {
  return print.chapter("A business that sells", async () => {
    const business = await findOrCreate(northwind);
    print.code("await northwind.sales.businesses.create({ name })");
    const narrowed = db.forTenant({ tenantId: northwind.id, userId: northwind.adminId, businessId: business.id });
    const seen = await narrowed.sales.businesses.list();
    promise(
      seen.items.map(({ id }) => id).join() === business.id,
      "A scope that names a business sees another one: start afresh with pnpm db:reset",
    );
    print.proof(`${business.name}: a scope that names the business sees it alone`);
    return business;
  });
}

// A second tour finds what the first one made; one at the same time may be quicker.
async function findOrCreate({ handle, companyId: id, name }: TourTenant) {
  const { businesses } = handle.sales;
  const found = await businesses.findById(id);
  if (found) return found;
  try {
    return await businesses.create({ id, name });
  } catch (error) {
    if (error instanceof UniqueViolationError) return businesses.getById(id);
    throw error;
  }
}
