import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { MigrationError } from "../../core/errors";

/** One folder of `drizzle/`, read and split; nothing here has touched a database. */
export interface Migration {
  /** Folder name, `<timestamp14>_<name>`: the order and the identity of the migration. */
  readonly name: string;
  /** SHA-256 of migration.sql with line ends as LF, so that a checkout on Windows has the same hash. */
  readonly sha256: string;
  readonly statements: readonly string[];
  /** False where the file says `-- migrate: no-transaction` (CREATE INDEX CONCURRENTLY). */
  readonly transactional: boolean;
  /** True where text stands behind a line of the tools, which ends in no newline when drizzle-kit has written it: it would not run. */
  readonly swallowed: boolean;
}

const folderName = /^\d{14}_.+$/;
const breakpoint = /--> statement-breakpoint[^\n]*/;
const swallowed =
  /^(?:-- Custom SQL migration file, put your code below! --|.*--> statement-breakpoint)[ \t]*(?!--)[^\s]/m;
const noTransaction = /^[ \t]*-- migrate: no-transaction[ \t]*$/m;
const transactionControl = /^(begin|start\s+transaction|commit|rollback|end|abort|savepoint|release)\b/i;

/** Reads every migration of the folder that drizzle-kit writes, oldest first. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    throw new MigrationError(
      `The migrations folder ${folder} cannot be read (${cause.code ?? "unknown"}): pass the path of drizzle/, or run \`pnpm db:generate\` first`,
    );
  });
  const names = entries
    .filter((entry) => entry.isDirectory() && folderName.test(entry.name))
    .map((entry) => entry.name);
  return Promise.all(names.sort(byCodeUnits).map((name) => readMigration(folder, name)));
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const text = await readFile(join(folder, name, "migration.sql"), "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new MigrationError(
      `Migration ${name} has no readable migration.sql (${cause.code ?? "unknown"}): restore the file, or delete the folder if it was never applied`,
    );
  });
  return parseMigration(name, text);
}

/** Turns the text of a migration.sql into a Migration. */
export function parseMigration(name: string, text: string): Migration {
  const sql = text.replaceAll("\r\n", "\n");
  const statements = sql
    .split(breakpoint)
    .map((statement) => statement.trim())
    .filter((statement) => withoutComments(statement) !== "");
  const transactional = !noTransaction.test(sql);
  const forbidden = statements.findIndex((statement) => transactionControl.test(withoutComments(statement)));
  if (transactional && forbidden >= 0) {
    throw new MigrationError(
      `Migration ${name}, statement ${forbidden + 1} controls the transaction: remove it (each migration already runs in one), or write the line "-- migrate: no-transaction"`,
    );
  }
  return {
    name,
    sha256: createHash("sha256").update(sql).digest("hex"),
    statements,
    transactional,
    swallowed: swallowed.test(sql),
  };
}

/** The statement without leading comments: what PostgreSQL sees first. */
export function withoutComments(statement: string): string {
  return statement.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)*/, "").replace(/^;+$/, "");
}

/** Order by code units, as `collate "C"` does: the same on every machine. */
export function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
