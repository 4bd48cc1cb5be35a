import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { domains } from "./domains";

const business = Object.keys(domains).filter((name) => name !== "tenancy");

/** From the ground up: what is in a layer may import those before it, and nothing beside it. */
const layers = [
  ...[["core", "sql"], ["client"], ["operations"], ["tenancy"], ["sync"], business, ["domains"], ["schema", "handles"]],
  ...[
    ["identity", "platform", "auth-database", "request-scope"],
    ["database", "sql-sources"],
    ["index"],
    ["testing"],
    ["cli"],
  ],
];
const rank = (name: string) => layers.findIndex((layer) => layer.includes(name));

/** Texts of source files by their path. */
type Sources = ReadonlyMap<string, string>;

function read(folder: string): Sources {
  const root = join(import.meta.dirname, "../../..", folder);
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const wanted = names.filter((name) => /(?<!\.d|\.test)\.ts$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name));
  return new Map(wanted.map((name) => [name, readFileSync(join(root, name), "utf8")]));
}

/** What the statements and expressions below a node import: `import`, `export … from`, `import()`, also of types. */
function importedBy(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { source } = node as { source?: { value?: unknown } | null };
  const below = Object.values(node).flatMap(importedBy);
  return typeof source?.value === "string" ? [source.value, ...below] : below;
}

const parsed = new Map<string, string[]>();
function namesIn(text: string): string[] {
  const names = parsed.get(text) ?? importedBy(parseAst(text, { lang: "ts" }));
  parsed.set(text, names);
  return names;
}

/** What a file imports, types too: other files by their path, all else by the name that it says. */
function importsOf(sources: Sources, file: string): string[] {
  return namesIn(sources.get(file) ?? "").map((fileName) => {
    if (!fileName.startsWith(".")) return fileName;
    const path = posix.join(posix.dirname(file), fileName);
    return [path, `${path}.ts`, `${path}/index.ts`].find((each) => sources.has(each)) ?? `outside ${path}`;
  });
}

/** The imports that `isWrong` says no to, as `file imports target`. */
function refused(sources: Sources, isWrong: (file: string, target: string) => boolean): string[] {
  const each = [...sources.keys()].flatMap((file) => importsOf(sources, file).map((target) => [file, target] as const));
  return each.filter(([file, target]) => isWrong(file, target)).map(([file, target]) => `${file} imports ${target}`);
}

const folderOf = (file: string) => file.split("/")[0]?.replace(/\.ts$/, "") ?? "";

/** Against the layers. Between client and database only the latter uses operations: what works on any database. */
function againstLayers(sources: Sources): string[] {
  return refused(sources, (file, target) => {
    const [own, other] = [folderOf(file), folderOf(target)];
    if (!sources.has(target)) return /^(outside |@org\/)/.test(target);
    if (other === own) return rank(own) < 0;
    return rank(other) >= rank(own) || (other === "operations" && rank(own) < rank("database"));
  });
}

/** From an application to something other than its own files, `@org/db`, its subpaths and foreign packages. */
function beyondPackage(sources: Sources): string[] {
  const ours = Object.keys(packageJson.exports).map((path) => posix.join("@org/db", path));
  return refused(sources, (file, target) => {
    if (sources.has(target)) return folderOf(target) !== folderOf(file);
    return /^(outside |(pg|drizzle)\b)/.test(target) || (/^@org\/db\b/.test(target) && !ours.includes(target));
  });
}

/** Files that import themselves, through others too. */
function circles(sources: Sources): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) found.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of importsOf(sources, file)) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

const source = read("packages/db/src");
const apps = read("apps");
const planted = (sources: Sources, file: string, target: string) =>
  new Map([...sources, [file, `${sources.get(file) ?? ""}\nimport type { X } from "${target}";`]]);

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
    expect(againstLayers(planted(source, file, target))).toContain(`${file} imports ${path}`);
  });

  it("form no circles", () => {
    for (const sources of [source, apps, read("packages/bench/src")]) expect(circles(sources)).toEqual([]);
    const [circle] = circles(planted(source, "core/errors.ts", "./found"));
    expect(circle).toBe("core/errors.ts → core/found.ts → core/errors.ts");
  });

  it("of applications are @org/db and its subpaths alone", () => {
    expect(beyondPackage(apps)).toEqual([]);
    for (const name of [
      "pg",
      "drizzle-orm",
      "drizzle-orm/pg-core",
      "@org/db/core/ids",
      "../../packages/db/src/index",
    ]) {
      expect(beyondPackage(planted(apps, "tour/src/x.ts", name))).toHaveLength(1);
    }
  });
});
