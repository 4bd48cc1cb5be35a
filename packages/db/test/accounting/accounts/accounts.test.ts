import { describe, expect } from "vitest";
import type { Account, Books, NewAccount } from "../../../src/accounting";
import { standardChart, standardDefaults } from "../../../src/accounting/standard-chart";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import type { TestDatabase, TestTenant } from "../../../src/testing";
import { crossing, oneAfterTheOther, withOldSnapshot } from "../../kit/locks";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { booksOf, postBySql, transfer } from "../kit/journal";

describe("an account", () => {
  it("is created, found by id and by code, renamed and moved", async ({ acme, books }) => {
    const assets = await coded(acme, "1000");
    const created = await account(acme, { code: "1150", name: "Savings", currency: "EUR", parentId: assets.id });
    expect(created).toMatchObject({ code: "1150", currency: "EUR", normalSide: "debit", isActive: true });
    expect(await acme.handle.accounting.accounts.findById(created.id)).toEqual(created);
    expect(await acme.handle.accounting.accounts.findByCode(acme.company.id, "1150")).toEqual(created);
    const changed = await acme.handle.accounting.accounts.update(created.id, { name: "Deposits", code: "1160" });
    expect(changed).toEqual({ ...created, name: "Deposits", code: "1160", updatedAt: changed.updatedAt });
    expect((await acme.handle.accounting.accounts.update(created.id, { parentId: null })).parentId).toBeNull();
    expect((await acme.handle.accounting.accounts.update(created.id, { parentId: books.bankAccountId })).parentId).toBe(
      books.bankAccountId,
    );
  });

  it("has a balance row from the start, also when raw SQL makes it", async ({ test, acme }) => {
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

  it("has a code of its own in the company, and may have that of another company", async ({ acme }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    await account(acme, { code: "1150" });
    expect(await rejection(account(acme, { code: "1150" }))).toBeInstanceOf(UniqueViolationError);
    expect((await account(acme, { code: "1150", companyId: second.id })).code).toBe("1150");
  });

  it("is refused with the field's name when it does not fit", async ({ acme, books }) => {
    for (const [path, wrong] of [
      ["code", { code: " " }],
      ["name", { name: "" }],
      ["type", { type: "assets" }],
      ["currency", { currency: "ABC" }],
      ["", { isActive: false }],
      ["", { normalSide: "credit" }],
    ] as const) {
      const error = await rejection(account(acme, wrong as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    for (const wrong of [{}, { type: "income" }, { currency: "EUR" }, { isActive: false }, { companyId: newId() }]) {
      expect(
        await rejection(acme.handle.accounting.accounts.update(books.bankAccountId, wrong as never)),
      ).toBeInstanceOf(ValidationError);
    }
  });

  it("is missing in the same words, whether it is another tenant's or nobody's", async ({ acme, other }) => {
    const theirs = (await booksOf(other)).bankAccountId;
    expect(await acme.handle.accounting.accounts.findById(theirs)).toBeUndefined();
    for (const change of [
      (id: string) => acme.handle.accounting.accounts.getById(id),
      (id: string) => acme.handle.accounting.accounts.update(id, { name: "Mine" }),
      (id: string) => acme.handle.accounting.accounts.archive(id),
      (id: string) => acme.handle.accounting.accounts.restore(id),
    ]) {
      const [foreign, none] = [await rejection(change(theirs)), await rejection(change(newId()))];
      expect(foreign).toBeInstanceOf(NotFoundError);
      expect(String(foreign)).toBe(String(none));
    }
  });

  it("is listed by code while active, of one type or all", async ({ acme }) => {
    const pages = await pagesOf(
      (request) => acme.handle.accounting.accounts.list({ companyId: acme.company.id, ...request }),
      7,
    );
    expect(pages.flat().map(({ code }) => code)).toEqual(standardChart.map(({ code }) => code).sort());
    const equity = await acme.handle.accounting.accounts.list({ companyId: acme.company.id, type: "equity" });
    expect(equity.items.map(({ code }) => code)).toEqual(["3000", "3100", "3200", "3300"]);
    await acme.handle.accounting.accounts.archive((await coded(acme, "3300")).id);
    expect(
      (await acme.handle.accounting.accounts.list({ companyId: acme.company.id, type: "equity" })).items,
    ).toHaveLength(3);
    expect((await coded(acme, "3300")).isActive).toBe(false);
    expect((await acme.handle.accounting.accounts.restore((await coded(acme, "3300")).id)).isActive).toBe(true);
  });
});

describe("a parent", () => {
  it("is of the same company and type, whoever writes", async ({ test, acme, other, books }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const foreign = await account(acme, { companyId: second.id });
    const theirs = (await booksOf(other)).bankAccountId;
    for (const parentId of [foreign.id, theirs, newId()]) {
      expect(await rejection(account(acme, { parentId }))).toBeInstanceOf(ForeignKeyViolationError);
    }
    expect(await rejection(account(acme, { type: "income", parentId: books.bankAccountId }))).toBeInstanceOf(
      InvariantError,
    );
    const child = await account(acme, { parentId: (await coded(acme, "1300")).id });
    expect(await sqlUpdate(test, acme, "parent_id = $2", child.id, books.salesAccountId)).toBe("ZT002");
    expect(await sqlUpdate(test, acme, "type = 'expense'", child.id)).toBe("ZT002");
    const top = await account(acme);
    await account(acme, { parentId: top.id });
    expect(await sqlUpdate(test, acme, "type = 'expense'", top.id)).toBe("ZT002");
  });

  it("and all below it may get another type in one statement, in any order", async ({ test, acme }) => {
    const [top, middle] = [await account(acme), await account(acme)];
    const leaf = await account(acme, { parentId: middle.id });
    await acme.handle.accounting.accounts.update(middle.id, { parentId: top.id });
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

  it("is not below its own child, nor is an account its own parent", async ({ test, acme }) => {
    const top = await account(acme);
    const middle = await account(acme, { parentId: top.id });
    const leaf = await account(acme, { parentId: middle.id });
    expect(await rejection(acme.handle.accounting.accounts.update(top.id, { parentId: leaf.id }))).toBeInstanceOf(
      InvariantError,
    );
    expect(await rejection(acme.handle.accounting.accounts.update(top.id, { parentId: top.id }))).toMatchObject({
      sqlState: "23514",
    });
    expect((await acme.handle.accounting.accounts.getById(top.id)).parentId).toBeNull();
    expect(await sqlUpdate(test, acme, "parent_id = $2", top.id, middle.id)).toBe("ZT002");
  });

  it("does not make a ring in one statement, nor hang an account under a ring", async ({ test, acme }) => {
    // The third is looked at first, and is no part of the ring.
    const [three, one, two] = [await account(acme), await account(acme), await account(acme)];
    const ring = `update accounting.accounts set parent_id = case id when $1 then $2::uuid when $2 then $1::uuid else $1::uuid end
      where id in ($1, $2, $3)`;
    expect(await bySql(test, acme, [ring, [one.id, two.id, three.id]])).toBe("ZT002");
    const insert = `insert into accounting.accounts (id, company_id, code, name, type, parent_id)
      values ($1, $3, 'A', 'A', 'asset', $2), ($2, $3, 'B', 'B', 'asset', $1)`;
    expect(await bySql(test, acme, [insert, [newId(), newId(), acme.company.id]])).toBe("ZT002");
  });

  it("does not make a ring together with another transaction", async ({ test, acme }) => {
    const move = (id: string, parent: string): [string, unknown[]] => [
      "update accounting.accounts set parent_id = $2 where id = $1",
      [id, parent],
    ];
    const [one, two] = [await account(acme), await account(acme)];
    const outcomes = await oneAfterTheOther(test, acme, move(one.id, two.id), move(two.id, one.id));
    expect(outcomes).toEqual(["done", "ZT002"]);

    // Each holds its own account already, which is in the other one's way.
    const [three, four] = [await account(acme), await account(acme)];
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

  it("does not make a ring that an old snapshot cannot see", async ({ test, acme }) => {
    const [one, two] = [await account(acme), await account(acme)];
    const move = "update accounting.accounts set parent_id = $2 where id = $1";
    expect(await withOldSnapshot(test, acme, [move, [one.id, two.id]], [move, [two.id, one.id]])).toBe("40001");
  });
});

describe("an account with lines", () => {
  const afterPosting = it.extend("used", async ({ acme, books }) => {
    const used = await account(acme);
    await post(acme, used.id, books.salesAccountId);
    return used;
  });

  afterPosting("keeps its type, currency and company", async ({ test, acme, used }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    expect(await sqlUpdate(test, acme, "type = 'liability'", used.id)).toBe("ZT003");
    expect(await sqlUpdate(test, acme, "currency = 'EUR'", used.id)).toBe("ZT003");
    expect(await sqlUpdate(test, acme, "company_id = $2", used.id, second.id)).toBe("ZT003");
    expect(await acme.handle.accounting.accounts.getById(used.id)).toEqual(used);
  });

  afterPosting("can be renamed, moved and archived, but not deleted", async ({ test, acme, books, used }) => {
    expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [used.id]])).toBe("ZT003");
    await acme.handle.accounting.accounts.update(used.id, {
      name: "Used",
      code: "1170",
      parentId: (await coded(acme, "1000")).id,
    });
    await acme.handle.accounting.accounts.archive(used.id);
    expect(await rejection(post(acme, used.id, books.salesAccountId))).toBeInstanceOf(InvariantError);
    await acme.handle.accounting.accounts.restore(used.id);
    await post(acme, used.id, books.salesAccountId);
  });

  afterPosting(
    "differs from one without, which changes type and currency, and goes with its balance",
    async ({ test, acme }) => {
      const unused = await account(acme);
      expect(await sqlUpdate(test, acme, "type = 'liability', currency = 'EUR'", unused.id)).toBe("done");
      expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [unused.id]])).toBe("done");
      const left = "select from accounting.account_balances where account_id = $1";
      expect(await ownerRows(test, left, [unused.id])).toEqual([]);
    },
  );

  afterPosting(
    "gets its first line before or after the change of type, never with it",
    async ({ test, acme, books }) => {
      const fresh = await account(acme);
      const change: [string, unknown[]] = ["update accounting.accounts set currency = 'EUR' where id = $1", [fresh.id]];
      const posting = postTo(acme, books, fresh.id);
      expect(await oneAfterTheOther(test, acme, posting, change)).toEqual(["done", "ZT003"]);
      const second = await account(acme);
      const changeSecond: [string, unknown[]] = [change[0], [second.id]];
      const postSecond = postTo(acme, books, second.id);
      // Its lines would be in dollars, its currency is the euro by then.
      expect(await oneAfterTheOther(test, acme, changeSecond, postSecond)).toEqual(["done", "ZT002"]);
      const third = await account(acme);
      const postThird = postTo(acme, books, third.id);
      expect(await withOldSnapshot(test, acme, [change[0], [third.id]], postThird)).toBe("40001");
    },
  );

  afterPosting("is archived before or after a posting to it, never during it", async ({ test, acme, books, used }) => {
    const archive: [string, unknown[]] = ["update accounting.accounts set is_active = false where id = $1", [used.id]];
    const posting = postTo(acme, books, used.id);
    expect(await oneAfterTheOther(test, acme, archive, posting)).toEqual(["done", "ZT002"]);
    await acme.handle.accounting.accounts.restore(used.id);
    expect(await oneAfterTheOther(test, acme, posting, archive)).toEqual(["done", "done"]);
  });
});

it("an account that is changed or deleted leaves a line in the trail, one that is made leaves none", async ({
  test,
  acme,
}) => {
  const { id } = await account(acme, { name: "Before" });
  await acme.handle.accounting.accounts.update(id, { name: "After" });
  expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [id]])).toBe("done");
  const trail = await acme.handle.tenancy.audit.listOfTarget("accounting.accounts", id);
  const names = trail.map(({ action, rowBefore }) => [action, (rowBefore as { name: string }).name]);
  expect(names.sort()).toEqual([
    ["delete", "After"],
    ["update", "Before"],
  ]);
});

describe("an account that the books use", () => {
  it("is not archived, deleted, or given another type or a currency", async ({ test, acme, books }) => {
    for (const key of Object.keys(standardDefaults) as (keyof typeof standardDefaults)[]) {
      const id = books[key];
      expect(await rejection(acme.handle.accounting.accounts.archive(id)), key).toBeInstanceOf(ConflictError);
      expect(await bySql(test, acme, ["delete from accounting.accounts where id = $1", [id]]), key).toBe("ZT003");
      expect(await sqlUpdate(test, acme, "type = 'equity'", id), key).toBe("ZT003");
      expect(await sqlUpdate(test, acme, "currency = 'USD'", id), key).toBe(key === "bankAccountId" ? "done" : "ZT003");
    }
    expect((await acme.handle.accounting.accounts.update(books.salesAccountId, { name: "Ventas" })).name).toBe(
      "Ventas",
    );
  });

  it("is archived as soon as they use another one", async ({ acme, books }) => {
    const sales = await account(acme, { type: "income" });
    await acme.handle.accounting.books.update(acme.company.id, { salesAccountId: sales.id });
    expect((await acme.handle.accounting.accounts.archive(books.salesAccountId)).isActive).toBe(false);
    expect(await rejection(acme.handle.accounting.accounts.archive(sales.id))).toBeInstanceOf(ConflictError);
  });
});

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

const postTo = (acme: TestTenant, books: Books, id: string) =>
  postBySql(acme, [
    [id, "10.00", "0"],
    [books.salesAccountId, "0", "10.00"],
  ]);

const sqlUpdate = (test: TestDatabase, acme: TestTenant, set: string, id: string, value?: unknown) =>
  bySql(test, acme, [`update accounting.accounts set ${set} where id = $1`, value === undefined ? [id] : [id, value]]);
