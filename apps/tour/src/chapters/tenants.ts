import { type Database, NotFoundError, UniqueViolationError } from "@org/db";
import { promise } from "../failure";
import { cast, enter, type Tenants, type TourTenant } from "../tenants";
import type { Tour } from "../tour";

type Role = (typeof cast)[keyof typeof cast];

/** Two customers' organisations in one database: each with a company and an admin. Found when they are there already. */
export function openTenants({ db, print }: Tour): Promise<Tenants> {
  return print.chapter("Two tenants in one database", async () => {
    print.code("await db.platform({ actor, reason }).createTenant({ id, name, company, admin })");
    const tenants = {
      chinook: await findOrCreate(db, cast.chinook),
      northwind: await findOrCreate(db, cast.northwind),
    };
    const both = Object.values(tenants);
    print.table(
      [{ header: "Tenant" }, { header: "Admin" }, { header: "Id" }, { header: "This tour" }],
      both.map((tenant) => [tenant.name, tenant.adminEmail, tenant.id, tenant.isNew ? "made it" : "found it"]),
    );
    print.code("const chinook = db.forTenant({ tenantId, userId })");
    for (const { handle, name, id } of both) {
      const tenant = await handle.tenancy.tenant.current();
      promise(tenant.id === id, `The handle of ${name} opened another tenant`);
    }
    print.proof("Each admin enters the own tenant; a handle holds no connection");
    return tenants;
  });
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
