import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import type { Account, AccountNode, NewAccount } from "../../../src/accounting";
import { standardChart, standardDefaults } from "../../../src/accounting/standard-chart";
import { ConflictError, ForeignKeyViolationError, newId, ValidationError } from "../../../src/index";
import { createTenant, type TestTenant } from "../../../src/testing";
import { somebodyWaitsForALock } from "../../kit/locks";
import { rejection } from "../../kit/outcomes";
import { freshBooks as it } from "../kit/books";
import { booksOf, transfer } from "../kit/journal";

describe("the standard chart", () => {
  it("is about thirty accounts under parents of their own type, and the books' defaults among them", async ({
    acme,
    books,
  }) => {
    const accounts = (await acme.handle.accounting.accounts.list({ companyId: acme.company.id, limit: 500 })).items;
    expect(accounts.map(({ code }) => code)).toEqual(standardChart.map(({ code }) => code).sort());
    expect(accounts.length).toBeGreaterThanOrEqual(30);
    const byId = new Map(accounts.map((each) => [each.id, each]));
    for (const each of accounts) {
      const parent = standardChart.find(({ code }) => code === each.code)?.parent ?? undefined;
      expect(byId.get(each.parentId ?? "")?.code).toBe(parent);
      if (each.parentId) expect(byId.get(each.parentId)?.type).toBe(each.type);
      expect(each.normalSide).toBe(["asset", "expense"].includes(each.type) ? "debit" : "credit");
    }
    for (const [key, code] of Object.entries(standardDefaults)) {
      expect(byId.get(books[key as keyof typeof standardDefaults])?.code, key).toBe(code);
    }
    expect(books).toMatchObject({ companyId: acme.company.id, baseCurrency: "USD", closedThrough: null });
  });

  it("is not made twice, and leaves what was renamed as it is", async ({ acme, books }) => {
    const sales = await acme.handle.accounting.accounts.update(books.salesAccountId, { name: "Ventas" });
    expect(await acme.handle.accounting.accounts.createStandardChart({ companyId: acme.company.id })).toEqual(books);
    expect(await acme.handle.accounting.accounts.getById(sales.id)).toEqual(sales);
    expect((await acme.handle.accounting.accounts.list({ companyId: acme.company.id, limit: 500 })).items).toHaveLength(
      standardChart.length,
    );
  });

  it("adds what is missing to accounts of the same name and type, and puts it under them", async ({ test }) => {
    const bare = await createTenant(test, "Bare", { chart: false });
    const [assets, own] = [await make(bare, "1000", " assets", "asset"), await make(bare, "1205", "Mine", "asset")];
    const made = await bare.handle.accounting.accounts.createStandardChart({
      companyId: bare.company.id,
      baseCurrency: "EUR",
    });
    expect(made.baseCurrency).toBe("EUR");
    expect(await coded(bare, "1000")).toEqual(assets);
    expect((await coded(bare, "1200")).parentId).toBe(assets.id);
    expect(await coded(bare, "1205")).toEqual(own);
  });

  it.for([
    ["another name, of a default account", "1200", "Bank", "asset"],
    ["another type, of a default account", "4100", "Sales", "expense"],
    ["another name, of a parent", "1100", "Receivables", "asset"],
    ["another type, of any account", "6500", "Marketing", "income"],
  ] as const)("takes no account with a code of the chart and %s", async ([_what, code, name, type], { test }) => {
    const bare = await createTenant(test, "Bare", { chart: false });
    const { accounts, books } = bare.handle.accounting;
    const { id } = await make(bare, code, name, type);
    const chart = () => accounts.createStandardChart({ companyId: bare.company.id });
    const error = await rejection(chart());
    expect(error).toMatchObject({ code: "CONFLICT", column: "code", message: expect.stringContaining(code) });
    expect((error as Error).message).toContain("books.create");
    expect((await accounts.list({ companyId: bare.company.id })).items).toHaveLength(1);
    expect(await books.findByCompany(bare.company.id)).toBeUndefined();
    await accounts.update(id, { code: "X" });
    expect((await chart()).companyId).toBe(bare.company.id);
  });

  it("names all of them, and puts nothing under another account later on", async ({ test, acme, books }) => {
    const bare = await createTenant(test, "Bare", { chart: false });
    for (const code of ["1200", "1000", "7900"]) await make(bare, code, "Mine", "asset");
    const refused = bare.handle.accounting.accounts.createStandardChart({ companyId: bare.company.id });
    expect(String(await rejection(refused))).toContain("1000, 1200, 7900 have");
    const { accounts } = acme.handle.accounting;
    await accounts.update((await coded(acme, "6000")).id, { name: "Payroll" });
    expect(await accounts.createStandardChart({ companyId: acme.company.id })).toEqual(books);
    await acme.handle.execute(sql`delete from accounting.accounts where code = '6400'`);
    const error = await rejection(accounts.createStandardChart({ companyId: acme.company.id }));
    expect(error).toMatchObject({ code: "CONFLICT", message: expect.stringContaining("account 6000 has") });
  });

  it("is made once by callers that meet", async ({ test }) => {
    const bare = await createTenant(test, "Bare", { chart: false });
    const make = (handle: Pick<typeof bare.handle, "accounting">) =>
      handle.accounting.accounts.createStandardChart({ companyId: bare.company.id });
    const [isMade, mayEnd] = [gate(), gate()];
    const first = bare.handle.transaction(async (tx) => {
      const made = await make(tx);
      isMade.open();
      await mayEnd.opened;
      return made;
    });
    await isMade.opened;
    const second = make(bare.handle);
    await test.asOwner(somebodyWaitsForALock);
    mayEnd.open();
    expect(await second).toEqual(await first);
    const tree = await bare.handle.accounting.accounts.tree({ companyId: bare.company.id });
    expect(flat(tree)).toHaveLength(standardChart.length);
  });

  it("is refused for books in another currency, and changes nothing then", async ({ acme, books }) => {
    await acme.handle.execute(sql`delete from accounting.accounts where code = '6400'`);
    const error = await rejection(
      acme.handle.accounting.accounts.createStandardChart({ companyId: acme.company.id, baseCurrency: "EUR" }),
    );
    expect(error).toBeInstanceOf(ConflictError);
    expect(await booksOf(acme)).toEqual(books);
    expect(await acme.handle.accounting.accounts.findByCode(acme.company.id, "6400")).toBeUndefined();
  });

  it("is refused for a company of nobody or of another tenant, and for a currency that books cannot have", async ({
    acme,
    other,
  }) => {
    for (const companyId of [newId(), other.company.id]) {
      expect(await rejection(acme.handle.accounting.accounts.createStandardChart({ companyId }))).toBeInstanceOf(
        ForeignKeyViolationError,
      );
    }
    for (const baseCurrency of ["USX", "usd"]) {
      const error = await rejection(
        acme.handle.accounting.accounts.createStandardChart({ companyId: acme.company.id, baseCurrency }),
      );
      expect(error).toBeInstanceOf(ValidationError);
    }
  });
});

describe("the tree", () => {
  it("has each account's own balance and that of all below, on its normal side", async ({ acme, books }) => {
    const [cash, equipment, bank] = [await coded(acme, "1110"), await coded(acme, "1510"), books.bankAccountId];
    const depreciation = await coded(acme, "1590");
    await post(acme, bank, books.salesAccountId, "100.10");
    await post(acme, cash.id, books.salesAccountId, "0.20");
    await post(acme, equipment.id, bank, "30.05");
    await post(acme, (await coded(acme, "6700")).id, depreciation.id, "5.00");
    const tree = await acme.handle.accounting.accounts.tree({ companyId: acme.company.id });
    const totals = Object.fromEntries(flat(tree).map((node) => [node.code, [node.balance, node.totalBalance]]));
    expect(totals).toMatchObject({
      "1000": ["0.00", "95.30"],
      "1100": ["0.00", "70.25"],
      "1110": ["0.20", "0.20"],
      "1120": ["70.05", "70.05"],
      "1500": ["0.00", "25.05"],
      "1590": ["-5.00", "-5.00"],
      "4000": ["0.00", "100.30"],
      "4100": ["100.30", "100.30"],
      "6000": ["0.00", "5.00"],
      "2000": ["0.00", "0.00"],
    });
    expect(tree.map(({ code }) => code)).toEqual(["1000", "2000", "3000", "4000", "5000", "6000", "7000"]);
    expect(tree[0]?.children.map(({ code }) => code)).toEqual(["1100", "1200", "1300", "1400", "1500"]);
  });

  it("keeps archived accounts, so that its sums stay whole, and holds one company alone", async ({
    acme,
    other,
    books,
  }) => {
    const used = await account(acme, { parentId: (await coded(acme, "1000")).id });
    await post(acme, used.id, books.salesAccountId, "7.00");
    await acme.handle.accounting.accounts.archive(used.id);
    const nodes = flat(await acme.handle.accounting.accounts.tree({ companyId: acme.company.id }));
    expect(nodes.find(({ id }) => id === used.id)).toMatchObject({ isActive: false, balance: "7.00" });
    expect(nodes.find(({ code }) => code === "1000")?.totalBalance).toBe("7.00");
    expect(await acme.handle.accounting.accounts.tree({ companyId: other.company.id })).toEqual([]);
    expect(await rejection(acme.handle.accounting.accounts.tree({} as never))).toBeInstanceOf(ValidationError);
  });
});

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

const flat = (nodes: readonly AccountNode[]): AccountNode[] => nodes.flatMap((node) => [node, ...flat(node.children)]);

const make = (of: TestTenant, code: string, name: string, type: Account["type"]) =>
  of.handle.accounting.accounts.create({ companyId: of.company.id, code, name, type });

const account = (acme: TestTenant, fields: Partial<NewAccount> = {}): Promise<Account> =>
  acme.handle.accounting.accounts.create({
    companyId: acme.company.id,
    code: `X${newId().slice(-8)}`,
    name: "Account",
    type: "asset",
    ...fields,
  });

const coded = async (acme: TestTenant, code: string) => {
  const found = await acme.handle.accounting.accounts.findByCode(acme.company.id, code);
  if (!found) throw new TypeError(`There is no account ${code}`);
  return found;
};

const post = (acme: TestTenant, debit: string, credit: string, amount = "10.00") =>
  acme.handle.accounting.journal.post(transfer(acme, [debit, credit], amount));
