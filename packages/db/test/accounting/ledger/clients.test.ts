import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Database, DatabaseError } from "../../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  createVendor,
  type TestDatabase,
  type TestTenant,
} from "../../../src/testing";
import { lengthOf } from "../../kit/length";
import { accountOf, booksOf } from "../kit/journal";
import { balancesOf, nothingYet } from "./model/acknowledged";
import { amountOf, textOf } from "./model/amounts";
import { act, actionsOf, type Shared, Undone } from "./model/crowd";
import { brokenRules } from "./model/rules";

/*
 * 32 clients work on the books of one company at once: half of them as a process each, with one connection, half as
 * callers of one process, whose postings are joined. Afterwards the books must hold what the callers were told.
 */
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const clients = 32;
const actions = lengthOf(12, 25);
let test: TestDatabase;
let acme: TestTenant;
let shared: Shared;
let databases: Database[];
const endings: Record<string, number> = {};

const opened = (max: number) =>
  createDatabase({
    url: test.urls.runtime,
    max,
    unsafeLogin: "refuse",
    lockTimeoutMillis: 20_000,
    connectionTimeoutMillis: 60_000,
  });

beforeAll(async () => {
  console.log(`Concurrent clients of one ledger: SOAK_SEED=${seed}`);
  test = await createTestDatabase();
  acme = await createTenant(test);
  shared = await arrange(acme);
  const together = opened(8);
  const own = Array.from({ length: clients / 2 }, () => opened(1));
  databases = [together, ...own];
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const db = own[client] ?? together;
      const handle = db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id });
      for (const action of actionsOf(seed + client, actions)) {
        const ending = await act(handle, shared, action).then(
          () => "done",
          (error: unknown) => {
            if (error instanceof Undone) return "undone";
            if (error instanceof DatabaseError) return error.code;
            throw error;
          },
        );
        const name = `${action.do} ${ending}`;
        endings[name] = (endings[name] ?? 0) + 1;
      }
    }),
  );
  console.log(JSON.stringify(endings));
});
afterAll(async () => {
  await Promise.all((databases ?? []).map((db) => db.close()));
  await test?.close();
});

async function arrange(of: TestTenant): Promise<Shared> {
  const { accounting } = of.handle;
  const companyId = of.company.id;
  await accounting.exchangeRates.set({ companyId, currency: "EUR", rateDate: "2025-01-01", rate: "1.0837" });
  await accounting.exchangeRates.set({ companyId, currency: "EUR", rateDate: "2025-03-15", rate: "1.1291" });
  const periods = await accounting.periods.createYear({ companyId, startsOn: "2025-01-01", months: 2 });
  const codes = ["1110", "1300", "4200", "6100", "6300", "6400"];
  return {
    ...{ companyId, foreign: "EUR", periods: periods.map(({ id }) => id) },
    accounts: await Promise.all(codes.map((code) => accountOf(of, code))),
    parties: {
      invoices: [(await createCustomer(of)).id, (await createCustomer(of)).id],
      bills: [(await createVendor(of)).id, (await createVendor(of)).id],
    },
    ...{ done: nothingYet(), keyed: [], documents: [], payments: [], allocations: [] },
  };
}

describe(`${clients} clients on the books of one company (seed ${seed})`, () => {
  it("were refused only what the books refuse, and did a good deal", () => {
    const expected = /(done|undone|CONFLICT|INVARIANT_VIOLATED|VALIDATION_FAILED)$/;
    expect(Object.keys(endings).filter((name) => !expected.test(name))).toEqual([]);
    const total = Object.values(endings).reduce((sum, times) => sum + times, 0);
    expect(total).toBe(clients * actions);
    expect(shared.done.documents.size).toBeGreaterThan(actions);
    expect(shared.done.payments.size).toBeGreaterThan(actions / 2);
    expect(shared.done.allocations.size).toBeGreaterThan(actions / 3);
    expect(shared.done.entries.size).toBeGreaterThan(3 * actions);
  });

  it("left books in which every rule holds", async () => {
    expect(await test.asOwner(brokenRules)).toEqual([]);
    expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("left what they were told they had done, once, and nothing else", async () => {
    const { done, companyId } = shared;
    await addMarkedPaid();
    const rows = (await acme.handle.execute(
      sql`select array_agg(e.id::text) as ids from accounting.journal_entries e
        where e.company_id = ${companyId} and e.source in ('manual', 'reversal')`,
      "objects",
    )) as unknown as { ids: string[] }[];
    expect([...(rows[0]?.ids ?? [])].sort()).toEqual([...done.entries.keys(), ...done.reversals.keys()].sort());
    expect(await idsOf("invoices", "bills")).toEqual([...done.documents.keys()].sort());
    expect(await idsOf("payments")).toEqual([...done.payments.keys()].sort());
    expect(await idsOf("payment_allocations")).toEqual([...done.allocations.keys()].sort());
  });

  it("left balances that are the sum of what they were told", async () => {
    const books = await booksOf(acme);
    const on = {
      invoices: { control: books.receivableAccountId, usual: books.salesAccountId },
      bills: { control: books.payableAccountId, usual: books.purchasesAccountId },
      ...{ bank: books.bankAccountId, exchange: books.exchangeAccountId },
    };
    const rows = (await acme.handle.execute(
      sql`select account_id as id, balance::text as balance from accounting.account_balances
        union all select id, balance::text from accounting.customers
        union all select id, (-balance)::text from accounting.vendors`,
      "objects",
    )) as unknown as { id: string; balance: string }[];
    const are = rows.flatMap(({ id, balance }) => (amountOf(balance) === 0n ? [] : [[id, balance]]));
    const should = [...balancesOf(shared.done, on)].map(([id, amount]) => [id, textOf(amount)]);
    expect(Object.fromEntries(are)).toEqual(Object.fromEntries(should));
  });

  it("left a trial balance of zero", async () => {
    const { totals } = await acme.handle.accounting.reports.trialBalance({
      companyId: shared.companyId,
      asOf: "2030-01-01",
    });
    expect(totals.debit).toBe(totals.credit);
    expect(Number(totals.debit)).toBeGreaterThan(1_000);
  });
});

async function idsOf(...tables: string[]): Promise<string[]> {
  const query = tables.map((table) => `select id::text from accounting.${table}`).join(" union all ");
  const rows = (await acme.handle.execute(sql.raw(query), "objects")) as unknown as { id: string }[];
  return rows.map(({ id }) => id).sort();
}

/** The payments of documents that were set to paid, which only the database can tell, and which are for those alone. */
async function addMarkedPaid(): Promise<void> {
  const { done } = shared;
  const rows = (await acme.handle.execute(
    sql`select a.id, a.payment_id, coalesce(a.invoice_id, a.bill_id) as document_id, a.base_amount::text as base,
        a.source_base_amount::text as source_base, p.base_amount::text as payment_base, p.direction,
        coalesce(p.customer_id, p.vendor_id) as party_id, p.amount = a.amount as is_whole
      from accounting.payment_allocations a join accounting.payments p on p.id = a.payment_id`,
    "objects",
  )) as unknown as Record<string, string>[];
  for (const row of rows) {
    if (done.payments.has(row.payment_id ?? "")) continue;
    expect(done.markedPaid, "a payment that nobody made is of a document that was set to paid").toContain(
      row.document_id,
    );
    expect(row.is_whole).toBe(true);
    const side = row.direction === "in" ? "invoices" : "bills";
    const fields = { side, partyId: row.party_id ?? "" } as const;
    done.allocations.set(row.id ?? "", {
      ...fields,
      paymentId: row.payment_id ?? "",
      base: row.base ?? "",
      sourceBase: row.source_base ?? "",
    });
    done.payments.set(row.payment_id ?? "", { ...fields, base: row.payment_base ?? "" });
  }
}
