import type { Unit } from "../client/unit";
import { type EntrySource, entriesOf, type JournalEntry } from "./journal-entry";

/** The option of everything that posts: with `preview` nothing is written, and the journal entries are returned. */
export interface PreviewOption {
  preview?: boolean | undefined;
}

/** What an operation that posts returns: with `preview: true` the entries that it would post, else its record. */
export type Previewed<Options, Row> = Options extends { preview: true }
  ? JournalEntry[]
  : Options extends { preview: boolean }
    ? Row | JournalEntry[]
    : Row;

/** What a posting operation wrote: the record, and the ids of everything that has journal entries. */
export interface Posted<Row> {
  row: Row;
  ids: string[];
}

/** Thrown to roll a preview back, and caught where the preview began. */
class PreviewEnd extends Error {}

/**
 * Runs a posting operation and takes it back: what it returns is what posting would give. Inside a transaction only the
 * preview's own writes are undone; locks that it took are held until the transaction ends.
 */
export async function preview<T>(unit: Unit, work: (unit: Unit) => Promise<T>): Promise<T> {
  const end = new PreviewEnd();
  let result: { value: T } | undefined;
  try {
    await unit.atomic(async (inner) => {
      result = { value: await work(inner) };
      throw end;
    });
  } catch (error) {
    if (error === end && result) return result.value;
    throw error;
  }
  throw new TypeError("A preview ends by its own rollback");
}

/**
 * Runs a posting operation and returns its record. With `preview` it is taken back instead, and the entries of the given
 * sources that it posted are returned.
 */
export async function postOrPreview<Options, Row>(
  unit: Unit,
  { preview: isPreview }: PreviewOption,
  sources: EntrySource[],
  work: (unit: Unit) => Promise<Posted<Row>>,
): Promise<Previewed<Options, Row>> {
  const result = isPreview
    ? await preview(unit, async (inner) => entriesOf(inner, (await work(inner)).ids, sources))
    : (await work(unit)).row;
  return result as Previewed<Options, Row>;
}
