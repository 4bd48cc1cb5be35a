import { createHash } from "node:crypto";

/** How a value of a request is written, by its key; undefined leaves it out. */
type Writing = (key: string, value: unknown) => unknown;

/**
 * SHA-256 of a request as JSON with sorted keys, so that the order of keys does not change the hash. `write` gives one
 * form to values that can be written in several ways.
 */
export function requestHash(request: unknown, write: Writing = (_key, value) => value): string {
  const text = JSON.stringify(request, (key, value: unknown) => withSortedKeys(write(key, value)));
  return createHash("sha256").update(text).digest("hex");
}

function withSortedKeys(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes amounts in one way, for the keys that hold some: "10" and "10.00" are the same request, as are null and nothing. */
export function withPlainAmounts(keys: readonly string[]): Writing {
  const amounts = new Set(keys);
  return (key, value) => {
    if (value === null) return undefined;
    const isAmount = typeof value === "string" && amounts.has(key);
    return isAmount && value.includes(".") ? value.replace(/\.?0+$/, "") : value;
  };
}
