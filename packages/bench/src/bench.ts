import { availableParallelism } from "node:os";
import { currentTestRun, startTestRun } from "@org/db/testing";
import pg from "pg";
import { type FilledArena, openFilledArena } from "./arena";
import { Clients, poolSize } from "./clients";
import { evaluate, type Goal } from "./goals";
import { startDelay } from "./latency/delay";
import { addedLatency } from "./latency/precision";
import { openLedgerArena } from "./ledger/arena";
import { openHistoryArena } from "./ledger/history";
import type { Group } from "./options";
import { loadPrisma } from "./prisma";
import { type Race, type Result, run } from "./race";
import { bulkCustomerRaces } from "./races/bulk-customers";
import { bulkInvoiceRaces } from "./races/bulk-invoices";
import { createRaces } from "./races/create";
import { documentRaces } from "./races/document";
import { listRaces } from "./races/list";
import { pointRaces } from "./races/point";
import { postingRaces } from "./races/posting";
import { reportRaces } from "./races/reports";
import { scopedRaces } from "./races/scoped";
import { resultTable } from "./report";
import type { ServerClock } from "./server-clock";
import type { Summary } from "./statistics";

/** How much is run: everything, or just enough to see that it does run. */
export interface Scale {
  customers: number;
  invoices: number;
  bulkRows: readonly number[];
  /** Accounts that are posted to where they are cold. */
  ledgerAccounts: number;
  /** Entries that are posted at once. */
  ledgerBatches: readonly number[];
  /** Entries of two lines that the reports read. */
  ledgerEntries: number;
  /** Milliseconds that each contestant runs before a race; left out, one batch. */
  warmUp?: number | undefined;
  calls(usual: number): number;
  rounds(usual: number): number;
}

export interface BenchOptions {
  only: readonly Group[];
  scale: Scale;
  withPrisma: boolean;
}

/** What `pnpm bench` writes as JSON. Times in microseconds. */
export interface Report {
  machine: {
    date: string;
    cores: number;
    platform: string;
    node: string;
    postgresql: string;
    server: string;
    /** What a server started here is; a given one may keep its commits in memory, and then writes are not comparable. */
    durable: boolean;
    poolSize: number;
  };
  /** Milliseconds that the latency proxy added to `select 1`. */
  addedLatency?: Summary;
  races: { name: string; title: string; callers: number; calls: number; rounds: number; results: Result[] }[];
  goals: Goal[];
}

// As a server in production, and not as one for tests.
const durable = { fsync: "on", synchronous_commit: "on", full_page_writes: "on" };

/** Runs the chosen groups of races one after another on a server of its own, and tells `log` what it measures. */
export async function bench({ only, scale, withPrisma }: BenchOptions, log: (line: string) => void): Promise<Report> {
  const startedHere = currentTestRun() ? undefined : await startTestRun(durable);
  const testRun = startedHere ?? currentTestRun();
  if (!testRun) throw new TypeError("There is no test run");
  const machine = {
    date: new Date().toISOString(),
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    postgresql: testRun.serverVersion,
    server: testRun.kind,
    durable: await isDurable(testRun.adminUrl),
    poolSize,
  };
  const report: Report = { machine, races: [], goals: [] };
  const wants = (...of: Group[]) => only.some((group) => of.includes(group));
  const start = async (races: readonly Race[], clock: ServerClock | undefined) => {
    for (const usual of races) {
      // An import cannot be repeated without making room for it.
      const calls = usual.perRow ? usual.calls : scale.calls(usual.calls);
      const race = { ...usual, calls, rounds: scale.rounds(usual.rounds), warmUp: scale.warmUp };
      const results = await run(race, clock);
      const { name, title, callers, rounds } = race;
      report.races.push({ name, title, callers, calls, rounds, results });
      log(`\n${resultTable(race, results)}`);
    }
  };

  try {
    const { postgresql, server, node, cores } = machine;
    const commits = machine.durable ? "durable" : "NOT durable";
    log(
      `PostgreSQL ${postgresql} (${server}, ${commits}), Node.js ${node}, ${cores} cores, pools of ${poolSize} connections`,
    );
    const prisma = withPrisma && only.some((group) => group !== "scoped") ? await loadPrisma(log) : undefined;
    if (wants("point", "list", "document", "create", "scoped")) {
      const arena = await openFilledArena(prisma, scale);
      try {
        if (wants("point")) await start(pointRaces(arena), arena.clock);
        if (wants("list")) await start(listRaces(arena), arena.clock);
        if (wants("document")) await start(documentRaces(arena), arena.clock);
        if (wants("scoped")) report.addedLatency = await raceScoped(arena, start, log);
        // Last, as it makes the tables grow.
        if (wants("create")) await start(createRaces(arena), arena.clock);
      } finally {
        await arena.close();
      }
    }
    if (wants("bulk")) {
      const arena = await openFilledArena(prisma, scale);
      try {
        await start(bulkInvoiceRaces(arena, scale.bulkRows), arena.clock);
        await start(bulkCustomerRaces(arena, scale.bulkRows), arena.clock);
      } finally {
        await arena.close();
      }
    }
    if (wants("posting")) {
      const arena = await openLedgerArena(scale.ledgerAccounts);
      try {
        await start(postingRaces(arena, scale.ledgerBatches), arena.clock);
      } finally {
        await arena.close();
      }
    }
    if (wants("reports")) {
      const arena = await openHistoryArena(scale.ledgerEntries);
      try {
        await start(reportRaces(arena), arena.clock);
      } finally {
        await arena.close();
      }
    }
  } finally {
    await startedHere?.stop();
  }
  report.goals = evaluate(new Map(report.races.map(({ name, results }) => [name, results])));
  return report;
}

async function isDurable(adminUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select bool_and(setting = 'on') as durable from pg_settings where name in ('fsync', 'synchronous_commit')",
    );
    return rows[0].durable;
  } finally {
    await client.end();
  }
}

async function raceScoped(
  arena: FilledArena,
  start: (races: readonly Race[], clock: ServerClock | undefined) => Promise<void>,
  log: (line: string) => void,
): Promise<Summary> {
  const { admin, runtime } = arena.test.urls;
  const delay = await startDelay(admin, 0.5);
  const delayed = new Clients({ admin: delay.url(admin), runtime: delay.url(runtime) });
  try {
    const added = await addedLatency(admin, delay.url(admin));
    log(`\nSimulated latency: ${added.median.toFixed(2)} ms added (${added.p10.toFixed(2)}..${added.p90.toFixed(2)})`);
    await start(scopedRaces(arena, delayed), arena.clock);
    return added;
  } finally {
    await delayed.close();
    await delay.close();
  }
}
