/**
 * An application that uses @org/db as its users do. It adds no listener for errors to anything: when a fault reached
 * the process as an uncaught event, it would end, and every test after it would fail.
 */
import { createInterface } from "node:readline";
import { createDatabase, DatabaseError, type DatabaseOptions } from "@org/db";
import { type Bench, cases } from "./cases";
import type { Report, Request, Seen, Setting } from "./protocol";

const setting = JSON.parse(process.argv[2] ?? "{}") as Setting;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const say = (line: unknown) => console.log(JSON.stringify(line));

async function hear(): Promise<{ run?: string } | undefined> {
  const { value, done } = await lines.next();
  return done ? undefined : (JSON.parse(value) as { run?: string });
}

function seen(error: unknown): Seen {
  if (!(error instanceof DatabaseError)) {
    return { name: error instanceof Error ? error.name : typeof error, typed: false, message: String(error) };
  }
  const { name, code, outcome, retryable, message, sqlState } = error;
  return { name, typed: true, code, outcome, retryable, message, ...(sqlState === undefined ? {} : { sqlState }) };
}

async function run(name: string): Promise<Report> {
  const report: Report = { errors: {}, facts: {} };
  const opened: { close(options: { graceMs: number }): Promise<void> }[] = [];
  const bench: Bench = {
    setting,
    report,
    open: (options: DatabaseOptions = {}) => {
      const db = createDatabase({ url: setting.url, max: 1, unsafeLogin: "refuse", ...options });
      opened.push(db);
      return { db, handle: db.forTenant({ tenantId: setting.tenantId }) };
    },
    ask: async (request: Request) => {
      say({ ask: request });
      await hear();
    },
    note: async (call, work) => {
      try {
        const result = await work;
        report.errors[call] = null;
        return result;
      } catch (error) {
        report.errors[call] = seen(error);
        return undefined;
      }
    },
  };
  await cases[name as keyof typeof cases](bench);
  for (const db of opened) await db.close({ graceMs: 100 });
  return report;
}

for (let command = await hear(); command?.run !== undefined; command = await hear()) {
  say({ report: await run(command.run) });
}
const events = ["uncaughtException", "uncaughtExceptionMonitor", "unhandledRejection", "warning"];
// Node itself listens to "warning", once, to print it.
say({ farewell: { listeners: events.reduce((sum, event) => sum + process.listenerCount(event), -1) } });
