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

/** Keys before and after every row, where a list by id begins. */
export const firstId = "00000000-0000-0000-0000-000000000000";
export const lastId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

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

/**
 * All pages of a list, read one after the other: `for await (const { items } of allPages((page) =>
 * acme.accounting.invoices.list({ status: "draft", ...page }))) …`. Each page is read when it is asked for.
 * `limit` is the rows per page, 500 when left out; `cursor` begins after a page read before.
 */
export async function* allPages<P extends Page<unknown>>(
  list: (request: PageRequest) => Promise<P>,
  { limit = maximumPageSize, cursor }: PageRequest = {},
): AsyncGenerator<P, void, undefined> {
  let next: string | undefined = cursor;
  do {
    const page = await list({ limit, cursor: next });
    yield page;
    next = page.nextCursor;
  } while (next !== undefined);
}
