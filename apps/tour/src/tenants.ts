import type { Database, TenantDatabase } from "@org/db";

/** The ids never change, so that a second tour finds what the first one made. Shaped as version 7 UUIDs. */
export const cast = {
  chinook: {
    id: "019a0000-0000-7000-8000-00000000c001",
    name: "Chinook Records",
    company: { id: "019a0000-0000-7000-8000-00000000c002", name: "Chinook Inc." },
    admin: { email: "admin@chinook.example", name: "Andrew Adams" },
  },
  northwind: {
    id: "019a0000-0000-7000-8000-00000000d001",
    name: "Northwind Traders",
    company: { id: "019a0000-0000-7000-8000-00000000d002", name: "Northwind Ltd." },
    admin: { email: "admin@northwind.example", name: "Nancy Davolio" },
  },
} as const;

/** A tenant as the chapters use it. */
export interface TourTenant {
  readonly name: string;
  readonly id: string;
  readonly companyId: string;
  readonly adminId: string;
  /** True when this tour made it. */
  readonly isNew: boolean;
  /** The tenant, entered by its admin. */
  readonly handle: TenantDatabase;
}

export interface Tenants {
  readonly chinook: TourTenant;
  readonly northwind: TourTenant;
}

/** Opens the tenant as its admin. */
export function enter(
  db: Database,
  who: (typeof cast)[keyof typeof cast],
  adminId: string,
  isNew: boolean,
): TourTenant {
  const handle = db.forTenant({ tenantId: who.id, userId: adminId });
  return { name: who.name, id: who.id, companyId: who.company.id, adminId, isNew, handle };
}
