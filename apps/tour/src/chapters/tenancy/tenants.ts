import { type Database, NotFoundError, UniqueViolationError } from "@org/db";
import type { Tour } from "../../chapter";
import { promise } from "../../failure";
import { cast, enter, type Tenants, type TourTenant } from "../../tenants";

type Role = (typeof cast)[keyof typeof cast];

/** Two customers' organisations in one database: each with a company and an admin. Found when they are there already. */
export function openTenants({ db, print }: Tour): Promise<Tenants> {
  return print.chapter("Two tenants in one database", async () => {
    const tenants = {
      chinook: await findOrCreate(db, cast.chinook),
      northwind: await findOrCreate(db, cast.northwind),
    };
    const made = Object.values(tenants).some(({ isNew }) => isNew);
    if (made) print.code("await db.platform({ actor, reason }).createTenant({ id, name, company, admin })");
    print.code("const chinook = db.forTenant({ tenantId, userId })");
    const rows = await Promise.all(Object.values(tenants).map(describe));
    print.table([{ header: "Tenant" }, { header: "Company" }, { header: "Admin" }, { header: "This tour" }], rows);
    print.proof("Each admin entered the own tenant; a handle costs nothing and holds no connection");
    return tenants;
  });
}

/** As the tenant's own admin reads it. */
async function describe({ handle, companyId, adminId, isNew }: TourTenant): Promise<string[]> {
  const tenant = await handle.tenancy.tenant.current();
  const company = await handle.tenancy.companies.getById(companyId);
  const admin = await handle.tenancy.members.getById(adminId);
  return [tenant.name, company.name, admin.email, isNew ? "made it" : "found it"];
}

// Asked with the tenant's own handle: each use of the platform login is logged, and a second tour changes nothing.
async function findOrCreate(db: Database, role: Role): Promise<TourTenant> {
  const found = await find(db, role);
  if (found) return found;
  try {
    const platform = db.platform({ actor: "tour", reason: `create the demo tenant ${role.name}` });
    const { admin } = await platform.createTenant(role);
    return enter(db, role, admin.id, true);
  } catch (error) {
    // Another tour, at the same time, was quicker.
    const theirs = error instanceof UniqueViolationError ? await find(db, role) : undefined;
    if (theirs) return theirs;
    throw error;
  }
}

async function find(db: Database, role: Role): Promise<TourTenant | undefined> {
  const { tenancy } = db.forTenant({ tenantId: role.id });
  try {
    await tenancy.tenant.current();
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
  const admin = await tenancy.members.findByEmail(role.admin.email);
  promise(admin !== undefined, `${role.name} has lost its admin ${role.admin.email}: start afresh with pnpm db:reset`);
  return enter(db, role, admin.id, false);
}
