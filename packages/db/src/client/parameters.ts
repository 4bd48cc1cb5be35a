/// <reference path="./pg-internals.d.ts" />
import { prepareValue } from "pg/lib/utils.js";

// Elements that must be quoted in an array literal: those with other characters, the empty text and the word NULL.
const needsQuotes = /[^\w.:+-]|^$|^null$/i;

/**
 * A value as `pg` sends it. Arrays of text, numbers and booleans are written here: they are most of what is sent, and
 * `pg` quotes each element and searches it twice.
 */
export function toParameter(value: unknown): string | Buffer | null {
  return (Array.isArray(value) ? arrayLiteral(value) : undefined) ?? prepareValue(value);
}

/** `{a,b,NULL}`, or undefined for an array of anything else. */
function arrayLiteral(values: readonly unknown[]): string | undefined {
  let text = "";
  let separator = "{";
  for (const value of values) {
    text += separator;
    separator = ",";
    if (value === null || value === undefined) text += "NULL";
    else if (typeof value === "string") text += needsQuotes.test(value) ? quoted(value) : value;
    else if (typeof value === "number" || typeof value === "boolean" || typeof value === "bigint") text += value;
    else return undefined;
  }
  return separator === "{" ? "{}" : `${text}}`;
}

const quoted = (value: string) => `"${value.replace(/["\\]/g, "\\$&")}"`;
