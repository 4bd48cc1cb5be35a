import { ConflictError } from "../core/errors";
import { idTaken } from "../core/keys";

interface Requested {
  requestHash: string | null;
}

/**
 * The record that a creation answered with: the one that it made, or that its key stands for already. `findFirst` looks for
 * one that was made at the same time. Throws `ConflictError` for a key that came with other content, and
 * `UniqueViolationError` for an id that another record has.
 */
export async function answerOf<Row extends Requested>(
  table: string,
  asked: { requestHash: string | null },
  answer: Row | undefined,
  findFirst: () => Promise<Row | undefined>,
): Promise<Row> {
  const record = answer ?? (await findFirst());
  if (!record) throw idTaken(table);
  if (record.requestHash !== asked.requestHash) throw takenKey(table);
  return record;
}

/** The error of an idempotency key that stands for another request. */
export const takenKey = (table: string): ConflictError =>
  new ConflictError("The idempotencyKey was used for another request: choose a new key", {
    table,
    column: "idempotency_key",
  });
