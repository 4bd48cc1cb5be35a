/** What the application does in each fault. The test beside it causes the fault and judges the report. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database, DatabaseOptions, TenantDatabase } from "@org/db";
import { sql } from "@org/db/sql";
import type { Report, Request, Setting } from "./protocol";
import { serverCases } from "./server-cases";

/** What a case works with. */
export interface Bench {
  setting: Setting;
  report: Report;
  /** A database handle of the case's own, with one connection unless more are asked for. */
  open(options?: DatabaseOptions): { db: Database; handle: TenantDatabase };
  /** Has the test cause something, and waits until it is done. */
  ask(request: Request): Promise<void>;
  /** Notes how a call ended; returns its result when it succeeded. */
  note<T>(call: string, work: PromiseLike<T>): Promise<T | undefined>;
}

type Runner = Pick<TenantDatabase, "execute">;

async function backendOf(runner: Runner): Promise<number> {
  const [row] = await runner.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`, "objects");
  return row?.pid ?? 0;
}

/** Writes a customer of that name. */
export function write({ setting }: Bench, to: Pick<TenantDatabase, "accounting">, name: string): Promise<unknown> {
  return to.accounting.customers.create({ companyId: setting.companyId, name });
}

export async function namesIn(handle: TenantDatabase): Promise<string[]> {
  return (await handle.accounting.customers.list({ limit: 500 })).items.map((customer) => customer.name);
}

const longSleep = sql`select pg_sleep(60)`;

export const cases = {
  async idleConnectionKilled({ open, ask, note, report }: Bench) {
    const { db, handle } = open();
    await ask({ kill: await backendOf(handle) });
    while (db.pool.status().total > 0) await sleep(5);
    await note("next", namesIn(handle));
    report.facts.pool = db.pool.status();
  },

  async checkedOutConnectionKilled({ open, ask, note }: Bench) {
    const { handle } = open();
    const work = handle.transaction(async (tx) => {
      await ask({ kill: await backendOf(tx) });
      // Long enough for the driver to notice while nobody waits for an answer.
      await sleep(50);
      await tx.accounting.customers.list();
    });
    await note("transaction", work);
    await note("next", namesIn(handle));
  },

  async killedInTransaction(bench: Bench) {
    const { handle } = bench.open();
    const work = handle.transaction(async (tx) => {
      await write(bench, tx, "Killed in a transaction");
      await bench.ask({ kill: await backendOf(tx) });
    });
    await bench.note("transaction", work);
    bench.report.facts.kept = (await bench.note("next", namesIn(handle)))?.includes("Killed in a transaction");
  },

  async killedDuringQuery(bench: Bench) {
    const { open, ask, note, report } = bench;
    const { handle } = open();
    const slowWrite = sql`insert into accounting.customers (company_id, name)
      select ${bench.setting.companyId}, 'Killed while it was written' from pg_sleep(60)`;
    const calls = {
      read: () => handle.execute(longSleep),
      write: () => handle.execute(slowWrite),
      "in a transaction": () => handle.transaction((tx) => tx.execute(longSleep)),
    };
    for (const [name, call] of Object.entries(calls)) {
      const pid = await backendOf(handle);
      await Promise.all([note(name, call()), ask({ kill: pid, when: "active" })]);
    }
    report.facts.kept = (await note("next", namesIn(handle)))?.includes("Killed while it was written");
  },

  async killedDuringManyReads({ open, ask, note, report, setting }: Bench) {
    const { db, handle } = open({ url: setting.proxyUrl });
    const other = db.forTenant({ tenantId: setting.otherTenantId });
    await Promise.all(Array.from({ length: 40 }, (_, index) => namesIn(index % 2 === 0 ? handle : other)));
    const pid = await backendOf(handle);
    await ask({ network: "silent" });
    const reads = Array.from({ length: 40 }, (_, index) =>
      note(`read ${index + 1}`, namesIn(index % 2 === 0 ? handle : other)),
    );
    await ask({ kill: pid });
    await ask({ network: "passing" });
    await Promise.all(reads);
    await note("next", namesIn(handle));
    report.facts.pool = db.pool.status();
  },

  async killedDuringCommit(bench: Bench) {
    const { open, ask, note, setting } = bench;
    const { handle } = open({ url: setting.proxyUrl });
    await ask({ cut: "commit" });
    await note(
      "transaction",
      handle.transaction((tx) => write(bench, tx, "Perhaps")),
    );
    await ask({ cut: "nothing" });
    await note("next", namesIn(handle));
  },

  async poolExhausted({ open, note, report }: Bench) {
    const { db, handle } = open({ max: 2, connectionTimeoutMillis: 200 });
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const hold = () =>
      handle.transaction(async (tx) => {
        await tx.accounting.customers.list();
        await finished;
      });
    const holders = [hold(), hold()];
    while (db.pool.status().total < 2) await sleep(5);
    await Promise.all([note("call", namesIn(handle)), note("transaction", handle.transaction(backendOf))]);
    report.facts.pool = db.pool.status();
    finish();
    await note("holders", Promise.all(holders));
    await note("next", namesIn(handle));
  },

  async transactionLeftOpen(bench: Bench) {
    const { open, note, report } = bench;
    const { handle } = open();
    const elsewhere = open().handle;
    // What is written inside a transaction that somebody left open is seen by nobody else.
    const isSeen = async (name: string) => {
      await note(name, write(bench, handle, name));
      report.facts[name] = (await namesIn(elsewhere)).includes(name);
    };
    await note("begin", handle.execute(sql`begin`));
    await isSeen("after BEGIN");
    const twice = handle.transaction(async (tx) => {
      await tx.execute(sql`savepoint mine`);
      await tx.execute(sql`begin`);
    });
    await note("begin in a transaction", twice);
    await isSeen("after BEGIN in a transaction");
    await note(
      "commit in a transaction",
      handle.transaction((tx) => tx.execute(sql`commit`)),
    );
    await isSeen("after COMMIT in a transaction");
  },

  async errorSwallowed(bench: Bench) {
    const { open, note, report } = bench;
    const { db, handle } = open();
    const swallow = handle.transaction(async (tx) => {
      await write(bench, tx, "Before a swallowed error");
      await tx.execute(sql`select 1 / 0`).catch(() => undefined);
      await write(bench, tx, "After a swallowed error").catch(() => undefined);
    });
    await note("transaction", swallow);
    const other = db.forTenant({ tenantId: bench.setting.otherTenantId });
    await note("of the next tenant", namesIn(other));
    report.facts.kept = (await note("next", namesIn(handle)))?.filter((name) => name.includes("swallowed"));
  },

  async statementTimeout({ open, ask, note, report }: Bench) {
    const { handle } = open({ statementTimeoutMillis: 100 });
    const pid = await backendOf(handle);
    await note("call", handle.execute(longSleep));
    await ask({ untilStopped: pid });
    await note("next", namesIn(handle));
    report.facts.sameConnection = (await backendOf(handle)) === pid;
  },

  async queryTimeout(bench: Bench) {
    const { open, ask, note, report } = bench;
    const { db, handle } = open({ queryTimeoutMillis: 150, statementTimeoutMillis: 120_000 });
    const slowWrite = sql`insert into accounting.customers (company_id, name)
      select ${bench.setting.companyId}, 'Given up' from pg_sleep(60)`;
    const calls = {
      read: () => handle.execute(longSleep),
      write: () => handle.execute(slowWrite),
      "in a transaction": () => handle.transaction((tx) => tx.execute(slowWrite)),
    };
    for (const [name, call] of Object.entries(calls)) {
      const pid = await backendOf(handle);
      await note(name, call());
      await ask({ untilStopped: pid });
    }
    report.facts.kept = (await note("next", namesIn(handle)))?.includes("Given up");
    report.facts.pool = db.pool.status();
  },

  async severalStatements(bench: Bench) {
    const { open, note, report } = bench;
    const { handle } = open();
    const text = sql.raw(`select 1; insert into accounting.customers (company_id, name)
      values ('${bench.setting.companyId}', 'Second statement'); select 2`);
    const pid = await backendOf(handle);
    await note("call", handle.execute(text));
    await note(
      "transaction",
      handle.transaction((tx) => tx.execute(text)),
    );
    report.facts.kept = (await note("next", namesIn(handle)))?.includes("Second statement");
    report.facts.sameConnection = (await backendOf(handle)) === pid;
  },

  async closedDuringCalls(bench: Bench) {
    const { open, note, report } = bench;
    const { db, handle } = open({ max: 3, statementTimeoutMillis: 120_000 });
    const ended = Promise.all([
      note("read", handle.execute(longSleep)),
      note(
        "transaction that never ends",
        handle.transaction(async (tx) => {
          await write(bench, tx, "Never committed");
          await tx.execute(longSleep);
        }),
      ),
    ]);
    // One that holds its connection and is never settled at all.
    await new Promise<void>((holds) => {
      void handle.transaction(async (tx) => {
        await tx.accounting.customers.list();
        holds();
        await new Promise(() => undefined);
      });
    });
    while (db.pool.status().total < 3) await sleep(5);
    await sleep(50);
    const started = performance.now();
    await db.close({ graceMs: 100 });
    report.facts.closedAfterMs = Math.round(performance.now() - started);
    await ended;
    await note("after", namesIn(handle));
    report.facts.kept = (await note("next", namesIn(open().handle)))?.includes("Never committed");
  },

  async silentNetwork(bench: Bench) {
    const { open, ask, note, setting, report } = bench;
    const limits = { queryTimeoutMillis: 200, connectionTimeoutMillis: 400 };
    const { db, handle } = open({ url: setting.proxyUrl, ...limits });
    const silently = async (call: string, work: () => Promise<unknown>) => {
      await namesIn(handle);
      await ask({ network: "silent" });
      await note(call, work());
      report.facts.connectionsAfter = db.pool.status().total;
      await ask({ network: "passing" });
    };
    await silently("read", () => namesIn(handle));
    await silently("write", () => write(bench, handle, "Into the silence"));
    const committed = handle.transaction.bind(handle);
    await silently("transaction", () => committed((tx) => write(bench, tx, "In a silent transaction")));
    const duringCommit = committed(async (tx) => {
      await write(bench, tx, "Committed into the silence");
      await ask({ network: "silent" });
    });
    await note("commit", duringCommit);
    await note("connect", namesIn(handle));
    await ask({ network: "passing" });
    report.facts.kept = (await note("next", namesIn(handle)))?.includes("In a silent transaction");
  },

  ...serverCases,
};
