import type { EmptyRelations } from "drizzle-orm/relations";
import { guard } from "./client/guarded";
import type { ConnectionPool } from "./client/pool";
import {
  runTransaction,
  type TransactionOptions,
  type TransactionSource,
  type TransactionUnit,
} from "./client/scoped-unit";
import type { ScopedDrizzle } from "./client/session";
import { SingleUnit } from "./client/single-statements";
import { ValidationError } from "./core/errors";
import { found } from "./core/found";
import type { Page, PageRequest } from "./core/page";
import { type AuditHead, headOf, sealTrail } from "./tenancy/audit-seals";
import { enterTenant, logUse } from "./tenancy/platform-log";
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

/**
 * The operator's own work across tenants. Every method writes its use to the log first, in a transaction of its own, and
 * then does its work: the line stays whatever becomes of the work.
 */
export class PlatformDatabase {
  readonly #source: TransactionSource;
  readonly #use: PlatformUse;

  constructor(pool: ConnectionPool, use: PlatformUse) {
    for (const key of ["actor", "reason"] as const) {
      if (typeof use?.[key] !== "string" || use[key].trim() === "") {
        throw new ValidationError(`platform: ${key} is missing`, [
          { path: key, message: "say who does this, and why" },
        ]);
      }
    }
    this.#source = { pool, prelude: [], scope: { tenantId: "" }, description: "the platform" };
    this.#use = use;
  }

  /**
   * Runs a transaction that sees every tenant: a Drizzle database on the platform login. The log has one line, however
   * often `retry` runs it.
   */
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

  /**
   * Seals the audit trail of every tenant, each in transactions of its own, and returns their last seals: keep these outside
   * the database, for `audit.verify`. One tenant's failure does not stop the others; the first error is thrown in the end.
   */
  async sealAuditTrails(): Promise<AuditHead[]> {
    await this.#log();
    const heads: AuditHead[] = [];
    const errors: unknown[] = [];
    for await (const tenantId of this.#tenantIds()) {
      const within = <T>(work: (unit: TransactionUnit) => Promise<T>) =>
        runTransaction(this.#source, async (unit) => {
          const tenant = unit.within({ tenantId });
          await tenant.run(enterTenant, {});
          return work(tenant);
        });
      try {
        const head = await within(async (unit) => {
          await sealTrail(unit, { waitMs: 0 });
          return headOf(unit);
        });
        if (head) heads.push(head);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
    return heads;
  }

  async *#tenantIds(): AsyncGenerator<string> {
    for (let cursor: string | undefined; ; ) {
      const page = await runTransaction(this.#source, (unit) => listTenants(unit, { limit: 500, cursor }));
      for (const { id } of page.items) yield id;
      if (page.nextCursor === undefined || page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }

  #setStatus(id: string, status: Tenant["status"]): Promise<Tenant> {
    return this.#logged(async (unit) =>
      found((await unit.run(platformStatements.setStatus, { id, status }))[0], "tenant"),
    );
  }

  async #logged<T>(
    work: (
      unit: TransactionUnit,
      tx: ScopedDrizzle<EmptyRelations>,
      within: (tenantId: string) => TransactionUnit,
    ) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    await this.#log();
    return runTransaction(
      this.#source,
      (unit) => work(unit, unit.drizzle, (tenantId) => unit.within({ tenantId })),
      options,
    );
  }

  /** Writes the use to the log and commits it. Throws `TenantIsolationError` inside another transaction. */
  async #log(): Promise<void> {
    const source = this.#source;
    await new SingleUnit(source, (work) => runTransaction(source, work)).run(logUse, { ...this.#use });
  }
}
