import type { TableInfo } from "../types";
import { identitySchema, type Rule } from "./rule";

const maxLength = 49;

// The library that owns these tables names them.
const named = (tables: readonly TableInfo[]) => tables.filter((table) => table.schema !== identitySchema);

const short: Rule = (catalogue) =>
  named(catalogue.tables).flatMap((table) =>
    namesOf(table)
      .filter(({ name }) => name.length > maxLength)
      .map(({ kind, name }) => ({
        object: `${kind} ${table.fullName}.${name}`,
        expected: "a name under 50 characters",
        found: `${name.length} characters`,
        fix: "Give it a shorter name in a migration: sharding appends a number, and longer names are cut.",
      })),
  );

const indexNames: Rule = (catalogue) =>
  named(catalogue.tables).flatMap((table) =>
    table.indexes
      .filter((index) => !index.ofConstraint && !index.name.startsWith(`idx_${table.name}_`))
      .filter((index) => !(index.unique && index.name.startsWith(`${table.name}_`)))
      .map((index) => ({
        object: `index ${table.fullName}.${index.name}`,
        expected: `idx_${table.name}_{columns}`,
        found: index.name,
        fix: `Rename it in a migration with \`ALTER INDEX … RENAME TO idx_${table.name}_…\`.`,
      })),
  );

const constraintNames: Rule = (catalogue) =>
  named(catalogue.tables).flatMap((table) =>
    table.constraints
      .filter((constraint) => !constraint.name.startsWith(`${table.name}_`))
      .map((constraint) => ({
        object: `constraint ${table.fullName}.${constraint.name}`,
        expected: `${table.name}_{columns}_{pkey|key|unique|fkey|check|excl}`,
        found: constraint.name,
        fix: `Rename it in a migration with \`ALTER TABLE … RENAME CONSTRAINT\`.`,
      })),
  );

function namesOf(table: TableInfo): { kind: string; name: string }[] {
  return [
    ...table.constraints.map(({ name }) => ({ kind: "constraint", name })),
    ...table.indexes.filter((index) => !index.ofConstraint).map(({ name }) => ({ kind: "index", name })),
  ];
}

export const namingRules = {
  "short-names": short,
  "index-name": indexNames,
  "constraint-name": constraintNames,
} satisfies Record<string, Rule>;
