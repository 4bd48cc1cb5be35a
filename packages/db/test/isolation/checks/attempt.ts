import pg from "pg";
import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { asText, insertStatement, type Values } from "../../../src/testing/sample-rows";

/** The settings of a scope; those left out are not set at all. */
export interface Settings {
  tenant?: string;
  company?: string;
  identity?: string;
}

export interface Statement {
  text: string;
  values?: unknown[];
}

/** What came of a statement. Everything it wrote was rolled back. */
export interface Outcome {
  rows: Values[];
  /** Rows read or written. */
  count: number;
  error?: { code: string; message: string; detail: string | undefined; constraint: string | undefined };
}

const settingNames = {
  tenant: "app.current_tenant_id",
  company: "app.current_company_id",
  identity: "app.current_identity_id",
} as const;

/** Statements that set the scope for the rest of the transaction. */
export const scoping = (settings: Settings): string[] =>
  (Object.keys(settings) as (keyof Settings)[]).map(
    (key) => `select set_config('${settingNames[key]}', ${pg.escapeLiteral(settings[key] ?? "")}, true)`,
  );

/** The statement that opens a transaction, arranges and sets the scope, as one message. */
const opening = (arrange: readonly string[], settings: Settings): string =>
  ["begin", ...arrange, ...scoping(settings)].join("; ");

/** The parameters as literals in the text: only a message without parameters may hold several statements. */
export const inlined = ({ text, values = [] }: Statement): string =>
  text.replace(/\$(\d+)/g, (_hole, number: string) => {
    const value = values[Number(number) - 1];
    if (value === null || value === undefined) return "null";
    const written = Array.isArray(value) ? `{${value.map((each) => JSON.stringify(String(each))).join(",")}}` : value;
    return pg.escapeLiteral(String(written));
  });

/** Begins, arranges, sets the scope, runs the statement and rolls back, all in one message. */
async function inOneMessage(
  client: pg.Client,
  arrange: readonly string[],
  settings: Settings,
  statement: Statement,
): Promise<Outcome> {
  const text = `${opening(arrange, settings)}; ${inlined(statement)}; rollback`;
  try {
    const results = (await client.query({ text, types: asText })) as unknown as pg.QueryResult<Values>[];
    const result = results.at(-2);
    return { rows: result?.rows ?? [], count: result?.rowCount ?? 0 };
  } catch (error) {
    await client.query("rollback");
    return { rows: [], count: 0, error: serverError(error) };
  }
}

export function serverError(error: unknown): NonNullable<Outcome["error"]> {
  if (!(error instanceof pg.DatabaseError)) throw error;
  return { code: error.code ?? "", message: error.message, detail: error.detail, constraint: error.constraint };
}

/** Runs one statement of a login in a transaction of its own, with the scope set transaction-locally. */
export function attempt(client: pg.Client, settings: Settings, statement: Statement): Promise<Outcome> {
  return inOneMessage(client, [], settings, statement);
}

/**
 * The same with the table's triggers off, by the owner, who becomes `role` for it: policies, checks and keys alone.
 * For statements that a trigger refuses before the policy or the key is reached.
 */
export function attemptPastTriggers(
  owner: pg.Client,
  entry: TenantTableEntry,
  settings: Settings,
  statement: Statement,
  role?: "authenticated",
): Promise<Outcome> {
  const arrange = [`alter table ${quoted(entry.name)} disable trigger user`];
  if (role) arrange.push(`set local role ${role}`);
  return inOneMessage(owner, arrange, settings, statement);
}

class CopyOut extends pg.Query {
  readonly lines: string[] = [];

  // pg drops the data of COPY … TO STDOUT unless a query takes it.
  handleCopyData(message: { chunk: Buffer }): void {
    this.lines.push(message.chunk.toString("utf8").trimEnd());
  }
}

/** `copy … to stdout`: each line is a row, its columns named by `columns`. */
export async function attemptCopy(
  client: pg.Client,
  settings: Settings,
  table: string,
  columns: readonly string[],
): Promise<Outcome> {
  await client.query(opening([], settings));
  try {
    const copy = new CopyOut(`copy ${quoted(table)} (${columns.map(pg.escapeIdentifier).join(", ")}) to stdout`);
    const failure = await new Promise<unknown>((resolve) => {
      copy.on("error", resolve);
      copy.on("end", () => resolve(undefined));
      client.query(copy);
    });
    if (failure) return { rows: [], count: 0, error: serverError(failure) };
    const rows = copy.lines.map((line) =>
      Object.fromEntries(line.split("\t").map((value, i) => [columns[i] ?? "", value])),
    );
    return { rows, count: rows.length };
  } finally {
    await client.query("rollback");
  }
}

/** `schema.table` with both parts quoted. */
export const quoted = (name: string) => name.split(".").map(pg.escapeIdentifier).join(".");

export const insertInto = (entry: TenantTableEntry, values: Values, rest?: string): Statement =>
  insertStatement(quoted(entry.name), values, rest);

/** True when a trigger of the package refused it, before policies or keys were asked. */
export const refusedByTrigger = (outcome: Outcome) => /^(ZT|P0)/.test(outcome.error?.code ?? "");
