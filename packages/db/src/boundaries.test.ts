import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { type Imports, importsBelow, inCircles, refused, withImport } from "../test/kit/imports";
import { domains } from "./domains";

const business = Object.keys(domains).filter((name) => name !== "tenancy");
/** From the ground up: what is in a layer may import those before it, and nothing beside it. */
const layers = [
  ...[["core", "sql"], ["client"], ["operations"], ["tenancy"], ["sync"], business, ["domains"], ["schema", "handles"]],
  ["identity", "platform", "auth-database", "request-scope"],
  ...[["database", "migrate", "sql-sources"], ["index"], ["testing"], ["cli"]],
];
const rank = (name: string) => layers.findIndex((layer) => layer.includes(name));
const folderOf = (file: string) => file.split("/")[0]?.replace(/\.ts$/, "") ?? "";

/** Against the layers. Between client and database only the latter uses operations: what works on any database. */
const againstLayers = (imports: Imports): string[] =>
  refused(imports, (file, target) => {
    const [own, other] = [folderOf(file), folderOf(target)];
    if (!imports.has(target)) return /^(outside |@org\/)/.test(target);
    if (other === own) return rank(own) < 0;
    return rank(other) >= rank(own) || (other === "operations" && rank(own) < rank("database"));
  });

const ours = Object.keys(packageJson.exports).map((path) => posix.join("@org/db", path));
/** From an application to something other than its own files, `@org/db`, its subpaths and foreign packages. */
const beyondPackage = (imports: Imports): string[] =>
  refused(imports, (file, target) => {
    if (imports.has(target)) return folderOf(target) !== folderOf(file);
    return /^(outside |(pg|drizzle)\b)/.test(target) || (/^@org\/db\b/.test(target) && !ours.includes(target));
  });

const source = importsBelow("packages/db/src");
const apps = importsBelow("apps");

describe("imports", () => {
  it("run one way: core ← client ← tenancy ← sync ← business domains ← domains ← database ← index", () => {
    expect(againstLayers(source)).toEqual([]);
  });

  it.each([
    ["operations/catalogue/rules/x.ts", "../../../tenancy", "tenancy/index.ts"],
    ["accounting/reports/x.ts", "../../operations/admin", "operations/admin.ts"],
    ["accounting/x.ts", "../domains", "domains.ts"],
    ["accounting/x.ts", "@org/db/sales", "@org/db/sales"],
    ["tenancy/schema/x.ts", "../../accounting/schema", "accounting/schema.ts"],
    ["core/x.ts", "../client/unit", "client/unit.ts"],
    ["client/x.ts", "../tenancy/members", "tenancy/members.ts"],
    ["harbour/x.ts", "../core/ids", "core/ids.ts"],
    ["database.ts", "./testing", "testing/index.ts"],
  ])("would be refused from %s to %s", (file, target, path) => {
    expect(againstLayers(withImport(source, file, target))).toContain(`${file} imports ${path}`);
  });

  it("form no circles", () => {
    for (const imports of [source, apps, importsBelow("packages/bench/src")]) expect(inCircles(imports)).toEqual([]);
    const circle = ["core/errors.ts", "core/found.ts"];
    expect(inCircles(withImport(source, "core/errors.ts", "./found"))).toEqual(circle);
  });

  it("of applications are @org/db and its subpaths alone", () => {
    expect(beyondPackage(apps)).toEqual([]);
    for (const name of ["pg", "drizzle-orm", "@org/db/core/ids", "../../packages/db/src/index"]) {
      expect(beyondPackage(withImport(apps, "tour/src/x.ts", name))).toHaveLength(1);
    }
  });
});
