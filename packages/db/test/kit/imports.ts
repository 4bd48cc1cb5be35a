import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseAst } from "rolldown/parseAst";

/** What each file of a folder imports, types too: other files by their path, all else by the name that is written. */
export type Imports = ReadonlyMap<string, readonly string[]>;

const root = join(import.meta.dirname, "../../../..");

/** What the statements and expressions below a node import: `import`, `export … from`, `import()`, also of types. */
function namesIn(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  const { source } = node as { source?: { value?: unknown } | null };
  const below = Object.values(node).flatMap(namesIn);
  return typeof source?.value === "string" ? [source.value, ...below] : below;
}

function resolved(files: readonly string[], from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  const path = posix.join(posix.dirname(from), name);
  return [path, `${path}.ts`, posix.join(path, "index.ts")].find((each) => files.includes(each)) ?? `outside ${path}`;
}

/** The imports of all sources at any depth below a folder of the checkout, without those of tests. */
export function importsBelow(folder: string): Imports {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => /(?<!\.d|\.test)\.ts$/.test(name) && !/(^|\/)(node_modules|dist)\//.test(name));
  const written = (file: string) => namesIn(parseAst(readFileSync(join(root, folder, file), "utf8"), { lang: "ts" }));
  return new Map(files.map((file) => [file, written(file).map((name) => resolved(files, file, name))]));
}

/** The same, had a file one more import. */
export function withImport(imports: Imports, file: string, name: string): Imports {
  const target = resolved([...imports.keys()], file, name);
  return new Map([...imports, [file, [...(imports.get(file) ?? []), target]]]);
}

/** The imports that `isWrong` says no to, as `file imports target`. */
export function refused(imports: Imports, isWrong: (file: string, target: string) => boolean): string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => isWrong(file, target)).map((target) => `${file} imports ${target}`),
  );
}

/** The files that are in a circle of imports, or between two: each imports one of them, and is imported by one. */
export function inCircles(imports: Imports): string[] {
  let left = [...imports.keys()];
  for (;;) {
    const within = new Set(left);
    const imported = new Set(left.flatMap((file) => imports.get(file) ?? []));
    const rest = left.filter((file) => imported.has(file) && imports.get(file)?.some((target) => within.has(target)));
    if (rest.length === left.length) return rest.sort();
    left = rest;
  }
}
