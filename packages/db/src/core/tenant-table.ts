import { getColumns, is, type SQL, sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  type AnyPgColumnBuilder,
  check,
  foreignKey,
  index,
  type PgBuildColumns,
  type PgBuildExtraConfigColumns,
  type PgColumn,
  type PgSchema,
  PgTable,
  type PgTableExtraConfigValue,
  type PgTableWithColumns,
  pgPolicy,
  pgSchema,
  primaryKey,
  uuid,
} from "drizzle-orm/pg-core";
import { isOneOf } from "./choice";
import { tenantKey } from "./columns";
import type { Frozen } from "./frozen";
import { authenticated, platform } from "./roles";
import { valueChecks } from "./value-checks";

/** What the audit trigger of a table records: every write, only changes of existing rows, or nothing. */
export type AuditLevel = "all" | "changes" | "none";
/** What the runtime login may do with a table; `append-only` rows can be neither changed nor deleted. */
export type TableAccess = "read-write" | "no-delete" | "append-only" | "read-only";

export type TenantTable = PgTable & { tenantId: AnyPgColumn; id: AnyPgColumn };

export interface Reference {
  /** `self` for a row of the same table: a parent, an original. */
  table: TenantTable | "self";
  /**
   * Property that both tables have and that must agree: the record referred to is of the same company.
   * The other table needs a unique key on (tenantId, that property, id).
   */
  within?: "companyId" | "businessId";
  /** Property of the other table that it refers to, of a unique key on (tenantId, that property); `id` when left out. */
  on?: "companyId";
  /**
   * The row is a part of that record, as a line is of its document. It is deleted with the record. It has no foreign
   * key of its own to tenant and company, because every line would check again what the record has checked.
   */
  part?: true;
  /** RESTRICT; CASCADE for a part. Never SET NULL: on a composite key it would null tenant_id. */
  onDelete?: "restrict" | "cascade";
  /** False when another index of the table already starts with (tenant_id, this column). */
  index?: false;
}

export interface TenantTableOptions<Extra> {
  /** Foreign keys to other tenant tables by property name: composite with tenant_id, and indexed. */
  references?: Record<string, Reference | TenantTable>;
  audit?: AuditLevel;
  access?: TableAccess;
  /** Each row is a company: a scope that names one sees and writes that row alone, as it does by `companyId` elsewhere. */
  isCompany?: true;
  /** Columns that say which row it is and never change, besides id, tenant, company, business, and what the row is a part of. */
  identifiedBy?: readonly (keyof Extra & string)[];
  /** What of a row may still change once it is frozen; nothing is frozen when left out. */
  frozen?: Frozen<keyof Extra & string>;
  /** Further constraints and indexes. Every unique key and index must start with tenantId. */
  extra?: (table: Extra) => PgTableExtraConfigValue[];
}

export interface TenantTableEntry {
  table: PgTable;
  /** `schema.table`, as SQL writes it. */
  name: string;
  audit: AuditLevel;
  access: TableAccess;
  /** The columns that never change, by property and by their names in SQL. */
  keys: readonly { property: string; column: string }[];
  frozen: Frozen | undefined;
  /** The column by which a scope's company narrows the table: a company's own id, that of its company or business, or none. */
  ownedBy: "id" | "company_id" | "business_id" | undefined;
}

const registry = new Map<string, TenantTableEntry>();

/** Every tenant-owned table made so far. Tests and tools walk it, so that a new table is always covered. */
export function tenantTables(): TenantTableEntry[] {
  return [...registry.values()];
}

// Stands for the table of the tenancy domain as target of foreign keys, because core does not import domains.
const tenantsTarget = pgSchema("tenancy").table("tenants", { id: uuid("id").primaryKey() });

type Columns = Record<string, AnyPgColumnBuilder>;
type WithTenantKey<C extends Columns> = ReturnType<typeof tenantKey> & C;

/**
 * The only way to make a tenant-owned table. Adds `tenant_id` and `id`, the primary key (tenant_id, id), the foreign
 * key to tenants, the isolation policies (by company too, where the table has `companyId` or `businessId`, or is one), composite
 * foreign keys with an index each, and a CHECK for every column whose type has values that cannot be read back.
 * `pnpm db:generate` writes the rest of its protection from the same options: FORCE, grants and triggers. Throws
 * `TypeError` for a reference to a column that is not there, or for a part whose whole may be null.
 */
export function tenantTable<S extends string, N extends string, C extends Columns>(
  schema: PgSchema<S>,
  name: N,
  columns: C,
  options: TenantTableOptions<PgBuildExtraConfigColumns<WithTenantKey<C>>> = {},
): PgTableWithColumns<{
  name: N;
  schema: S;
  columns: PgBuildColumns<N, WithTenantKey<C>>;
  dialect: "pg";
  isAlias: false;
}> {
  const all = { ...tenantKey(), ...columns } as WithTenantKey<C>;
  const table = schema.table(name, all, (t): PgTableExtraConfigValue[] => {
    const byName = t as unknown as Record<string, PgColumn>;
    return [
      primaryKey({ name: `${name}_pkey`, columns: [column(byName, "tenantId"), column(byName, "id")] }),
      ...policies(byName, options.isCompany ?? false),
      ...references(name, byName, options.references ?? {}),
      ...choiceChecks(name, getColumns(table as PgTable)),
      ...valueChecks(name, getColumns(table as PgTable)),
      ...(options.extra?.(t) ?? []),
    ];
  });
  registry.set(`${schema.schemaName}.${name}`, {
    table,
    name: `${schema.schemaName}.${name}`,
    audit: options.audit ?? "none",
    access: options.access ?? "read-write",
    keys: keysOf(getColumns(table as PgTable), options.references ?? {}, options.identifiedBy ?? []),
    frozen: options.frozen,
    ownedBy: options.isCompany
      ? "id"
      : "companyId" in columns
        ? "company_id"
        : "businessId" in columns
          ? "business_id"
          : undefined,
  });
  return table;
}

function column(columns: Record<string, PgColumn>, key: string): PgColumn {
  const found = columns[key];
  if (!found) throw new TypeError(`tenantTable: there is no column "${key}"`);
  return found;
}

function keysOf(
  columns: Record<string, PgColumn>,
  given: Record<string, Reference | TenantTable>,
  identifiedBy: readonly string[],
): TenantTableEntry["keys"] {
  const wholes = Object.entries(given).flatMap(([key, value]) => (!is(value, PgTable) && value.part ? [key] : []));
  const owners = ["companyId", "businessId"].filter((key) => columns[key]);
  return [...new Set(["tenantId", "id", ...owners, ...wholes, ...identifiedBy])].map((property) => ({
    property,
    column: column(columns, property).name,
  }));
}

function policies(columns: Record<string, PgColumn>, isCompany: boolean): PgTableExtraConfigValue[] {
  const sameTenant = sql`tenant_id = (select tenancy.current_tenant_id())`;
  const result = [
    pgPolicy("tenant_isolation", { for: "all", to: authenticated, using: sameTenant, withCheck: sameTenant }),
    pgPolicy("platform_access", { for: "all", to: platform, using: sql`true`, withCheck: sql`true` }),
  ];
  // A scope names a company or a business; a row that may belong to either holds one of them.
  const candidates = isCompany ? [columns.id] : [columns.companyId, columns.businessId];
  const owners = candidates.filter((owner) => owner !== undefined);
  if (owners.length > 0) {
    const isOwn = owners.map(({ name }) => sql`${sql.identifier(name)} = (select tenancy.current_company_id())`);
    const sameCompany = sql`(select tenancy.current_company_id()) is null or ${sql.join(isOwn, sql` or `)}`;
    result.push(
      pgPolicy("company_isolation", {
        as: "restrictive",
        for: "all",
        to: authenticated,
        using: sameCompany,
        withCheck: sameCompany,
      }),
    );
  }
  return result;
}

function references(
  name: string,
  columns: Record<string, PgColumn>,
  given: Record<string, Reference | TenantTable>,
): PgTableExtraConfigValue[] {
  const tenantId = column(columns, "tenantId");
  const all = Object.entries(given).map(([key, value]): [string, Reference] => [
    key,
    is(value, PgTable) ? { table: value as TenantTable } : (value as Reference),
  ]);
  const toTenant = foreignKey({
    name: `${name}_tenant_id_fkey`,
    columns: [tenantId],
    foreignColumns: [tenantsTarget.id],
  }).onDelete("restrict");
  const toOthers = all.flatMap(([key, reference]) => {
    const own = column(columns, key);
    const target = reference.table === "self" ? columns : (reference.table as unknown as Record<string, PgColumn>);
    const within = reference.within ? [reference.within] : [];
    const constraint = foreignKey({
      name: `${name}_${own.name}_fkey`,
      columns: [tenantId, ...within.map((k) => column(columns, k)), own],
      foreignColumns: [
        column(target, "tenantId"),
        ...within.map((k) => column(target, k)),
        column(target, reference.on ?? "id"),
      ],
    }).onDelete(reference.onDelete ?? (reference.part ? "cascade" : "restrict"));
    if (reference.part && !own.notNull)
      throw new TypeError(`tenantTable: a part needs its whole: "${key}" may be null`);
    if (reference.index === false) return [constraint];
    return [constraint, index(`idx_${name}_${own.name}`).on(tenantId, own)];
  });
  return all.some(([, reference]) => reference.part) ? toOthers : [toTenant, ...toOthers];
}

function choiceChecks(name: string, columns: Record<string, PgColumn>): PgTableExtraConfigValue[] {
  return Object.values(columns)
    .filter(({ enumValues }) => enumValues && enumValues.length > 0)
    .map((column) =>
      check(`${name}_${column.name}_check`, isOneOf(column.name, column.enumValues ?? [], column.getSQLType())),
    );
}

/** Index `idx_{table}_{columns}` led by tenant_id; the name leaves tenant_id out, as every index has it. */
export function tenantIndex(table: string, tenantId: AnyPgColumn, ...columns: (AnyPgColumn | SQL)[]) {
  const names = columns.map((c) => ("name" in c ? (c as PgColumn).name : "expression"));
  return index(`idx_${table}_${names.join("_")}`).on(tenantId as PgColumn, ...(columns as PgColumn[]));
}
