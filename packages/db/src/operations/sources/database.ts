import type { ClientBase } from "pg";
import { type ObjectName, parseSchema, readNames, readSchemaText } from "../catalogue";

/** What a database has of the kinds of objects that come from sources, by `schema.name`. */
export interface DatabaseObjects {
  /** `schema.name(argument types)` by `schema.name`; more than one where a function is overloaded. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  readonly views: readonly string[];
  /** `schema.table.name` */
  readonly triggers: readonly string[];
  /** Roles that own functions and are not the owner of the schema. */
  readonly owners: readonly string[];
}

/** Functions, views and triggers of the schemas, without those of extensions and of foreign keys. */
export async function readObjects(client: ClientBase, schemas: readonly string[]): Promise<DatabaseObjects> {
  const names = await readNames(client, schemas);
  const overloads = new Map<string, string[]>();
  for (const { name, signature } of names) {
    if (signature !== undefined) overloads.set(name, [...(overloads.get(name) ?? []), signature]);
  }
  const named = (kind: ObjectName["kind"]) => names.filter((each) => each.kind === kind).map(({ name }) => name);
  return {
    functions: overloads,
    views: named("view"),
    triggers: named("trigger"),
    owners: [...new Set(names.flatMap(({ owner }) => (owner === undefined ? [] : [owner])))].sort(),
  };
}

/** The blocks of schema.sql as the database is now: `<kind> <name>` → definition. */
export async function readBlocks(client: ClientBase, schemas: readonly string[]): Promise<Map<string, string>> {
  return parseSchema(await readSchemaText(client, schemas));
}

/** Names of the blocks that differ, or that only one of the two has. */
export function differentBlocks(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}
