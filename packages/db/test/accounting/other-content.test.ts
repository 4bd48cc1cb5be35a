import { describe, expect } from "vitest";
import type { z } from "zod";
import type { Payment } from "../../src/accounting/allocations";
import { newJournalEntrySchema, reversalSchema } from "../../src/accounting/validation/journal";
import {
  customerRefundSchema,
  madePaymentSchema,
  receivedPaymentSchema,
} from "../../src/accounting/validation/payments";
import { newId } from "../../src/index";
import { createCustomer, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { sharedBooks as it } from "./kit/books";
import { approved, createVendor, issued } from "./kit/documents";
import { newAccount, setRate, transfer } from "./kit/journal";

/*
 * A key that comes again with other content is refused, whichever field of the content it is. The fields are those of the
 * schemas, so a new field has a case here before it is forgotten by what compares.
 */
type Input = Record<string, unknown>;
type Line = Record<string, unknown>;

interface Operation {
  schemas: z.ZodObject[];
  /** A request with every field that may be given, under a new key. */
  full(): Promise<Input>;
  ask(input: Input): Promise<{ id: string }>;
  /** The same request with another value of each field; a field of a line is named `lines.…`. */
  others: Record<string, (input: Input) => Input | Promise<Input>>;
}

/** Fields that name the record and its key, or that write nothing. */
const noContent = /^(id|companyId|externalId|idempotencyKey|preview|lines)$/;

const set =
  (field: string, value: unknown) =>
  (input: Input): Input => ({ ...input, [field]: value });
const eachLine =
  (change: (line: Line, index: number) => Line) =>
  (input: Input): Input => ({ ...input, lines: (input.lines as Line[]).map(change) });

/** `receive` and `make` differ in their party and documents alone. */
async function paymentsOf(acme: TestTenant, side: "receive" | "make"): Promise<Operation> {
  const isReceived = side === "receive";
  const partyOf = async () => (isReceived ? (await createCustomer(acme)).id : await createVendor(acme));
  const [party, other] = [isReceived ? "customerId" : "vendorId", isReceived ? "invoiceId" : "billId"] as const;
  const [own, stranger] = [await partyOf(), await partyOf()];
  const rest = { [party]: own, currency: "EUR" };
  const documentId = async () =>
    (isReceived ? await issued(acme, "90.00", rest) : await approved(acme, "90.00", rest)).id;
  const ids = await Promise.all([documentId(), documentId(), documentId()]);
  const [bank, cash] = [await newAccount(acme), await newAccount(acme)];
  const allocated = (...amounts: string[]) => amounts.map((amount, index) => ({ [other]: ids[index], amount }));
  return {
    schemas: [isReceived ? receivedPaymentSchema : madePaymentSchema],
    full: async () => ({
      companyId: acme.company.id,
      externalId: newId(),
      [party]: own,
      paymentDate: "2026-02-01",
      amount: "9.00",
      currency: "EUR",
      accountId: bank,
      // As much as the base currency's, which the books would not take from the caller.
      exchangeRate: "1",
      baseAmount: "8.90",
      method: "transfer",
      reference: "R-1",
      allocations: allocated("2.00", "1.00"),
    }),
    ask: (input) => (acme.handle.accounting.payments[side] as (asked: unknown) => Promise<Payment>)(input),
    others: {
      [party]: set(party, stranger),
      paymentDate: set("paymentDate", "2026-02-02"),
      amount: set("amount", "9.01"),
      currency: (input) => ({ ...input, currency: "USD", baseAmount: undefined }),
      accountId: set("accountId", cash),
      exchangeRate: set("exchangeRate", "1.2"),
      baseAmount: set("baseAmount", "8.91"),
      method: set("method", "cash"),
      "method, left out": set("method", undefined),
      reference: set("reference", "R-2"),
      "reference, left out": set("reference", null),
      allocations: set("allocations", allocated("2.00", "1.01")),
      "allocations, one fewer": set("allocations", allocated("2.00")),
      "allocations, one more": set("allocations", allocated("2.00", "1.00", "1.00")),
      "allocations, none": set("allocations", undefined),
      "allocations, what is due first": set("allocations", "oldest"),
    },
  };
}

/** A refund's credit is its amount, so that other amounts come with other credit. */
async function refundsOf(acme: TestTenant): Promise<Operation> {
  const { payments } = acme.handle.accounting;
  const dated = { companyId: acme.company.id, paymentDate: "2026-01-20", currency: "EUR" };
  const [own, stranger] = [(await createCustomer(acme)).id, (await createCustomer(acme)).id];
  const paid = async (customerId: string) => (await payments.receive({ ...dated, customerId, amount: "90.00" })).id;
  const ids = await Promise.all([paid(own), paid(own), paid(own)]);
  const [bank, cash] = [await newAccount(acme), await newAccount(acme)];
  const credit = (...amounts: string[]) => amounts.map((amount, index) => ({ paymentId: ids[index], amount }));
  return {
    schemas: [customerRefundSchema],
    full: async () => ({
      ...{ ...dated, externalId: newId(), customerId: own, paymentDate: "2026-02-01", amount: "9.00" },
      // As much as the base currency's, which the books would not take from the caller.
      ...{ accountId: bank, exchangeRate: "1", baseAmount: "8.90", method: "transfer", reference: "R-1" },
      allocations: credit("6.00", "3.00"),
    }),
    ask: (input) => payments.refund(input as never),
    others: {
      customerId: set("customerId", stranger),
      paymentDate: set("paymentDate", "2026-02-02"),
      amount: (input) => ({ ...input, amount: "9.01", allocations: credit("6.00", "3.01") }),
      currency: (input) => ({ ...input, currency: "USD", baseAmount: undefined }),
      accountId: set("accountId", cash),
      exchangeRate: set("exchangeRate", "1.2"),
      baseAmount: set("baseAmount", "8.91"),
      method: set("method", "cash"),
      reference: set("reference", "R-2"),
      allocations: set("allocations", credit("5.00", "4.00")),
      "allocations, one fewer": set("allocations", credit("9.00")),
      "allocations, one more": set("allocations", credit("6.00", "2.00", "1.00")),
      "allocations, the oldest credit": set("allocations", "oldest"),
      "allocations, left out": set("allocations", undefined),
    },
  };
}

function journalOf(acme: TestTenant, pair: readonly [string, string], other: string): Operation {
  const entry = () => transfer(acme, pair, "10.00", { idempotencyKey: newId(), description: "Sale", reference: "S-1" });
  return {
    schemas: [newJournalEntrySchema],
    full: async () =>
      eachLine((line) => ({ ...line, currency: "EUR", rate: "1.1", description: "Line" }))(entry() as never),
    ask: (input) => acme.handle.accounting.journal.post(input as never),
    others: {
      date: set("date", "2026-03-16"),
      description: set("description", null),
      reference: set("reference", "S-2"),
      "lines.accountId": eachLine((line, index) => (index === 0 ? { ...line, accountId: other } : line)),
      "lines.debit": eachLine((line) => (line.debit ? { ...line, debit: "11" } : { ...line, credit: "11" })),
      "lines.credit": eachLine(({ debit, credit, ...line }) => ({ ...line, debit: credit, credit: debit })),
      "lines.currency": eachLine((line) => ({ ...line, currency: "CHF" })),
      "lines.rate": eachLine((line) => ({ ...line, rate: "1.2" })),
      "lines.baseAmount": eachLine(({ rate: _rate, ...line }) => ({ ...line, baseAmount: "11.00" })),
      "lines.isExchangeDifference": eachLine((line) => ({ ...line, isExchangeDifference: true })),
      "lines.description": eachLine((line, index) => (index === 1 ? { ...line, description: "Other" } : line)),
      "lines in another order": (input) => ({ ...input, lines: [...(input.lines as Line[])].reverse() }),
    },
  };
}

function reversalOf(acme: TestTenant, pair: readonly [string, string]): Operation {
  const { journal } = acme.handle.accounting;
  const original = async () => (await journal.post(transfer(acme, pair))).id;
  return {
    schemas: [reversalSchema],
    full: async () => ({
      entryId: await original(),
      date: "2026-03-20",
      description: "Back",
      idempotencyKey: newId(),
    }),
    ask: ({ entryId, ...options }) => journal.reverse(entryId as string, options as never),
    others: {
      date: set("date", "2026-03-21"),
      description: set("description", "Other"),
      "another entry": async (input) => ({ ...input, entryId: await original() }),
    },
  };
}

const operations = it.extend("operations", { scope: "file" }, async ({ acme, pair }) => {
  await setRate(acme, "EUR", "2026-01-01", "1.1");
  return {
    "payments.receive": await paymentsOf(acme, "receive"),
    "payments.make": await paymentsOf(acme, "make"),
    "payments.refund": await refundsOf(acme),
    "journal.post": journalOf(acme, pair, await newAccount(acme)),
    "journal.reverse": reversalOf(acme, pair),
  };
});
const names = ["payments.receive", "payments.make", "payments.refund", "journal.post", "journal.reverse"] as const;

/** The content of a schema, fields of its lines as `lines.…`. */
function contentOf({ shape }: z.ZodObject): string[] {
  const lines = (shape.lines as z.ZodArray<z.ZodObject> | undefined)?.element;
  const own = Object.keys(shape).filter((field) => !noContent.test(field));
  return [...own, ...(lines ? Object.keys(lines.shape).map((field) => `lines.${field}`) : [])];
}

describe("a key with other content", () => {
  operations.for(names)("of %s is refused, whichever field it is", async (name, { operations }) => {
    const { schemas, full, ask, others } = operations[name];
    const covered = Object.keys(others).map((label) => label.split(",")[0]);
    expect(covered).toEqual(expect.arrayContaining(schemas.flatMap(contentOf)));
    const accepted: string[] = [];
    const input = await full();
    const { id } = await ask(input);
    for (const [label, other] of Object.entries(others)) {
      const error = await rejection(ask(await other(input))).catch(() => undefined);
      const { code, column } = (error ?? {}) as { code?: string; column?: string };
      if (code !== "CONFLICT" || !/^(external_id|idempotency_key)$/.test(column ?? ""))
        accepted.push(`${label}: ${error}`);
    }
    expect(accepted).toEqual([]);
    expect(await ask(input), "the same content").toMatchObject({ id });
  });
});

operations("of a payment says the same allocations in any order and writing", async ({ operations }) => {
  const operation = operations["payments.receive"];
  const input = await operation.full();
  const { id } = await operation.ask(input);
  const again = [...(input.allocations as { amount: string }[])]
    .reverse()
    .map((each) => ({ ...each, amount: `${Number(each.amount)}` }));
  expect(await operation.ask({ ...input, allocations: again })).toMatchObject({ id });
});

operations("of a payment received is no refund, and the other way round", async ({ operations }) => {
  const [receive, refund] = [operations["payments.receive"], operations["payments.refund"]];
  const { allocations: _credit, ...money } = await refund.full();
  await refund.ask(money);
  // Of the oldest credit and of what is due first: but for the direction, both are one request.
  expect(await rejection(receive.ask({ ...money, allocations: "oldest" }))).toMatchObject({
    code: "CONFLICT",
    column: "external_id",
  });
  const { allocations: _documents, ...received } = await receive.full();
  await receive.ask({ ...received, allocations: "oldest" });
  expect(await rejection(refund.ask(received))).toMatchObject({ code: "CONFLICT", column: "external_id" });
});

operations("of a payment is told from what was allocated later", async ({ acme, operations }) => {
  const operation = operations["payments.receive"];
  const { allocations, ...bare } = await operation.full();
  const { id } = await operation.ask(bare);
  await acme.handle.accounting.payments.allocate({
    paymentId: id,
    date: "2026-02-01",
    allocations: allocations as never,
  });
  expect(await operation.ask(bare), "the same content").toMatchObject({ id });
  expect(await rejection(operation.ask({ ...bare, allocations }))).toMatchObject({ code: "CONFLICT" });
});
