import type { ClientBase } from "pg";
import type { Allowance } from "../../core/domain";
import { compareSchema } from "./compare";
import { proveSchema, schemaWarnings } from "./prove";
import { readCatalogue } from "./read";
import { parseSchema, renderSchema } from "./render";
import type { SchemaError } from "./types";

export interface ValidateSchemaOptions {
  /** The text of the committed schema.sql. */
  readonly expected: string;
  readonly schemas: readonly string[];
  /** Logins of applications that are held to the rules, besides the session's own and those that `db:roles` names. */
  readonly logins?: readonly string[];
  /** Written exceptions from the rules, each with its reason. */
  readonly allowances?: readonly Allowance[];
}

export interface SchemaValidation {
  readonly isValid: boolean;
  readonly errors: SchemaError[];
  /** What a superuser should put right, as the owner of the schemas cannot; absent when there is nothing. */
  readonly warnings?: SchemaError[];
}

/**
 * Compares the database with schema.sql and proves the design for every table, from one reading of the catalogue. Any
 * login may do this, the runtime login too; only `scanOrphans` (rows, not definitions) needs one that sees every row.
 */
export async function validateSchema(client: ClientBase, options: ValidateSchemaOptions): Promise<SchemaValidation> {
  const { expected, allowances = [], schemas, logins } = options;
  const catalogue = await readCatalogue(client, schemas, logins);
  const drift = compareSchema(parseSchema(expected), parseSchema(renderSchema(catalogue)));
  const errors = [...drift, ...proveSchema(catalogue, allowances)];
  const warnings = schemaWarnings(catalogue);
  return { isValid: errors.length === 0, errors, ...(warnings.length > 0 ? { warnings } : {}) };
}
