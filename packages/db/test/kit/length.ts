import fc from "fast-check";

/*
 * Tests of chance are as long as the run that they are in: short in every run, long in `pnpm test:soak`, whose
 * configuration sets DB_TEST_LENGTH and names the files.
 */
export const isSoak = process.env.DB_TEST_LENGTH === "soak";

/** `SOAK_SCALE` makes every soak that many times as long; 0.1 is a quick look. */
const scale = Number(process.env.SOAK_SCALE ?? 1);

/** A number of repetitions at the soak's scale, at least one. */
export const scaled = (times: number): number => Math.max(1, Math.round(times * scale));

/** A number for every run, and another for the soak. */
export const lengthOf = (everyRun: number, soak: number): number => (isSoak ? scaled(soak) : everyRun);

/** The seed of this run, to be printed where a test fails: `SOAK_SEED` repeats it. */
export const runSeed = (): number => Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** How long a property is tried. */
export interface Budget {
  seed: number;
  /** So many runs are made however long they take. */
  floor: number;
  /** After the floor it goes on until so many seconds have passed since the start. */
  seconds: number;
  /** What the soak makes instead, for which it takes its time. Left out where the soak has a file of its own. */
  soak?: number;
}

/** Checks the property within its budget; throws with fast-check's report when it does not hold. Returns the runs made. */
export async function holds<T>(
  property: fc.IAsyncProperty<T>,
  { seed, floor, seconds, soak = floor }: Budget,
): Promise<number> {
  const started = performance.now();
  const check = async (parameters: fc.Parameters<T>) => {
    const details = await fc.check(property, { endOnFailure: true, markInterruptAsFailure: false, ...parameters });
    // On a busy machine the time may end before the first run.
    const isCutShort = details.interrupted && details.numRuns === 0;
    if (details.failed && !isCutShort)
      throw new Error(fc.defaultReportMessage(details) ?? "The property does not hold");
    return details.numRuns;
  };
  const made = await check({ seed, numRuns: lengthOf(floor, soak) });
  const left = seconds * 1_000 - (performance.now() - started);
  if (isSoak || left <= 0) return made;
  // More than fit: the time ends it.
  return made + (await check({ seed: seed + 1, numRuns: 1_000_000, interruptAfterTimeLimit: left }));
}

/**
 * Repeats a race: so many times, divided among lanes that run at the same time. Each lane works on what is its own, so
 * that only the calls of one round race each other for the same rows.
 */
export async function inLanes(
  rounds: { everyRun: number; soak: number; lanes?: number },
  race: (lane: number) => Promise<() => Promise<void>>,
): Promise<number> {
  const lanes = rounds.lanes ?? 4;
  const perLane = Math.ceil(lengthOf(rounds.everyRun, rounds.soak) / lanes);
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      const round = await race(lane);
      for (let n = 0; n < perLane; n += 1) await round();
    }),
  );
  return lanes * perLane;
}
