import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Account, Books } from "../../src/accounting";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  ValidationError,
} from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { booksOf, bySql, postBySql } from "./ledger-tools";
import { oneAfterTheOther, withOldSnapshot } from "./races";
import { issued, ownerRows, rejection } from "./support";

let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
let own: Books;

beforeAll(async () => {
  test = await createTestDatabase();
  other = await createTenant(test, "Other");
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test, "Acme");
  own = await booksOf(acme);
});

const repository = () => acme.handle.accounting.books;
const account = (type: Account["type"], fields: { currency?: string; companyId?: string } = {}) =>
  acme.handle.accounting.accounts.create({
    companyId: acme.company.id,
    code: newId().slice(-12),
    name: "Account",
    type,
    ...fields,
  });
const set = (column: string, value: unknown): [string, unknown[]] => [
  `update accounting.books set ${column} = $1 where company_id = $2`,
  [value, acme.company.id],
];
const postTo = (id: string) =>
  postBySql(acme, [
    [id, "10.00", "0"],
    [own.salesAccountId, "0", "10.00"],
  ]);

describe("the books of a company", () => {
  it("are found by it, in the tenant alone", async () => {
    expect(await repository().findByCompany(acme.company.id)).toEqual(own);
    expect(await repository().getByCompany(acme.company.id)).toEqual(own);
    for (const companyId of [other.company.id, newId()]) {
      expect(await repository().findByCompany(companyId)).toBeUndefined();
      expect(await rejection(repository().getByCompany(companyId))).toBeInstanceOf(NotFoundError);
      const change = repository().update(companyId, { bankAccountId: own.bankAccountId });
      expect(await rejection(change)).toBeInstanceOf(NotFoundError);
    }
  });

  it("get other default accounts, the given ones alone", async () => {
    const [sales, bank] = [await account("income"), await account("asset", { currency: "EUR" })];
    const changed = await repository().update(acme.company.id, { salesAccountId: sales.id, bankAccountId: bank.id });
    expect(changed).toEqual({
      ...own,
      salesAccountId: sales.id,
      bankAccountId: bank.id,
      updatedAt: changed.updatedAt,
    });
    for (const wrong of [{}, { baseCurrency: "EUR" }, { closedThrough: "2026-01-31" }, { salesAccountId: null }]) {
      expect(await rejection(repository().update(acme.company.id, wrong as never))).toBeInstanceOf(ValidationError);
    }
  });

  it("keep their company and base currency, and are never deleted", async () => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    expect(await bySql(test, acme, set("base_currency", "EUR"))).toBe("ZT003");
    expect(await bySql(test, acme, set("company_id", second.id))).toBe("ZT003");
    expect(await bySql(test, acme, ["delete from accounting.books"])).toBe("42501");
    expect(await booksOf(acme)).toEqual(own);
  });

  it("are closed by periods alone: neither an update nor a new row says how far", async () => {
    expect(await bySql(test, acme, set("closed_through", "2026-01-31"))).toBe("ZT003");
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const types = ["asset", "liability", "income", "expense", "asset", "expense"] as const;
    const ids = [];
    for (const type of types) ids.push((await account(type, { companyId: second.id })).id);
    const insert = `insert into accounting.books (company_id, receivable_account_id, payable_account_id, sales_account_id,
      purchases_account_id, bank_account_id, exchange_account_id, closed_through) values ($1, $2, $3, $4, $5, $6, $7, $8)`;
    expect(await bySql(test, acme, [insert, [second.id, ...ids, "2026-01-31"]])).toBe("ZT003");
    expect(await bySql(test, acme, [insert, [second.id, ...ids, null]])).toBe("done");
  });

  it("leave a line in the trail when a person changes them", async () => {
    const sales = await account("income");
    await repository().update(acme.company.id, { salesAccountId: sales.id });
    const trail = await acme.handle.tenancy.audit.listOfTarget("accounting.books", own.id);
    expect(trail.map(({ action, actorUserId }) => [action, actorUserId])).toEqual([["update", acme.admin.id]]);
  });
});

describe("a default account", () => {
  it.each([
    ["receivableAccountId", "receivable_account_id", ["liability", "equity", "income", "expense"]],
    ["payableAccountId", "payable_account_id", ["asset", "equity", "income", "expense"]],
    ["salesAccountId", "sales_account_id", ["asset", "liability", "equity", "expense"]],
    ["purchasesAccountId", "purchases_account_id", ["asset", "liability", "equity", "income"]],
    ["bankAccountId", "bank_account_id", ["liability", "equity", "income", "expense"]],
    ["exchangeAccountId", "exchange_account_id", ["asset", "liability", "equity"]],
  ] as const)("of the wrong type, archived, or with a currency is refused: %s", async (key, column, wrongTypes) => {
    const attempt = async (id: string) => {
      const error = await rejection(repository().update(acme.company.id, { [key]: id }));
      const code = await bySql(test, acme, set(column, id));
      return [error, code] as const;
    };
    for (const type of wrongTypes) {
      const [error, code] = await attempt((await account(type)).id);
      expect(error).toBeInstanceOf(InvariantError);
      expect(code).toBe("ZT002");
    }
    const type = (await acme.handle.accounting.accounts.getById(own[key])).type;
    const archived = await account(type);
    await acme.handle.accounting.accounts.archive(archived.id);
    expect((await attempt(archived.id))[1]).toBe("ZT002");
    const euro = await account(type, { currency: "EUR" });
    if (key === "bankAccountId")
      expect((await repository().update(acme.company.id, { [key]: euro.id }))[key]).toBe(euro.id);
    else expect((await attempt(euro.id))[1]).toBe("ZT002");
    const good = await account(type);
    expect((await repository().update(acme.company.id, { [key]: good.id }))[key]).toBe(good.id);
  });

  it("is the company's own", async () => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const foreign = await account("income", { companyId: second.id });
    for (const salesAccountId of [foreign.id, (await booksOf(other)).salesAccountId, newId()]) {
      const error = await rejection(repository().update(acme.company.id, { salesAccountId }));
      expect(error).toBeInstanceOf(ForeignKeyViolationError);
    }
  });

  it("for the bank is not the receivable account", async () => {
    const error = await rejection(repository().update(acme.company.id, { bankAccountId: own.receivableAccountId }));
    expect(error).toBeInstanceOf(InvariantError);
  });

  it("is not archived while the books take it, in either order", async () => {
    const sales = await account("income");
    const archive: [string, unknown[]] = ["update accounting.accounts set is_active = false where id = $1", [sales.id]];
    expect(await oneAfterTheOther(test, acme, set("sales_account_id", sales.id), archive)).toEqual(["done", "ZT003"]);
    const next = await account("income");
    const archiveNext: [string, unknown[]] = [archive[0], [next.id]];
    const take = set("sales_account_id", next.id);
    expect(await oneAfterTheOther(test, acme, archiveNext, take)).toEqual(["done", "ZT002"]);
    const last = await account("income");
    const archiveLast: [string, unknown[]] = [archive[0], [last.id]];
    expect(await withOldSnapshot(test, acme, set("sales_account_id", last.id), archiveLast)).toBe("40001");
    const archived = await account("income");
    const archiveFirst: [string, unknown[]] = [archive[0], [archived.id]];
    expect(await withOldSnapshot(test, acme, archiveFirst, set("sales_account_id", archived.id))).toBe("40001");
  });
});

describe("a control account", () => {
  it("changes while it has no line, and stays once it has one", async () => {
    const [first, second] = [await account("asset"), await account("asset")];
    await repository().update(acme.company.id, { receivableAccountId: first.id });
    await issued(acme, "10.00");
    const error = await rejection(repository().update(acme.company.id, { receivableAccountId: second.id }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(await bySql(test, acme, set("receivable_account_id", own.receivableAccountId))).toBe("ZT003");
    // The same one again, and another default account, are no change of it.
    const sales = await account("income");
    await repository().update(acme.company.id, { receivableAccountId: first.id, salesAccountId: sales.id });
  });

  it("is not an account that has lines already", async () => {
    const used = await account("asset");
    expect(await bySql(test, acme, postTo(used.id))).toBe("done");
    const error = await rejection(repository().update(acme.company.id, { receivableAccountId: used.id }));
    expect(error).toBeInstanceOf(ConflictError);
  });

  it("waits for a posting to the account that is under way", async () => {
    const used = await account("asset");
    const outcomes = await oneAfterTheOther(test, acme, postTo(used.id), set("receivable_account_id", used.id));
    expect(outcomes).toEqual(["done", "ZT003"]);
  });

  it("has no line that was posted by hand, whichever comes first", async () => {
    const next = await account("asset");
    const outcomes = await oneAfterTheOther(test, acme, set("receivable_account_id", next.id), postTo(next.id));
    expect(outcomes[0]).toBe("done");
    const lines = "select from accounting.journal_lines l where l.account_id = $1 and l.customer_id is null";
    expect(await ownerRows(test, lines, [next.id])).toEqual([]);
    const last = await account("asset");
    expect(await withOldSnapshot(test, acme, postTo(last.id), set("receivable_account_id", last.id))).toBe("40001");
    const newest = await account("asset");
    expect(await withOldSnapshot(test, acme, set("receivable_account_id", newest.id), postTo(newest.id))).toBe("40001");
  });
});
