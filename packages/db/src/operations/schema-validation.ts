import { readFileSync } from "node:fs";
import { connect } from "../client/connection";
import type { ConnectionPool } from "../client/pool";
import { allowances } from "./allowances";
import { schemaFile } from "./assets";
import { type SchemaValidation, validateSchema } from "./catalogue";

export type { SchemaValidation } from "./catalogue";

/** Compares the database behind a pool with the committed schema.sql, and proves the isolation rules. */
export async function validateSchemaOf(pool: ConnectionPool): Promise<SchemaValidation> {
  const connection = await pool[connect]();
  try {
    return await validateSchema(connection.client, { expected: readFileSync(schemaFile(), "utf8"), allowances });
  } finally {
    connection.release();
  }
}
