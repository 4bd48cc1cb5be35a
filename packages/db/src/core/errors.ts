/**
 * The one error tree of the package. Every failure that leaves it is a `DatabaseError`; the class says what happened,
 * `code` is stable for programs, and neither messages nor properties ever hold a bind value or a secret.
 */

/** Every code an error of this package can carry. */
export const errorCodes = [
  "CONNECTION_FAILED",
  "POOL_EXHAUSTED",
  "TENANT_CONTEXT_MISSING",
  "TENANT_ISOLATION",
  "UNSAFE_ROLE",
  "PERMISSION_DENIED",
  "UNIQUE_VIOLATION",
  "FOREIGN_KEY_VIOLATION",
  "CHECK_VIOLATION",
  "NOT_NULL_VIOLATION",
  "SERIALIZATION_FAILURE",
  "DEADLOCK",
  "TIMEOUT",
  "ABORTED",
  "DISK_FULL",
  "NOT_FOUND",
  "VALIDATION_FAILED",
  "CONFLICT",
  "INVARIANT_VIOLATED",
  "MIGRATION_FAILED",
  "STATEMENT_INVALID",
  "READ_ONLY",
  "CONFIGURATION_INVALID",
  "DATABASE_ERROR",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * What is known about the writes of the failed unit of work: `rolled-back` (nothing was kept) or
 * `unknown` (the connection died after it may have been committed: look it up, or retry with an idempotency key).
 */
export type Outcome = "rolled-back" | "unknown";

export interface DatabaseErrorDetails {
  /** The server's five-letter code, where the server answered. */
  sqlState?: string | undefined;
  constraint?: string | undefined;
  schema?: string | undefined;
  table?: string | undefined;
  column?: string | undefined;
  /** The repository statement that failed, e.g. `accounting.invoices.find`. */
  statement?: string | undefined;
  /** SQL of one's own that the server could not understand: its words, with `…` for every value written into it. */
  sql?: string | undefined;
  /** Where in `sql` the server found the mistake, in characters from 1. */
  position?: number | undefined;
  /** What the server proposes instead. */
  hint?: string | undefined;
  /** True when the same call may succeed if it is simply made again. */
  retryable?: boolean | undefined;
  outcome?: Outcome | undefined;
  /** How often the work was tried, where `retry` was asked for. */
  attempts?: number | undefined;
  cause?: unknown;
}

/** Base class: anything that went wrong in or on the way to the database. */
export class DatabaseError extends Error {
  readonly code: ErrorCode;
  readonly sqlState: string | undefined;
  readonly constraint: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly statement: string | undefined;
  readonly sql: string | undefined;
  readonly position: number | undefined;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly outcome: Outcome;
  readonly attempts: number | undefined;

  constructor(message: string, details: DatabaseErrorDetails = {}, code: ErrorCode = "DATABASE_ERROR") {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.sqlState = details.sqlState;
    this.constraint = details.constraint;
    this.schema = details.schema;
    this.table = details.table;
    this.column = details.column;
    this.statement = details.statement;
    this.sql = details.sql;
    this.position = details.position;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome ?? "rolled-back";
    this.attempts = details.attempts;
  }

  /** A plain object for logs: the same facts, no stack, no cause. */
  toJSON(): Record<string, unknown> {
    const { name, code, message, sqlState, constraint, schema, table, column, statement } = this;
    const { sql, position, hint, retryable, outcome, attempts } = this;
    const where = { sqlState, constraint, schema, table, column, statement, sql, position, hint };
    return { name, code, message, ...where, retryable, outcome, attempts };
  }
}

type ErrorClass = new (message: string, details?: DatabaseErrorDetails) => DatabaseError;

function errorClass(name: string, code: ErrorCode): ErrorClass {
  const created = class extends DatabaseError {
    constructor(message: string, details: DatabaseErrorDetails = {}) {
      super(message, details, code);
      this.name = name;
    }
  };
  Object.defineProperty(created, "name", { value: name });
  return created;
}

/** The server could not be reached, refused the login, or went away. */
export class ConnectionError extends errorClass("ConnectionError", "CONNECTION_FAILED") {}
/** No connection became free within the checkout limit: raise the pool size, or look for units of work held open. */
export class PoolExhaustedError extends errorClass("PoolExhaustedError", "POOL_EXHAUSTED") {}
/** A tenant-owned table was used outside `forTenant`/`withTenant`. */
export class TenantContextMissingError extends errorClass("TenantContextMissingError", "TENANT_CONTEXT_MISSING") {}
/** A row of another tenant or company was written, the member is not active, or a second scope was opened inside a first. */
export class TenantIsolationError extends errorClass("TenantIsolationError", "TENANT_ISOLATION") {}
/** The login could read or change more than one tenant: superuser, BYPASSRLS, owner, or member of such a role. */
export class UnsafeRoleError extends errorClass("UnsafeRoleError", "UNSAFE_ROLE") {}
/** The login may not do this at all, in no scope: the audit trail cannot be changed, `auth.*` cannot be read, … */
export class PermissionDeniedError extends errorClass("PermissionDeniedError", "PERMISSION_DENIED") {}
export class UniqueViolationError extends errorClass("UniqueViolationError", "UNIQUE_VIOLATION") {}
export class ForeignKeyViolationError extends errorClass("ForeignKeyViolationError", "FOREIGN_KEY_VIOLATION") {}
export class CheckViolationError extends errorClass("CheckViolationError", "CHECK_VIOLATION") {}
export class NotNullViolationError extends errorClass("NotNullViolationError", "NOT_NULL_VIOLATION") {}
export class SerializationError extends errorClass("SerializationError", "SERIALIZATION_FAILURE") {}
export class DeadlockError extends errorClass("DeadlockError", "DEADLOCK") {}
/** A statement, lock or idle-transaction limit was reached. */
export class TimeoutError extends errorClass("TimeoutError", "TIMEOUT") {}
/** The caller aborted the call by its `signal`. What was sent is cancelled on the server, and `outcome` is certain. */
export class AbortedError extends errorClass("AbortedError", "ABORTED") {}
export class DiskFullError extends errorClass("DiskFullError", "DISK_FULL") {}
/** `getX` found nothing. */
export class NotFoundError extends errorClass("NotFoundError", "NOT_FOUND") {}
/** The record is in a state that forbids the operation, or the same key came with other content. */
export class ConflictError extends errorClass("ConflictError", "CONFLICT") {}
/** A rule that must always hold would have been broken; refused by the database. */
export class InvariantError extends errorClass("InvariantError", "INVARIANT_VIOLATED") {}
/** SQL of one's own does not fit the database, or is no SQL: `sql`, `position` and `hint` say where and what. */
export class StatementError extends errorClass("StatementError", "STATEMENT_INVALID") {}
/** A write in a transaction that was opened with `readOnly`. */
export class ReadOnlyError extends errorClass("ReadOnlyError", "READ_ONLY") {}
/** A migration could not be applied, or the history and the folder disagree. */
export class MigrationError extends errorClass("MigrationError", "MIGRATION_FAILED") {}
/** A setting or environment variable is missing or malformed; the message names it. */
export class ConfigurationError extends errorClass("ConfigurationError", "CONFIGURATION_INVALID") {}

export interface ValidationIssue {
  /** Path of the field, e.g. `lines.0.quantity`; empty for the whole input. */
  path: string;
  message: string;
}

/** The input does not fit; `issues` names each field and what to do. Nothing was sent to the database. */
export class ValidationError extends errorClass("ValidationError", "VALIDATION_FAILED") {
  readonly issues: readonly ValidationIssue[];

  constructor(message: string, issues: readonly ValidationIssue[] = [], details: DatabaseErrorDetails = {}) {
    super(message, details);
    this.issues = issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}
