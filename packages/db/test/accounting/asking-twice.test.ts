import { describe, expect } from "vitest";
import type { z } from "zod";
import * as accounts from "../../src/accounting/validation/accounts";
import * as bills from "../../src/accounting/validation/bills";
import * as invoices from "../../src/accounting/validation/invoices";
import * as journal from "../../src/accounting/validation/journal";
import * as parties from "../../src/accounting/validation/parties";
import * as payments from "../../src/accounting/validation/payments";
import * as periods from "../../src/accounting/validation/periods";
import { type DatabaseError, newId } from "../../src/index";
import type { TestTenant } from "../../src/testing";
import { inLanes } from "../kit/length";
import { rejection, sortOut } from "../kit/outcomes";
import { sharedBooks as it } from "./kit/books";
import { createVendor, work } from "./kit/documents";
import { transfer } from "./kit/journal";

/** Which record a call made or found. */
interface Made {
  id: string;
}

interface Asked {
  id: string;
  key: string;
  /** Another amount, name or text than usual. */
  isOther?: boolean;
}

interface World {
  acme: TestTenant;
  pair: readonly [string, string];
  customerId: string;
  vendorId: string;
}

/** A way to ask for one record: by a key, by an id of the caller's own, or by both. */
interface Call {
  name: string;
  /** The schemas of the input that it has. */
  schemas: string[];
  ask(world: World, asked: Asked): Promise<Made>;
}

const amountOf = ({ isOther }: Asked) => (isOther ? "12.00" : "10.00");
const only = <T>(rows: readonly T[]): T => rows[0] as T;

const document = ({ acme, customerId }: World, asked: Asked) => ({
  id: asked.id,
  companyId: acme.company.id,
  customerId,
  invoiceDate: "2026-01-15",
  dueDate: "2026-02-14",
  lines: [work(amountOf(asked))],
});
const bill = ({ acme, vendorId }: World, asked: Asked) => ({
  id: asked.id,
  companyId: acme.company.id,
  vendorId,
  billNumber: `B-${asked.id}`,
  billDate: "2026-01-15",
  dueDate: "2026-02-14",
  lines: [work(amountOf(asked))],
});
const money = ({ acme }: World, asked: Asked) => ({
  id: asked.id,
  companyId: acme.company.id,
  externalId: asked.key,
  paymentDate: "2026-02-01",
  amount: amountOf(asked),
});
const entry = ({ acme, pair }: World, asked: Asked) =>
  transfer(acme, pair, amountOf(asked), { id: asked.id, idempotencyKey: asked.key });

/** The manual entry that a reversal with this key takes back: the same for every call with the key. */
const originals = new Map<string, Promise<Made>>();
function originalFor({ acme, pair }: World, { key }: Asked): Promise<Made> {
  const made = originals.get(key) ?? acme.handle.accounting.journal.post(transfer(acme, pair));
  originals.set(key, made);
  return made;
}

/** A payment that a customer, and one that a vendor, got too much of: more than all that is asked for. */
const credits = new WeakMap<World, Promise<Record<"customer" | "vendor", string>>>();
function creditIn(world: World) {
  const { payments } = world.acme.handle.accounting;
  const paid = { companyId: world.acme.company.id, paymentDate: "2026-01-20", amount: "1000000.00" };
  const make = async () => ({
    customer: (await payments.receive({ ...paid, customerId: world.customerId })).id,
    vendor: (await payments.make({ ...paid, vendorId: world.vendorId })).id,
  });
  const made = credits.get(world) ?? make();
  credits.set(world, made);
  return made;
}
function refund(world: World, asked: Asked, party: "customer" | "vendor", credit: object): Promise<Made> {
  const to = party === "customer" ? { customerId: world.customerId } : { vendorId: world.vendorId };
  return world.acme.handle.accounting.payments.refund({ ...money(world, asked), ...to, ...credit });
}

/** What a key stands for is returned to whoever asks with it again. */
const byKey: Call[] = [
  {
    name: "journal.post",
    schemas: ["newJournalEntrySchema"],
    ask: (world, asked) => world.acme.handle.accounting.journal.post(entry(world, asked)),
  },
  {
    name: "journal.postMany",
    schemas: ["newJournalEntriesSchema"],
    ask: async (world, asked) => only(await world.acme.handle.accounting.journal.postMany([entry(world, asked)])),
  },
  {
    name: "journal.reverse",
    schemas: ["reversalSchema"],
    ask: async (world, asked) =>
      world.acme.handle.accounting.journal.reverse((await originalFor(world, asked)).id, {
        date: "2026-03-20",
        id: asked.id,
        idempotencyKey: asked.key,
        description: asked.isOther ? "Other" : "Reversal",
      }),
  },
  ...(["customer", "vendor"] as const).flatMap((party): Call[] => [
    {
      name: `payments.refund to or from a ${party}`,
      schemas: [`${party}RefundSchema`],
      ask: async (world, asked) => {
        const paymentId = (await creditIn(world))[party];
        return refund(world, asked, party, { allocations: [{ paymentId, amount: amountOf(asked) }] });
      },
    },
    {
      name: `payments.refund to or from a ${party}, of the oldest credit`,
      schemas: [`${party}OldestRefundSchema`],
      ask: async (world, asked) => {
        await creditIn(world);
        return refund(world, asked, party, {});
      },
    },
  ]),
  {
    name: "payments.receive",
    schemas: ["receivedPaymentSchema"],
    ask: (world, asked) =>
      world.acme.handle.accounting.payments.receive({ ...money(world, asked), customerId: world.customerId }),
  },
  {
    name: "payments.receive for what is due first",
    schemas: ["receivedForOldestSchema"],
    ask: (world, asked) =>
      world.acme.handle.accounting.payments.receive({
        ...money(world, asked),
        customerId: world.customerId,
        allocations: "oldest",
      }),
  },
  {
    name: "payments.make",
    schemas: ["madePaymentSchema"],
    ask: (world, asked) =>
      world.acme.handle.accounting.payments.make({ ...money(world, asked), vendorId: world.vendorId }),
  },
  {
    name: "payments.make for what is due first",
    schemas: ["madeForOldestSchema"],
    ask: (world, asked) =>
      world.acme.handle.accounting.payments.make({
        ...money(world, asked),
        vendorId: world.vendorId,
        allocations: "oldest",
      }),
  },
  {
    name: "tenancy.idempotency.once",
    schemas: [],
    ask: ({ acme }, asked) =>
      acme.handle.tenancy.idempotency.once(
        { operation: "test", key: asked.key, request: { amount: amountOf(asked) } },
        async () => ({ id: asked.id }),
      ),
  },
];

/** An import leaves what has the key already as it is. */
const byImport: Call[] = [
  {
    name: "invoices.importMany",
    schemas: ["importedInvoicesSchema"],
    ask: async (world, asked) => {
      const { invoices } = world.acme.handle.accounting;
      const paid = { status: "paid", paidOn: "2026-01-20" } as const;
      const given = { ...document(world, asked), ...paid, externalId: asked.key, invoiceNumber: `N-${asked.key}` };
      await invoices.importMany([given, given]);
      const found = await world.acme.handle.query.accountingInvoices.findMany({ where: { externalId: asked.key } });
      expect(found).toHaveLength(1);
      return only(found);
    },
  },
  ...(["customers", "vendors"] as const).map(
    (name): Call => ({
      name: `${name}.importMany`,
      schemas: [name === "customers" ? "importedCustomersSchema" : "importedVendorsSchema"],
      ask: async ({ acme }, asked) => {
        const party = { id: asked.id, companyId: acme.company.id, externalId: asked.key, name: amountOf(asked) };
        const { ids } = await acme.handle.accounting[name].importMany([party, { ...party, name: "Second" }]);
        return { id: ids.get(asked.key) ?? "" };
      },
    }),
  ),
];

/** A record that is created has its id, external id and number alone: they are taken once, whatever comes with them. */
const byCreation: Call[] = [
  {
    name: "invoices.create",
    schemas: ["newInvoiceSchema"],
    ask: (world, asked) =>
      world.acme.handle.accounting.invoices.create({ ...document(world, asked), externalId: asked.key }),
  },
  {
    name: "invoices.createMany",
    schemas: ["newInvoicesSchema"],
    ask: async (world, asked) =>
      only(
        await world.acme.handle.accounting.invoices.createMany([{ ...document(world, asked), externalId: asked.key }]),
      ),
  },
  {
    name: "bills.create",
    schemas: ["newBillSchema"],
    ask: (world, asked) => world.acme.handle.accounting.bills.create({ ...bill(world, asked), externalId: asked.key }),
  },
  {
    name: "bills.createMany",
    schemas: ["newBillsSchema"],
    ask: async (world, asked) =>
      only(await world.acme.handle.accounting.bills.createMany([{ ...bill(world, asked), externalId: asked.key }])),
  },
  ...(["customers", "vendors"] as const).map(
    (name): Call => ({
      name: `${name}.create`,
      schemas: [name === "customers" ? "newCustomerSchema" : "newVendorSchema"],
      ask: ({ acme }, asked) =>
        acme.handle.accounting[name].create({
          id: asked.id,
          companyId: acme.company.id,
          externalId: asked.key,
          name: amountOf(asked),
        }),
    }),
  ),
  {
    name: "accounts.create",
    schemas: ["newAccountSchema"],
    ask: ({ acme }, asked) =>
      acme.handle.accounting.accounts.create({
        id: asked.id,
        companyId: acme.company.id,
        code: asked.key,
        name: amountOf(asked),
        type: "asset",
      }),
  },
];

/** Their input has such a field, and another rule than these decides. */
const elsewhere: Record<string, string> = {
  newBooksSchema: "a company has books once: UniqueViolationError, in books/books",
  newPeriodSchema: "periods follow each other: asked twice it is InvariantError, in books/periods",
  invoiceChangesSchema: "changes a draft that its id names",
  billChangesSchema: "changes a draft that its id names",
  billCreditSchema: "billNumber of a credit note: UniqueViolationError, in bills/bills",
};

const both = it.extend("world", { scope: "file" }, async ({ acme, pair, customerId }): Promise<World> => {
  return { acme, pair, customerId, vendorId: await createVendor(acme) };
});
const fresh = (): Asked => ({ id: newId(), key: newId() });
const named = (calls: Call[]) => calls.map((call) => [call.name, call] as const);
const unique = { code: "UNIQUE_VIOLATION" } satisfies Partial<DatabaseError>;

describe("with a key", () => {
  both.for(named([...byKey, ...byImport]))("%s answers with the first record", async ([_name, call], { world }) => {
    const asked = fresh();
    const first = await call.ask(world, asked);
    expect(first.id).toBe(asked.id);
    expect((await call.ask(world, asked)).id).toBe(first.id);
    expect((await call.ask(world, { ...asked, id: newId() })).id, "with another id").toBe(first.id);
  });

  both.for(named([...byKey, ...byImport]))("%s does so at once", async ([_name, call], { world }) => {
    await inLanes({ everyRun: 8, soak: 200 }, async () => async () => {
      const asked = fresh();
      if (call.name === "journal.reverse") await originalFor(world, asked);
      const answers = await Promise.all([
        call.ask(world, asked),
        call.ask(world, asked),
        call.ask(world, { ...asked, id: newId() }),
      ]);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    });
  });

  both.for(named(byKey))("%s refuses other content, and names the key", async ([name, call], { world }) => {
    const asked = fresh();
    await call.ask(world, asked);
    for (const id of [asked.id, newId()]) {
      const error = await rejection(call.ask(world, { ...asked, id, isOther: true }));
      expect(error).toMatchObject({
        code: "CONFLICT",
        message: expect.stringMatching(/externalId|idempotency ?[kK]ey/),
      });
      if (!name.startsWith("tenancy")) {
        expect(error).toMatchObject({ column: expect.stringMatching(/^(external_id|idempotency_key)$/) });
      }
    }
  });

  both.for(named(byImport))("%s leaves the first content", async ([_name, call], { world }) => {
    const asked = fresh();
    const { id } = await call.ask(world, asked);
    expect((await call.ask(world, { ...asked, isOther: true })).id).toBe(id);
  });

  const withIds = [...byKey, ...byImport].filter(({ name }) => name !== "tenancy.idempotency.once");
  both.for(named(withIds))("%s refuses an id that another record has", async ([name, call], { world }) => {
    const first = fresh();
    await call.ask(world, first);
    const other = { ...fresh(), id: first.id };
    expect(await rejection(call.ask(world, other)), name).toMatchObject({
      ...unique,
      constraint: expect.stringMatching(/_pkey$/),
    });
    await inLanes({ everyRun: 4, soak: 200, lanes: 2 }, async () => async () => {
      const [one, two] = [fresh(), fresh()];
      if (name === "journal.reverse") await Promise.all([originalFor(world, one), originalFor(world, two)]);
      const { values, errors } = sortOut(
        await Promise.allSettled([call.ask(world, one), call.ask(world, { ...two, id: one.id })]),
      );
      expect(values).toHaveLength(1);
      expect(errors).toMatchObject([unique]);
    });
  });

  both("journal.postMany takes an entry twice for one", async ({ world }) => {
    const [asked, other] = [fresh(), fresh()];
    const { journal } = world.acme.handle.accounting;
    const posted = await journal.postMany([asked, other, asked].map((each) => entry(world, each)));
    expect(posted.map(({ id }) => id)).toEqual([asked.id, other.id, asked.id]);
    expect(posted.map(({ lines }) => lines.length)).toEqual([2, 2, 2]);
    const ids = [fresh(), fresh()].map((each, _index, [first]) => ({ ...each, id: first?.id ?? "" }));
    expect(await rejection(journal.postMany(ids.map((each) => entry(world, each))))).toMatchObject(unique);
    const { idempotencyKey: _key, ...keyless } = entry(world, { ...fresh(), id: asked.id });
    expect(await rejection(journal.postMany([entry(world, fresh()), keyless]))).toMatchObject(unique);
  });
});

describe("without a key", () => {
  both.for(named(byCreation))("%s takes an id and an external id once", async ([_name, call], { world }) => {
    const asked = fresh();
    await call.ask(world, asked);
    for (const again of [
      asked,
      { ...asked, isOther: true },
      { ...fresh(), id: asked.id },
      { ...fresh(), key: asked.key },
    ]) {
      expect(await rejection(call.ask(world, again))).toMatchObject(unique);
    }
    const twice = fresh();
    const { values, errors } = sortOut(await Promise.allSettled([call.ask(world, twice), call.ask(world, twice)]));
    expect(values).toHaveLength(1);
    expect(errors).toMatchObject([unique]);
  });
});

it("says of every input with an id, a key or a number what asking twice does", () => {
  const fields = /^(id|externalId|idempotencyKey|invoiceNumber|billNumber)$/;
  const schemas = Object.entries({
    ...accounts,
    ...bills,
    ...invoices,
    ...journal,
    ...parties,
    ...payments,
    ...periods,
  });
  const isInput = ([name, schema]: [string, unknown]) =>
    /^(new|received|made|imported|reversal)|(Changes|Credit|Refund)Schema$/.test(name) &&
    shapeOf(schema as Shaped).some((field) => fields.test(field));
  const listed = [...byKey, ...byImport, ...byCreation].flatMap(({ schemas: named }) => named);
  expect(
    schemas
      .filter(isInput)
      .map(([name]) => name)
      .sort(),
  ).toEqual([...listed, ...Object.keys(elsewhere)].sort());
});

type Shaped = z.ZodType & { shape?: object; element?: Shaped; in?: Shaped };

/** The fields of an object, or of the objects of a list. */
const shapeOf = (schema: Shaped): string[] =>
  schema.shape
    ? Object.keys(schema.shape)
    : schema.element
      ? shapeOf(schema.element)
      : schema.in
        ? shapeOf(schema.in)
        : [];

it("ends with healthy books", async ({ acme }) => {
  expect(await acme.handle.accounting.integrity.violations()).toEqual([]);
});
