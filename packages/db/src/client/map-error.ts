import {
  CheckViolationError,
  ConflictError,
  ConnectionError,
  DatabaseError,
  type DatabaseErrorDetails,
  DeadlockError,
  DiskFullError,
  ForeignKeyViolationError,
  InvariantError,
  MigrationError,
  NotFoundError,
  NotNullViolationError,
  PermissionDeniedError,
  PoolExhaustedError,
  SerializationError,
  TenantContextMissingError,
  TenantIsolationError,
  TimeoutError,
  UniqueViolationError,
  ValidationError,
} from "../core/errors";

/** The fields of a server error that are safe to keep: names of things, never their contents. */
interface ServerError {
  code: string;
  severity?: string;
  message: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  routine?: string;
}

type Build = (error: ServerError, details: DatabaseErrorDetails) => DatabaseError;

const onObject = (error: ServerError) =>
  error.table ? ` on ${error.schema ? `${error.schema}.` : ""}${error.table}` : "";

const bySqlState: Record<string, Build> = {
  "23505": (e, d) => new UniqueViolationError(`A record with the same key exists already (${e.constraint})`, d),
  "23503": (e, d) =>
    new ForeignKeyViolationError(
      `A referenced record does not exist, or this one is still referenced (${e.constraint})`,
      d,
    ),
  "23514": (e, d) => new CheckViolationError(`A value is not allowed${onObject(e)} (${e.constraint})`, d),
  "23502": (e, d) => new NotNullViolationError(`A value is missing${onObject(e)}: ${e.column}`, d),
  "40001": (_e, d) =>
    new SerializationError("Another transaction changed the same data; retry", { ...d, retryable: true }),
  "40P01": (_e, d) => new DeadlockError("Two transactions waited for each other; retry", { ...d, retryable: true }),
  "55P03": (_e, d) => new TimeoutError("A lock was not free within the limit", { ...d, retryable: true }),
  "57014": (_e, d) => new TimeoutError("The statement took longer than its limit and was cancelled", d),
  "25P03": (_e, d) => new TimeoutError("The transaction stood idle longer than its limit and was ended", d),
  "53100": (_e, d) => new DiskFullError("The server's disk is full: nothing was written", d),
  "53300": (_e, d) => new ConnectionError("The server has no free connection slot", { ...d, retryable: true }),
  "28P01": (_e, d) => new ConnectionError("The server refused the login: check user and password in the URL", d),
  "28000": (_e, d) => new ConnectionError("The server refused the login: check user, host and TLS settings", d),
  "3D000": (_e, d) =>
    new ConnectionError("The database in the URL does not exist: create it, then run pnpm db:migrate", d),
  "42P01": (_e, d) => new MigrationError("A table is missing: run pnpm db:migrate", d),
  "3F000": (_e, d) => new MigrationError("A schema is missing: run pnpm db:migrate", d),
  "54000": (_e, d) => new ValidationError("A value is too long for the index of its column: shorten it", [], d),
  "22P05": (_e, d) => new ValidationError("A text holds a character that PostgreSQL cannot store", [], d),
  "22021": (_e, d) => new ValidationError("A text holds a character that PostgreSQL cannot store (NUL)", [], d),
};

const byClass: Record<string, Build> = {
  "08": (_e, d) => new ConnectionError("The connection to the server failed", { ...d, retryable: true }),
  "57": (_e, d) => new ConnectionError("The server ended the connection", { ...d, retryable: true }),
  "22": (_e, d) => new ValidationError("A value does not fit its type", [], d),
  "53": (_e, d) => new DatabaseError("The server is out of resources", { ...d, retryable: true }),
};

// SQLSTATE class ZT is ours: raised by the functions of the migrations, so their texts are ours and safe to pass on.
const byOwnState: Record<string, Build> = {
  ZT001: (e, d) => new TenantIsolationError(e.message, d),
  ZT002: (e, d) => new InvariantError(e.message, d),
  ZT003: (e, d) => new ConflictError(e.message, d),
  ZT004: (e, d) => new NotFoundError(e.message, d),
  ZT005: (e, d) => new TenantContextMissingError(e.message, d),
  ZT006: (e, d) => new PermissionDeniedError(e.message, d),
};

function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === "string" && "severity" in error;
}

/**
 * Turns whatever the driver threw into one typed error that keeps the SQLSTATE and the names of constraint, table and
 * column, and drops the driver's `detail`, `where` and parameters, which hold values. Typed errors pass through.
 */
export function mapError(error: unknown, context: DatabaseErrorDetails = {}): DatabaseError {
  if (error instanceof DatabaseError) return error;
  if (isServerError(error)) return fromServer(error, context);
  const message = error instanceof Error ? error.message : "";
  if (message === "timeout exceeded when trying to connect") return poolExhausted(context);
  if (message === "Query read timeout") {
    return new TimeoutError("The server did not answer within the limit; the connection was closed", context);
  }
  const code = (error as { code?: unknown } | undefined)?.code;
  const reason = typeof code === "string" ? ` (${code})` : "";
  if (reason !== "" || /connection|terminated|timeout|ssl|tls|certificate/i.test(message)) {
    return new ConnectionError(`The database cannot be reached, or the connection was lost${reason}`, {
      ...context,
      retryable: true,
    });
  }
  return new DatabaseError(
    error instanceof Error ? `Unexpected ${error.name} in the database driver` : "Unexpected failure",
    context,
  );
}

/** The error of a call that waited longer than the limit for a connection. */
export function poolExhausted(context: DatabaseErrorDetails = {}): PoolExhaustedError {
  return new PoolExhaustedError(
    "No connection became free in time: look for units of work held open, or raise the pool size",
    { ...context, retryable: true },
  );
}

function fromServer(error: ServerError, context: DatabaseErrorDetails): DatabaseError {
  const details: DatabaseErrorDetails = {
    ...context,
    sqlState: error.code,
    constraint: error.constraint,
    schema: error.schema,
    table: error.table,
    column: error.column,
  };
  const build = byOwnState[error.code] ?? bySqlState[error.code] ?? byClass[error.code.slice(0, 2)];
  if (build) return build(error, details);
  if (error.code === "42501") return forbidden(error, details);
  return new DatabaseError(`The server refused the statement (SQLSTATE ${error.code})`, details);
}

// The message is in the server's language; the routine that raised the error is a name, the same in all versions.
const rowSecurity = new Set(["ExecWithCheckOptions", "check_enable_rls"]);

function forbidden(error: ServerError, details: DatabaseErrorDetails): DatabaseError {
  if (rowSecurity.has(error.routine ?? "")) {
    return new TenantIsolationError(
      "The row belongs to another tenant or company than the scope, or there is no scope",
      details,
    );
  }
  return new PermissionDeniedError(`The login has no right to do this: ${permission(error.message)}`, details);
}

/** "permission denied for table x" names an object and no value; anything else, or any other language, is not passed on. */
function permission(message: string): string {
  return /^permission denied for [a-z ]+ [\w.]+$/.test(message) ? message : "it is kept to what its work needs";
}
