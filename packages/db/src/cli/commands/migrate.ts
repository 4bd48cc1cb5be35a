import { readFileSync } from "node:fs";
import type pg from "pg";
import { catalogueScope } from "../../domains";
import { withAdmin } from "../../operations/admin";
import { schemaFile } from "../../operations/assets";
import { type SchemaError, scanOrphans, validateSchema } from "../../operations/catalogue";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { type Command, say } from "../command";

/** Prints the findings of a schema check, one paragraph for each object. `!` marks a warning. */
export function printFindings(mark: "✗" | "!", findings: readonly SchemaError[] = []): void {
  for (const { object, expected, found, fix } of findings) {
    say(`\n${mark} ${object}\n  expected: ${expected}\n  found:    ${found}\n  fix:      ${fix}`);
  }
}

/** Checks the schema, and its rows for orphans. An owner that does not see every row cannot check the rows. */
async function prove(client: pg.ClientBase) {
  const expected = readFileSync(schemaFile(), "utf8");
  const { errors, warnings } = await validateSchema(client, { expected, ...catalogueScope });
  const { rows } = await client.query(
    "select from pg_roles where rolname = current_user and (rolsuper or rolbypassrls)",
  );
  return { errors, warnings, orphans: rows.length > 0 ? await scanOrphans(client, catalogueScope) : undefined };
}

/** pnpm db:migrate */
export const migrateCommand: Command = {
  help: "Apply the pending migrations, then prove isolation, drift and foreign keys",
  usage: "Uses DATABASE_ADMIN_URL. Safe to run from several processes at once: one applies, the others wait.",
  async run() {
    const server = await findDevelopmentServer(say);
    try {
      const { applied } = await prepareServer(server, say);
      say(applied.length === 0 ? "Nothing to apply: the schema is up to date" : `Applied ${applied.length} migrations`);
      const { errors, warnings, orphans } = await withAdmin(server.urls.admin, prove);
      printFindings("✗", [...errors, ...(orphans ?? [])]);
      printFindings("!", warnings);
      if (errors.length > 0 || (orphans ?? []).length > 0) return 1;
      say(`Proven: every table isolated, no drift${orphans ? ", no orphaned rows" : ""}`);
      if (!orphans)
        say("Orphaned rows were not looked for: the login does not see every tenant's rows (needs BYPASSRLS)");
      return 0;
    } finally {
      await server.stop();
    }
  },
};
