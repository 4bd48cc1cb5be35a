import type { EmptyRelations } from "drizzle-orm/relations";
import { guard } from "./client/guarded";
import type { ConnectionPool } from "./client/pool";
import { runTransaction, type TransactionOptions, type TransactionUnit } from "./client/scoped-unit";
import type { ScopedDrizzle } from "./client/session";
import { ValidationError } from "./core/errors";
import { found } from "./core/found";
import type { Page, PageRequest } from "./core/page";
import { platformLog } from "./tenancy/schema";
import {
  type CreatedTenant,
  listTenants,
  type NewTenant,
  platformStatements,
  type Tenant,
  TenantRepository,
  tenantIdOf,
} from "./tenancy/tenants";

/** Who uses the platform login, and why: both are written to the log. */
export interface PlatformUse {
  actor: string;
  reason: string;
}

/** The operator's own work across tenants. Every method is one logged transaction. */
export class PlatformDatabase {
  readonly #pool: ConnectionPool;
  readonly #use: PlatformUse;

  constructor(pool: ConnectionPool, use: PlatformUse) {
    for (const key of ["actor", "reason"] as const) {
      if (typeof use?.[key] !== "string" || use[key].trim() === "") {
        throw new ValidationError(`platform: ${key} is missing`, [
          { path: key, message: "say who does this, and why" },
        ]);
      }
    }
    this.#pool = pool;
    this.#use = use;
  }

  /** Runs a transaction that sees every tenant: a Drizzle database on the platform login. */
  transaction<T>(work: (tx: ScopedDrizzle<EmptyRelations>) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#logged((_unit, tx) => work(guard(tx)), options);
  }

  /** All tenants, oldest first. */
  listTenants(request: PageRequest = {}): Promise<Page<Tenant>> {
    return this.#logged((unit) => listTenants(unit, request));
  }

  /** A tenant, or undefined. */
  findTenant(id: string): Promise<Tenant | undefined> {
    return this.#logged(async (unit) => (await unit.run(platformStatements.find, { id }))[0]);
  }

  /** Creates a tenant with its first admin, who claims the account by signing in with that e-mail address. */
  async createTenant(input: NewTenant): Promise<CreatedTenant> {
    const { id: _id, ...tenant } = input;
    const tenantId = tenantIdOf(input);
    return this.#logged((_unit, _tx, within) => new TenantRepository(within(tenantId)).create(tenant));
  }

  /** Members of the tenant are refused from the next call on. Throws `NotFoundError`. */
  suspendTenant(id: string): Promise<Tenant> {
    return this.#setStatus(id, "suspended");
  }

  /** Undoes `suspendTenant`. Throws `NotFoundError`. */
  reactivateTenant(id: string): Promise<Tenant> {
    return this.#setStatus(id, "active");
  }

  /** Closes a tenant for good; its data stays until it is erased by hand. Throws `NotFoundError`. */
  archiveTenant(id: string): Promise<Tenant> {
    return this.#setStatus(id, "archived");
  }

  #setStatus(id: string, status: Tenant["status"]): Promise<Tenant> {
    return this.#logged(async (unit) =>
      found((await unit.run(platformStatements.setStatus, { id, status }))[0], "tenant"),
    );
  }

  #logged<T>(
    work: (
      unit: TransactionUnit,
      tx: ScopedDrizzle<EmptyRelations>,
      within: (tenantId: string) => TransactionUnit,
    ) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    const source = { pool: this.#pool, prelude: [], scope: { tenantId: "" }, description: "the platform" };
    return runTransaction(
      source,
      async (unit) => {
        await unit.drizzle.insert(platformLog).values({ actor: this.#use.actor, reason: this.#use.reason });
        return work(unit, unit.drizzle, (tenantId) => unit.within({ tenantId }));
      },
      options,
    );
  }
}
