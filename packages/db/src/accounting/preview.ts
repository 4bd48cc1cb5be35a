import type { Unit } from "../client/unit";

/** Ends a preview: thrown to roll it back, caught where it began. */
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
