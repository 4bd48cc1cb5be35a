import type { ClientBase } from "pg";
import { parseSchema, readCatalogue, renderSchema } from "../catalogue";

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
  const { functions, views, tables } = await readCatalogue(client, schemas);
  const overloads = new Map<string, string[]>();
  for (const { fullName } of functions) {
    const name = fullName.slice(0, fullName.indexOf("("));
    overloads.set(name, [...(overloads.get(name) ?? []), fullName]);
  }
  return {
    functions: overloads,
    views: views.map((view) => view.fullName),
    triggers: tables.flatMap((table) => table.triggers.map((trigger) => `${table.fullName}.${trigger.name}`)),
    owners: [...new Set(functions.flatMap(({ owner }) => (owner === undefined ? [] : [owner])))].sort(),
  };
}

/** The blocks of schema.sql as the database is now: `<kind> <name>` → definition. */
export async function readBlocks(client: ClientBase, schemas: readonly string[]): Promise<Map<string, string>> {
  return parseSchema(renderSchema(await readCatalogue(client, schemas)));
}

/** Names of the blocks that differ, or that only one of the two has. */
export function differentBlocks(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}
