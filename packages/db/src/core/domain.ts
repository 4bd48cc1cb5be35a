import { is } from "drizzle-orm";
import { getTableConfig, type PgSchema, PgTable } from "drizzle-orm/pg-core";
import type { AnyRelations } from "drizzle-orm/relations";
import type { Statement } from "./statement";

/** A written exception from the rules of the catalogue proof: this object may break this rule, for this reason. */
export interface Allowance {
  /** The `rule` of the error it allows. */
  readonly rule: string;
  /** The `object` of the error it allows, to the letter. */
  readonly object: string;
  readonly reason: string;
}

/** What a valid row of a table needs beyond the types of its columns. Prefer a better rule in `testing/sample-rows`. */
export interface SampleRule {
  /** Values that its CHECKs want, by SQL column name. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Nullable columns that hold a value together, or not at all: the first set that has all those asked for is filled. */
  readonly together?: readonly (readonly string[])[];
  /** Its triggers write rows of other sampled tables. Its sample rows are inserted with the triggers off. */
  readonly pastTriggers?: true;
}

/** The records that every test and the demo tenant begin with. */
export interface Ground {
  readonly companyId: string;
}

/** What tests and development begin with in a domain. */
export interface DomainTesting<Repositories extends object> {
  /** What a test's company needs before it can work. */
  prepare?(repositories: Repositories, ground: Ground): Promise<unknown>;
  /** The domain's part of `pnpm db:seed`, once per demo tenant, in one transaction with the others'. */
  seed?(repositories: Repositories, ground: Ground): Promise<void>;
  /** What sample rows need, by `schema.table`. */
  readonly samples?: Readonly<Record<string, SampleRule>>;
}

/**
 * What the rest of the package knows of a domain. `src/domains.ts` lists these descriptors. Handles, drizzle's
 * configuration, build entries, catalogue proof, attacks, seeds and factories derive from that list.
 */
export interface Domain<Repositories extends object, Relations extends AnyRelations, Factories extends object> {
  /** The PostgreSQL schemas that its tables are in. */
  readonly schemas: readonly PgSchema[];
  readonly tables: readonly PgTable[];
  /** For `tx.query.…`. Keys of a business domain carry its name, as tables of several domains meet there. */
  readonly relations: Relations;
  /** Its repositories, made for one unit of work. */
  readonly repositories: new (
    unit: never,
  ) => Repositories;
  /** Its statements that run as the platform login; all others run as the runtime login. */
  readonly platformStatements?: readonly Pick<Statement<never, unknown>, "name">[];
  /** Where its structure departs from the rules on purpose. */
  readonly allowances?: readonly Allowance[];
  readonly testing: DomainTesting<Repositories>;
  /** Make records of a test's tenant: `factories.<domain>.createX(tenant)` of `@org/db/testing`. */
  readonly factories: Factories;
}

/** Domains by name. The name is also the folder, the subpath of the package and the property of the handles. */
export type DomainList = Readonly<Record<string, Domain<object, AnyRelations, object>>>;

/** The repositories of each domain: what a handle offers. */
export type RepositoriesOf<D extends DomainList> = {
  readonly [Name in keyof D]: D[Name]["repositories"] extends new (unit: never) => infer Made ? Made : never;
};

/** The tables among the exports of a domain's `schema.ts`. */
export function tablesIn(module: object): PgTable[] {
  return Object.values(module).filter((value): value is PgTable => is(value, PgTable));
}

/** `schema.table`, as SQL writes it. */
export function sqlNameOf(table: PgTable): string {
  const { schema, name } = getTableConfig(table);
  return `${schema ?? "public"}.${name}`;
}

/** Names of the PostgreSQL schemas of all domains, the domains in their order. */
export function schemaNamesOf(domains: DomainList): string[] {
  return Object.values(domains).flatMap(({ schemas }) => schemas.map(({ schemaName }) => schemaName));
}

/** What the catalogue proof needs to know of the domains. */
export function catalogueScopeOf(domains: DomainList): { schemas: string[]; allowances: Allowance[] } {
  const allowances = Object.values(domains).flatMap((domain) => domain.allowances ?? []);
  return { schemas: schemaNamesOf(domains), allowances };
}
