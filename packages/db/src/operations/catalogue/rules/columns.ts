import { wholeDigits } from "../../../core/columns";
import type { ColumnInfo } from "../types";
import { identitySchema, type Rule } from "./rule";

interface ValueRule {
  readonly concerns: (column: ColumnInfo) => boolean;
  /** What the text of the CHECK holds, one of these. */
  readonly says: readonly [string, ...string[]];
  readonly expected: (name: string) => string;
  readonly reason: string;
}

/** Every column of the type has a CHECK that keeps out what the package cannot read back. */
const refuses =
  ({ concerns, says, expected, reason }: ValueRule): Rule =>
  ({ tables }) =>
    tables.flatMap((table) =>
      table.columns
        .filter((column) => column.generated === undefined && concerns(column))
        .filter(
          ({ name }) =>
            !table.constraints.some(
              ({ kind, definition, columns }) =>
                kind === "check" && columns.includes(name) && says.some((text) => definition.includes(text)),
            ),
        )
        .map(({ name }) => ({
          object: `column ${table.fullName}.${name}`,
          expected: `CHECK (${expected(name)})`,
          found: `no CHECK that mentions ${says[0]}`,
          fix: `Make the table with tenantTable(), or add \`...valueChecks("${table.name}", t)\` to it and run \`pnpm db:generate\`: ${reason}.`,
        })),
    );

const refusesNaN = refuses({
  concerns: ({ isNumeric, type }) => isNumeric || /^(numeric|real|double precision)/.test(type),
  // An amount's or a rate's largest value keeps NaN out as well.
  says: ["'NaN'", `<= ${"9".repeat(wholeDigits)}`],
  expected: (name) => `${name} <> 'NaN'`,
  reason: "NaN is greater than every number, so `x >= 0` accepts it",
});

const refusesInfinity = refuses({
  concerns: ({ type }) => /^(date|timestamp)\b/.test(type),
  says: ["'9999-12-31"],
  expected: (name) => `${name} between '0001-01-01' and '9999-12-31'`,
  reason: "the package cannot read back infinity, years before Christ and years above 9999",
});

const refusesNested = refuses({
  concerns: ({ type }) => type.endsWith("[]"),
  says: ["array_ndims"],
  expected: (name) => `coalesce(array_ndims(${name}), 1) = 1 and array_position(${name}, null) is null`,
  reason: "the type of an array column says nothing of null elements and of arrays within arrays",
});

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
  "date-refuses-infinity": refusesInfinity,
  "array-is-a-list": refusesNested,
  "updated-at-kept": keepsUpdatedAt,
} satisfies Record<string, Rule>;
