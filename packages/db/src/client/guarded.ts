import { DrizzleError, entityKind, is, Subquery } from "drizzle-orm";
import { DatabaseError, ValidationError } from "../core/errors";

/** What Drizzle says of a query that it cannot build: names alone. Anything else may hold a value, and is not passed on. */
const namesOnly = new RegExp(
  `^(?:${[
    "No values to set",
    "values\\(\\) must be called",
    "No value for placeholder",
    "Set operator error",
    "You tried to reference",
    'Alias ".*" is already used',
    'Your ".*" field references a column',
    "Unexpected 'undefined' in filter value",
    "Unexpected empty array in filters",
    "Insert select error: column",
    "You cannot use both",
  ].join("|")})`,
);

const builtIn: ReadonlySet<unknown> = new Set([Error, TypeError, RangeError, SyntaxError, ReferenceError]);

/**
 * The typed error of a query that could not be built; nothing was sent. Typed errors, and errors of the caller's own
 * classes, which a callback of the caller's threw, pass through.
 */
export function unbuildable(error: unknown): unknown {
  if (error instanceof DatabaseError || !(error instanceof Error)) return error;
  const isDrizzles: boolean = is(error, DrizzleError);
  if (!isDrizzles && !builtIn.has((error as Error).constructor)) return error;
  const { name, message } = error as Error;
  const reason = isDrizzles || namesOnly.test(message) ? message : `${name} in a value or a mapping`;
  return new ValidationError(`The query cannot be built: ${reason}`);
}

/** True for what goes on building a query: builders, what can be awaited, and the objects that `with` and `$with` give. */
function goesOn(value: unknown): value is object {
  if (typeof value !== "object" || value === null || value instanceof Promise) return false;
  if (typeof (value as { then?: unknown }).then === "function") return true;
  const kind = (value.constructor as { [entityKind]?: string } | undefined)?.[entityKind];
  return kind === undefined
    ? Object.getPrototypeOf(value) === Object.prototype && ("select" in value || "as" in value)
    : /Builder/.test(kind);
}

const handler: ProxyHandler<object> = {
  get(from, key, guarded: object) {
    const value: unknown = (from as Record<PropertyKey, unknown>)[key];
    if (typeof value !== "function")
      return key === "query" && typeof value === "object" ? guard(value as object) : wrapped(value);
    if (key === "constructor") return value;
    return (...given: unknown[]) => {
      try {
        const result: unknown = value.apply(from, given);
        return result === from ? guarded : wrapped(result);
      } catch (error) {
        throw unbuildable(error);
      }
    };
  },
};

/** A subquery throws where one of its fields is read that has no alias: `sub.total` of `sql\`sum(…)\`` without `.as()`. */
const fieldsOfSubquery: ProxyHandler<object> = {
  get(from, key) {
    try {
      return Reflect.get(from, key);
    } catch (error) {
      throw unbuildable(error);
    }
  },
};

function wrapped(value: unknown): unknown {
  if (goesOn(value)) return guard(value);
  return is(value, Subquery) ? new Proxy(value, fieldsOfSubquery) : value;
}

/**
 * Drizzle, whose failures are typed from the first method to the answer. What it throws while a query is built is its own
 * plain error, as for an update without values. `query` is an object of builders.
 */
export const guard = <T extends object>(target: T): T => new Proxy(target, handler) as T;
