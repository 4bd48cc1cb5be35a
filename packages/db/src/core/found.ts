import { NotFoundError } from "./errors";

/** The row, or `NotFoundError` naming the kind of record; another tenant's record is missing in the same words. */
export function found<T>(row: T | undefined, what: string): T {
  if (row === undefined) throw new NotFoundError(`There is no such ${what}`);
  return row;
}
