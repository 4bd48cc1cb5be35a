import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@org/db/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TourError } from "../src/failure";
import { cast } from "../src/tenants";
import { runTour } from "../src/tour";
import { expectedFigures, fingerprint, printed, tourFolder } from "./support";

type Found = Awaited<ReturnType<typeof runTour>>;

let test: TestDatabase;
let first: Found;
let second: Found;
let firstText: string;
let secondText: string;
let afterFirst: string[];
let afterSecond: string[];

// A first tour takes seconds, and many more on a busy machine.
const patience = 120_000;

beforeAll(async () => {
  test = await createTestDatabase();
  const tour = async () => {
    const paper = printed();
    return { found: await runTour({ db: test.db, print: paper.print }), text: paper.text() };
  };
  ({ found: first, text: firstText } = await tour());
  afterFirst = await fingerprint(test);
  ({ found: second, text: secondText } = await tour());
  afterSecond = await fingerprint(test);
}, patience);
afterAll(() => test.close());

const expected = expectedFigures();

describe("the first tour", () => {
  it("makes two tenants, each with its company and an admin", async () => {
    for (const { handle, id, companyId, adminId, isNew } of [first.tenants.chinook, first.tenants.northwind]) {
      expect(isNew).toBe(true);
      expect((await handle.tenancy.tenant.current()).id).toBe(id);
      expect((await handle.tenancy.companies.list()).items.map((company) => company.id)).toEqual([companyId]);
      expect(await handle.tenancy.members.getById(adminId)).toMatchObject({ role: "admin", status: "active" });
    }
    expect(first.tenants.chinook.id).not.toBe(first.tenants.northwind.id);
  });

  it("imports 59 customers, 412 invoices and 2,240 lines", () => {
    expect(expected).toMatchObject({ customers: 59, invoices: 412, lines: 2_240, total: "2328.60" });
    expect(first.imported).toEqual({ customers: 59, invoices: 412, lines: 2_240 });
    expect(first.figures.books).toMatchObject({ currency: "USD", invoices: 412, lines: 2_240 });
  });

  it("keeps what the files say about a customer and an invoice", async () => {
    const { handle } = first.tenants.chinook;
    const { items } = await handle.accounting.customers.list({ limit: 100 });
    expect(items.find(({ externalId }) => externalId === "3")).toMatchObject({
      name: "François Tremblay",
      email: "ftremblay@gmail.com",
      address: "1498 rue Bélanger",
      city: "Montréal",
      state: "QC",
      country: "Canada",
      postalCode: "H2G 1A7",
      balance: "0.00",
    });
    const { items: invoices } = await handle.accounting.invoices.list({ limit: 500 });
    const oldest = invoices.at(-1);
    expect(oldest).toMatchObject({
      invoiceNumber: "CHINOOK-000001",
      status: "paid",
      invoiceDate: "2021-01-01",
      dueDate: "2021-01-01",
      currency: "USD",
      billingCountry: "Germany",
      totalAmount: "1.98",
    });
    const document = await handle.accounting.invoices.findDocument(oldest?.id ?? "");
    expect(document?.customer).toMatchObject({ name: "Leonie Köhler" });
    expect(document?.lines.map(({ description, amount }) => [description, amount])).toEqual([
      ["Balls to the Wall", "0.99"],
      ["Restless and Wild", "0.99"],
    ]);
  });

  it("finds the revenue per country and the largest customers that the files add up to", () => {
    const countries = first.figures.countries.map(({ country, revenue }) => [country, revenue] as const);
    expect(countries[0]).toEqual(["USA", "523.06"]);
    expect(new Map(countries)).toEqual(expected.byCountry);
    expect(first.figures.customers.map(({ name, revenue }) => ({ name, revenue }))).toEqual(expected.largest);
  });

  it("reconciles documents and lines to 2,328.60", () => {
    expect(first.figures.books).toMatchObject({ documentTotal: "2328.60", lineTotal: "2328.60" });
    expect(first.figures.total).toBe("2328.60");
  });

  it("shows the other tenant nothing, and answers its attempts with typed errors", async () => {
    expect(first.isolation).toMatchObject({ listed: 0, guessed: undefined, raw: 0 });
    expect(first.isolation.answers.billing).toMatch(/^ForeignKeyViolationError: /);
    expect(first.isolation.answers.reporting).toMatch(/^NotFoundError: /);
    expect(first.isolation.answers.pretending).toMatch(/^TenantIsolationError: /);
    expect(first.isolation.answers.forgetting).toMatch(/^TenantContextMissingError: /);
    const owned = await test.asOwner(async (client) => {
      const { rows } = await client.query("select distinct tenant_id::text as tenant from accounting.invoices");
      return rows;
    });
    expect(owned).toEqual([{ tenant: cast.chinook.id }]);
  });

  it("issues an invoice twice under the same number, and leaves none", () => {
    const { first: once, second: again } = first.numbering;
    expect(once).toMatchObject({ number: "INV-000001", owed: "74.70", owedAfterwards: "0.00" });
    expect(again.number).toBe(once.number);
    expect(again.id).not.toBe(once.id);
  });

  it("has every invoice paid on its own day, but those of the last weeks", async () => {
    const { accounting } = first.tenants.chinook.handle;
    const { paid, open } = expected.books;
    expect(first.payments.received).toEqual({ payments: paid + 2 });
    const statuses = new Map<string, number>();
    for (const { status } of (await accounting.invoices.list({ limit: 500 })).items) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ paid, partly_paid: 1, issued: open - 1 });
    const { items } = await accounting.payments.list({ limit: 500 });
    expect(items.find(({ externalId }) => externalId === "chinook-1")).toMatchObject({
      paymentDate: "2021-01-01",
      amount: "1.98",
      allocatedAmount: "1.98",
      reference: "CHINOOK-000001",
      method: "card",
    });
  });

  it("keeps what was paid twice as the customer's credit", async () => {
    const { again, tooMuch } = first.payments;
    expect(again).toMatchObject({ amount: expected.books.credit, allocatedAmount: "0.00" });
    expect(tooMuch).toBe("InvariantError: The amount is more than is due on the document");
    const customer = await first.tenants.chinook.handle.accounting.customers.getById(again.customerId ?? "");
    expect(customer.balance).toBe(`-${expected.books.credit}`);
  });

  it("owes a vendor what a credit note and a payment left of the bill", async () => {
    expect(first.purchase).toMatchObject({ isNew: true, balance: expected.books.payable });
    expect(first.purchase.bill).toMatchObject({ status: "partly_paid", totalAmount: "281.00", paidAmount: "118.50" });
    const { items } = await first.tenants.chinook.handle.accounting.bills.list();
    expect(items.map(({ kind, status }) => [kind, status])).toEqual([
      ["credit_note", "paid"],
      ["bill", "partly_paid"],
    ]);
  });

  it("prints books that the files add up to", () => {
    const { trialBalance, profitAndLoss, balanceSheet, receivables, payables, statement, asOf } = first.books;
    expect(asOf).toBe("2025-12-31");
    expect(trialBalance.accounts).toMatchObject(expected.books.trialBalance);
    expect(profitAndLoss).toMatchObject({ income: { total: expected.total }, result: expected.books.result });
    expect(balanceSheet.assets.total).toBe(balanceSheet.liabilitiesAndEquity);
    expect(receivables.totals).toMatchObject({
      total: expected.books.receivable,
      unallocated: `-${expected.books.credit}`,
    });
    expect(receivables.parties).toHaveLength(expected.books.open + 1);
    expect(payables.totals.total).toBe(expected.books.payable);
    expect(statement).toMatchObject({ party: { name: "Terhi Hämäläinen" }, opening: "0.00", closing: "6.93" });
    expect(firstText).toMatch(/^ {3}4100 Sales +2,328\.60$/m);
  });

  it("closes a year, refuses what is late, unbalanced or forged, and finds the books sound", async () => {
    const { accounting } = first.tenants.chinook.handle;
    const { items } = await accounting.periods.list({ companyId: cast.chinook.company.id });
    expect(items).toMatchObject([{ name: "2021", startsOn: "2021-01-01", endsOn: "2021-12-31", status: "closed" }]);
    const { answers, owed, violations } = first.closing;
    expect(answers.late).toMatch(/^ConflictError: The date is in a closed period/);
    expect(answers.unbalanced).toMatch(/^ValidationError: .*debits and credits must be equal/);
    expect(answers.forged).toMatch(/^PermissionDeniedError: /);
    expect(owed).toMatchObject({ byCustomers: expected.books.receivable, toVendors: expected.books.payable });
    expect(violations).toEqual([]);
  });

  it("gives both companies a chart, and posts to one of them alone", async () => {
    const { chinook, northwind } = first.tenants;
    const sizes = await Promise.all(
      [chinook, northwind].map(async ({ handle, companyId }) => {
        const { items } = await handle.accounting.journal.list({ companyId, limit: 500 });
        return [(await handle.accounting.accounts.list({ companyId, limit: 100 })).items.length, items.length];
      }),
    );
    expect(sizes).toEqual([
      [39, 500],
      [39, 0],
    ]);
  });

  it("prints its figures, aligned and without colours on paper", () => {
    expect(firstText).toMatch(/^ {3}USA +91 +523\.06$/m);
    expect(firstText).toMatch(/^ {3}14 more +98 +557\.68$/m);
    expect(firstText).toMatch(/^ {3}Total +412 +2,328\.60$/m);
    expect(firstText).toContain("59 customers: 59 new");
    expect(firstText).toContain("2,240 invoice lines: 2,240 new");
    expect(firstText).toContain("2,240 invoice lines add up to 2,328.60");
    const columns = firstText.split("\n").filter((line) => /^ {3}(USA|Total +412|Chile|Revenue)/.test(line));
    expect(new Set(columns.map((line) => line.length)).size).toBe(1);
    expect(firstText).not.toContain("\u001b");
  });
});

describe("a second tour", () => {
  it("creates nothing", () => {
    expect(second.tenants.chinook.isNew || second.tenants.northwind.isNew).toBe(false);
    expect(second.tenants.chinook.adminId).toBe(first.tenants.chinook.adminId);
    expect(second.imported).toEqual({ customers: 0, invoices: 0, lines: 0 });
    expect(secondText).toContain("412 invoices: 0 new");
    expect(second.payments.received).toEqual({ payments: 0 });
    expect(second.purchase.isNew).toBe(false);
  });

  it("changes no row of any table", () => {
    expect(afterFirst.find((line) => line.startsWith("accounting.invoice_lines "))).toMatch(/ 2240 /);
    expect(afterSecond).toEqual(afterFirst);
  });

  it("finds the same figures", () => {
    expect(second.figures).toEqual(first.figures);
    expect(second.books).toEqual(first.books);
    expect(second.numbering.first.number).toBe("INV-000001");
  });
});

describe("two tours at once", { timeout: patience }, () => {
  it("share the work on a fresh database", async () => {
    const fresh = await createTestDatabase();
    try {
      const tours = await Promise.all([1, 2].map(() => runTour({ db: fresh.db, print: printed().print })));
      for (const { figures } of tours) expect(figures.books).toMatchObject({ invoices: 412, lineTotal: "2328.60" });
      for (const { books } of tours) expect(books.trialBalance.accounts).toMatchObject(expected.books.trialBalance);
      expect(tours.map(({ tenants }) => tenants.chinook.adminId)).toEqual(
        Array(2).fill(tours[0]?.tenants.chinook.adminId),
      );
    } finally {
      await fresh.close();
    }
  });
});

// The last that uses the file's database, as it changes its books.
describe("a tour of changed books", { timeout: patience }, () => {
  it("stops and says what differs", async () => {
    const chinook = test.db.forTenant({ tenantId: cast.chinook.id });
    const [customer] = (await chinook.accounting.customers.list({ limit: 1 })).items;
    const draft = await chinook.accounting.invoices.create({
      companyId: cast.chinook.company.id,
      customerId: customer?.id ?? "",
      invoiceDate: "2026-01-15",
      dueDate: "2026-01-15",
      lines: [{ description: "One more", quantity: "1", unitPrice: "1.00" }],
    });
    await chinook.accounting.invoices.issue(draft.id);
    const tour = runTour({ db: test.db, print: printed().print });
    await expect(tour).rejects.toThrow(TourError);
    await expect(tour).rejects.toThrow(
      /413 invoices with 2241 lines, not 412 with 2240\. .*start afresh with pnpm db:reset/,
    );
  });
});

describe("the source of the tour", () => {
  const files = readdirSync(join(tourFolder, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const imports = files.flatMap((name) => {
    const text = readFileSync(join(tourFolder, "src", name), "utf8");
    return [...text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'`]([^"'`]+)["'`]/g)].map(
      (match) => match[1] ?? "",
    );
  });

  it("imports @org/db and a CSV reader, and neither drizzle-orm nor pg", () => {
    const packages = new Set(imports.filter((name) => !name.startsWith(".") && !name.startsWith("node:")));
    expect([...packages].sort()).toEqual(["@org/db", "@org/db/accounting", "@org/db/testing", "csv-parse/sync"]);
  });

  it("depends on nothing else", () => {
    const manifest: unknown = JSON.parse(readFileSync(join(tourFolder, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ dependencies: { "@org/db": "workspace:*" } });
    expect(Object.keys((manifest as { dependencies: object }).dependencies)).toEqual(["@org/db", "csv-parse"]);
    expect(manifest).not.toHaveProperty("devDependencies");
  });
});
