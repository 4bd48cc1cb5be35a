import { type DatabaseErrorDetails, MigrationError, StatementError } from "../core/errors";
import { knownTables } from "../core/known-tables";
import type { ServerError } from "./server-error";
import { ShownSql } from "./sql-text";

/*
 * Errors of SQL that is not a repository's. The server's own words say best what is wrong with it, and they are made of
 * names that the caller wrote. They are passed on where it is certain that no value is among them:
 *
 * - The error has a position, and no value stands there. Errors with a position come from reading the statement, before
 *   any parameter is looked at. Others may repeat a parameter, as `$1::regclass` does, and so may errors at a value.
 * - Each name between quotes in them stands in the statement outside its values.
 * - A syntax error is repeated only when no text is written into the statement: with a quote too many, the server reads a
 *   value as words.
 */

/** Errors without a position whose words hold no name and no value. */
const withoutPosition = new Set(["42P10", "42P18"]);

/** Errors whose quoted names are columns of the database, which need not stand in the statement. */
const namesColumns = new Set(["42804"]);

const quoted = /(["“”„«»])[\s\u00a0]*(.+?)[\s\u00a0]*(["“”„«»])/gu;
const plain = /^[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)*$/;
const mostOfSql = 2_000;
const mostInMessage = 160;

/** True for the errors of SQL that does not fit the database or is no SQL. */
export const isAboutTheText = ({ code }: ServerError): boolean =>
  /^(?:42|3F|0A)/.test(code) && code !== "42501" && code !== "42P05";

/** The server's words, with `…` for each name that cannot be shown; undefined when they may hold a value. */
function wordsOf({ code, message, position, where }: ServerError, sql: ShownSql): string | undefined {
  const at = Number(position ?? 0);
  // A function raised it, with words of its own.
  if (where !== undefined) return undefined;
  if (at > 0 ? sql.isValueAt(at) && !namesColumns.has(code) : !withoutPosition.has(code)) return undefined;
  if (code === "42601" && sql.holdsText) return undefined;
  return message.replace(quoted, (whole, open: string, name: string, close: string) => {
    const shown = sql.names(name) || /^\W+$/.test(name) || (namesColumns.has(code) && plain.test(name));
    return shown ? whole : `${open}…${close}`;
  });
}

/** What the server proposes: names of the database. Nothing when one of them is not plain. */
function hintOf({ hint }: ServerError): string | undefined {
  if (hint === undefined) return undefined;
  return [...hint.matchAll(quoted)].every(([, , name = ""]) => plain.test(name)) ? hint : undefined;
}

/** The table or schema of the package that the database lacks, or whose column it lacks; undefined when it is none of ours. */
function missingOfOurs({ code, message, position, hint }: ServerError, sql: ShownSql): string | undefined {
  const tables = knownTables();
  const name = sql.nameAt(Number(position ?? 0))?.toLowerCase();
  if (code === "42P01") return name !== undefined && tables.has(name) ? `The table ${name}` : undefined;
  if (code === "42703") return name === undefined ? undefined : missingColumn(name, hint, sql);
  if (code !== "3F000") return undefined;
  const [, , schema = ""] = [...message.matchAll(quoted)][0] ?? [];
  return [...tables.keys()].some((table) => table.startsWith(`${schema}.`)) ? `The schema ${schema}` : undefined;
}

/**
 * The column of one of our tables that the database lacks. An alias tells the table only where the statement has no other of
 * ours; a column that the server proposes elsewhere is there.
 */
function missingColumn(name: string, hint: string | undefined, sql: ShownSql): string | undefined {
  const [column = "", ...qualifier] = name.split(".").toReversed();
  const isThere = [...(hint ?? "").matchAll(quoted)].some(
    ([, , proposed = ""]) => proposed.split(".").at(-1) === column,
  );
  if (isThere) return undefined;
  const named = [...knownTables()].filter(([table]) =>
    sql.dottedNames().some((each) => `${each}.`.startsWith(`${table}.`)),
  );
  const wanted = qualifier.toReversed().join(".");
  const byName = named.filter(([table]) => wanted !== "" && `.${table}`.endsWith(`.${wanted}`));
  const [owner, ...others] = byName.length > 0 ? byName : named;
  return owner?.[1].has(column) && others.length === 0 ? `The column ${column} of ${owner[0]}` : undefined;
}

/**
 * The error of a statement of the caller's own that does not fit the database: a `MigrationError` when the database lacks a
 * table or column that the code has, a `StatementError` otherwise. `general` says what is wrong without the server's words.
 */
export function ownSqlError(
  error: ServerError,
  text: string,
  general: string,
  details: DatabaseErrorDetails,
): MigrationError | StatementError {
  const sql = new ShownSql(text);
  const words = wordsOf(error, sql);
  const at = Number(error.position ?? 0);
  const unclear = error.code === "42601" && sql.holdsText;
  const excerpt = unclear ? undefined : sql.around(Math.max(at, 1), mostOfSql);
  const all: DatabaseErrorDetails = {
    ...details,
    sql: excerpt?.text,
    position: at === 0 ? undefined : (excerpt?.position ?? at),
    hint: words === undefined ? undefined : hintOf(error),
  };
  const missing = missingOfOurs(error, sql);
  if (missing) return new MigrationError(`${missing} is missing in this database: run pnpm db:migrate`, all);
  return new StatementError(
    `${words ?? general} (SQLSTATE ${error.code})${placeOf(at, sql, unclear)}${tail(all.hint)}`,
    all,
  );
}

const tail = (hint: string | undefined) => (hint === undefined ? "" : `. ${hint}`);

function placeOf(at: number, sql: ShownSql, unclear: boolean): string {
  if (unclear) {
    return at === 0 ? "" : `, at character ${at}. The text holds values, so that it is not shown: use placeholders`;
  }
  const { text, position } = sql.around(Math.max(at, 1), mostInMessage);
  return at === 0 ? `, in: ${text}` : `, at character ${position} of: ${text}`;
}
