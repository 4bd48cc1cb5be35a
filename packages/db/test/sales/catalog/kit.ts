import type { TenantDatabase } from "../../../src/index";
import { asTenantSql, createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { outcomeOf } from "../../kit/sql";
import { freshTenant, sharedTenant } from "../../kit/tenants";
import { addMember } from "../../tenancy/kit/people";

/** A person in the business, and the tenant as that person sees it there. */
export interface Person {
  memberId: string;
  userId: string;
  handle: TenantDatabase;
}

/** A business with an admin_negocio and a vendedor, neither of whom is an admin of the tenant, and two products without stock. */
export interface Stall {
  tenant: TestTenant;
  businessId: string;
  /** In the business, as a job. */
  handle: TenantDatabase;
  admin: Person;
  vendor: Person;
  /** Chicken at 9.50 a kilo. */
  pollo: string;
  /** Eggs at 0.60 each. */
  huevo: string;
}

/** A person of the tenant who is no member of the business. */
export async function stranger(test: TestDatabase, tenant: TestTenant, businessId: string) {
  const { id: userId } = await addMember(tenant);
  return { userId, handle: test.db.forTenant({ tenantId: tenant.tenant.id, userId, businessId }) };
}

export async function addPerson(
  test: TestDatabase,
  { tenant, businessId, handle }: Pick<Stall, "tenant" | "businessId" | "handle">,
  role: "admin_negocio" | "vendedor",
): Promise<Person> {
  const person = await stranger(test, tenant, businessId);
  const { id: memberId } = await handle.sales.members.add({ userId: person.userId, role });
  return { memberId, ...person };
}

/** Another business of a tenant, ready to sell. */
export async function openStall(test: TestDatabase, tenant: TestTenant): Promise<Stall> {
  const { id: businessId } = await test.db.forTenant({ tenantId: tenant.tenant.id }).sales.businesses.create({
    name: "Stall",
  });
  const own = { tenant, businessId, handle: test.db.forTenant({ tenantId: tenant.tenant.id, businessId }) };
  const admin = await addPerson(test, own, "admin_negocio");
  const vendor = await addPerson(test, own, "vendedor");
  const [pollo, huevo] = await own.handle.sales.products.createMany([
    { name: "Pollo", type: "pollo", unit: "kg", basePrice: "9.50" },
    { name: "Huevo", type: "huevo", unit: "unidad", basePrice: "0.60" },
  ]);
  return { ...own, admin, vendor, pollo: pollo?.id ?? "", huevo: huevo?.id ?? "" };
}

export const newStall = async (test: TestDatabase): Promise<Stall> =>
  openStall(test, await createTenant(test, "Stall"));

export const freshStall = freshTenant.extend("stall", ({ test, acme }) => openStall(test, acme));
export const sharedStall = sharedTenant.extend("stall", { scope: "file" }, ({ test, acme }) => openStall(test, acme));

/** Whom raw SQL runs as: a user, in a business, in both, or a job that names neither. */
export interface As {
  userId?: string;
  businessId?: string;
}

/**
 * What becomes of each statement of raw SQL by the runtime login in the tenant's scope: "done", or the SQLSTATE. Each is
 * undone before the next, so that all meet the same rows.
 */
export const outcomesAs = (
  test: TestDatabase,
  { tenant }: Pick<Stall, "tenant">,
  as: As,
  texts: readonly string[],
): Promise<string[]> =>
  asTenantSql(test, tenant, async (client) => {
    await client.query("select set_config('app.current_user_id', $1, true)", [as.userId ?? ""]);
    await client.query("select set_config('app.current_company_id', $1, true)", [as.businessId ?? ""]);
    const outcomes: string[] = [];
    for (const text of texts) {
      await client.query("savepoint before");
      outcomes.push(await outcomeOf(client.query(text)));
      await client.query("rollback to savepoint before");
    }
    return outcomes;
  });
