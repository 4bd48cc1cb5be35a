import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectionTarget, urlFromEnvironment } from "../../client/config";
import { type ApplicationLogin, groupOf } from "../../client/login-check";
import { catalogueScope } from "../../domains";
import { withAdmin } from "../../operations/admin";
import { validateDatabase } from "../../operations/schema-validation";
import { checkoutRoot } from "../../testing/checkout";
import { findDevelopmentServer } from "../../testing/development";
import { migratedSchemaText } from "../../testing/schema-text";
import { defineCommand, say, UsageError } from "../command";
import { printFindings } from "./migrate";

const schemaPath = () => join(checkoutRoot(), "packages", "db", "schema.sql");

/** Writes schema.sql anew from the migrations. */
export async function writeSchemaFile(): Promise<number> {
  writeFileSync(schemaPath(), await migratedSchemaText());
  say("Wrote packages/db/schema.sql from the migrations: commit it with them");
  return 0;
}

/** The logins that the environment names. A development checkout may name the admin, whose rights the pool drops. */
function configuredLogins(adminUrl: string): string[] {
  const users = (Object.keys(groupOf) as ApplicationLogin[])
    .filter((kind) => urlFromEnvironment(kind) !== undefined)
    .map((kind) => connectionTarget(kind).user);
  return users.filter((user) => user !== connectionTarget("admin", adminUrl).user);
}

async function checkFile(): Promise<number> {
  const committed = existsSync(schemaPath()) ? readFileSync(schemaPath(), "utf8") : "";
  if (committed === (await migratedSchemaText())) {
    say("packages/db/schema.sql says what the migrations make");
    return 0;
  }
  say("packages/db/schema.sql is not what the migrations make: run pnpm db:check --write and commit it");
  return 1;
}

/** pnpm db:check */
export const check = defineCommand({
  help: "Compare the database with schema.sql (tables, policies, grants, triggers, …) and prove the isolation rules",
  options: {
    write: { help: "write packages/db/schema.sql anew from the migrations (after db:generate)", ofSources: true },
    file: {
      ofSources: true,
      help: "check that packages/db/schema.sql is what the migrations make; needs no database of yours (for CI)",
    },
  },
  async run({ write, file }) {
    if (write && file) throw new UsageError("--write and --file exclude each other: give one");
    if (write) return writeSchemaFile();
    if (file) return checkFile();
    const server = await findDevelopmentServer();
    try {
      const { isValid, errors, warnings } = await withAdmin(server.urls.admin, (client) =>
        validateDatabase(client, { ...catalogueScope, logins: configuredLogins(server.urls.admin) }),
      );
      printFindings("✗", errors);
      printFindings("!", warnings);
      say(
        isValid
          ? `No drift, every table isolated: ${server.location}`
          : `\n${errors.length} differences: ${server.location}`,
      );
      return isValid ? 0 : 1;
    } finally {
      await server.stop();
    }
  },
});
