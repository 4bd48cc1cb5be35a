import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Account, Books } from "../../src/accounting";
import { standardChart, standardDefaults } from "../../src/accounting/standard-chart";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  UniqueViolationError,
  ValidationError,
} from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { booksOf, bySql, postBySql, transfer } from "./ledger-tools";
import { crossing, oneAfterTheOther, withOldSnapshot } from "./races";
import { allPages, ownerRows, rejection } from "./support";

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

const repository = () => acme.handle.accounting.accounts;
const account = (fields: Partial<Parameters<ReturnType<typeof repository>["create"]>[0]> = {}): Promise<Account> =>
  repository().create({
    companyId: acme.company.id,
    code: `X${newId().slice(-8)}`,
    name: "Account",
    type: "asset",
    ...fields,
  });
const coded = async (code: string) => {
  const found = await repository().findByCode(acme.company.id, code);
  if (!found) throw new TypeError(`There is no account ${code}`);
  return found;
};
const post = (debit: string, credit: string, amount = "10.00") =>
  acme.handle.accounting.journal.post(transfer(acme, [debit, credit], amount));
const postTo = (id: string) =>
  postBySql(acme, [
    [id, "10.00", "0"],
    [own.salesAccountId, "0", "10.00"],
  ]);
const sqlUpdate = (set: string, id: string, value?: unknown) =>
  bySql(test, acme, [`update accounting.accounts set ${set} where id = $1`, value === undefined ? [id] : [id, value]]);

describe("an account", () => {
  it("is created, found by id and by code, renamed and moved", async () => {
    const assets = await coded("1000");
    const created = await account({ code: "1150", name: "Savings", currency: "EUR", parentId: assets.id });
    expect(created).toMatchObject({ code: "1150", currency: "EUR", normalSide: "debit", isActive: true });
    expect(await repository().findById(created.id)).toEqual(created);
    expect(await repository().findByCode(acme.company.id, "1150")).toEqual(created);
    const changed = await repository().update(created.id, { name: "Deposits", code: "1160" });
    expect(changed).toEqual({ ...created, name: "Deposits", code: "1160", updatedAt: changed.updatedAt });
    expect((await repository().update(created.id, { parentId: null })).parentId).toBeNull();
    expect((await repository().update(created.id, { parentId: own.bankAccountId })).parentId).toBe(own.bankAccountId);
  });

  it("has a balance row from the start, also when raw SQL makes it", async () => {
    const id = newId();
    const insert =
      "insert into accounting.accounts (id, company_id, code, name, type) values ($1, $2, 'R1', 'Raw', 'income')";
    expect(await bySql(test, acme, [insert, [id, acme.company.id]])).toBe("done");
    const rows = await ownerRows(
      test,
      "select balance, version from accounting.account_balances where account_id = $1",
      [id],
    );
    expect(rows).toEqual([{ balance: "0.00", version: "0" }]);
  });

  it("has a code of its own in the company, and may have that of another company", async () => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    await account({ code: "1150" });
    expect(await rejection(account({ code: "1150" }))).toBeInstanceOf(UniqueViolationError);
    expect((await account({ code: "1150", companyId: second.id })).code).toBe("1150");
  });

  it("is refused with the field's name when it does not fit", async () => {
    for (const [path, wrong] of [
      ["code", { code: " " }],
      ["name", { name: "" }],
      ["type", { type: "assets" }],
      ["currency", { currency: "ABC" }],
      ["", { isActive: false }],
      ["", { normalSide: "credit" }],
    ] as const) {
      const error = await rejection(account(wrong as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    for (const wrong of [{}, { type: "income" }, { currency: "EUR" }, { isActive: false }, { companyId: newId() }]) {
      expect(await rejection(repository().update(own.bankAccountId, wrong as never))).toBeInstanceOf(ValidationError);
    }
  });

  it("is missing in the same words, whether it is another tenant's or nobody's", async () => {
    const theirs = (await booksOf(other)).bankAccountId;
    expect(await repository().findById(theirs)).toBeUndefined();
    for (const change of [
      (id: string) => repository().getById(id),
      (id: string) => repository().update(id, { name: "Mine" }),
      (id: string) => repository().archive(id),
      (id: string) => repository().restore(id),
    ]) {
      const [foreign, none] = [await rejection(change(theirs)), await rejection(change(newId()))];
      expect(foreign).toBeInstanceOf(NotFoundError);
      expect(String(foreign)).toBe(String(none));
    }
  });

  it("is listed by code while active, of one type or all", async () => {
    const pages = await allPages((request) => repository().list({ companyId: acme.company.id, ...request }), 7);
    expect(pages.flat().map(({ code }) => code)).toEqual(standardChart.map(({ code }) => code).sort());
    const equity = await repository().list({ companyId: acme.company.id, type: "equity" });
    expect(equity.items.map(({ code }) => code)).toEqual(["3000", "3100", "3200", "3300"]);
    await repository().archive((await coded("3300")).id);
    expect((await repository().list({ companyId: acme.company.id, type: "equity" })).items).toHaveLength(3);
    expect((await coded("3300")).isActive).toBe(false);
    expect((await repository().restore((await coded("3300")).id)).isActive).toBe(true);
  });
});

describe("a parent", () => {
  it("is of the same company and type, whoever writes", async () => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const foreign = await account({ companyId: second.id });
    const theirs = (await booksOf(other)).bankAccountId;
    for (const parentId of [foreign.id, theirs, newId()]) {
      expect(await rejection(account({ parentId }))).toBeInstanceOf(ForeignKeyViolationError);
    }
    expect(await rejection(account({ type: "income", parentId: own.bankAccountId }))).toBeInstanceOf(InvariantError);
    const child = await account({ parentId: (await coded("1300")).id });
    expect(await sqlUpdate("parent_id = $2", child.id, own.salesAccountId)).toBe("ZT002");
    expect(await sqlUpdate("type = 'expense'", child.id)).toBe("ZT002");
    const top = await account();
    await account({ parentId: top.id });
    expect(await sqlUpdate("type = 'expense'", top.id)).toBe("ZT002");
  });

  it("and all below it may get another type in one statement, in any order", async () => {
    const [top, middle] = [await account(), await account()];
    const leaf = await account({ parentId: middle.id });
    await repository().update(middle.id, { parentId: top.id });
    const ids = [leaf.id, top.id, middle.id];
    const change = "update accounting.accounts set type = 'income' where id = any ($1)";
    expect(await bySql(test, acme, [change, [ids]])).toBe("done");
    expect(
      await bySql(
        test,
        acme,
        [change, [[leaf.id]]],
        ["update accounting.accounts set type = 'equity' where id = $1", [leaf.id]],
      ),
    ).toBe("ZT002");
  });

  it("is not below its own child, nor is an account its own parent", async () => {
    const top = await account();
    const middle = await account({ parentId: top.id });
    const leaf = await account({ parentId: middle.id });
    expect(await rejection(repository().update(top.id, { parentId: leaf.id }))).toBeInstanceOf(InvariantError);
    expect(await rejection(repository().update(top.id, { parentId: top.id }))).toMatchObject({ sqlState: "23514" });
    expect((await repository().getById(top.id)).parentId).toBeNull();
    expect(await sqlUpdate("parent_id = $2", top.id, middle.id)).toBe("ZT002");
  });

  it("does not make a ring in one statement, nor hang an account under a ring", async () => {
    // The third is looked at first, and is no part of the ring.
    const [three, one, two] = [await account(), await account(), await account()];
    const ring = `update accounting.accounts set parent_id = case id when $1 then $2::uuid when $2 then $1::uuid else $1::uuid end
      where id in ($1, $2, $3)`;
    expect(await bySql(test, acme, [ring, [one.id, two.id, three.id]])).toBe("ZT002");
    const insert = `insert into accounting.accounts (id, company_id, code, name, type, parent_id)
      values ($1, $3, 'A', 'A', 'asset', $2), ($2, $3, 'B', 'B', 'asset', $1)`;
    expect(await bySql(test, acme, [insert, [newId(), newId(), acme.company.id]])).toBe("ZT002");
  });

  it("does not make a ring together with another transaction", async () => {
    const move = (id: string, parent: string): [string, unknown[]] => [
      "update accounting.accounts set parent_id = $2 where id = $1",
      [id, parent],
    ];
    const [one, two] = [await account(), await account()];
    const outcomes = await oneAfterTheOther(test, acme, move(one.id, two.id), move(two.id, one.id));
    expect(outcomes).toEqual(["done", "ZT002"]);

    // Each holds its own account already, which is in the other one's way.
    const [three, four] = [await account(), await account()];
    const rename = (id: string): [string, unknown[]] => [
      "update accounting.accounts set name = 'X' where id = $1",
      [id],
    ];
    const crossed = await crossing(
      test,
      acme,
      [rename(three.id), move(three.id, four.id)],
      [rename(four.id), move(four.id, three.id)],
    );
    expect(crossed.sort()).toEqual(["40P01", "done"]);
  });

  it("does not make a ring that an old snapshot cannot see", async () => {
    const [one, two] = [await account(), await account()];
    const move = "update accounting.accounts set parent_id = $2 where id = $1";
    expect(await withOldSnapshot(test, acme, [move, [one.id, two.id]], [move, [two.id, one.id]])).toBe("40001");
  });
});

describe("an account with lines", () => {
  let used: Account;

  beforeEach(async () => {
    used = await account();
    await post(used.id, own.salesAccountId);
  });

  it("keeps its type, currency and company", async () => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    expect(await sqlUpdate("type = 'liability'", used.id)).toBe("ZT003");
    expect(await sqlUpdate("currency = 'EUR'", used.id)).toBe("ZT003");
    expect(await sqlUpdate("company_id = $2", used.id, second.id)).toBe("ZT003");
    expect(await repository().getById(used.id)).toEqual(used);
  });

  it("can be renamed, moved and archived, but not deleted", async () => {
    expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [used.id]])).toBe("ZT003");
    await repository().update(used.id, { name: "Used", code: "1170", parentId: (await coded("1000")).id });
    await repository().archive(used.id);
    expect(await rejection(post(used.id, own.salesAccountId))).toBeInstanceOf(InvariantError);
    await repository().restore(used.id);
    await post(used.id, own.salesAccountId);
  });

  it("differs from one without, which changes type and currency, and goes with its balance", async () => {
    const unused = await account();
    expect(await sqlUpdate("type = 'liability', currency = 'EUR'", unused.id)).toBe("done");
    expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [unused.id]])).toBe("done");
    const left = "select from accounting.account_balances where account_id = $1";
    expect(await ownerRows(test, left, [unused.id])).toEqual([]);
  });

  it("gets its first line before or after the change of type, never with it", async () => {
    const fresh = await account();
    const change: [string, unknown[]] = ["update accounting.accounts set currency = 'EUR' where id = $1", [fresh.id]];
    const posting = postTo(fresh.id);
    expect(await oneAfterTheOther(test, acme, posting, change)).toEqual(["done", "ZT003"]);
    const second = await account();
    const changeSecond: [string, unknown[]] = [change[0], [second.id]];
    const postSecond = postTo(second.id);
    // Its lines would be in dollars, its currency is the euro by then.
    expect(await oneAfterTheOther(test, acme, changeSecond, postSecond)).toEqual(["done", "ZT002"]);
    const third = await account();
    const postThird = postTo(third.id);
    expect(await withOldSnapshot(test, acme, [change[0], [third.id]], postThird)).toBe("40001");
  });

  it("is archived before or after a posting to it, never during it", async () => {
    const archive: [string, unknown[]] = ["update accounting.accounts set is_active = false where id = $1", [used.id]];
    const posting = postTo(used.id);
    expect(await oneAfterTheOther(test, acme, archive, posting)).toEqual(["done", "ZT002"]);
    await repository().restore(used.id);
    expect(await oneAfterTheOther(test, acme, posting, archive)).toEqual(["done", "done"]);
  });
});

it("an account that is changed or deleted leaves a line in the trail, one that is made leaves none", async () => {
  const { id } = await account({ name: "Before" });
  await repository().update(id, { name: "After" });
  expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [id]])).toBe("done");
  const trail = await acme.handle.tenancy.audit.listOfTarget("accounting.accounts", id);
  const names = trail.map(({ action, rowBefore }) => [action, (rowBefore as { name: string }).name]);
  expect(names.sort()).toEqual([
    ["delete", "After"],
    ["update", "Before"],
  ]);
});

describe("an account that the books use", () => {
  it("is not archived, deleted, or given another type or a currency", async () => {
    for (const key of Object.keys(standardDefaults) as (keyof typeof standardDefaults)[]) {
      const id = own[key];
      expect(await rejection(repository().archive(id)), key).toBeInstanceOf(ConflictError);
      expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [id]]), key).toBe("ZT003");
      expect(await sqlUpdate("type = 'equity'", id), key).toBe("ZT003");
      expect(await sqlUpdate("currency = 'USD'", id), key).toBe(key === "bankAccountId" ? "done" : "ZT003");
    }
    expect((await repository().update(own.salesAccountId, { name: "Ventas" })).name).toBe("Ventas");
  });

  it("is archived as soon as they use another one", async () => {
    const sales = await account({ type: "income" });
    await acme.handle.accounting.books.update(acme.company.id, { salesAccountId: sales.id });
    expect((await repository().archive(own.salesAccountId)).isActive).toBe(false);
    expect(await rejection(repository().archive(sales.id))).toBeInstanceOf(ConflictError);
  });
});
