import type { ClientBase } from "pg";
import { MigrationError } from "../../core/errors";
import { serverFailure } from "../migrations/failure";
import type { Clearing } from "./clear";
import { type DatabaseObjects, readObjects } from "./database";
import { namesIn } from "./order";
import * as write from "./statements";
import type { Source, Sources } from "./types";

export interface MakeOptions {
  readonly sources: Sources;
  /** Tables of the registry; those that the database does not have are left out. */
  readonly tables: readonly write.ProtectedTable[];
  /** Statements that change tables. */
  readonly ddl?: readonly string[];
  /** Views and triggers to drop before the tables change, as they depend on what changes. They are made again. */
  readonly clear?: Clearing;
}

/** What was done to reach the state that sources and registry describe. */
export interface Made {
  /** What the database had before. */
  readonly before: DatabaseObjects;
  /** `schema.name(argument types)` of each function source. */
  readonly signatures: ReadonlyMap<Source, string>;
  /** Functions that the tables' statements call, directly or not, and immutable ones: made before the tables. */
  readonly early: ReadonlySet<Source>;
  /** Views and triggers that were dropped first. */
  readonly dropped: readonly Source["name"][];
  /** Functions and views that could not be replaced, and were dropped and made anew. */
  readonly remade: ReadonlySet<Source>;
  /** Signatures that no source has, dropped last. */
  readonly droppedFunctions: readonly string[];
}

/**
 * Brings the database of `client`, inside the caller's transaction, to what sources and registry say: everything is made
 * or replaced, in the order of a generated migration. Bodies of functions are checked once all of them are there.
 * Throws `MigrationError`, which names the source and what the server said.
 */
export async function makeAll(client: ClientBase, options: MakeOptions): Promise<Made> {
  const { sources, tables, ddl = [] } = options;
  const schemas = sources.domains.flatMap((domain) => domain.schemas);
  for (const { domain, foundation } of sources.domains) {
    for (const statement of foundation) await run(client, statement, `${domain}/sql/foundation.sql`);
  }
  const before = await readObjects(client, schemas);
  const dropped = droppedFirst(before, options);
  for (const name of dropped) {
    await run(client, before.views.includes(name) ? write.dropView(name) : write.dropTrigger(name), name);
  }
  await client.query(write.bodiesUnchecked);
  const functions = sources.objects.filter((source) => source.kind === "function");
  const remade = new Set<Source>();
  const make = (source: Source) => replace(client, source, before, remade);
  const helpers = functions.filter((source) => write.helperNames.includes(source.name));
  for (const source of helpers) await make(source);
  for (const { domain, roles } of sources.domains) {
    for (const statement of roles) await run(client, statement, `${domain}/sql/roles.sql`);
  }
  const owners = ownersOf(functions, before);
  for (const role of owners) await client.query(write.joinRole(role));
  const early = new Set(earlyFunctions(functions, ddl));
  for (const source of early) await make(source);
  for (const statement of ddl) await run(client, statement, "the statements of drizzle-kit");
  const { rows } = await client.query<{ name: string }>(
    "select name from unnest($1::text[]) as t (name) where to_regclass(name) is not null",
    [tables.map((table) => table.name)],
  );
  const there = new Set(rows.map((row) => row.name));
  for (const table of tables) {
    if (there.has(table.name)) await run(client, write.protectTable(table), `protect_table of ${table.name}`);
  }
  for (const { domain, rights } of sources.domains) {
    for (const statement of rights) await run(client, statement, `${domain}/sql/rights.sql`);
  }
  for (const source of functions) if (!early.has(source) && !helpers.includes(source)) await make(source);
  const signatures = await readSignatures(client, schemas, functions, before);
  for (const [source, signature] of signatures)
    await run(client, write.protectFunction(source, signature), source.file);
  for (const source of sources.objects) if (source.kind === "trigger") await run(client, source.text, source.file);
  for (const source of sources.objects.filter((one) => one.kind === "view")) {
    await make(source);
    await run(client, write.protectView(source), source.file);
  }
  const kept = new Set(signatures.values());
  const droppedFunctions = [...before.functions.values()].flat().filter((signature) => !kept.has(signature));
  for (const signature of droppedFunctions) await run(client, write.dropFunction(signature), signature);
  for (const role of owners) await client.query(write.leaveRole(role));
  await client.query(write.bodiesChecked);
  for (const source of functions) await run(client, source.text, source.file);
  return { before, signatures, early, dropped, remade, droppedFunctions };
}

/** Roles to join: those that own functions now, and those that will. */
export const ownersOf = (functions: readonly Source[], before: DatabaseObjects): string[] =>
  [...new Set([...before.owners, ...functions.flatMap(({ owner }) => (owner === undefined ? [] : [owner]))])].sort();

function droppedFirst(before: DatabaseObjects, options: MakeOptions): string[] {
  const { sources, tables, ddl = [], clear = "nothing" } = options;
  const has = (kind: Source["kind"], name: string) =>
    sources.objects.some((source) => source.kind === kind && source.name === name);
  const changed = new Set(ddl.flatMap(namesIn));
  const registered = new Set(tables.map((table) => table.name));
  const triggers = before.triggers.filter((full) => {
    const [schema, table, name = ""] = full.split(".");
    if (has("trigger", full)) return clear === "views and triggers" && changed.has(`${schema}.${table}`);
    return !(registered.has(`${schema}.${table}`) && write.protectTriggers.includes(name));
  });
  const views = before.views.filter((name) => clear !== "nothing" || !has("view", name));
  const order = sources.objects.map((source) => source.name);
  // A view is dropped before those that it reads from; one without a source may read from any.
  views.sort((left, right) => rank(order, right) - rank(order, left));
  return [...triggers, ...views];
}

const rank = (order: readonly string[], name: string) => (order.includes(name) ? order.indexOf(name) : order.length);

/** Immutable functions, and those that the tables' statements or `protect_table` name, with all that they name in turn. */
function earlyFunctions(functions: readonly Source[], ddl: readonly string[]): Source[] {
  const wanted = new Set<string>(ddl.flatMap(namesIn));
  for (const { name, text } of functions) {
    if (write.helperNames.includes(name) || /^\s.*\bimmutable\b/m.test(text)) wanted.add(name);
  }
  // Functions come behind what they name: from the last to the first, all that is named is found.
  for (const { name, text } of functions.toReversed()) {
    if (!wanted.has(name)) continue;
    for (const named of namesIn(text)) wanted.add(named);
  }
  return functions.filter(({ name }) => wanted.has(name) && !write.helperNames.includes(name));
}

/** Makes or replaces the object; where the server refuses to replace it, drops it first. */
async function replace(
  client: ClientBase,
  source: Source,
  before: DatabaseObjects,
  remade: Set<Source>,
): Promise<void> {
  await client.query("savepoint replacing");
  try {
    await client.query(source.text);
  } catch (error) {
    const { code } = serverFailure(error);
    if (code !== "42P13" && code !== "42P16") throw failed(error, source.file);
    await client.query("rollback to savepoint replacing");
    const old = source.kind === "view" ? [source.name] : (before.functions.get(source.name) ?? []);
    for (const one of old)
      await run(client, source.kind === "view" ? write.dropView(one) : write.dropFunction(one), one);
    await run(client, source.text, source.file);
    remade.add(source);
  }
  await client.query("release savepoint replacing");
}

async function readSignatures(
  client: ClientBase,
  schemas: readonly string[],
  functions: readonly Source[],
  before: DatabaseObjects,
): Promise<Map<Source, string>> {
  const now = await readObjects(client, schemas);
  return new Map(
    functions.map((source) => {
      const all = now.functions.get(source.name) ?? [];
      const old = before.functions.get(source.name) ?? [];
      // The old overload is still there: the new one is the signature that was not there before.
      const signature = all.find((one) => !old.includes(one)) ?? all[0];
      if (signature === undefined) throw new MigrationError(`${source.file} did not make ${source.name}`);
      return [source, signature];
    }),
  );
}

async function run(client: ClientBase, statement: string, where: string): Promise<void> {
  try {
    await client.query(statement);
  } catch (error) {
    throw failed(error, where);
  }
}

function failed(error: unknown, where: string): MigrationError {
  const { code, message } = serverFailure(error);
  return new MigrationError(`${where} failed (SQLSTATE ${code ?? "none"}): ${message}`, { sqlState: code });
}
