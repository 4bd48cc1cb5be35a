import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

// Asking the system for random bytes costs far more than making an id, so one call serves many ids.
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

// All ids share one buffer: each is written out as text before the next begins.
const random = Buffer.alloc(16);

function drawRandom(): void {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += pool.copy(random, 0, used, used + random.length);
}

let msecs = 0;
let seq = 0;

/**
 * A new time-ordered UUID (version 7): neighbours in time are neighbours in the index, and within a process each is
 * greater than the one before, also within one millisecond (RFC 9562, 6.2: a counter).
 */
export function newId(): string {
  drawRandom();
  const now = Date.now();
  if (now > msecs) {
    msecs = now;
    seq = random.readUInt32BE(6) & 0x7fffffff;
  } else {
    seq = (seq + 1) | 0;
    if (seq === 0) msecs += 1;
  }
  return v7({ msecs, seq, random });
}

/** The id that the caller chose for a record, or a new one. */
export const chosenOrNewId = ({ id }: { id?: string | null | undefined }) => id ?? newId();

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the canonical text form of a UUID of any version, which is what PostgreSQL prints. */
export function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuidPattern.test(value);
}
