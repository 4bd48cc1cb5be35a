import * as drizzle from "drizzle-orm";
import * as core from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import * as ours from "./sql";

/** Functions of Drizzle that are left out, by the reason. */
const leftOut: Record<string, string[]> = {
  "need the extension pgvector, which is not installed": [
    ...["cosineDistance", "hammingDistance", "innerProduct", "jaccardDistance", "l1Distance", "l2Distance"],
  ],
  "make tables, columns and constraints; tables are made by tenantTable()": [
    ...["bigint", "bigserial", "bit", "boolean", "bytea", "char", "check", "cidr", "customType", "date", "decimal"],
    ...[
      "doublePrecision",
      "foreignKey",
      "geometry",
      "halfvec",
      "index",
      "inet",
      "integer",
      "interval",
      "json",
      "jsonb",
    ],
    ...["line", "macaddr", "macaddr8", "numeric", "pgEnum", "pgMaterializedView", "pgPolicy", "pgRole", "pgSchema"],
    ...["pgSequence", "pgTable", "pgTableCreator", "pgView", "point", "primaryKey", "real", "smallint", "smallserial"],
    ...["serial", "sparsevec", "text", "time", "timestamp", "unique", "uniqueIndex", "uuid", "varchar", "vector"],
    ...["pgEnumObjectWithSchema", "pgEnumWithSchema", "pgMaterializedViewWithCasing", "pgMaterializedViewWithSchema"],
    ...["pgSequenceWithSchema", "pgTableWithCasing", "pgTableWithSchema", "pgViewWithCasing", "pgViewWithSchema"],
    ...["uniqueKeyName"],
  ],
  "make relations, which the package has": [...["createRelationsHelper", "defineRelations", "defineRelationsPart"]],
  "connect or migrate, which the package does itself": ["migrate", "withReplicas", "sqlCommenter"],
  "are Drizzle's own name for getColumns": ["getTableColumns"],
  "would put a name or a text into SQL as it is; sql.identifier quotes one": ["name"],
};

/** What Drizzle needs inside and happens to export. */
const internal =
  /^(?:aliased|apply|assert|base64|bindIf|build|chunk|collect|entityKinds|extract|fieldSel|fill|get(?!Columns$|TableColumns$)|have|is(?!Null$|NotNull$)|jit|make|map|memo|orderSel|parse|pgHex|process|relation|resolve|unqualify|arrayCompat|byteaFrom|castTo|refine|textTo)/;

/** Functions by which a query says something, and what builds them. */
function functionsOf(module: object): string[] {
  const all = Object.entries(module).filter(([name, value]) => typeof value === "function" && /^[a-z]/.test(name));
  return all.map(([name]) => name).filter((name) => !internal.test(name));
}

describe("@org/db/sql", () => {
  it("has every operator of Drizzle, but for a written list", () => {
    const theirs = [...functionsOf(drizzle), ...functionsOf(core)].sort();
    const without = theirs.filter((name) => !(name in ours));
    expect(without).toEqual(Object.values(leftOut).flat().sort());
    expect(Object.keys(ours).filter((name) => !theirs.includes(name) && name !== "getColumns")).toEqual([]);
  });

  it("has Drizzle's own, from the copy that the tables are made with", () => {
    const theirs: Record<string, unknown> = { ...core, ...drizzle };
    for (const [name, value] of Object.entries(ours)) expect(value, name).toBe(theirs[name]);
    expect(Object.keys(ours).length).toBeGreaterThan(40);
  });
});
