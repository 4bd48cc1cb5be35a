import { AsyncResource } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { DatabaseError, type ErrorCode, PoolExhaustedError } from "../core/errors";
import type { Batch, Unit } from "./unit";

/** One item and whom to tell. The methods let a queue hold calls of every type. */
interface Call<Item = unknown, Result = unknown> {
  readonly item: Item;
  readonly since: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** The calls of one batch in one scope. */
interface Queue {
  readonly batch: Batch<unknown, unknown>;
  /** Of the call that found no queue: every unit of the scope would do the same. */
  readonly unit: Unit;
  readonly waiting: Call[];
}

// Batches run outside every caller's asynchronous context: they belong to nobody's transaction and nobody's request.
const nobody = new AsyncResource("OrgDbBatches");

const splitInVain: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "CONNECTION_FAILED",
  "TIMEOUT",
  "DISK_FULL",
  "MIGRATION_FAILED",
]);

/** True when the server or a check refused what was sent, which one item may be to blame for; nothing was written. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof DatabaseError) || error.outcome !== "rolled-back" || error.retryable) return false;
  return (error.sqlState !== undefined || error.code === "VALIDATION_FAILED") && !splitInVain.has(error.code);
}

/**
 * Joins single calls of a process into batches: one batch of a kind and scope is in flight, and the calls that arrive
 * meanwhile are the next. An idle queue sends at the end of the event loop's turn, without a timer. Where calls wait, the
 * next batch is sent before the callers of the last one are told: they go on while the server works. First come, first
 * served.
 */
export class Coalescer {
  readonly #longestWait: number;
  // By batch, then by scope.
  readonly #queues = new WeakMap<Batch<unknown, unknown>, Map<string, Queue>>();
  #size = 0;

  /** `longestWait` in milliseconds: a call that waited longer for the batches before it is refused. */
  constructor(longestWait: number) {
    this.#longestWait = longestWait;
  }

  /** Queues that exist; an idle one does not. */
  get size(): number {
    return this.#size;
  }

  /** Runs `item` in the next batch of its `scope`; calls meet where scope and batch are the same. */
  add<Item, Result>(scope: string, unit: Unit, batch: Batch<Item, Result>, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const call: Call<Item, Result> = { item, since: performance.now(), resolve, reject };
      const queue = this.#queues.get(batch)?.get(scope);
      if (queue) queue.waiting.push(call);
      else this.#open(scope, { batch, unit, waiting: [call] });
    });
  }

  #open(scope: string, queue: Queue): void {
    const scopes = this.#queues.get(queue.batch) ?? new Map<string, Queue>();
    this.#queues.set(queue.batch, scopes.set(scope, queue));
    this.#size += 1;
    nobody.runInAsyncScope(() => this.#serve(scope, queue));
  }

  async #serve(scope: string, queue: Queue): Promise<void> {
    let untold: Answer[] = [];
    // The calls of this turn join first.
    await nextTurn();
    while (queue.waiting.length > 0) {
      const answers = answersTo(queue, this.#take(queue));
      // By then the batch is on its way.
      await nextTurn();
      for (const tell of untold) tell();
      untold = await answers;
      if (queue.waiting.length > 0) continue;
      for (const tell of untold.splice(0)) tell();
      // Whoever goes on with another call joins the next batch.
      await nextTurn();
    }
    if (this.#queues.get(queue.batch)?.delete(scope)) this.#size -= 1;
  }

  /** The calls of the next batch. Those that waited too long are refused; nothing of them was sent. */
  #take({ batch, waiting }: Queue): Call[] {
    const oldest = performance.now() - this.#longestWait;
    const first = waiting.findIndex(({ since }) => since >= oldest);
    for (const call of waiting.splice(0, first < 0 ? waiting.length : first)) call.reject(waitedTooLong(batch.name));
    return waiting.splice(0, batch.most);
  }
}

const waitedTooLong = (statement: string) =>
  new PoolExhaustedError("The calls before this one took too long; nothing was written: send fewer at once", {
    statement,
    retryable: true,
  });

/** Tells one call what became of it. */
type Answer = () => void;

/** Runs calls as one batch, in halves when it is refused, and returns what to tell each. Never rejects. */
async function answersTo(queue: Queue, calls: readonly Call[]): Promise<Answer[]> {
  if (calls.length === 0) return [];
  try {
    const outcomes = await outcomesOf(queue.batch, queue.unit, itemsOf(calls));
    return calls.map((call, index) => () => tell(call, outcomes[index]));
  } catch (error) {
    if (calls.length === 1 || !isRefusal(error)) return calls.map((call) => () => call.reject(error));
    const middle = Math.ceil(calls.length / 2);
    const first = await answersTo(queue, calls.slice(0, middle));
    return [...first, ...(await answersTo(queue, calls.slice(middle)))];
  }
}

const itemsOf = (calls: readonly Call[]) => calls.map(({ item }) => item);

function tell(call: Call, outcome: unknown): void {
  if (outcome instanceof Error) call.reject(outcome);
  else call.resolve(outcome);
}

/** Runs one item as a batch of its own: inside a transaction, whose outcome is not shared with others. */
export async function runAlone<Item, Result>(unit: Unit, batch: Batch<Item, Result>, item: Item): Promise<Result> {
  const [outcome] = await outcomesOf(batch, unit, [item]);
  if (outcome instanceof Error) throw outcome;
  return outcome as Result;
}

async function outcomesOf<Item, Result>(batch: Batch<Item, Result>, unit: Unit, items: readonly Item[]) {
  const outcomes = await batch.run(unit, items);
  if (outcomes.length === items.length) return outcomes;
  throw new TypeError(`Batch ${batch.name} answered ${outcomes.length} of ${items.length} items`);
}
