import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../core/errors";
import { tenantTables } from "../../core/tenant-table";
import { parseMigration, readMigrations } from "../../operations/migrations";
import { composeMigration } from "../../operations/sources";
import { packageSources } from "../../sql-sources";
import { defineCommand, say } from "../command";
import { packageFolder, runDrizzleKit, sourceMigrations } from "../drizzle-kit";
import { startScratch } from "../scratch";
import { writeSchemaFile } from "./check";

/** pnpm db:generate */
export const generate = defineCommand({
  help: "Write a migration from what changed in tables and SQL sources: pnpm db:generate --name=add_vendors [--custom]",
  options: {
    name: { value: "snake_case", help: "what the migration does; you name it, because you review it" },
    custom: { help: "an empty migration to write by hand, for one that moves data" },
  },
  async run({ name, custom }) {
    if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
      throw new ConfigurationError("A migration needs a name in snake_case: pnpm db:generate --name=add_vendors");
    }
    return custom ? customMigration(name) : generateMigration(name);
  },
});

/** Writes an empty migration. drizzle-kit ends it with a comment and no newline: what is appended would be part of the comment. */
async function customMigration(name: string): Promise<number> {
  const known = migrationNames();
  const code = await runDrizzleKit(["generate", "--name", name, "--custom"]);
  const folder = newMigration(known);
  if (folder !== undefined) appendFileSync(migrationFile(folder), "\n");
  return code;
}

async function generateMigration(name: string): Promise<number> {
  const known = migrationNames();
  const migrations = await readMigrations(sourceMigrations());
  say("Making a scratch database of the migrations so far, to compare with");
  const scratch = await startScratch(migrations);
  try {
    const code = await runDrizzleKit(["generate", "--name", name]);
    if (code !== 0) return code;
    const composed = await composeMigration({
      sources: await packageSources(join(packageFolder(), "src")),
      tables: tenantTables(),
      ddl: tableStatements(known),
      migrations,
      scratch: (work) => scratch.run(work),
    });
    if (!composed) {
      say("Nothing to write: the migrations make what tables and SQL sources say");
      return 0;
    }
    // Only SQL changed: the empty migration brings the snapshot that every migration has.
    if (newMigration(known) === undefined) await runDrizzleKit(["generate", "--name", name, "--custom"]);
    const folder = newMigration(known);
    if (folder === undefined) throw new ConfigurationError("drizzle-kit wrote no migration: see its output above");
    writeFileSync(migrationFile(folder), composed.text);
    say(`Wrote drizzle/${folder}/migration.sql:`);
    for (const line of composed.contents) say(`  ${line}`);
  } catch (error) {
    const half = newMigration(known);
    if (half !== undefined) rmSync(join(sourceMigrations(), half), { recursive: true });
    throw error;
  } finally {
    await scratch.stop();
  }
  return writeSchemaFile();
}

const migrationNames = () => readdirSync(sourceMigrations());
const newMigration = (known: readonly string[]) => migrationNames().find((name) => !known.includes(name));
const migrationFile = (folder: string) => join(sourceMigrations(), folder, "migration.sql");

/** The statements that drizzle-kit wrote for changed tables; none when it wrote nothing. */
function tableStatements(known: readonly string[]): readonly string[] {
  const folder = newMigration(known);
  if (folder === undefined || !existsSync(migrationFile(folder))) return [];
  return parseMigration(folder, readFileSync(migrationFile(folder), "utf8")).statements;
}
