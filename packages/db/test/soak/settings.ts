/** What all soaks take from the environment. */

/** `SOAK_SEED`, which the configuration chooses and prints; the same seed makes the same plan. */
const seed = Number(process.env.SOAK_SEED);

export { scaled } from "../kit/length";

/** Another seed for each repetition. */
export const seedOf = (repetition: number) => (seed + repetition) % 2 ** 31;

/** One line per repetition, so that a long run can be watched and its figures copied. */
export function report(soak: string, figures: Record<string, unknown>): void {
  const list = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${soak}: ${list.join(", ")}\n`);
}
