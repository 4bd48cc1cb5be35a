import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import * as errors from "../core/errors";
import { mapError } from "./map-error";
import { classes } from "./sql-states";

const canary = "canary-9c1d";

/** A server error as the driver makes it, with a value in every field that can hold one. */
function serverError(code: string, fields: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(`message with ${canary}`), {
    name: "error",
    length: 100,
    severity: "ERROR",
    code,
    detail: `Key (email)=(${canary}) already exists.`,
    hint: `hint ${canary}`,
    position: "1",
    internalPosition: "1",
    internalQuery: `select '${canary}'`,
    where: `SQL statement "select '${canary}'"`,
    schema: "accounting",
    table: "customers",
    column: "name",
    dataType: "text",
    constraint: "customers_name_check",
    file: "f.c",
    line: "1",
    routine: "r",
    query: `select '${canary}'`,
    parameters: [canary],
    ...fields,
  });
}

const states: [state: string, name: string, code: errors.ErrorCode, retryable: boolean][] = [
  ["23505", "UniqueViolationError", "UNIQUE_VIOLATION", false],
  ["23503", "ForeignKeyViolationError", "FOREIGN_KEY_VIOLATION", false],
  ["23514", "CheckViolationError", "CHECK_VIOLATION", false],
  ["23502", "NotNullViolationError", "NOT_NULL_VIOLATION", false],
  ["23001", "ForeignKeyViolationError", "FOREIGN_KEY_VIOLATION", false],
  ["23P01", "ConflictError", "CONFLICT", false],
  ["23000", "CheckViolationError", "CHECK_VIOLATION", false],
  ["44000", "CheckViolationError", "CHECK_VIOLATION", false],
  ["25006", "ConnectionError", "CONNECTION_FAILED", true],
  ["25P04", "TimeoutError", "TIMEOUT", false],
  ["42703", "MigrationError", "MIGRATION_FAILED", false],
  ["42704", "MigrationError", "MIGRATION_FAILED", false],
  ["42883", "MigrationError", "MIGRATION_FAILED", false],
  ["57P04", "ConnectionError", "CONNECTION_FAILED", false],
  ["57P05", "ConnectionError", "CONNECTION_FAILED", true],
  ["53400", "DatabaseError", "DATABASE_ERROR", false],
  ["22012", "ValidationError", "VALIDATION_FAILED", false],
  ["XX001", "DatabaseError", "DATABASE_ERROR", false],
  ["40001", "SerializationError", "SERIALIZATION_FAILURE", true],
  ["40P01", "DeadlockError", "DEADLOCK", true],
  ["55P03", "TimeoutError", "TIMEOUT", true],
  ["57014", "TimeoutError", "TIMEOUT", false],
  ["25P03", "TimeoutError", "TIMEOUT", false],
  ["53100", "DiskFullError", "DISK_FULL", false],
  ["53200", "DatabaseError", "DATABASE_ERROR", true],
  ["53300", "ConnectionError", "CONNECTION_FAILED", true],
  ["28P01", "ConnectionError", "CONNECTION_FAILED", false],
  ["28000", "ConnectionError", "CONNECTION_FAILED", false],
  ["3D000", "ConnectionError", "CONNECTION_FAILED", false],
  ["42P01", "MigrationError", "MIGRATION_FAILED", false],
  ["3F000", "MigrationError", "MIGRATION_FAILED", false],
  ["42501", "PermissionDeniedError", "PERMISSION_DENIED", false],
  ["22P05", "ValidationError", "VALIDATION_FAILED", false],
  ["22021", "ValidationError", "VALIDATION_FAILED", false],
  ["22P02", "ValidationError", "VALIDATION_FAILED", false],
  ["22003", "ValidationError", "VALIDATION_FAILED", false],
  ["22001", "ValidationError", "VALIDATION_FAILED", false],
  ["08006", "ConnectionError", "CONNECTION_FAILED", true],
  ["08003", "ConnectionError", "CONNECTION_FAILED", true],
  ["57P01", "ConnectionError", "CONNECTION_FAILED", true],
  ["57P02", "ConnectionError", "CONNECTION_FAILED", true],
  ["57P03", "ConnectionError", "CONNECTION_FAILED", true],
  ["ZT001", "TenantIsolationError", "TENANT_ISOLATION", false],
  ["ZT002", "InvariantError", "INVARIANT_VIOLATED", false],
  ["ZT003", "ConflictError", "CONFLICT", false],
  ["ZT004", "NotFoundError", "NOT_FOUND", false],
  ["ZT005", "TenantContextMissingError", "TENANT_CONTEXT_MISSING", false],
  ["25P02", "DatabaseError", "DATABASE_ERROR", false],
  ["42601", "DatabaseError", "DATABASE_ERROR", false],
  ["0A000", "DatabaseError", "DATABASE_ERROR", false],
  ["XX000", "DatabaseError", "DATABASE_ERROR", false],
];

describe("an error of the server", () => {
  it.each(states)("%s becomes %s", (state, name, code, retryable) => {
    const own = state.startsWith("ZT") ? { message: "our own words" } : {};
    const error = mapError(serverError(state, own), { statement: "accounting.customers.create" });
    const expected = (errors as unknown as Record<string, new (...a: never[]) => Error>)[name];
    expect(error).toBeInstanceOf(errors.DatabaseError);
    expect(error.constructor).toBe(expected);
    expect(error).toMatchObject({
      name,
      code,
      retryable,
      sqlState: state,
      outcome: "rolled-back",
      statement: "accounting.customers.create",
      schema: "accounting",
      table: "customers",
      column: "name",
      constraint: "customers_name_check",
    });
  });

  it.each(states)("%s keeps no value: not in message, stack, cause, JSON or printed form", (state) => {
    // The functions of the migrations write their own messages, which hold no values.
    const own = state.startsWith("ZT") ? { message: "our own words" } : {};
    const error = mapError(serverError(state, own));
    const texts = [
      error.message,
      error.stack,
      String(error.cause),
      JSON.stringify(error),
      inspect(error, { depth: 20, showHidden: true }),
    ];
    for (const text of texts) expect(text).not.toContain(canary);
  });

  it("of row level security is an isolation error, and of a missing right is not", () => {
    const refused = (message: string, routine = "aclcheck_error") =>
      mapError(serverError("42501", { message, routine }));
    for (const words of ["new row violates row-level security policy", "neue Zeile verletzt Policy"]) {
      expect(refused(words, "ExecWithCheckOptions")).toBeInstanceOf(errors.TenantIsolationError);
      expect(refused(words, "check_enable_rls")).toBeInstanceOf(errors.TenantIsolationError);
    }
    expect(refused("keine Berechtigung für Tabelle »row-level security«")).toBeInstanceOf(errors.PermissionDeniedError);
    const right = refused("permission denied for table audit_log");
    expect(right).toBeInstanceOf(errors.PermissionDeniedError);
    expect(right.message).toContain("permission denied for table audit_log");
    expect(refused(`permission denied for table ${canary}; and more`).message).not.toContain(canary);
  });

  it("keeps the outcome that the caller knows", () => {
    expect(mapError(serverError("57P01"), { outcome: "unknown" }).outcome).toBe("unknown");
  });
});

// Appendix A of PostgreSQL 15, 16, 17 and 18, without success, warnings and "no data".
const everyClass = (
  "03 08 09 0A 0B 0F 0L 0P 0Z 10 20 21 22 23 24 25 26 27 28 2B 2D 2F 34 38 39 3B 3D 3F 40 42 44 53 54 55 57 58 72 " +
  "F0 HV P0 XX"
).split(" ");

describe("a class of errors", () => {
  it("is decided, each one of PostgreSQL 15 to 18", () => {
    expect(Object.keys(classes).sort()).toEqual([...everyClass].sort());
  });

  it.each(everyClass)("%s has words of its own, with nothing of the server's", (name) => {
    const error = mapError(serverError(`${name}Z99`));
    expect(error).toBeInstanceOf(errors.DatabaseError);
    expect(error.message.length).toBeGreaterThan(10);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
  });

  it("that nobody knows yet is refused all the same", () => {
    expect(mapError(serverError("ZZ999")).message).toContain("SQLSTATE ZZ999");
  });
});

describe("an error of the driver", () => {
  const withCode = (code: string) => Object.assign(new Error(`connect ${code} ${canary}`), { code, errno: -1 });
  const drivers: [error: unknown, expected: unknown, retryable: boolean][] = [
    [new Error("timeout exceeded when trying to connect"), errors.PoolExhaustedError, true],
    [new Error("Query read timeout"), errors.TimeoutError, false],
    [new Error("Connection terminated unexpectedly"), errors.ConnectionError, true],
    [new Error("Connection terminated due to connection timeout"), errors.ConnectionError, true],
    [new Error("Client has encountered a connection error and is not queryable"), errors.ConnectionError, true],
    [new Error("The server does not support SSL connections"), errors.ConnectionError, true],
    [withCode("ECONNREFUSED"), errors.ConnectionError, true],
    [withCode("ECONNRESET"), errors.ConnectionError, true],
    [withCode("ENOTFOUND"), errors.ConnectionError, true],
    [withCode("ETIMEDOUT"), errors.ConnectionError, true],
    [withCode("DEPTH_ZERO_SELF_SIGNED_CERT"), errors.ConnectionError, true],
    [new TypeError(`cannot read ${canary}`), errors.DatabaseError, false],
    [canary, errors.DatabaseError, false],
    [undefined, errors.DatabaseError, false],
  ];

  it.each(drivers)("%s is typed, and keeps no text of the driver", (given, expected, retryable) => {
    const error = mapError(given, { statement: "accounting.customers.find" });
    expect(error.constructor).toBe(expected);
    expect(error).toMatchObject({ retryable, sqlState: undefined, statement: "accounting.customers.find" });
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(canary);
  });

  it("of several addresses that all refused is a connection error", () => {
    const several = Object.assign(new AggregateError([withCode("ECONNREFUSED")], ""), { code: "ECONNREFUSED" });
    expect(mapError(several)).toBeInstanceOf(errors.ConnectionError);
  });
});

describe("an error that is typed already", () => {
  it("passes through unchanged", () => {
    const typed = new errors.NotFoundError("There is no such customer");
    expect(mapError(typed, { statement: "other" })).toBe(typed);
  });
});
