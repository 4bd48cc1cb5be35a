import {
  CheckViolationError,
  ConfigurationError,
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
  SerializationError,
  TenantContextMissingError,
  TenantIsolationError,
  TimeoutError,
  UniqueViolationError,
  ValidationError,
} from "../core/errors";
import { isAboutTheText, ownSqlError } from "./own-sql";
import type { ServerError } from "./server-error";

/** `field` is the named parameter that the error is about, where that is known. */
type Build = (error: ServerError, details: DatabaseErrorDetails, field?: string) => DatabaseError;

const onObject = (error: ServerError) =>
  error.table ? ` on ${error.schema ? `${error.schema}.` : ""}${error.table}` : "";

const plain =
  (message: string, retryable = false): Build =>
  ({ code }, details) =>
    new DatabaseError(`${message} (SQLSTATE ${code})`, { ...details, retryable });

const connection =
  (message: string, retryable: boolean): Build =>
  (_error, details) =>
    new ConnectionError(message, { ...details, retryable });

const timeout =
  (message: string, retryable = false): Build =>
  (_error, details) =>
    new TimeoutError(message, { ...details, retryable });

/** Statements of ours are prepared once for each connection, under names that nothing else uses. */
const notPrepared: Build = (_error, details) =>
  new ConfigurationError(
    "A prepared statement is not known on this connection, or another one has its name: a pooler lies between that does not " +
      "keep them. Use PgBouncer 1.21 or newer with max_prepared_statements above 0, session mode, or the server's own address",
    details,
  );

const missing =
  (what: string): Build =>
  (_error, details) =>
    new MigrationError(`${what}: run pnpm db:migrate, or correct the statement if it is your own`, details);

const invalid =
  (message: string): Build =>
  ({ column }, details, parameter) => {
    const field = parameter ?? column;
    if (field === undefined) return new ValidationError(message, [], details);
    const issue = { path: field, message: "use a value of the field's type" };
    return new ValidationError(`${message}: ${field}`, [issue], details);
  };

const stillReferenced: Build = (e, d) =>
  new ForeignKeyViolationError(
    `A referenced record does not exist, or this one is still referenced (${e.constraint})`,
    d,
  );

// SQLSTATE class ZT is ours: raised by the functions of the migrations, so their texts are ours and safe to pass on.
const ownStates: Record<string, Build> = {
  ZT001: (e, d) => new TenantIsolationError(e.message, d),
  ZT002: (e, d) => new InvariantError(e.message, d),
  ZT003: (e, d) => new ConflictError(e.message, d),
  ZT004: (e, d) => new NotFoundError(e.message, d),
  ZT005: (e, d) => new TenantContextMissingError(e.message, d),
  ZT006: (e, d) => new PermissionDeniedError(e.message, d),
};

/** What is wrong with a statement, in our words: all of it for a repository's, and for others where the server's words may hold a value. */
const aboutTheText = {
  "3F000": "A schema is missing",
  "42601": "The statement has a syntax error",
  "42703": "A column is missing",
  "42704": "A type or another object is missing",
  "42883": "There is no function or operator of this name for these types of arguments",
  "42P01": "A table is missing",
  "42P02": "The statement has a parameter without a value",
  "42P18": "The type of a parameter is not known: write a cast, as $1::uuid",
  "42804": "A value has another type than the statement needs: write a cast",
} as const;

const states: Record<string, Build> = {
  // PostgreSQL 18 reports ON DELETE RESTRICT as 23001, older ones as 23503.
  "23001": stillReferenced,
  "23502": (e, d) => new NotNullViolationError(`A value is missing${onObject(e)}: ${e.column}`, d),
  "23503": stillReferenced,
  "23505": (e, d) => new UniqueViolationError(`A record with the same key exists already (${e.constraint})`, d),
  "23514": (e, d) => new CheckViolationError(`A value is not allowed${onObject(e)} (${e.constraint})`, d),
  "23P01": (e, d) => new ConflictError(`It overlaps a record that exists already (${e.constraint})`, d),
  "44000": (e, d) => new CheckViolationError(`A row does not belong into the view${onObject(e)}`, d),
  "40001": (_e, d) =>
    new SerializationError("Another transaction changed the same data; retry", { ...d, retryable: true }),
  "40P01": (_e, d) => new DeadlockError("Two transactions waited for each other; retry", { ...d, retryable: true }),
  "26000": notPrepared,
  "42P05": notPrepared,
  "25006": connection("The server is read-only: a standby, or a writer that has handed over; retry", true),
  "25P03": timeout("The transaction stood idle longer than its limit and was ended"),
  "25P04": timeout("The transaction took longer than its limit and was ended"),
  "55P03": timeout("A lock was not free within the limit", true),
  "57014": timeout("The statement took longer than its limit and was cancelled"),
  "57P04": connection("The database was dropped", false),
  "53100": (_e, d) => new DiskFullError("The server's disk is full: nothing was written", d),
  "53300": connection("The server has no free connection slot", true),
  "53400": plain("The statement went beyond a limit of the server's configuration"),
  "28P01": connection("The server refused the login: check user and password in the URL", false),
  "3D000": connection("The database in the URL does not exist: create it, then run pnpm db:migrate", false),
  "3F000": missing(aboutTheText["3F000"]),
  "42501": forbidden,
  "42601": plain(aboutTheText["42601"]),
  "42703": missing(aboutTheText["42703"]),
  "42704": missing(aboutTheText["42704"]),
  "42883": missing(aboutTheText["42883"]),
  "42P01": missing(aboutTheText["42P01"]),
  "42P02": plain(aboutTheText["42P02"]),
  "42P18": plain(aboutTheText["42P18"]),
  "42804": plain(aboutTheText["42804"]),
  "54000": invalid("A value is too long for the index of its column: shorten it"),
  "22P05": invalid("A text holds a character that PostgreSQL cannot store"),
  "22021": invalid("A text holds a character that PostgreSQL cannot store (NUL)"),
  "22001": invalid("A text is longer than its column takes"),
  "22003": invalid("A number is outside the range of its type"),
  "22007": invalid("A date or time is not written as one"),
  "22008": invalid("A date or time is outside the range of its type"),
  "22012": invalid("A division by zero"),
  "22P02": (e, d, field) =>
    invalid(
      e.routine === "string_to_uuid"
        ? "An id is no UUID: ids are UUIDs, as newId() makes them"
        : "A value is not written as its type needs",
    )(e, d, field),
  XX001: plain("The server reports damaged data: stop writing, and restore a backup"),
  XX002: plain("The server reports a damaged index: rebuild it"),
};

const broken = "The server has a fault: see its log";
const wrongStatement = "The server refused the statement";

/** One decision for each class of errors that PostgreSQL 15 to 18 can send (appendix A of its manual). */
export const classes: Record<string, Build> = {
  "03": plain(wrongStatement),
  "08": connection("The connection to the server failed", true),
  "09": plain(wrongStatement),
  "0A": plain("The server does not support this"),
  "0B": plain(wrongStatement),
  "0F": plain(wrongStatement),
  "0L": plain(wrongStatement),
  "0P": plain(wrongStatement),
  "0Z": plain(wrongStatement),
  "10": plain(wrongStatement),
  "20": plain("A CASE of a function has no branch for this"),
  "21": plain("A part of the statement gave more rows than it may"),
  "22": invalid("A value does not fit its type"),
  "23": (e, d) => new CheckViolationError(`A rule of the database was broken${onObject(e)}`, d),
  "24": plain(wrongStatement),
  "25": plain("The transaction is not in a state for this"),
  "26": plain(wrongStatement),
  "27": plain("A row was changed by a trigger of its own statement"),
  "28": connection("The server refused the login: check user, host and TLS settings", false),
  "2B": plain("Other objects depend on the right"),
  "2D": plain("A function may not end the transaction that it runs in"),
  "2F": plain("A function failed"),
  "34": plain(wrongStatement),
  "38": plain("A function failed"),
  "39": plain("A function failed"),
  "3B": plain("The savepoint does not exist"),
  "3D": connection("The database in the URL does not exist", false),
  "3F": missing("A schema is missing"),
  "40": plain("The server rolled the transaction back"),
  "42": plain("The statement does not fit the schema, or is not valid SQL"),
  "44": (e, d) => new CheckViolationError(`A row does not belong into the view${onObject(e)}`, d),
  "53": plain("The server is out of resources", true),
  "54": plain("The statement is too large for the server"),
  "55": plain("The object is in use, or not in a state for this"),
  "57": connection("The server ended the connection", true),
  "58": plain(broken),
  "72": plain("The snapshot is too old; retry", true),
  F0: plain(broken),
  HV: plain("A foreign table failed"),
  P0: plain("A function raised an error"),
  XX: plain(broken),
};

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

/** The typed error of a server error: by its SQLSTATE, else by the class of that. `ownSql` is a text of the caller's own. */
export function bySqlState(
  error: ServerError,
  details: DatabaseErrorDetails,
  field?: string,
  ownSql?: string,
): DatabaseError {
  const { code } = error;
  if (ownSql !== undefined && isAboutTheText(error)) {
    const general = code.startsWith("0A") ? "The server does not support this" : wrongStatement;
    const sentences: Record<string, string> = aboutTheText;
    return ownSqlError(error, ownSql, sentences[code] ?? general, details);
  }
  const build = ownStates[code] ?? states[code] ?? classes[code.slice(0, 2)] ?? plain(wrongStatement);
  return build(error, details, field);
}
