import { ValidationError } from "./errors";

/** One page of a list; `nextCursor` is undefined on the last page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | undefined;
}

export interface PageRequest {
  /** Rows per page, 1 to 500; 50 when left out. */
  limit?: number | undefined;
  /** `nextCursor` of the previous page. */
  cursor?: string | undefined;
}

export const maximumPageSize = 500;

/** Keys before and after every row, where a list by id or by time begins. */
export const firstId = "00000000-0000-0000-0000-000000000000";
export const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";
export const lastTime = "infinity";

/** Checks the page size. Throws `ValidationError`. */
export function pageSize(request: PageRequest): number {
  const limit = request.limit ?? 50;
  if (!Number.isInteger(limit) || limit < 1 || limit > maximumPageSize) {
    throw new ValidationError(`limit must be a whole number from 1 to ${maximumPageSize}`, [
      { path: "limit", message: `use 1 to ${maximumPageSize}` },
    ]);
  }
  return limit;
}

/**
 * Turns limit + 1 rows into a page. The cursor holds the sort key of the last row (keyset paging: rows inserted
 * meanwhile neither repeat nor hide others), as opaque text.
 */
export function toPage<T>(rows: T[], limit: number, key: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? Buffer.from(JSON.stringify(key(last))).toString("base64url") : undefined };
}

/** The sort key inside a cursor of `parts` parts, or undefined for the first page. Throws `ValidationError`. */
export function cursorKey(request: PageRequest, parts: number): string[] | undefined {
  if (request.cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(request.cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === parts && key.every((part) => typeof part === "string")) return key;
  } catch {
    // Falls through to the one error for every malformed cursor.
  }
  throw new ValidationError("cursor is not one that this list returned", [
    { path: "cursor", message: "pass nextCursor of the previous page unchanged" },
  ]);
}
