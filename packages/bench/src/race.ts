import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { digest } from "./digest";
import { type ServerClock, usedBetween } from "./server-clock";
import { median, pairedRatios, type Summary, summarise } from "./statistics";

/** One way to do the work of a race. */
export interface Contestant {
  name: string;
  /** Does it once; the number of rows that it read or wrote. */
  run(): Promise<number>;
  /** Does it once; the values that it read or wrote, for the check that all do the same. */
  values(): Promise<unknown>;
  /** Makes room for the next batch; not timed. */
  prepare?: (() => Promise<void>) | undefined;
}

export interface Race {
  name: string;
  title: string;
  /** The first one is the base of all ratios. */
  contestants: readonly Contestant[];
  rounds: number;
  /** Calls of each contestant in each round. */
  calls: number;
  /** Calls in flight at once. */
  callers: number;
  /** Milliseconds that each contestant runs before the rounds, in batches of `calls`; one batch at least. */
  warmUp?: number | undefined;
  /** Times are of a row instead of a call. */
  perRow?: boolean | undefined;
  /** Throws unless what the race has left is right. */
  verify?: (() => Promise<void>) | undefined;
}

/** Times in microseconds per call or row; ratios to the base. */
export interface Result {
  name: string;
  wall: Summary;
  microseconds: number;
  clientCpu: Summary;
  clientMicroseconds: number;
  /** Left out where the server's processes cannot be seen. */
  serverCpu?: Summary | undefined;
  serverMicroseconds?: number | undefined;
}

interface Times {
  wall: number[];
  client: number[];
  server: number[];
}

// One contestant's garbage must not be collected at the expense of the next. Only the young: a full collection also throws
// away the compiled code of those whose objects are all gone at that moment, which an application's never are.
setFlagsFromString("--expose-gc");
const collect: (options: { type: "minor" }) => void = runInNewContext("gc");

/** Throws unless all contestants read or write the same number of rows with the same values. */
async function checkSameWork({ title, contestants }: Race): Promise<number> {
  const answers: string[] = [];
  let rows = 0;
  for (const contestant of contestants) {
    await contestant.prepare?.();
    rows = await contestant.run();
    await contestant.prepare?.();
    answers.push(`${rows} rows ${digest(await contestant.values())}`);
  }
  if (new Set(answers).size > 1) {
    const list = contestants.map(({ name }, index) => `  ${name}: ${answers[index]}`);
    throw new Error(`${title}: the contestants do not do the same work\n${list.join("\n")}`);
  }
  return rows;
}

async function batch({ name, run }: Contestant, { calls, callers, title }: Race, rows: number): Promise<void> {
  let left = calls;
  let failure: Error | undefined;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const got = await run();
      if (got !== rows) failure ??= new Error(`${title}: ${name} answered ${got} rows instead of ${rows}`);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  if (failure) throw failure;
}

/** The order of a round: another one starts each time, and every other lap runs backwards, so that neighbours change. */
export function orderOf(round: number, count: number): number[] {
  const order = Array.from({ length: count }, (_, turn) => (turn + round) % count);
  return Math.floor(round / count) % 2 === 0 ? order : order.reverse();
}

/** Compiled code, plans and connections, as a process has them that has been serving for a while. */
async function warmUp(race: Race, rows: number): Promise<void> {
  for (const contestant of race.contestants) {
    const until = performance.now() + (race.warmUp ?? 0);
    do {
      await contestant.prepare?.();
      await batch(contestant, race, rows);
    } while (performance.now() < until);
  }
}

/** Runs a race, after a warm-up that does not count. */
export async function run(race: Race, clock: ServerClock | undefined): Promise<Result[]> {
  const { contestants, rounds } = race;
  const rows = await checkSameWork(race);
  const units = race.perRow ? race.calls * rows : race.calls;
  const times: Times[] = contestants.map(() => ({ wall: [], client: [], server: [] }));
  await warmUp(race, rows);
  for (let round = 0; round < rounds; round += 1) {
    for (const index of orderOf(round, contestants.length)) {
      const contestant = contestants[index];
      const own = times[index];
      if (!contestant || !own) continue;
      await contestant.prepare?.();
      collect({ type: "minor" });
      const server = await clock?.read();
      const client = process.cpuUsage();
      const started = process.hrtime.bigint();
      await batch(contestant, race, rows);
      const wall = Number(process.hrtime.bigint() - started) / 1_000;
      const { user, system } = process.cpuUsage(client);
      const serverUsed = server && clock ? usedBetween(server, await clock.read()) : undefined;
      own.wall.push(wall / units);
      own.client.push((user + system) / units);
      if (serverUsed !== undefined) own.server.push(serverUsed / units);
    }
  }
  await race.verify?.();
  return contestants.map(({ name }, index) => resultOf(name, times[index], times[0]));
}

function resultOf(name: string, own: Times | undefined, base: Times | undefined): Result {
  if (!own || !base) throw new RangeError("A race needs contestants");
  return {
    name,
    wall: summarise(pairedRatios(own.wall, base.wall)),
    microseconds: median(own.wall),
    clientCpu: summarise(pairedRatios(own.client, base.client)),
    clientMicroseconds: median(own.client),
    ...(own.server.length === 0
      ? {}
      : {
          serverCpu: summarise(pairedRatios(own.server, base.server)),
          serverMicroseconds: median(own.server),
        }),
  };
}
