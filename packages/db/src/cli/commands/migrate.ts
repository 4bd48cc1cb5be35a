import { readFileSync } from "node:fs";
import { withAdmin } from "../../operations/admin";
import { allowances } from "../../operations/allowances";
import { schemaFile } from "../../operations/assets";
import { type SchemaError, scanOrphans, validateSchema } from "../../operations/catalogue";
import { findDevelopmentServer, prepareServer } from "../../testing/development";
import { type Command, say } from "../command";

/** Prints what a schema check found, one object a paragraph. */
export function printErrors(errors: readonly SchemaError[]): void {
  for (const { object, expected, found, fix } of errors) {
    say(`\n✗ ${object}\n  expected: ${expected}\n  found:    ${found}\n  fix:      ${fix}`);
  }
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
      const errors = await withAdmin(server.urls.admin, async (client) => {
        const expected = readFileSync(schemaFile(), "utf8");
        const { errors: schema } = await validateSchema(client, { expected, allowances });
        return [...schema, ...(await scanOrphans(client))];
      });
      printErrors(errors);
      if (errors.length === 0) say("Proven: every table isolated, no drift, no orphaned rows");
      return errors.length === 0 ? 0 : 1;
    } finally {
      await server.stop();
    }
  },
};
