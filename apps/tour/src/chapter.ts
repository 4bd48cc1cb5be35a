import type { Database } from "@org/db";
import type { Print } from "./print";

/** What every chapter is given. */
export interface Tour {
  readonly db: Database;
  readonly print: Print;
}

/**
 * A part of the tour: prints what it does, and returns what it found. It throws `TourError` when a promise is not kept.
 * `Given` is what earlier parts found and this one needs.
 */
export type Chapter<Given extends readonly unknown[], Found> = (tour: Tour, ...given: Given) => Promise<Found>;
