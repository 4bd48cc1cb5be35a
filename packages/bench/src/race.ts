/** One way to do the same work. `run` does it once and returns a number to check that all did the same. */
export interface Contestant {
  name: string;
  run(): Promise<number>;
}

export interface Result {
  name: string;
  /** Median over the rounds of (this contestant's time / the first contestant's time in the same round). */
  ratio: number;
  low: number;
  high: number;
  /** Median of the client's CPU time per call, as the same ratio. */
  cpuRatio: number;
  microseconds: number;
}

export interface RaceOptions {
  rounds: number;
  /** Calls per contestant and round. */
  calls: number;
  /** Calls in flight at once. */
  callers: number;
}

function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

async function batch({ run }: Contestant, calls: number, callers: number): Promise<{ wall: number; cpu: number }> {
  let left = calls;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  const cpuBefore = process.cpuUsage();
  const started = process.hrtime.bigint();
  await Promise.all(Array.from({ length: callers }, caller));
  const wall = Number(process.hrtime.bigint() - started) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: wall / calls, cpu: (user + system) / calls };
}

/** Runs the contestants in turns within each round, starting with another one each time; the first is the base. */
export async function race(contestants: Contestant[], options: RaceOptions): Promise<Result[]> {
  const { rounds, calls, callers } = options;
  const answers = await Promise.all(contestants.map((contestant) => contestant.run()));
  if (new Set(answers).size > 1) throw new Error(`The contestants do not do the same: ${answers.join(", ")}`);
  const times = contestants.map(() => ({ wall: [] as number[], cpu: [] as number[] }));
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const index = (turn + round + 1) % contestants.length;
      const contestant = contestants[index];
      if (!contestant) continue;
      const { wall, cpu } = await batch(contestant, calls, callers);
      // The first round warms up.
      if (round < 0) continue;
      times[index]?.wall.push(wall);
      times[index]?.cpu.push(cpu);
    }
  }
  return contestants.map(({ name }, index) => {
    const own = times[index] ?? { wall: [], cpu: [] };
    const ratios = own.wall.map((wall, round) => wall / (times[0]?.wall[round] ?? wall));
    const cpuRatios = own.cpu.map((cpu, round) => cpu / (times[0]?.cpu[round] ?? cpu));
    return {
      name,
      ratio: quantile(ratios, 0.5),
      low: quantile(ratios, 0.1),
      high: quantile(ratios, 0.9),
      cpuRatio: quantile(cpuRatios, 0.5),
      microseconds: quantile(own.wall, 0.5),
    };
  });
}
