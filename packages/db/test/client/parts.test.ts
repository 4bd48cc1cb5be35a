import { sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConflictError, newId, type TenantTransaction } from "../../src/index";
import { createInvoice, createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { meetingPoint, open } from "./connections";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const line = { description: "Work", quantity: "1", unitPrice: "10.00" };

const add = (tx: TenantTransaction, name: string) =>
  tx.accounting.customers.create({ companyId: acme.company.id, name });

const importOne = (tx: TenantTransaction, name: string, companyId = acme.company.id) =>
  tx.accounting.customers.importMany([{ companyId, name, externalId: name }]);

const refused = (tx: TenantTransaction) => tx.execute(sql`select 1 / 0`);

const once = <T>(tx: TenantTransaction, key: string, work: () => Promise<T>) =>
  tx.tenancy.idempotency.once({ operation: "tests.add", key, request: { key } }, work);

async function names(): Promise<string[]> {
  return (await acme.handle.accounting.customers.list({ limit: 500 })).items.map((customer) => customer.name).sort();
}

async function drafts(): Promise<string[]> {
  const { id: customerId } = await acme.handle.accounting.customers.create({ companyId: acme.company.id, name: "C" });
  return [(await createInvoice(acme, { customerId })).id, (await createInvoice(acme, { customerId })).id];
}

describe("calls of one transaction that are made together", () => {
  it("each have their turn: the lines of two documents", async () => {
    const ids = await drafts();
    for (const quantity of ["2", "3"]) {
      await acme.handle.transaction((tx) =>
        Promise.all(ids.map((id) => tx.accounting.invoices.setLines(id, [{ ...line, quantity }, line]))),
      );
      for (const id of ids) {
        const { lines } = (await acme.handle.accounting.invoices.findDocument(id)) ?? { lines: [] };
        expect(lines.map((row) => Number(row.quantity))).toEqual([Number(quantity), 1]);
      }
    }
  });

  it("are kept when they were fulfilled: a document that refuses its lines takes nothing with it", async () => {
    const [id = "", other = ""] = await drafts();
    await acme.handle.accounting.invoices.issue(id);
    for (const order of [0, 1, 2]) {
      const outcomes = await acme.handle.transaction((tx) => {
        const calls = [
          () => tx.accounting.invoices.setLines(id, [line]),
          () => add(tx, `Kept ${order}`),
          () => tx.accounting.invoices.setLines(other, [line, line]),
        ];
        const turned = [...calls.slice(order), ...calls.slice(0, order)];
        return Promise.allSettled(turned.map((call) => call()));
      });
      const failed = outcomes.filter(({ status }) => status === "rejected");
      expect(failed).toMatchObject([{ reason: { code: "CONFLICT", sqlState: undefined } }]);
      expect(await names()).toContain(`Kept ${order}`);
    }
  });

  it("may be many writes of many kinds", async () => {
    const [id = ""] = await drafts();
    const customerId = (await acme.handle.accounting.customers.list()).items[0]?.id ?? "";
    const invoice = {
      ...{ companyId: acme.company.id, customerId, invoiceDate: "2026-01-15", dueDate: "2026-02-14", lines: [line] },
    };
    const [, many] = await acme.handle.transaction((tx) =>
      Promise.all([
        tx.accounting.invoices.setLines(id, [line]),
        tx.accounting.invoices.createMany([invoice, invoice]),
        importOne(tx, "Imported"),
        once(tx, "a", () => add(tx, "Once")),
        once(tx, "a", () => add(tx, "Not twice")),
        tx.transaction((part) => add(part, "In a part")),
        tx.transaction(() => add(tx, "In a part, by the outer tx")),
        add(tx, "Alone"),
      ]),
    );
    expect(many).toHaveLength(2);
    expect(await names()).toEqual(["Alone", "C", "Imported", "In a part", "In a part, by the outer tx", "Once"]);
  });

  it("inside a part may be parts, which may use any handle around them", async () => {
    await acme.handle.transaction(async (tx) => {
      await tx.transaction((outer) =>
        Promise.all([
          outer.transaction((inner) => Promise.all([add(inner, "1"), add(outer, "2"), add(tx, "3")])),
          outer.transaction(() => tx.transaction(() => outer.transaction(() => add(tx, "4")))),
          importOne(tx, "5"),
        ]),
      );
    });
    expect(await names()).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("on the outer handle inside a part is undone with the part", async () => {
    await acme.handle.transaction(async (tx) => {
      await rejection(
        tx.transaction(async () => {
          await add(tx, "Undone");
          throw new RangeError("of the part");
        }),
      );
      await add(tx, "Kept");
    });
    expect(await names()).toEqual(["Kept"]);
  });

  it("from outside a part wait until it has ended", async () => {
    const order: string[] = [];
    await acme.handle.transaction(async (tx) => {
      const enter = meetingPoint(2);
      const part = tx.transaction(async (inner) => {
        await enter();
        await add(inner, "Inside");
        await add(inner, "Inside too");
        order.push("part");
        throw new RangeError("of the part");
      });
      await enter();
      const after = add(tx, "Outside").then(() => order.push("outside"));
      await Promise.allSettled([part, after]);
    });
    expect(order).toEqual(["part", "outside"]);
    expect(await names()).toEqual(["Outside"]);
  });
});

describe("a part", () => {
  it("refuses a query that its callback did not await, and is undone", async () => {
    await acme.handle.transaction(async (tx) => {
      let forgotten: Promise<unknown> = Promise.resolve();
      const error = await rejection(
        tx.transaction(async (part) => {
          await add(part, "Undone");
          forgotten = add(part, "Forgotten");
        }),
      );
      await forgotten;
      expect(error).toBeInstanceOf(ConflictError);
      expect(String(error)).toContain("not awaited");
      await add(tx, "Kept");
    });
    expect(await names()).toEqual(["Kept"]);
  });

  it("cannot be used after its end, while the transaction goes on", async () => {
    await acme.handle.transaction(async (tx) => {
      const part = await tx.transaction(async (inner) => ({ inner }));
      expect(await rejection(add(part.inner, "Too late"))).toBeInstanceOf(ConflictError);
      await add(tx, "Kept");
    });
    expect(await names()).toEqual(["Kept"]);
  });

  it("that is not awaited undoes everything, and the transaction ends without it", async () => {
    const error = await rejection(
      acme.handle.transaction(async (tx) => {
        await add(tx, "Undone");
        void tx.transaction(() => new Promise(() => undefined));
      }),
    );
    expect(error).toBeInstanceOf(ConflictError);
    expect(await names()).toEqual([]);
  });

  it("that waits for a call behind it ends with the limit for idle transactions, not never", async () => {
    const db = open(test, { idleInTransactionTimeoutMillis: 100 });
    const error = await rejection(
      db.withTenant({ tenantId: acme.tenant.id }, async (tx) => {
        let behind: Promise<unknown> = Promise.resolve();
        const started = meetingPoint(2);
        const part = tx.transaction(async () => {
          await started();
          await behind;
        });
        behind = add(tx, "Behind the part");
        await Promise.all([part, started()]);
      }),
    );
    await db.close();
    expect(error).toMatchObject({ code: "TIMEOUT", sqlState: "25P03", outcome: "rolled-back" });
    expect(await names()).toEqual([]);
  });
});

/** What a generated transaction does at one place. */
type Step =
  | { kind: "add" | "import" | "once" | "refused" | "refused once" | "missing" | "failed once"; outermost: boolean }
  | { kind: "part"; outermost: boolean; steps: Step[]; fails: boolean; together: boolean };

const leaf = fc.record({
  kind: fc.constantFrom("add", "add", "import", "once", "refused", "refused once", "missing", "failed once"),
  outermost: fc.boolean(),
}) as fc.Arbitrary<Step>;

const { steps: generated } = fc.letrec<{ steps: Step[]; step: Step }>((tie) => ({
  step: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("part" as const),
        outermost: fc.boolean(),
        steps: tie("steps"),
        fails: fc.boolean(),
        together: fc.boolean(),
      }),
    },
  ),
  steps: fc.array(tie("step"), { minLength: 1, maxLength: 4 }),
}));

/** Runs steps on the handle of their level, catches every error, and returns the names that should be kept. */
async function runSteps(tx: TenantTransaction, outermost: TenantTransaction, steps: Step[], together: boolean) {
  const run = async (step: Step): Promise<string[]> => {
    const on = step.outermost ? outermost : tx;
    const name = newId();
    switch (step.kind) {
      case "add":
        return add(on, name).then(() => [name]);
      case "import":
        return importOne(on, name).then(() => [name]);
      case "once":
        return once(on, name, () => add(on, name)).then(() => [name]);
      case "refused":
        return refused(on).then(() => []);
      case "refused once":
        return once(on, name, () => refused(on)).then(() => []);
      case "missing":
        return on.accounting.customers.getById(name).then(() => []);
      case "failed once":
        return once(on, name, () => add(on, name).then(() => Promise.reject(new RangeError("own")))).then(() => []);
      case "part":
        return on.transaction(async (part) => {
          const kept = await runSteps(part, outermost, step.steps, step.together);
          if (step.fails) throw new RangeError("of the part");
          return kept;
        });
    }
  };
  const kept: string[][] = [];
  const settle = async (step: Step) => {
    kept.push(await run(step).catch(() => []));
  };
  if (together) await Promise.all(steps.map(settle));
  else for (const step of steps) await settle(step);
  return kept.flat();
}

/** True when the transaction itself must reject: a statement was refused in it, in no part or in one that catches. */
const isUndone = (steps: Step[]): boolean => steps.some(({ kind }) => kind === "refused" || kind === "refused once");

describe("whatever a transaction runs together", () => {
  it("is kept where it was fulfilled, unless a part around it or the whole rejects", async () => {
    await fc.assert(
      fc.asyncProperty(generated, fc.boolean(), async (steps, together) => {
        acme = await createTenant(test);
        const outcome = await acme.handle
          .transaction((tx) => runSteps(tx, tx, steps, together))
          .then(
            (kept) => ({ kept: kept.sort(), rejected: false }),
            () => ({ kept: [], rejected: true }),
          );
        expect(await names()).toEqual(outcome.kept);
        expect(outcome.rejected).toBe(isUndone(steps));
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
