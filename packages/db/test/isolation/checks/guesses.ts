import { snakeCase } from "../../../src/core/columns";
import { DatabaseError, ValidationError } from "../../../src/index";
import type { Values } from "../../../src/testing/sample-rows";

/** Rows by table: what somebody knows who wants to reach them. */
export type Known = ReadonlyMap<string, readonly Values[]>;

/** The value of the column that a field is named after: of the table of the call first, then of any other. */
export function knownValue(known: Known, table: string, field: string): string | undefined {
  const name = snakeCase(field);
  const rows = [...(known.get(table) ?? []), ...[...known.values()].flat()];
  const value = rows.map((row) => row[name]).find((each) => each !== undefined && each !== null);
  return value === undefined ? undefined : String(value);
}

/** Fields by which a record could be asked for or changed: the columns of its table, and what other tables refer to. */
function fieldsOf(known: Known, table: string): string[] {
  const columns = Object.keys(known.get(table)?.[0] ?? {});
  const references = [...known.values()]
    .flatMap(([row]) => Object.keys(row ?? {}))
    .filter((name) => name.endsWith("_id"));
  const camelCase = (name: string) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase());
  return [...new Set([...columns, ...references])].map(camelCase);
}

const usual: [RegExp, string][] = [
  [/Date$|^(date|asOf|from|to|day|startsOn|endsOn|paidOn)$/, "2030-06-01"],
  [/amount|price|debit|credit|quantity|rate/i, "1.00"],
  [/currency/i, "EUR"],
];

function guess(known: Known, table: string, field: string, message: string): unknown {
  if (/expected array/.test(message)) return [{}];
  if (/expected (object|record)/.test(message)) return {};
  if (/expected (number|int)/.test(message)) return 1;
  if (/expected boolean/.test(message)) return true;
  const offered = /expected one of "([^"]+)"/.exec(message)?.[1];
  return offered ?? knownValue(known, table, field) ?? usual.find(([name]) => name.test(field))?.[1] ?? "x";
}

/** Puts what fits at `lines.0.amount` of an input; a list that is refused gets one more element. */
function put(known: Known, table: string, input: object, { path, message }: { path: string; message: string }): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let at = input as Record<string, unknown>;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  const there = at[last];
  at[last] = Array.isArray(there) ? [...there, {}] : guess(known, table, last, message);
}

/** What became of a call. */
export interface Ended {
  args: unknown[];
  value?: unknown;
  error?: unknown;
}

export async function ended(args: unknown[], call: (args: unknown[]) => unknown): Promise<Ended> {
  try {
    return { args, value: await call(args) };
  } catch (error) {
    return { args, error };
  }
}

/**
 * Makes a call again and again with what its refusals ask for: each field that a `ValidationError` names gets a value that
 * fits, of the known rows where there is one. Ends with the first answer that is no such refusal, or when nothing is left.
 */
export async function insist(
  known: Known,
  table: string,
  args: unknown[],
  call: (args: unknown[]) => unknown,
): Promise<Ended> {
  const filled = structuredClone(args.filter((each) => typeof each !== "function"));
  const others = args.filter((each) => typeof each === "function");
  const input = filled.findLast((each) => typeof each === "object" && each !== null) as object | undefined;
  const fields = fieldsOf(known, table);
  for (let turns = fields.length + 8; ; turns -= 1) {
    const last = await ended([...structuredClone(filled), ...others], call);
    if (!(last.error instanceof ValidationError) || input === undefined || turns === 0) return last;
    const named = last.error.issues.filter((issue) => issue.path !== "");
    for (const issue of named) put(known, table, input, issue);
    if (named.length > 0) continue;
    // It wants a field, and not any: one after the other is tried.
    const field = fields.shift();
    if (field === undefined || Array.isArray(input) || Object.keys(input).length > 1) return last;
    for (const key of Object.keys(input)) delete (input as Record<string, unknown>)[key];
    Object.assign(input, { [field]: knownValue(known, table, field) ?? "x" });
  }
}

const beforeTheRecord = [
  "NOT_FOUND",
  "VALIDATION_FAILED",
  "TENANT_ISOLATION",
  "FOREIGN_KEY_VIOLATION",
  "DATABASE_ERROR",
];

/** True for an answer that had to look at a record: it is there, or the database refused what should be done to it. */
export function reached({ value, error }: Ended, mayBeNothing: boolean): boolean {
  if (error === undefined) return value === undefined ? mayBeNothing : !(Array.isArray(value) && value.length === 0);
  return error instanceof DatabaseError && !beforeTheRecord.includes(error.code);
}

/** The words of an answer, for a search in them. */
export const wordsOf = ({ value, error }: Ended): string =>
  JSON.stringify([value, error instanceof Error ? error.message : error], (_key, each: unknown) =>
    typeof each === "bigint" ? String(each) : each,
  );
