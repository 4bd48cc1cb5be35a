import { MigrationError } from "../../core/errors";
import type { Migration } from "./folder";

/** The fields of a server error that are safe to read; `detail` and `where` may hold row values. */
export interface ServerFailure {
  readonly code?: string | undefined;
  readonly message: string;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  /** The server function that raised it; unlike the message it is never translated. */
  readonly routine?: string | undefined;
}

/** Reads an unknown error as a server failure; `code` is there only when the server answered. */
export function serverFailure(error: unknown): ServerFailure {
  if (!(error instanceof Error)) return { message: String(error) };
  return "severity" in error ? (error as ServerFailure & Error) : { message: error.message };
}

const alreadyThere =
  "The database has it already, yet its history (migrations.applied) does not list this migration: it was made by `drizzle-kit push` or by hand, or restored without the schema migrations. In development run `pnpm db:reset` (it deletes the data); elsewhere restore the schema migrations too.";

const advice: Record<string, string> = {
  "42P06": alreadyThere,
  "42P07": alreadyThere,
  "42701": alreadyThere,
  "42710": alreadyThere,
  "42723": alreadyThere,
  "42601": "If the message is about multiple commands, put `--> statement-breakpoint` between the statements.",
  "55P03":
    "A lock was not free in time: end the long transaction that uses the table, or wait longer with `pnpm db:migrate --lock-timeout=<seconds>`.",
  "57014": "The statement limit was reached: raise statementTimeoutMs for this run.",
  "25001": 'If it cannot run inside a transaction, write the line "-- migrate: no-transaction" into the file.',
};

const hiddenRows =
  "This migrator is bound by row level security and would not see every row: put `ALTER TABLE … NO FORCE ROW LEVEL SECURITY` for the tables it reads before this statement and FORCE after it, or migrate as a login with BYPASSRLS.";

function adviceFor(failure: ServerFailure): string | undefined {
  return failure.routine === "check_enable_rls" ? hiddenRows : advice[failure.code ?? ""];
}

/** The error of one failed statement: where, which SQLSTATE, the server's words, what is left behind, what to do. */
export function statementFailed(
  migration: Migration,
  position: number,
  error: unknown,
  lockAttempts = 0,
): MigrationError {
  const failure = serverFailure(error);
  const kept = migration.transactional
    ? "Nothing of this migration was kept."
    : "The statements before it were kept: correct the cause and run `pnpm db:migrate` again.";
  const tried = lockAttempts > 1 ? ` It was tried ${lockAttempts} times.` : "";
  const hint = adviceFor(failure);
  return new MigrationError(
    `Migration ${migration.name} failed at statement ${position} of ${migration.statements.length} (SQLSTATE ${failure.code ?? "none"}): ${safeMessage(failure)}. ${kept}${tried}${hint ? ` ${hint}` : ""}`,
    {
      sqlState: failure.code,
      schema: failure.schema,
      table: failure.table,
      column: failure.column,
      constraint: failure.constraint,
      retryable: failure.code === "55P03",
      outcome: failure.code === undefined ? "unknown" : "rolled-back",
    },
  );
}

// Class 22 (data exceptions) quotes the offending value in the quotation marks of the server's language, and the value
// may hold some of its own: all from the first to the last one goes.
function safeMessage(failure: ServerFailure): string {
  const quoted = /["„“”«»‹›「」『』][\s\S]*["„“”«»‹›「」『』]/;
  return failure.code?.startsWith("22") ? failure.message.replace(quoted, '"…"') : failure.message;
}

/**
 * True for conflicts between migrators of different databases on one server. They share roles and memberships, but not
 * the advisory lock, which belongs to a database. The same transaction succeeds when it is run again.
 */
export function isClusterConflict(error: unknown, statement: string): boolean {
  const { code, message, schema } = serverFailure(error);
  if (code === "40P01" || code === "40001") return true;
  if (code === "XX000") return /tuple concurrently (updated|deleted)/.test(message);
  if (code === "23505") return schema === "pg_catalog";
  return code === "42710" && /\brole\b/i.test(statement);
}
