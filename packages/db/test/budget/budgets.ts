import type { Budgets } from "./budget";

/**
 * Quiet seconds of the files below each folder of `packages/db/test`, on one core of the machine that the calibration
 * loop stands for. Three files run at once on two cores, so that 270 s are one and a half minutes of a run. A new
 * domain gets a line; what needs more than its line goes into the soak, or makes room first.
 */
export const budgets: Budgets = {
  accounting: 200,
  tenancy: 70,
  isolation: 110,
  client: 90,
  secrets: 50,
  plans: 15,
};
