import { guard } from "./client/guarded";
import type { TenantScope } from "./client/scope";
import type { ScopedUnit, TransactionOptions, TransactionUnit } from "./client/scoped-unit";
import type { ScopedDrizzle } from "./client/session";
import type { DomainList, RepositoriesOf } from "./core/domain";
import { type Domains, domains, type Relations, relations } from "./domains";

type Drizzle = ScopedDrizzle<Relations>;

/** The base of a handle: one property for each domain, which makes the domain's repositories when it is first read. */
export function repositoriesOf<D extends DomainList>(domains: D): new (unit: ScopedUnit) => RepositoriesOf<D> {
  class Repositories {
    readonly #unit: ScopedUnit;
    readonly #made: Record<string, object> = {};

    constructor(unit: ScopedUnit) {
      this.#unit = unit;
    }

    static {
      for (const [name, domain] of Object.entries(domains)) {
        const RepositoriesOfDomain = domain.repositories as new (unit: ScopedUnit) => object;
        Object.defineProperty(Repositories.prototype, name, {
          get(this: Repositories) {
            this.#made[name] ??= new RepositoriesOfDomain(this.#unit);
            return this.#made[name];
          },
        });
      }
    }
  }
  return Repositories as unknown as new (
    unit: ScopedUnit,
  ) => RepositoriesOf<D>;
}

const AllRepositories: new (unit: ScopedUnit) => RepositoriesOf<Domains> = repositoriesOf(domains);

/** What a tenant's handle and its transaction have in common: the domains' repositories, and Drizzle itself. */
abstract class Scoped extends AllRepositories {
  readonly #unit: ScopedUnit;
  #drizzle: Drizzle | undefined;

  constructor(unit: ScopedUnit) {
    super(unit);
    this.#unit = unit;
  }

  /** Whom this runs as; it cannot be changed. */
  get scope(): TenantScope {
    return this.#unit.scope;
  }

  // Drizzle's own methods, so that `tx.select().from(…)` is Drizzle as everybody knows it.
  get select(): Drizzle["select"] {
    return this.#bound("select");
  }
  get selectDistinct(): Drizzle["selectDistinct"] {
    return this.#bound("selectDistinct");
  }
  get selectDistinctOn(): Drizzle["selectDistinctOn"] {
    return this.#bound("selectDistinctOn");
  }
  get insert(): Drizzle["insert"] {
    return this.#bound("insert");
  }
  get update(): Drizzle["update"] {
    return this.#bound("update");
  }
  get delete(): Drizzle["delete"] {
    return this.#bound("delete");
  }
  get execute(): Drizzle["execute"] {
    return this.#bound("execute");
  }
  get with(): Drizzle["with"] {
    return this.#bound("with");
  }
  get $with(): Drizzle["$with"] {
    return this.#bound("$with");
  }
  get $count(): Drizzle["$count"] {
    return this.#bound("$count");
  }
  /** Relational queries: `tx.query.accountingInvoices.findMany({ with: { lines: true } })`. */
  get query(): Drizzle["query"] {
    return this.#drizzleNow.query;
  }

  get #drizzleNow(): Drizzle {
    this.#drizzle ??= guard(this.#unit.drizzleWith(relations));
    return this.#drizzle;
  }

  #bound<K extends keyof Drizzle>(method: K): Drizzle[K] {
    const drizzle = this.#drizzleNow;
    return (drizzle[method] as (...args: never[]) => unknown).bind(drizzle) as Drizzle[K];
  }
}

/** An open transaction of a tenant: repositories and Drizzle, all in one transaction and one scope. */
export class TenantTransaction extends Scoped {
  readonly #unit: TransactionUnit;

  constructor(unit: TransactionUnit) {
    super(unit);
    this.#unit = unit;
  }

  /**
   * A part that can fail on its own: a savepoint. Its error undoes what it wrote and nothing else. A call on the outer
   * `tx` from elsewhere waits until the part has ended; from inside the part it belongs to the part.
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>): Promise<T> {
    return this.#unit.part((unit) => work(new TenantTransaction(unit)));
  }
}

/** Starts a transaction of a tenant. */
export type StartTransaction = <T>(
  work: (unit: TransactionUnit) => Promise<T>,
  options?: TransactionOptions,
) => Promise<T>;

/** A tenant's handle: holds no connection. Every call is one transaction of its own, in one round trip. */
export class TenantDatabase extends Scoped {
  readonly #start: StartTransaction;

  constructor(unit: ScopedUnit, start: StartTransaction) {
    super(unit);
    this.#start = start;
  }

  /**
   * Runs several calls as one transaction: all or nothing. Throws the first error; `TenantIsolationError` when a
   * second scope is opened inside.
   */
  transaction<T>(work: (tx: TenantTransaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.#start((unit) => work(new TenantTransaction(unit)), options);
  }
}
