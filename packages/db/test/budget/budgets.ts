import type { Budgets } from "./budget";

/**
 * Quiet seconds of the files below each folder of `packages/db/test`, on one core of the machine that the calibration
 * loop stands for. The loop takes several times as long while three files share two cores, so that 20 s are about a minute of a run. A new
 * domain gets a line; what needs more than its line goes into the soak, or makes room first.
 */
export const budgets: Budgets = {
  accounting: 60,
  sales: 60,
  tenancy: 20,
  isolation: 50,
  client: 40,
  secrets: 25,
  plans: 6,
};
