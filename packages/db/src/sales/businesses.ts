import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId, newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { businesses } from "./schema";
import { sqlStatement, statement } from "./statements";
import { businessChangesSchema, newBusinessSchema } from "./validation/businesses";
import { keptOfBusinesses } from "./validation/kept";

export type Business = typeof businesses.$inferSelect;
export type NewBusiness = z.input<typeof newBusinessSchema>;
export type BusinessChanges = z.input<typeof businessChangesSchema>;

const records = recordsOf(statement, "sales.businesses.find", businesses, "business");

// Businesses are few, and old ones come first: the id is time-ordered, so the primary key serves the list.
const list = listOf(statement, {
  name: "sales.businesses.list",
  table: businesses,
  sort: ["id"],
  where: eq(businesses.isActive, true),
});

const newBusiness = rowsOf(businesses, {
  id: "given",
  name: "given",
  ruc: "given",
  address: "given",
  phone: "given",
  email: "given",
  logoUrl: "given",
  modoOperacion: "given",
  controlKilos: "given",
  usarDistribucion: "given",
  permitirVentaSinStock: "given",
  timeZone: "defaulted",
  ...kept(keptOfBusinesses),
});

type Creation = RowParams<RowType<typeof newBusiness>> & { memberId: string; adminId: string | null };

/** Makes the business and its first member. */
const create = sqlStatement(
  "sales.businesses.create",
  (q) => q.select().from(businesses),
  (p: Params<Creation>) => sql`
    with created as (
      insert into sales.businesses as b (tenant_id, ${newBusiness.names()})
      select ${p.tenantId}::uuid, ${newBusiness.values(p, {
        timeZone: sql`coalesce(${p.timeZone}::text, 'America/Lima')`,
      })}
      returning ${columnsOf(businesses, "b")}
    ), admin as (
      insert into sales.business_users (tenant_id, id, business_id, user_id, role)
      select b.tenant_id, ${p.memberId}::uuid, b.id, ${p.adminId}::uuid, 'admin_negocio' from created b
      where ${p.adminId}::uuid is not null
    )
    select ${columnsOf(businesses, "b")} from created b`,
);

/** Businesses of the tenant. A scope that names one sees and changes that one alone. */
export class BusinessRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The business, or undefined. */
  findById(id: string): Promise<Business | undefined> {
    return records.find(this.#unit, id);
  }

  /** The business. Throws `NotFoundError`. */
  getById(id: string): Promise<Business> {
    return records.get(this.#unit, id);
  }

  /** The tenant's active businesses, in the order they were created; the scope's own where it names one. */
  list(request: PageRequest = {}): Promise<Page<Business>> {
    return list(this.#unit, request);
  }

  /**
   * Creates a business with its first member, an admin_negocio: `adminId`, or the scope's user; for a job that names
   * nobody, none. The tenant's first business makes its configuration too. For admins of the tenant and jobs.
   * Throws `ValidationError`; `PermissionDeniedError`; `TenantIsolationError` in the scope of another business;
   * `ForeignKeyViolationError` for an `adminId` that is no member of the tenant.
   */
  async create(input: NewBusiness): Promise<Business> {
    const { adminId, ...business } = parseInput(newBusinessSchema, input, "business");
    const [created] = await this.#unit.run(create, {
      ...newBusiness.row(business, { id: chosenOrNewId }),
      memberId: newId(),
      adminId: adminId ?? this.#unit.scope.userId ?? null,
    });
    return found(created, "business");
  }

  /**
   * Changes the given fields; a mode set to null is as the tenant's configuration says. For its admin_negocio and admins of
   * the tenant. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`.
   */
  async update(id: string, input: BusinessChanges): Promise<Business> {
    return this.#set(id, parseInput(businessChangesSchema, input, "change"));
  }

  /** Soft delete: it leaves the list, and its records stay. Throws `NotFoundError`, `PermissionDeniedError`. */
  archive(id: string): Promise<Business> {
    return this.#set(id, { isActive: false });
  }

  /** Undoes `archive`. Throws `NotFoundError`, `PermissionDeniedError`. */
  restore(id: string): Promise<Business> {
    return this.#set(id, { isActive: true });
  }

  async #set(id: string, changes: Partial<Business>): Promise<Business> {
    const [updated] = await this.#unit.drizzle
      .update(businesses)
      .set(changes)
      .where(and(eq(businesses.tenantId, this.#unit.scope.tenantId), eq(businesses.id, id)))
      .returning();
    return found(updated, "business");
  }
}
