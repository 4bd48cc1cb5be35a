import type { ClientBase } from "pg";
import { readRelationGrants } from "./read-grants";
import { readEnums, readFunctions, readSchemas, readSequences, readViews } from "./read-objects";
import { readSurroundings } from "./read-surroundings";
import { readTables } from "./read-tables";
import { withPlainSettings } from "./session";
import type { Catalogue } from "./types";

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
  return withPlainSettings(client, async () => {
    const grants = await readRelationGrants(client, wanted);
    return {
      schemas: await readSchemas(client, wanted),
      tables: await readTables(client, wanted, grants),
      views: await readViews(client, wanted, grants),
      sequences: await readSequences(client, wanted, grants),
      functions: await readFunctions(client, wanted),
      enums: await readEnums(client, wanted),
      surroundings: await readSurroundings(client, wanted, logins),
    };
  });
}
