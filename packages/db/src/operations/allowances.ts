import type { Allowance } from "./catalogue";

/** Where the structure departs from the rules on purpose, each with its reason. Keep it short. */
export const allowances: readonly Allowance[] = [];
