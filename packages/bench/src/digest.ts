import { createHash } from "node:crypto";

const twoDigits = (value: number) => String(value).padStart(2, "0");
const snakeCase = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

// A driver reads a date as midnight here or as midnight in UTC.
function businessDate(date: Date): string {
  const isLocal = date.getHours() === 0 && date.getMinutes() === 0;
  if (!isLocal) return date.toISOString().slice(0, 10);
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`;
}

function canonicalText(text: string): string {
  if (/^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, "");
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text)) return new Date(text).toISOString();
  return text;
}

/** The same rows as the same value, however a library names their columns and writes numbers and times. */
export function canonical(value: unknown, key = ""): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return key.endsWith("_date") ? businessDate(value) : value.toISOString();
  if (Array.isArray(value)) return value.map((item) => canonical(item, key));
  if (typeof value === "string") return canonicalText(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "object") return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return canonical(value.toJSON(), key);
  const entries = Object.entries(value).map(([name, item]) => [snakeCase(name), item] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, canonical(item, name)]));
}

/** A short fingerprint of what a contestant read or wrote. */
export function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(value)))
    .digest("hex")
    .slice(0, 16);
}
