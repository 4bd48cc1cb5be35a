import { connect } from "../client/connection";
import type { ConnectionPool } from "../client/pool";
import { packageSchema } from "./assets";
import { type SchemaValidation, type ValidateSchemaOptions, validateSchema } from "./catalogue";

export type { SchemaValidation } from "./catalogue";

/** Compares the database behind a pool with the committed schema.sql, and proves the isolation rules of the schemas. */
export async function validateSchemaOf(
  pool: ConnectionPool,
  scope: Omit<ValidateSchemaOptions, "expected">,
): Promise<SchemaValidation> {
  const connection = await pool[connect]();
  try {
    return await validateSchema(connection.client, { ...scope, expected: await packageSchema() });
  } finally {
    connection.release();
  }
}
