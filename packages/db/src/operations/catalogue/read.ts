import type { ClientBase } from "pg";
import { readRelationGrants } from "./read-grants";
import { readEnums, readFunctions, readSchemas, readSequences, readViews } from "./read-objects";
import { readSurroundings } from "./read-surroundings";
import { readTables } from "./read-tables";
import { renderSchema } from "./render";
import { withPlainSettings } from "./session";
import type { Catalogue, Definitions } from "./types";

/**
 * Reads what the database really holds in the given schemas. The catalogue is readable by every login, so the runtime
 * login gets the same answer as the owner. `logins` are looked at besides the session's own. Sorted, and equal on PostgreSQL 15 to 18 for the same migrations.
 */
export async function readCatalogue(
  client: ClientBase,
  schemas: readonly string[],
  logins: readonly string[] = [],
): Promise<Catalogue> {
  const wanted = [...schemas];
  return withPlainSettings(client, async () => ({
    ...(await definitionsOf(client, wanted)),
    surroundings: await readSurroundings(client, wanted, logins),
  }));
}

/** The text of schema.sql as the database is now. It needs less than the whole catalogue, and takes half the time. */
export async function readSchemaText(client: ClientBase, schemas: readonly string[]): Promise<string> {
  return renderSchema(await withPlainSettings(client, () => definitionsOf(client, [...schemas])));
}

async function definitionsOf(client: ClientBase, schemas: string[]): Promise<Definitions> {
  const grants = await readRelationGrants(client, schemas);
  return {
    schemas: await readSchemas(client, schemas),
    tables: await readTables(client, schemas, grants),
    views: await readViews(client, schemas, grants),
    sequences: await readSequences(client, schemas, grants),
    functions: await readFunctions(client, schemas),
    enums: await readEnums(client, schemas),
  };
}
