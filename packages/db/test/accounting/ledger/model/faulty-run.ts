import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { createDatabase, DatabaseError, newId, UniqueViolationError } from "../../../../src/index";
import { createCustomer, createTenant, type TestTenant } from "../../../../src/testing";
import { accountOf } from "../../kit/journal";
import { smallest, textOf } from "./amounts";
import type { FaultyServer } from "./faulty-server";
import type { Runner } from "./plan";

/*
 * Clients post while connections and the server die. Whoever does not learn what became of a call makes it again with
 * the same key, or gives up now and then.
 */

/**
 * What a caller knows: it was done; nothing of it was, as every error said so; or nobody knows, as it gave up after an
 * error that said so.
 */
type Knowledge = "done" | "undone" | "unknown";

/** What was asked for, by key. */
export interface Asked {
  kind: "posting" | "sale" | "payment";
  /** What it moves, in base currency, by account or customer; debits are above zero. */
  moves: [id: string, amount: bigint][];
  known: Knowledge;
}

export interface FaultyRun {
  tenant: TestTenant;
  asked: Map<string, Asked>;
  figures: Record<string, number>;
}

const job = fc.record({
  kind: fc.constantFrom("posting" as const, "posting" as const, "posting" as const, "sale" as const),
  units: fc.integer({ min: 1, max: 90_000 }),
  debit: fc.nat(4),
  credit: fc.nat(3),
  pays: fc.integer({ min: 0, max: 100 }),
  /** Gives up at the first error that leaves it in the dark. */
  isImpatient: fc.nat(9).map((n) => n === 0),
});
type Job = typeof job extends fc.Arbitrary<infer J> ? J : never;

/** What a caller may be told when a connection or the server dies, or is not there. */
function isFault(error: unknown): error is DatabaseError {
  if (!(error instanceof DatabaseError)) return false;
  return (
    error.outcome === "unknown" ||
    error.retryable ||
    ["CONNECTION_FAILED", "POOL_EXHAUSTED", "TIMEOUT"].includes(error.code)
  );
}

const isTaken = (error: unknown) => error instanceof UniqueViolationError;
const isNoDraft = (error: unknown) => error instanceof DatabaseError && error.code === "CONFLICT";

/** Runs clients for some seconds, with connections killed and the server crashed so many times. */
export async function runWithFaults(
  server: FaultyServer,
  { seconds, crashes, seed, clients = 32 }: { seconds: number; crashes: number; seed: number; clients?: number },
): Promise<FaultyRun> {
  const processes = Array.from({ length: 4 }, () =>
    createDatabase({ url: server.urls.runtime, platformUrl: server.urls.platform, max: 4, unsafeLogin: "refuse" }),
  );
  const [first] = processes;
  if (!first) throw new TypeError("There is no process");
  const tenant = await createTenant({ db: first });
  const accounts = await Promise.all(["1110", "1300", "4200", "6100", "6300"].map((code) => accountOf(tenant, code)));
  const customers = await Promise.all([createCustomer(tenant), createCustomer(tenant), createCustomer(tenant)]);
  const books = await tenant.handle.accounting.books.getByCompany(tenant.company.id);
  const { receivableAccountId: receivable, salesAccountId: sales, bankAccountId: bank } = books;
  const asked = new Map<string, Asked>();
  const figures: Record<string, number> = {};
  const count = (name: string) => {
    figures[name] = (figures[name] ?? 0) + 1;
  };

  /** Makes a call until it is known what became of it. `hadHappened` says that an error means that it was done before. */
  async function insist(
    what: Asked | undefined,
    given: Job,
    call: () => Promise<unknown>,
    hadHappened = (_: unknown) => false,
  ) {
    let known: Knowledge = "undone";
    for (;;) {
      try {
        await call();
        if (what) what.known = "done";
        return true;
      } catch (error) {
        if (known === "unknown" && hadHappened(error)) return true;
        if (!isFault(error)) throw error;
        count(`${error.code} ${error.outcome}`);
        if (error.outcome === "unknown") known = "unknown";
        if (what) what.known = known;
        if (given.isImpatient) return false;
        await sleep(10 + Math.random() * 40);
      }
    }
  }

  async function post(on: Runner, given: Job): Promise<void> {
    const key = newId();
    const [debit = "", credit = ""] = [accounts[given.debit], accounts[(given.debit + 1 + given.credit) % 5]];
    const amount = smallest(given.units, "USD");
    const what: Asked = {
      kind: "posting",
      moves: [
        [debit, amount],
        [credit, -amount],
      ],
      known: "undone",
    };
    asked.set(key, what);
    const lines = [
      { accountId: debit, debit: textOf(amount) },
      { accountId: credit, credit: textOf(amount) },
    ];
    const entry = { companyId: tenant.company.id, date: "2025-05-05", idempotencyKey: key, lines };
    await insist(what, given, () => on.accounting.journal.post(entry));
  }

  async function sell(on: Runner, given: Job): Promise<void> {
    const customerId = customers[given.credit % 3]?.id ?? "";
    const [id, externalId, total] = [newId(), newId(), smallest(given.units, "USD")];
    const invoice = {
      ...{ id, companyId: tenant.company.id, customerId, invoiceDate: "2025-05-05", dueDate: "2025-06-05" },
      lines: [{ description: "Work", quantity: "1", unitPrice: textOf(total) }],
    };
    if (!(await insist(undefined, given, () => on.accounting.invoices.create(invoice), isTaken))) return;
    const sale: Asked = {
      kind: "sale",
      moves: [
        [receivable, total],
        [customerId, total],
        [sales, -total],
      ],
      known: "undone",
    };
    asked.set(id, sale);
    if (!(await insist(sale, given, () => on.accounting.invoices.issue(id), isNoDraft))) return;
    sale.known = "done";
    const part = ((total * BigInt(given.pays)) / 10_000n) * 100n;
    if (part === 0n) return;
    const payment: Asked = {
      kind: "payment",
      moves: [
        [bank, part],
        [receivable, -part],
        [customerId, -part],
      ],
      known: "undone",
    };
    asked.set(externalId, payment);
    const allocations = [{ invoiceId: id, amount: textOf(part) }];
    const request = {
      companyId: tenant.company.id,
      customerId,
      amount: textOf(part),
      paymentDate: "2025-05-06",
      externalId,
    };
    await insist(payment, given, () => on.accounting.payments.receive({ ...request, allocations }));
  }

  const end = Date.now() + seconds * 1_000;
  const work = Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const db = processes[client % processes.length] ?? first;
      const handle = db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id });
      const plan = fc.sample(job, { seed: seed + client, numRuns: 500 });
      for (let next = 0; Date.now() < end; next += 1) {
        const given = plan[next % plan.length];
        if (given) await (given.kind === "sale" ? sell(handle, given) : post(handle, given));
      }
    }),
  );
  const crashing = (async () => {
    for (let crash = 1; crash <= crashes; crash += 1) {
      await sleep((seconds * 1_000) / (crashes + 1));
      await server.crash();
    }
  })();
  try {
    const [kills] = await Promise.all([server.killBackends(work), work, crashing]);
    figures.kills = kills;
    figures.crashes = crashes;
  } finally {
    await Promise.all(processes.map((db) => db.close({ graceMs: 1_000 }).catch(() => undefined)));
  }
  for (const { kind, known } of asked.values()) count(`${kind} ${known}`);
  return { tenant, asked, figures };
}
