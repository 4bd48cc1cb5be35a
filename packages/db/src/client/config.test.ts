import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../core/errors";
import { connectionTarget, poolLimits, urlFromEnvironment } from "./config";

function failure(work: () => unknown): ConfigurationError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new TypeError("It was accepted");
}

describe("pool limits", () => {
  it("have a default for every wait", () => {
    expect(poolLimits({}, {})).toEqual({
      max: 10,
      min: 0,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 5_000,
      statementTimeoutMillis: 30_000,
      queryTimeoutMillis: 35_000,
      lockTimeoutMillis: 5_000,
      idleInTransactionTimeoutMillis: 30_000,
    });
  });

  it("take the pool size from the caller, then DB_CONNECTION_LIMIT, then DATABASE_POOL_SIZE", () => {
    const both = { DB_CONNECTION_LIMIT: "20", DATABASE_POOL_SIZE: "15" };
    expect(poolLimits({ max: 7 }, both).max).toBe(7);
    expect(poolLimits({}, both).max).toBe(20);
    expect(poolLimits({}, { DATABASE_POOL_SIZE: "15" }).max).toBe(15);
    expect(poolLimits({ max: undefined } as never, both).max).toBe(20);
  });

  it("take the connection timeout from the caller, then DB_CONNECTION_TIMEOUT, then DATABASE_POOL_TIMEOUT", () => {
    const both = { DB_CONNECTION_TIMEOUT: "2000", DATABASE_POOL_TIMEOUT: "30000" };
    expect(poolLimits({ connectionTimeoutMillis: 1 }, both).connectionTimeoutMillis).toBe(1);
    expect(poolLimits({}, both).connectionTimeoutMillis).toBe(2_000);
    expect(poolLimits({}, { DATABASE_POOL_TIMEOUT: "30000" }).connectionTimeoutMillis).toBe(30_000);
  });

  it("take the other limits from their variables", () => {
    const limits = poolLimits({}, { DB_IDLE_TIMEOUT: "1", DB_QUERY_TIMEOUT: "2", DB_STATEMENT_TIMEOUT: "3" });
    expect(limits).toMatchObject({ idleTimeoutMillis: 1, queryTimeoutMillis: 2, statementTimeoutMillis: 3 });
  });

  it("take an empty variable for none", () => {
    expect(poolLimits({}, { DB_CONNECTION_LIMIT: "", DATABASE_POOL_SIZE: "15" }).max).toBe(15);
  });

  it.each(["0", "-1", "1.5", "ten", "1e9", "NaN", "Infinity", "10; drop"])(
    "refuse %s by the variable's name",
    (bad) => {
      const names = [
        "DATABASE_POOL_SIZE",
        "DATABASE_POOL_TIMEOUT",
        "DB_CONNECTION_LIMIT",
        "DB_IDLE_TIMEOUT",
        "DB_CONNECTION_TIMEOUT",
        "DB_QUERY_TIMEOUT",
        "DB_STATEMENT_TIMEOUT",
      ];
      for (const name of names) {
        const error = failure(() => poolLimits({}, { [name]: bad }));
        expect(error.message).toContain(name);
        expect(names.filter((other) => other !== name && error.message.includes(other))).toEqual([]);
      }
    },
  );

  it("never show the refused value", () => {
    const error = failure(() => poolLimits({}, { DB_QUERY_TIMEOUT: "canary-secret" }));
    expect([error.message, error.stack, JSON.stringify(error), String(error.cause)].join()).not.toContain("canary");
  });

  it("refuse options that are no whole numbers, by the option's name", () => {
    expect(failure(() => poolLimits({ max: 0 }, {})).message).toContain("max");
    expect(failure(() => poolLimits({ lockTimeoutMillis: 0.5 }, {})).message).toContain("lockTimeoutMillis");
    expect(failure(() => poolLimits({ statementTimeoutMillis: Number.NaN }, {})).message).toContain("statementTimeout");
    expect(failure(() => poolLimits({ min: 11, max: 10 }, {})).message).toContain("min");
    expect(poolLimits({ min: 0 }, {}).min).toBe(0);
  });

  it("hold the limits alone, not what else the caller passed with them", () => {
    const options = { max: 3, url: "postgresql://u:canary@host/db", platformUrl: "postgresql://p:canary@host/db" };
    expect(Object.keys(poolLimits(options, {})).sort()).toEqual(Object.keys(poolLimits({}, {})).sort());
  });
});

describe("the connection string", () => {
  const url = "postgresql://app:canary@db.example.com:6543/books";

  it("comes from the variable of its login", () => {
    const environment = {
      DATABASE_URL: "postgresql://runtime@h/db",
      DATABASE_ADMIN_URL: "postgresql://admin@h/db",
      DATABASE_AUTH_URL: "postgresql://auth@h/db",
      DATABASE_PLATFORM_URL: "postgresql://platform@h/db",
    };
    const user = (kind: "runtime" | "admin" | "identity" | "platform") =>
      connectionTarget(kind, undefined, environment).user;
    expect([user("runtime"), user("admin"), user("identity"), user("platform")]).toEqual([
      "runtime",
      "admin",
      "auth",
      "platform",
    ]);
  });

  it("may be called PGURI, for the runtime login alone, and DATABASE_URL wins", () => {
    expect(urlFromEnvironment("runtime", { PGURI: url })).toBe(url);
    expect(urlFromEnvironment("runtime", { PGURI: url, DATABASE_URL: "" })).toBe(url);
    expect(urlFromEnvironment("runtime", { PGURI: url, DATABASE_URL: "postgresql://other@h/db" })).not.toBe(url);
    expect(urlFromEnvironment("admin", { PGURI: url })).toBeUndefined();
    expect(urlFromEnvironment("platform", { PGURI: url, DATABASE_URL: url })).toBeUndefined();
  });

  it("given by the caller wins over the environment", () => {
    expect(connectionTarget("runtime", url, { DATABASE_URL: "postgresql://other@h/db" }).user).toBe("app");
  });

  it("is asked for by the variable's name when it is missing", () => {
    expect(failure(() => connectionTarget("runtime", undefined, {})).message).toMatch(/DATABASE_URL.*db:roles/);
    expect(failure(() => connectionTarget("admin", undefined, {})).message).toContain("DATABASE_ADMIN_URL");
    expect(failure(() => connectionTarget("identity", "", { DATABASE_AUTH_URL: "" })).message).toContain(
      "DATABASE_AUTH_URL",
    );
  });

  it("is refused by the name of where it came from, never with its value", () => {
    const bad = "postgres//app:canary@host/db";
    for (const [error, name] of [
      [failure(() => connectionTarget("platform", undefined, { DATABASE_PLATFORM_URL: bad })), "DATABASE_PLATFORM_URL"],
      [failure(() => connectionTarget("platform", bad, {})), "url"],
    ] as const) {
      expect(error.message).toContain(name);
      expect([error.message, error.stack, String(error.cause)].join()).not.toContain("canary");
    }
  });
});
