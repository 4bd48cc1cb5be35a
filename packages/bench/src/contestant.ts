import type { Contestant } from "./race";

/**
 * A contestant that reads one record by its id: each call another one, so that no library can answer several callers
 * with one row. `rows` counts what came.
 */
export function reader<T>(
  name: string,
  ids: Ids,
  rows: (value: T) => number,
  read: (id: string) => Promise<T>,
): Contestant {
  return { name, run: async () => rows(await read(ids.next())), values: () => read(ids.first) };
}

/** A contestant that always reads the same rows. */
export function contestant<T>(name: string, rows: (value: T) => number, work: () => Promise<T>): Contestant {
  return { name, run: async () => rows(await work()), values: work };
}

/** Ids that are given in turn, over and over. */
export class Ids {
  readonly first: string;
  readonly #all: readonly string[];
  #given = 0;

  constructor(all: readonly string[]) {
    const [first] = all;
    if (first === undefined) throw new RangeError("A race needs records to read");
    this.first = first;
    this.#all = all;
  }

  next(): string {
    this.#given += 1;
    return this.#all[this.#given % this.#all.length] ?? this.first;
  }
}

/** The names of our two contestants: as a background job, and as a user whose membership is checked at each call. */
export const asTenant = "forTenant({ tenantId })";
export const asMember = "forTenant({ tenantId, userId })";
