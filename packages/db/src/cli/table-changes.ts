import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "../core/errors";
import { parseMigration } from "../operations/migrations";
import { packageFolder, runDrizzleKit, sourceMigrations } from "./drizzle-kit";

/**
 * The statements that drizzle-kit would write for the changed tables, made beside a copy of the migrations: their folder
 * stays as it is. Asks on the terminal where a rename cannot be told from a new column. Throws `ConfigurationError`.
 */
export async function tableChanges(): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "org-db-push-"));
  try {
    const out = join(folder, "drizzle");
    cpSync(sourceMigrations(), out, { recursive: true });
    const known = readdirSync(out);
    const config = join(folder, "drizzle.config.ts");
    const base = JSON.stringify(join(packageFolder(), "drizzle.config"));
    writeFileSync(
      config,
      `import base from ${base};\nexport default { ...base, out: ${JSON.stringify(out)}, verbose: false };\n`,
    );
    const code = await runDrizzleKit(["generate", "--config", config, "--name", "tried"]);
    if (code !== 0) throw new ConfigurationError("drizzle-kit cannot tell what changed: see its output above");
    const name = readdirSync(out).find((entry) => !known.includes(entry));
    if (name === undefined) return [];
    return parseMigration(name, readFileSync(join(out, name, "migration.sql"), "utf8")).statements;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
