import { getColumns } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { type BuildSchema, createInsertSchema, createSelectSchema, createUpdateSchema } from "drizzle-orm/zod";
import { z } from "zod";
import * as kinds from "./column-kinds";
import { wholeDigits } from "./columns";
import { ValidationError } from "./errors";

interface ColumnFacts {
  columnType: string;
  length?: number;
  precision?: number;
  scale?: number;
  enumValues?: string[];
  dimensions?: number;
}

const byType: Record<string, (column: ColumnFacts) => z.ZodType> = {
  PgUUID: kinds.pgUuid,
  PgText: () => kinds.pgText(),
  PgVarchar: (c) => kinds.pgText(c.length),
  PgNumeric: ({ scale = 0, precision = wholeDigits + scale }) => kinds.pgNumeric(precision, scale),
  PgInteger: kinds.pgInteger,
  PgBigInt64: kinds.pgBigint,
  PgBoolean: () => z.boolean(),
  PgDateString: kinds.pgDate,
  PgTimestamp: kinds.pgTimestamp,
  PgJsonb: kinds.pgJsonb,
};

function columnSchema(column: PgColumn): z.ZodType {
  const facts = column as unknown as ColumnFacts;
  if (facts.enumValues && facts.enumValues.length > 0) return z.enum(facts.enumValues);
  const build = byType[facts.columnType];
  if (!build) throw new TypeError(`There is no validation for columns of type ${facts.columnType} (${column.name})`);
  const one = build(facts);
  return facts.dimensions ? z.array(one) : one;
}

function refinements(table: PgTable): never {
  const columns = Object.entries(getColumns(table)) as [string, PgColumn][];
  return Object.fromEntries(columns.map(([key, column]) => [key, () => columnSchema(column)])) as never;
}

/** Zod schema of a new row, from the table: what it accepts, PostgreSQL stores unchanged. */
export function insertSchema<T extends PgTable>(
  table: T,
): BuildSchema<"insert", T["_"]["columns"], undefined, undefined> {
  return createInsertSchema(table, refinements(table)) as never;
}

/** Zod schema of a change to a row: every column optional. */
export function updateSchema<T extends PgTable>(
  table: T,
): BuildSchema<"update", T["_"]["columns"], undefined, undefined> {
  return createUpdateSchema(table, refinements(table)) as never;
}

/** Zod schema of a row as it is read. */
export function selectSchema<T extends PgTable>(
  table: T,
): BuildSchema<"select", T["_"]["columns"], undefined, undefined> {
  return createSelectSchema(table) as never;
}

/** A change to a record. Unknown fields and an empty change are refused; undefined fields stay as they are. */
export function changesOf<S extends z.ZodRawShape>(schema: z.ZodObject<S>) {
  return schema
    .strict()
    .transform(
      (changes) =>
        Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as typeof changes,
    )
    .refine((changes) => Object.keys(changes).length > 0, "there is nothing to change");
}

/**
 * Checks an input against a schema. Throws `ValidationError` whose issues name each field and what to do, and whose
 * message never holds the refused value. `what` names the input in the message, e.g. `invoice`.
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: withoutValue(issue) }));
  const first = issues[0];
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  throw new ValidationError(`The ${what} does not fit: ${first?.path || "input"}: ${first?.message}${more}`, issues);
}

// zod names unknown keys and expected types, never the value. Keys are left out too, because the caller chooses them.
function withoutValue(issue: z.core.$ZodIssue): string {
  return issue.code === "unrecognized_keys" ? "there are fields that do not exist" : issue.message;
}
