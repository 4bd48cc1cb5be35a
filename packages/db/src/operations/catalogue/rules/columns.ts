import { identitySchema, type Rule, tenantTablesOf } from "./rule";

const refusesNaN: Rule = (catalogue) =>
  tenantTablesOf(catalogue).flatMap((table) =>
    table.columns
      .filter((column) => column.isNumeric && column.generated === undefined)
      .filter(
        (column) =>
          !table.constraints.some(
            ({ kind, definition, columns }) =>
              kind === "check" && columns.includes(column.name) && definition.includes("'NaN'"),
          ),
      )
      .map((column) => ({
        object: `column ${table.fullName}.${column.name}`,
        expected: `CHECK (${column.name} <> 'NaN')`,
        found: "no CHECK that mentions 'NaN'",
        fix: `Make the table with tenantTable(), or add the CHECK in a migration: NaN is greater than every number, so \`${column.name} >= 0\` accepts it.`,
      })),
  );

const keepsUpdatedAt: Rule = (catalogue) =>
  catalogue.tables
    .filter((table) => table.schema !== identitySchema && table.columns.some(({ name }) => name === "updated_at"))
    .filter(
      (table) =>
        !table.triggers.some(
          ({ beforeEachUpdate, state, functionSource }) =>
            beforeEachUpdate &&
            (state === "ENABLE" || state === "ENABLE ALWAYS") &&
            functionSource.includes("updated_at"),
        ),
    )
    .map((table) => ({
      object: `column ${table.fullName}.updated_at`,
      expected: "an enabled BEFORE UPDATE … FOR EACH ROW trigger whose function sets updated_at",
      found: "no such trigger",
      fix: "Create (or enable) the trigger in a migration and run `pnpm db:migrate`.",
    }));

export const columnRules = {
  "numeric-refuses-nan": refusesNaN,
  "updated-at-kept": keepsUpdatedAt,
} satisfies Record<string, Rule>;
