import { UniqueViolationError } from "./errors";

interface Keyed {
  companyId: string;
  externalId: string;
}

/**
 * The rows of an import, one for each external id of a company: the first. They are in the order of these keys, in which
 * all imports write, because of two that wrote the same keys in other orders each would wait for the other.
 */
export function oneForEachKey<Row extends Keyed>(rows: readonly Row[]): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.companyId} ${row.externalId}`;
    if (!first.has(key)) first.set(key, row);
  }
  return inOrder(first);
}

/** The rows in the order of their keys, which may come twice. */
export function inOrder<Row>(keyed: Iterable<readonly [key: string, row: Row]>): Row[] {
  return [...keyed].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** The error of a record whose id, chosen by the caller, another record has. */
export const idTaken = (table: string): UniqueViolationError =>
  new UniqueViolationError(`A record with the same id exists already (${table}_pkey): choose another id`, {
    constraint: `${table}_pkey`,
    table,
    column: "id",
  });
