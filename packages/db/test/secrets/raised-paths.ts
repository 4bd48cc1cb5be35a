import { readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import type { FailingPath } from "./bench";
import { canaries as c } from "./canaries";

/** Further states that servers raise; those that the package knows are read from its own list. */
const others = [
  "08006",
  "0A000",
  "21000",
  "25006",
  "42883",
  "53200",
  "54000",
  "55006",
  "57P02",
  "58030",
  "P0001",
  "XX000",
];

/** Every SQLSTATE that sql-states.ts mentions, so that one which is added later is tried as well. */
export function knownStates(): string[] {
  const source = readFileSync(new URL("../../src/client/sql-states.ts", import.meta.url), "utf8");
  return [...new Set(source.match(/\b(?:\d[\dA-Z]{4}|XX\d{3}|ZT\d{3})\b/g) ?? [])];
}

/**
 * The server raises each of them with a secret in every field that holds words: message, detail, hint and context. The
 * messages of class ZT are written by the migrations, hold no values, and are passed on.
 */
export const raisedPaths: FailingPath[] = [...new Set([...knownStates(), ...others])].map((sqlState) => ({
  name: `an error of the server with SQLSTATE ${sqlState}`,
  code: undefined,
  sqlState,
  holds: ["text", "duplicate", "template"],
  run: ({ handle }) =>
    handle.execute(
      sql.raw(`do $$ begin raise exception using errcode = '${sqlState}',
        message = '${sqlState.startsWith("ZT") ? "our own words" : `invalid "${c.text}" and ${c.text}`}',
        detail = 'Key (email)=(${c.duplicate}) already exists.', hint = 'try ${c.template}',
        schema = 'accounting', table = 'customers', column = 'name', constraint = 'customers_name_check',
        datatype = 'text'; end $$`),
    ),
}));
