/** What all soaks take from the environment. */

/** `SOAK_SEED`, which the configuration chooses and prints; the same seed makes the same plan. */
const seed = Number(process.env.SOAK_SEED);

/** `SOAK_SCALE` makes every soak that many times as long; 0.1 is a quick look. */
const scale = Number(process.env.SOAK_SCALE ?? 1);

/** A number of repetitions at this scale, at least one. */
export const scaled = (times: number) => Math.max(1, Math.round(times * scale));

/** Another seed for each repetition. */
export const seedOf = (repetition: number) => (seed + repetition) % 2 ** 31;

/** One line per repetition, so that a long run can be watched and its figures copied. */
export function report(soak: string, figures: Record<string, unknown>): void {
  const list = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`${soak}: ${list.join(", ")}\n`);
}
