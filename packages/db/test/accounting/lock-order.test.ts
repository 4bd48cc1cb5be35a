import { expect } from "vitest";
import type { ImportedInvoice } from "../../src/accounting";
import { DatabaseError, newId } from "../../src/index";
import type { TestTenant } from "../../src/testing";
import { open } from "../client/connections";
import { lengthOf, runSeed } from "../kit/length";
import { sharedBooks as it } from "./kit/books";
import { approved, createVendor, issued, work } from "./kit/documents";
import { newAccount, transfer } from "./kit/journal";

/*
 * Whatever one call writes, it locks in one order: see docs/accounting.md. Here every writing call meets every other one
 * over the same customer, vendor, documents, accounts, keys and numbers, and none may end in a deadlock.
 */

/** What all calls of a round work on. */
interface Round {
  acme: TestTenant;
  customerId: string;
  vendorId: string;
  pair: readonly [string, string];
  cash: string;
  invoiceIds: string[];
  billIds: string[];
  draftId: string;
  creditId: string;
  paymentId: string;
  madeId: string;
  /** A key for those that ask for the same. */
  key: string;
}

const date = "2026-02-01";

function imported({ acme, customerId, key }: Round, number: number): ImportedInvoice {
  const status = number % 3 === 0 ? "issued" : "paid";
  return {
    companyId: acme.company.id,
    customerId,
    externalId: `${key}-${number}`,
    invoiceNumber: `X-${key}-${number}`,
    status,
    ...(status === "paid" ? { paidOn: date } : {}),
    ...{ invoiceDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("10.00")] },
  };
}
const some = (count: number) => Array.from({ length: count }, (_, index) => index);

const allocations = ({ invoiceIds }: Round) => invoiceIds.map((invoiceId) => ({ invoiceId, amount: "1.00" }));
const reversed = <T>(items: readonly T[]) => [...items].reverse();
const money = ({ acme }: Round) => ({ companyId: acme.company.id, paymentDate: date, amount: "10.00" });

type Call = (of: Round) => Promise<unknown>;

const calls: Record<string, Call> = {
  "a cash sale": (of) =>
    of.acme.handle.accounting.journal.post(transfer(of.acme, [of.pair[0], of.pair[1]], "10.00", { date })),
  "a sale for cash": (of) =>
    of.acme.handle.accounting.journal.post(transfer(of.acme, [of.cash, of.pair[1]], "10.00", { date })),
  "an import of paid invoices": (of) =>
    of.acme.handle.accounting.invoices.importMany(some(4).map((number) => imported(of, number))),
  "the same import in another order": (of) =>
    of.acme.handle.accounting.invoices.importMany(reversed(some(4)).map((number) => imported(of, number))),
  "an import to accounts of its own": (of) =>
    of.acme.handle.accounting.invoices.importMany(
      some(2).map((number) => ({
        ...imported({ ...of, key: newId() }, number),
        lines: [{ ...work("5.00"), accountId: of.pair[1] }],
      })),
    ),
  "an import of customers": (of) =>
    of.acme.handle.accounting.customers.importMany(
      some(20).map((n) => ({ companyId: of.acme.company.id, externalId: `${of.key}-${n}`, name: "C" })),
    ),
  "the same customers in another order": (of) =>
    of.acme.handle.accounting.customers.importMany(
      reversed(some(20)).map((n) => ({ companyId: of.acme.company.id, externalId: `${of.key}-${n}`, name: "C" })),
    ),
  "drafts with keys": (of) => drafts(of, some(4)),
  "the same drafts in another order": (of) => drafts(of, reversed(some(4))),
  "entries with keys": (of) => entries(of, some(4)),
  "the same entries in another order": (of) => entries(of, reversed(some(4))),
  "an issue": (of) => of.acme.handle.accounting.invoices.issue(of.draftId),
  "an issue with a prefix": (of) => of.acme.handle.accounting.invoices.issue(of.draftId, { prefix: "P-" }),
  "new lines for the draft": (of) => of.acme.handle.accounting.invoices.setLines(of.draftId, [work("11.00")]),
  "a credit note": (of) =>
    of.acme.handle.accounting.invoices.credit(of.invoiceIds[0] ?? "", { date, lines: [work("2.00")] }),
  "a payment for what is due first": (of) =>
    of.acme.handle.accounting.payments.receive({ ...money(of), customerId: of.customerId, allocations: "oldest" }),
  "a payment with a key": (of) =>
    of.acme.handle.accounting.payments.receive({
      ...money(of),
      customerId: of.customerId,
      externalId: of.key,
      allocations: allocations(of),
    }),
  "the same payment in another order": (of) =>
    of.acme.handle.accounting.payments.receive({
      ...money(of),
      customerId: of.customerId,
      externalId: of.key,
      allocations: reversed(allocations(of)),
    }),
  "a payment made": (of) =>
    of.acme.handle.accounting.payments.make({ ...money(of), vendorId: of.vendorId, allocations: "oldest" }),
  "an allocation": (of) =>
    of.acme.handle.accounting.payments.allocate({ paymentId: of.paymentId, date, allocations: allocations(of) }),
  "an allocation of a credit note": (of) =>
    of.acme.handle.accounting.payments.allocate({
      creditNoteId: of.creditId,
      date,
      allocations: reversed(allocations(of)),
    }),
  "a void of a payment": (of) => of.acme.handle.accounting.payments.void(of.paymentId),
  "a void of a payment made": (of) => of.acme.handle.accounting.payments.void(of.madeId),
  "a void of an invoice": (of) => of.acme.handle.accounting.invoices.void(of.invoiceIds[1] ?? ""),
  "invoices marked as paid": (of) => of.acme.handle.accounting.invoices.markPaid(of.invoiceIds),
  "bills marked as paid": (of) => of.acme.handle.accounting.bills.markPaid(reversed(of.billIds)),
  "a bill credited": (of) =>
    of.acme.handle.accounting.bills.credit(of.billIds[0] ?? "", { billNumber: newId(), date, lines: [work("1.00")] }),
  "a change of the customer": (of) =>
    of.acme.handle.accounting.customers.update(of.customerId, { city: String(of.key) }),
  "other default accounts": (of) =>
    of.acme.handle.accounting.books.update(of.acme.company.id, { bankAccountId: of.pair[0] }),
  "an account archived": (of) => of.acme.handle.accounting.accounts.archive(of.cash),
  "an account restored": (of) => of.acme.handle.accounting.accounts.restore(of.cash),
  "an account moved": (of) => of.acme.handle.accounting.accounts.update(of.cash, { parentId: of.pair[0] }),
  "the other account moved": (of) => of.acme.handle.accounting.accounts.update(of.pair[0], { parentId: of.cash }),
  "the standard chart": (of) =>
    of.acme.handle.accounting.accounts.createStandardChart({ companyId: of.acme.company.id }),
};

const drafts = ({ acme, customerId, key }: Round, numbers: number[]) =>
  acme.handle.accounting.invoices.createMany(
    numbers.map((number) => ({
      companyId: acme.company.id,
      customerId,
      externalId: `${key}-draft-${number}`,
      invoiceDate: "2026-01-10",
      dueDate: "2026-02-10",
      lines: [work("1.00")],
    })),
  );
const entries = ({ acme, pair, key }: Round, numbers: number[]) =>
  acme.handle.accounting.journal.postMany(
    numbers.map((number) => transfer(acme, pair, "1.00", { date, idempotencyKey: `${key}-${number}` })),
  );

async function roundOf(acme: TestTenant, fixed: Pick<Round, "customerId" | "vendorId" | "pair" | "cash">) {
  const { customerId, vendorId } = fixed;
  const invoice = () => issued(acme, "10.00", { customerId });
  const [one, two, draft, credit] = await Promise.all([
    invoice(),
    invoice(),
    acme.handle.accounting.invoices.create({
      companyId: acme.company.id,
      customerId,
      ...{ invoiceDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("10.00")] },
    }),
    issued(acme, "4.00", { customerId, kind: "credit_note" }),
  ]);
  const [first, second] = await Promise.all([
    approved(acme, "10.00", { vendorId }),
    approved(acme, "9.00", { vendorId }),
  ]);
  const payment = { companyId: acme.company.id, paymentDate: "2026-01-20", amount: "8.00" };
  const [received, made] = await Promise.all([
    acme.handle.accounting.payments.receive({ ...payment, customerId }),
    acme.handle.accounting.payments.make({ ...payment, vendorId, allocations: [{ billId: first.id, amount: "1.00" }] }),
  ]);
  const of: Round = {
    ...fixed,
    acme,
    invoiceIds: [one.id, two.id],
    billIds: [first.id, second.id],
    draftId: draft.id,
    creditId: credit.id,
    paymentId: received.id,
    madeId: made.id,
    key: newId(),
  };
  return of;
}

// Two calls over one record are refused one of them, or both are done: nothing else comes of it.
const usual = new Set(["done", "CONFLICT", "INVARIANT_VIOLATED", "UNIQUE_VIOLATION"]);

it("writing calls that meet never end in a deadlock, whichever they are", async ({ test, acme, customerId, pair }) => {
  const db = open(test, { max: 12 });
  const fixed = { customerId, vendorId: await createVendor(acme), pair, cash: await newAccount(acme) };
  const handle = db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id });
  const random = prand(runSeed());
  const unusual: string[] = [];
  for (let round = 0; round < lengthOf(4, 100); round += 1) {
    const of = { ...(await roundOf(acme, fixed)), acme: { ...acme, handle } as TestTenant };
    const order = Object.entries(calls)
      .map(([name, call]) => ({ name, call, at: random() }))
      .sort((one, other) => one.at - other.at);
    await Promise.all(
      order.map(async ({ name, call }) => {
        const outcome = await call(of).then(
          () => "done",
          (error: unknown) => (error instanceof DatabaseError ? error.code : String(error)),
        );
        if (!usual.has(outcome)) unusual.push(`${name}: ${outcome}`);
      }),
    );
  }
  await db.close();
  expect(unusual).toEqual([]);
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});

it("lists with the same keys in opposite orders do not wait for each other", async ({ acme, customerId }) => {
  const { customers, invoices } = acme.handle.accounting;
  const companyId = acme.company.id;
  for (let round = 0; round < lengthOf(2, 20); round += 1) {
    const key = newId();
    const people = some(800).map((n) => ({ companyId, externalId: `${key}-${n}`, name: "C" }));
    const dates = { invoiceDate: "2026-01-10", dueDate: "2026-02-10" };
    const bought = some(400).map((n) => {
      return { companyId, customerId, externalId: `${key}-${n}`, ...dates, lines: [work("1.00")] };
    });
    const both = (write: (order: <T>(items: readonly T[]) => T[]) => Promise<unknown>) =>
      Promise.allSettled([write((items) => [...items]), write(reversed)]);
    const outcomes = [
      ...(await both((order) => customers.importMany(order(people)))),
      ...(await both((order) => invoices.createMany(order(bought)))),
    ].map((outcome) => (outcome.status === "fulfilled" ? "done" : (outcome.reason as DatabaseError).code));
    expect(outcomes.sort()).toEqual(["UNIQUE_VIOLATION", "done", "done", "done"]);
  }
});

/** Numbers of chance between 0 and 1, the same for one seed. */
function prand(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271 + 11) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
