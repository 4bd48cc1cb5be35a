import type { DatabaseError } from "../core/errors";
import { abortedBefore, abortedUnderWay } from "./abort";
import type { Call } from "./call";
import type { PoolLimits } from "./config";
import { type Checkout, type Connection, cancel, checkout } from "./connection";
import {
  connectionSurvives,
  failureOf,
  giveBack,
  isStale,
  releaseFailed,
  wasCancelled,
  withStatement,
} from "./failure";
import { poolExhausted } from "./map-error";
import { Pace } from "./pace";
import { driverQuery, type QueryDone, type WireQuery } from "./query";
import { type BatchQuery, isDescribed, SharedRound, submit } from "./wire";

interface Read extends Call {
  since: number;
  /** Attempts left after a migration made its statement stale. */
  repeats: number;
}

/** The part of a pool that is used here. */
interface Connections {
  readonly limits: PoolLimits;
  readonly [checkout]: Checkout;
  [cancel](connection: Connection): void;
  status(): { total: number; idle: number; max: number };
}

/** Limits of one shared round trip: number of reads, and expected time on the server in milliseconds. */
const most = 16;
const longest = 10;

/**
 * The reads of a pool. While a connection is free, each read has a round trip of its own. Reads that wait for one share
 * the next round trip: scope, read, scope, read, …, Sync. Each read runs in its own scope and fails alone: reads that
 * the server skipped after a failure are sent again.
 */
export class SharedReads {
  readonly #pool: Connections;
  readonly #pace = new Pace();
  readonly #waiting: Read[] = [];
  #asked = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Connections) {
    this.#pool = pool;
  }

  /** How many reads wait beyond those that have asked for a connection. */
  get waitingBehind(): number {
    return Math.max(0, this.#waiting.length - this.#asked);
  }

  // A little more than the pool's own limit, so that the pool's error, which knows the reason, comes first.
  get #limit(): number {
    return this.#pool.limits.connectionTimeoutMillis * 1.1;
  }

  add(call: Call): void {
    const read = { ...call, since: performance.now(), repeats: this.#pool.limits.max };
    this.#waiting.push(read);
    this.#mayLeave(read);
    this.#timer ??= this.#expireAfter(this.#limit);
    this.#ask();
  }

  /** A read that is aborted while it waits leaves the queue. */
  #mayLeave(read: Read): void {
    read.abort?.whileWaiting(() => {
      const at = this.#waiting.indexOf(read);
      if (at >= 0) this.#waiting.splice(at, 1);
      read.reject(abortedBefore({ statement: read.query.statement }));
    });
  }

  // At most one request for each connection: a connection serves as many reads as fit.
  #ask(): void {
    while (this.#asked < Math.min(this.#waiting.length, this.#pool.limits.max)) {
      const since = performance.now();
      this.#asked += 1;
      this.#pool[checkout]((unavailable, connection) => {
        this.#asked -= 1;
        if (!unavailable) {
          this.#serve(connection);
          return;
        }
        if (unavailable.code === "POOL_EXHAUSTED") this.#refuseBefore(since);
        else this.#refuse(unavailable);
        process.nextTick(() => this.#ask());
      });
    }
  }

  #refuse(error: DatabaseError): void {
    const read = this.#waiting.shift();
    read?.reject(withStatement(error, read.query));
  }

  #refuseBefore(moment: number): void {
    while (this.#waiting[0] && this.#waiting[0].since <= moment) this.#refuse(poolExhausted());
  }

  #serve(connection: Connection): void {
    const reads = this.#take(connection);
    const [first] = reads;
    if (!first) giveBack(connection);
    else if (reads.length === 1) this.#sendAlone(connection, first);
    else this.#sendTogether(connection, reads);
    this.#ask();
  }

  /** Takes the reads for this connection: a fair share of those that wait, and only those quick enough to share. */
  #take({ client }: Connection): Read[] {
    const { total, idle, max } = this.#pool.status();
    const share = Math.ceil(this.#waiting.length / (1 + idle + max - total));
    let count = 0;
    let work = 0;
    for (const { query } of this.#waiting.slice(0, Math.min(share, most))) {
      const expected = this.#pace.expected(query.text);
      work += expected ?? 0;
      if (expected === undefined || work > longest || !isDescribed(client, query.name)) break;
      count += 1;
    }
    return this.#waiting.splice(0, Math.max(count, 1));
  }

  #sendAlone(connection: Connection, read: Read): void {
    const started = performance.now();
    const query = driverQuery(read.query, read.prelude, (error, result) => {
      if (error) {
        this.#fail(connection, error, [read]);
        return;
      }
      read.resolve(result);
      this.#succeed(connection, [read.query], started, read.abort?.isCancelled);
    });
    read.abort?.sent(() => this.#pool[cancel](connection));
    read.trace?.sent();
    submit(connection.client, query);
  }

  #sendTogether(connection: Connection, reads: readonly Read[]): void {
    const members: BatchQuery[] = [];
    const sent: Read[] = [];
    const bytes: Buffer[] = [];
    for (const read of reads) {
      const settle: QueryDone = (error, result) =>
        error ? read.reject(failureOf(read.query, error)) : read.resolve(result);
      const member = driverQuery(read.query, read.prelude, settle);
      const encoded = member.encode(connection.client);
      if (encoded instanceof Error) {
        read.reject(failureOf(read.query, encoded));
        continue;
      }
      members.push(member);
      sent.push(read);
      bytes.push(...encoded);
    }
    // One of them cannot be cancelled without those behind it. They are quick, or they would not share.
    for (const [index, { abort, trace }] of sent.entries()) {
      abort?.sent();
      trace?.sent(index === 0 ? 1 : 0);
    }
    const started = performance.now();
    const round = new SharedRound(members, bytes, (error) => {
      round.settleServed(connection.client);
      if (error) this.#fail(connection, error, sent.slice(round.served));
      else
        this.#succeed(
          connection,
          sent.map(({ query }) => query),
          started,
        );
    });
    submit(connection.client, round);
  }

  #succeed(connection: Connection, queries: readonly WireQuery[], started: number, isCancelled = false): void {
    this.#pace.note(
      queries.map(({ text }) => text),
      performance.now() - started,
    );
    if (isCancelled) connection.destroy();
    else giveBack(connection);
    this.#ask();
  }

  /** The first read that was not served is the one that failed; the server skipped those behind it. */
  #fail(connection: Connection, error: Error, [failed, ...skipped]: Read[]): void {
    if (failed?.abort?.isCancelled) connection.destroy();
    else releaseFailed(connection, error);
    const again: Read[] = [];
    if (failed && wasCancelled(error, failed.abort)) failed.reject(abortedUnderWay(failureOf(failed.query, error)));
    else if (failed && isStale(error) && failed.repeats > 0) again.push({ ...failed, repeats: failed.repeats - 1 });
    else failed?.reject(failureOf(failed.query, error));
    if (connectionSurvives(error) || isStale(error)) again.push(...skipped);
    else for (const read of skipped) read.reject(failureOf(read.query, error));
    for (const read of again.filter(({ abort }) => abort?.isAborted)) {
      read.reject(abortedBefore({ statement: read.query.statement }));
    }
    const waiting = again.filter(({ abort }) => !abort?.isAborted);
    for (const read of waiting) this.#mayLeave(read);
    this.#waiting.unshift(...waiting);
    this.#ask();
  }

  #expireAfter(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.#expire(), milliseconds).unref();
  }

  #expire(): void {
    const oldest = performance.now() - this.#limit;
    this.#refuseBefore(oldest);
    const [next] = this.#waiting;
    this.#timer = next && this.#expireAfter(Math.max(1, next.since - oldest));
  }
}
