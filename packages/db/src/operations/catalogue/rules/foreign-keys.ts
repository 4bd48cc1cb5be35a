import type { Catalogue, ConstraintInfo, IndexInfo, ReferenceInfo, TableInfo } from "../types";
import { type Finding, isTenantTable, type Rule, tenantTablesOf } from "./rule";

interface ForeignKey {
  readonly table: TableInfo;
  readonly constraint: ConstraintInfo;
  readonly references: ReferenceInfo;
}

function foreignKeysOf(tables: readonly TableInfo[]): ForeignKey[] {
  return tables.flatMap((table) =>
    table.constraints.flatMap((constraint) =>
      constraint.references === undefined ? [] : [{ table, constraint, references: constraint.references }],
    ),
  );
}

function finding({ table, constraint }: ForeignKey, expected: string, fix: string): Finding {
  return { object: `constraint ${table.fullName}.${constraint.name}`, expected, found: constraint.definition, fix };
}

function tenantTableNames(catalogue: Catalogue): Set<string> {
  return new Set(tenantTablesOf(catalogue).map((table) => table.fullName));
}

const composite: Rule = (catalogue) => {
  const targets = tenantTableNames(catalogue);
  return foreignKeysOf(tenantTablesOf(catalogue))
    .filter(({ references }) => targets.has(references.table))
    .filter(
      ({ constraint, references }) => constraint.columns[0] !== "tenant_id" || references.columns[0] !== "tenant_id",
    )
    .map((key) =>
      finding(
        key,
        "(tenant_id, …) REFERENCES (tenant_id, …)",
        "Name it under `references` of tenantTable(): a plain foreign key accepts another tenant's row, even under row level security.",
      ),
    );
};

const toTenants: Rule = (catalogue) =>
  tenantTablesOf(catalogue)
    .filter((table) => !foreignKeysOf([table]).some((key) => isTenantReference(key) || isPart(key)))
    .map((table) => ({
      object: `table ${table.fullName}`,
      expected: "FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id)",
      found: "missing",
      fix: "Make the table with tenantTable() and run `pnpm db:generate` and `pnpm db:migrate`.",
    }));

function isTenantReference({ constraint, references }: ForeignKey): boolean {
  return references.table === "tenancy.tenants" && constraint.columns.join() === "tenant_id";
}

/** A part needs no key to its tenant when its whole has one: a line has its document, a journal line its entry. */
function isPart({ table, constraint, references }: ForeignKey): boolean {
  const required = constraint.columns.every((name) => table.columns.find((column) => column.name === name)?.notNull);
  return ["CASCADE", "RESTRICT"].includes(references.onDelete) && constraint.columns[0] === "tenant_id" && required;
}

const noSetNull: Rule = (catalogue) =>
  foreignKeysOf(tenantTablesOf(catalogue))
    .filter(
      ({ references: { onDelete, onUpdate } }) =>
        onDelete.startsWith("SET") || onUpdate.startsWith("SET") || onUpdate === "CASCADE",
    )
    .map((key) =>
      finding(
        key,
        "ON DELETE RESTRICT, CASCADE or NO ACTION, and no ON UPDATE",
        'Use onDelete: "restrict" or "cascade": on a composite key the others would change tenant_id.',
      ),
    );

const notDeferrable: Rule = (catalogue) =>
  catalogue.tables.flatMap((table) =>
    table.constraints
      .filter((constraint) => constraint.deferrable)
      .map((constraint) => ({
        object: `constraint ${table.fullName}.${constraint.name}`,
        expected: "NOT DEFERRABLE",
        found: constraint.definition,
        fix: "Make it NOT DEFERRABLE in a migration: a sharded database cannot check it at COMMIT.",
      })),
  );

const fromShared: Rule = (catalogue) => {
  const targets = tenantTableNames(catalogue);
  return foreignKeysOf(catalogue.tables.filter((table) => !isTenantTable(table)))
    .filter(({ references }) => targets.has(references.table))
    .map((key) =>
      finding(
        key,
        "no foreign key from a table without tenant_id to a tenant's table",
        "Give the table a tenant_id (tenantTable()), or drop the constraint in a migration.",
      ),
    );
};

const indexed: Rule = (catalogue) =>
  foreignKeysOf(catalogue.tables)
    .filter(({ table, constraint }) => !table.indexes.some((index) => covers(index, constraint.columns)))
    .map((key) =>
      finding(
        key,
        `an index that starts with (${key.constraint.columns.join(", ")})`,
        `Add index("idx_${key.table.name}_…") on these columns and run \`pnpm db:generate\` and \`pnpm db:migrate\`: each delete of a parent would read the whole table.`,
      ),
    );

/** The leading columns are those of the key, in any order; a partial index may leave out rows without a parent only. */
function covers(index: IndexInfo, key: readonly string[]): boolean {
  const complete = index.predicate === undefined || key.some((column) => index.predicate === `(${column} IS NOT NULL)`);
  const startsWith = (columns: readonly string[]) => {
    const leading = index.columns.slice(0, columns.length);
    return columns.every((column) => leading.includes(column));
  };
  // The id alone names the parent: the company that both have may be there or not.
  const withoutCompany = key.filter((name) => name !== "company_id" && name !== "business_id");
  return index.valid && complete && (startsWith(key) || (key.length > 2 && startsWith(withoutCompany)));
}

export const foreignKeyRules = {
  "foreign-key-carries-tenant": composite,
  "tenant-reference": toTenants,
  "foreign-key-actions": noSetNull,
  "not-deferrable": notDeferrable,
  "foreign-key-from-shared-table": fromShared,
  "foreign-key-indexed": indexed,
} satisfies Record<string, Rule>;
