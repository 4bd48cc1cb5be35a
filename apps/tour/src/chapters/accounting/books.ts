import { everything } from "../../pages";
import type { Print } from "../../print";
import type { Tenants, TourTenant } from "../../tenants";

/** Gives each company its books, before anything is posted. */
export async function openBooks(print: Print, tenants: Tenants): Promise<void> {
  print.code("await chinook.accounting.accounts.createStandardChart({ companyId, baseCurrency })");
  const charts = await Promise.all(Object.values(tenants).map(createChart));
  print.proof(`Each company has books in USD, and a chart of ${charts.join(" and ")} accounts`);
}

/** Returns how many accounts the company has. Existing books stay as they are; only missing accounts are added. */
async function createChart({ handle, companyId }: TourTenant): Promise<number> {
  const { accounts } = handle.accounting;
  await accounts.createStandardChart({ companyId, baseCurrency: "USD" });
  return (await everything((page) => accounts.list({ ...page, companyId }))).length;
}
