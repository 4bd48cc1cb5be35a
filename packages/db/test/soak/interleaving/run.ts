import fc from "fast-check";
import { commits, type Disturbance, failures, kills, savepointFails, slowFailures } from "./disturbances";
import { readUnscoped } from "./reads";
import { type Cast, killedWrite, singleRead, singleWrite, transactionUnit } from "./units";
import type { World } from "./world";

export interface RunOptions {
  transactions: number;
  /** How many units are under way at once. */
  callers: number;
  seed: number;
}

type Job = () => Promise<void>;

/** Takes the entries of a record in turn, so that each comes up. */
function taking<T>(record: Record<string, T>): () => [string, T] {
  const entries = Object.entries(record);
  let position = 0;
  return () => {
    const entry = entries[position % entries.length];
    position += 1;
    if (!entry) throw new TypeError("There is nothing to take");
    return entry;
  };
}

/**
 * Interleaves transactions of many tenants on one pool: 1 in 11 loses its connection, 1 in 7 fails by itself, and
 * between them run single writes, reads outside transactions, and reads on connections without a scope.
 */
export async function interleave(world: World, { transactions, callers, seed }: RunOptions): Promise<void> {
  const jobs = plan(world, transactions, seed);
  const work = async () => {
    for (let job = jobs.pop(); job; job = jobs.pop()) await job();
  };
  const running = Promise.all(Array.from({ length: callers }, work));
  let over = false;
  const strays = async () => {
    while (world.strays && !over) {
      await world.killAny();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  };
  await Promise.all([running.finally(() => (over = true)), strays()]);
}

function plan(world: World, transactions: number, seed: number): Job[] {
  // The order of events is the machine's own; who does what is the seed's.
  const numbers = fc.sample(fc.nat({ max: 2 ** 30 }), { numRuns: transactions * 4, seed });
  const number = () => numbers.pop() ?? 0;
  const at = (position: number) => {
    const player = world.players[position % world.players.length];
    if (!player) throw new TypeError("A run needs tenants");
    return player;
  };
  const cast = (): Cast => {
    const position = number();
    const distance = 1 + (number() % (world.players.length - 1));
    return { player: at(position), other: at(position + distance), turn: number() };
  };
  const next = { kill: taking(kills), failure: taking(failures), slow: taking(slowFailures) };
  let failed = 0;
  const disturbance = (i: number): [string, Disturbance] => {
    if (i % 11 === 0) return next.kill();
    if (i % 7 !== 0) return i % 4 === 0 ? savepointFails : commits;
    failed += 1;
    return failed % 100 === 0 ? next.slow() : next.failure();
  };
  return Array.from({ length: transactions }, (_, i): Job[] => {
    const who = cast();
    const [name, what] = disturbance(i + 1);
    const jobs: Job[] = [() => transactionUnit(world, who, name, what)];
    if (i % 4 === 0) jobs.push(() => singleWrite(world, who));
    if (i % 4 === 2) jobs.push(() => singleRead(world, who));
    if (i % 20 === 1) jobs.push(() => readUnscoped(world));
    if (i % 50 === 3) jobs.push(() => killedWrite(world, who));
    return jobs;
  })
    .flat()
    .reverse();
}
