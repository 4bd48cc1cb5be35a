import type { Budgets } from "./budget";

/**
 * Quiet seconds of the files below each folder of `packages/db/test`, on one core of the machine that the calibration
 * loop stands for. Three files run at once on two cores, so that 270 s are one and a half minutes of a run. A new
 * domain gets a line; what needs more than its line goes into the soak, or makes room first.
 */
export const budgets: Budgets = {
  accounting: 120,
  tenancy: 40,
  isolation: 100,
  client: 90,
  secrets: 60,
  plans: 10,
};
