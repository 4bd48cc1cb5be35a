import { dropStatement } from "./drop-statement";
import type { SchemaError } from "./types";

/** Kinds whose blocks are named `schema.table.part` or after the table itself, and disappear with it. */
const partsOfTable = new Set(["constraint", "index", "rls", "policy", "trigger", "grants"]);

const applyFirst = "Run `pnpm db:migrate`.";
const putBack =
  "Run `pnpm db:migrate`; if nothing is pending, it was changed by hand: put it back as expected, or write the change as a migration (`pnpm db:generate`).";

/** Every difference between the committed schema.sql and the database; tables are compared column by column. */
export function compareSchema(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): SchemaError[] {
  const errors: SchemaError[] = [];
  for (const [object, definition] of expected) {
    const actual = found.get(object);
    if (actual === definition) continue;
    if (actual !== undefined) errors.push(...differences(object, definition, actual));
    else if (!isPartOfAbsentTable(object, expected, found)) errors.push(missing(object, definition));
  }
  for (const [object, definition] of found) {
    if (!expected.has(object) && !isPartOfAbsentTable(object, found, expected)) errors.push(extra(object, definition));
  }
  return errors;
}

/** True when the whole table is in `there` and not in `other`. Then the table is reported without its parts. */
function isPartOfAbsentTable(
  object: string,
  there: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): boolean {
  const [kind = "", ...rest] = object.split(" ");
  if (!partsOfTable.has(kind)) return false;
  const [schema, table] = rest.join(" ").split(".");
  const owner = `table ${schema}.${table}`;
  return there.has(owner) && !other.has(owner);
}

function missing(object: string, definition: string): SchemaError {
  return { object, expected: definition, found: "missing", fix: putBackOrApply(object), rule: "drift" };
}

function putBackOrApply(object: string): string {
  return `${applyFirst} If nothing is pending, the ${object.split(" ")[0]} was removed by hand: make it again with the definition under "expected".`;
}

function extra(object: string, definition: string): SchemaError {
  const drop = dropStatement(object, definition);
  const fix = `No migration makes it: remove it with \`${drop}\`, or write it as a migration (\`pnpm db:generate\`) and commit the new schema.sql.`;
  return { object, expected: "absent", found: definition, fix, rule: "drift" };
}

function differences(object: string, expected: string, found: string): SchemaError[] {
  if (object.startsWith("table ")) return tableDifferences(object, expected, found);
  if (object.startsWith("grants ") || object.startsWith("rls ")) return lineDifferences(object, expected, found);
  return [{ object, expected, found, fix: putBack, rule: "drift" }];
}

/** Compares blocks of independent lines, and reports only the lines that differ. */
function lineDifferences(object: string, expected: string, found: string): SchemaError[] {
  const wanted = expected.split("\n");
  const actual = found.split("\n");
  const lacking = wanted.filter((line) => !actual.includes(line));
  const added = actual.filter((line) => !wanted.includes(line));
  if (lacking.length === 0) return [extra(object, added.join("\n"))];
  if (added.length === 0) return [missing(object, lacking.join("\n"))];
  return [{ object, expected: lacking.join("\n"), found: added.join("\n"), fix: putBack, rule: "drift" }];
}

function tableDifferences(object: string, expected: string, found: string): SchemaError[] {
  const table = object.slice("table ".length);
  const wanted = splitTable(expected);
  const actual = splitTable(found);
  const errors: SchemaError[] = [];
  const column = (name: string) => `column ${table}.${name.replaceAll('"', "")}`;
  for (const [name, definition] of wanted.columns) {
    const other = actual.columns.get(name);
    if (other === undefined) errors.push(missing(column(name), definition));
    else if (other !== definition) {
      errors.push({ object: column(name), expected: definition, found: other, fix: putBack, rule: "drift" });
    }
  }
  for (const [name, definition] of actual.columns) {
    if (!wanted.columns.has(name)) errors.push(extra(column(name), definition));
  }
  if (wanted.rest !== actual.rest) {
    errors.push({ object, expected: wanted.rest, found: actual.rest, fix: putBack, rule: "drift" });
  }
  if (errors.length === 0) {
    const order = (columns: Map<string, string>) => `columns in the order ${[...columns.keys()].join(", ")}`;
    errors.push({ object, expected: order(wanted.columns), found: order(actual.columns), fix: putBack, rule: "drift" });
  }
  return errors;
}

/** A column is a line of its own, indented by two. Every other line concerns the table as a whole. */
function splitTable(definition: string): { columns: Map<string, string>; rest: string } {
  const columns = new Map<string, string>();
  const rest: string[] = [];
  for (const line of definition.split("\n")) {
    const match = /^ {2}("(?:[^"]|"")+"|\S+) (.*?),?$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) columns.set(match[1], match[2]);
    else rest.push(line);
  }
  return { columns, rest: rest.join("\n") };
}
