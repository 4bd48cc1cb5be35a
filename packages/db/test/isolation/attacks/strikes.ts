import { readFileSync } from "node:fs";
import pg from "pg";
import { type TenantTableEntry, tenantTables } from "../../../src/core/tenant-table";
import { catalogueScope } from "../../../src/domains";
import { schemaFile } from "../../../src/operations/assets";
import { validateSchema } from "../../../src/operations/catalogue";
import { asText, sampleValues, type Values } from "../../../src/testing/sample-rows";
import { type Arena, openArena } from "../arena";
import {
  attempt,
  attemptPastTriggers,
  inlined,
  type Outcome,
  refusedByTrigger,
  type Settings,
  type Statement,
  scoping,
  serverError,
} from "../checks/attempt";
import { type Duel, reversed } from "../checks/duel";

/*
 * Attacks on the wall between tenants, each in tests of its own; a number stays with its attack in all files. SQL runs
 * as the runtime login over a connection of its own, as injected SQL would.
 */

/** An arena in which both tenants have a row in every table. */
export async function openField(): Promise<Arena> {
  const arena = await openArena();
  for (const entry of tenantTables()) {
    await arena.duel.attacker.row(entry);
    await arena.duel.victim.row(entry);
  }
  return arena;
}

/** A tenant table by its SQL name. */
export function table(name: string): TenantTableEntry {
  const entry = tenantTables().find((candidate) => candidate.name === name);
  if (!entry) throw new TypeError(`There is no tenant table ${name}`);
  return entry;
}

/** The tenant of a side. */
export const tenantOf = ({ mark }: Duel["victim"]): string => String(mark.tenant_id);

/** The values of a row that a side could insert next. */
export const newRowOf = ({ owner }: Duel, { context, mark }: Duel["victim"], name: string): Promise<Values> =>
  sampleValues(owner, table(name), context, { given: mark });

/** What an attack found that must not be; nothing when the attack ended as it must. */
export type Finding = string | undefined;

/** Attacks every tenant table in both directions; answers with what was found, by table. */
export async function everywhere(
  { duel }: Pick<Arena, "duel">,
  attack: (duel: Duel, entry: TenantTableEntry) => Promise<Finding>,
): Promise<string[]> {
  const findings: string[] = [];
  for (const [way, side] of [
    ["A against B", duel],
    ["B against A", reversed(duel)],
  ] as const) {
    for (const entry of tenantTables()) {
      const found = await attack(side, entry);
      if (found !== undefined) findings.push(`${entry.name}, ${way}: ${found}`);
    }
  }
  return findings;
}

/** An outcome in words: the error, or how many rows were read or written. */
export const inWords = ({ error, count }: Outcome): string =>
  error ? `${error.code} ${error.message}` : `accepted, ${count} rows`;

/** The error's SQLSTATE, or how many rows were read or written. */
export const codeOf = ({ error, count }: Outcome): string => error?.code ?? `accepted, ${count} rows`;

/** Nothing when the statement was refused with this SQLSTATE. */
export const unlessRefused = (outcome: Outcome, code = "42501"): Finding =>
  outcome.error?.code === code ? undefined : inWords(outcome);

/** A statement of the attacker in its own scope, as the runtime login. */
export function strike({ login, attacker }: Duel, sql: string | Statement, ...values: unknown[]): Promise<Outcome> {
  return attempt(login, attacker.settings, asStatement(sql, values));
}

const asStatement = (sql: string | Statement, values: unknown[]): Statement =>
  typeof sql === "string" ? { text: sql, values } : sql;

/** The same for a write. Where a trigger refuses first, policies and keys are asked with the triggers off. */
export async function strikeTable(
  duel: Duel,
  entry: TenantTableEntry,
  statement: Statement,
  settings: Settings = duel.attacker.settings,
  client: pg.Client = duel.login,
): Promise<Outcome> {
  const outcome = await attempt(client, settings, statement);
  return refusedByTrigger(outcome)
    ? attemptPastTriggers(duel.owner, entry, settings, statement, "authenticated")
    : outcome;
}

/** Runs each statement as the attacker and answers with those that were not refused with 42501. */
export async function notRefused(duel: Duel, statements: readonly string[]): Promise<string[]> {
  const open: string[] = [];
  for (const text of statements) {
    const found = unlessRefused(await strike(duel, text));
    if (found !== undefined) open.push(`${text}: ${found}`);
  }
  return open;
}

/** One statement as the runtime login in a tenant's scope; what it does stays until `spoilt` takes all back. */
export type RunAs = (settings: Settings, sql: string | Statement, ...values: unknown[]) => Promise<Outcome>;

/** What the spoiling opened, and every error that the package's own check (`validateSchema`) has about it. */
export interface Spoilt<T> {
  leak: T;
  refused: string[];
}

/**
 * What would be if the owner made a mistake: runs `statements` as the owner, then the attack as the runtime login,
 * then `validateSchema`, all in one transaction that is taken back.
 */
export async function spoilt<T>(
  arena: Arena,
  statements: string,
  attack: (run: RunAs) => Promise<T>,
): Promise<Spoilt<T>> {
  const { owner } = arena.duel;
  const login = decodeURIComponent(new URL(arena.test.urls.runtime).username);
  await owner.query("begin");
  try {
    await owner.query(statements);
    const leak = await attack((settings, sql, ...values) => runAs(owner, login, settings, asStatement(sql, values)));
    const { errors } = await validateSchema(owner, { expected: readFileSync(schemaFile(), "utf8"), ...catalogueScope });
    return { leak, refused: errors.map(({ rule, object }) => `${rule}: ${object}`) };
  } finally {
    await owner.query("rollback");
  }
}

/** All in one message. When the statement fails, what it did is undone back to the savepoint. */
async function runAs(owner: pg.Client, login: string, settings: Settings, statement: Statement): Promise<Outcome> {
  const before = ["savepoint attack", `set local session authorization ${pg.escapeIdentifier(login)}`];
  const after = ["set local session authorization default", "release savepoint attack"];
  const text = [...before, ...scoping(settings), inlined(statement), ...after].join(";\n");
  try {
    const results = (await owner.query({ text, types: asText })) as unknown as pg.QueryResult<Values>[];
    const result = results.at(-1 - after.length);
    return { rows: result?.rows ?? [], count: result?.rowCount ?? 0 };
  } catch (error) {
    await owner.query("rollback to savepoint attack");
    return { rows: [], count: 0, error: serverError(error) };
  }
}

/** The tenants that rows belong to, each once. */
export const tenantsIn = (rows: Values[]): unknown[] => [...new Set(rows.map((row) => row.tenant_id))];
