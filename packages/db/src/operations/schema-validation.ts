import type { ClientBase } from "pg";
import { connect } from "../client/connection";
import type { ConnectionPool } from "../client/pool";
import { packageSchema } from "./assets";
import { type SchemaError, type SchemaValidation, type ValidateSchemaOptions, validateSchema } from "./catalogue";
import { encodingProblem } from "./encoding";

export type { SchemaValidation } from "./catalogue";

type Scope = Omit<ValidateSchemaOptions, "expected">;

/** Compares the database behind a pool with the committed schema.sql, and proves the isolation rules of the schemas. */
export async function validateSchemaOf(pool: ConnectionPool, scope: Scope): Promise<SchemaValidation> {
  const connection = await pool[connect]();
  try {
    return await validateDatabase(connection.client, scope);
  } finally {
    connection.release();
  }
}

/** The same on a connection; the encoding of the database is looked at as well. */
export async function validateDatabase(client: ClientBase, scope: Scope): Promise<SchemaValidation> {
  const validation = await validateSchema(client, { ...scope, expected: await packageSchema() });
  const unfit = await encodingProblem(client);
  if (unfit === undefined) return validation;
  const error: SchemaError = {
    object: "database",
    expected: "encoding UTF8",
    found: "another one",
    fix: unfit,
    rule: "encoding",
  };
  return { ...validation, isValid: false, errors: [error, ...validation.errors] };
}
