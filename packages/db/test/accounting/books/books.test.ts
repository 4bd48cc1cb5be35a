import { describe, expect } from "vitest";
import type { Account, Books } from "../../../src/accounting";
import {
  ConflictError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  ValidationError,
} from "../../../src/index";
import { createTenant, type TestTenant } from "../../../src/testing";
import { oneAfterTheOther, withOldSnapshot } from "../../kit/locks";
import { rejection } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { issued } from "../kit/documents";
import { booksOf, postBySql } from "../kit/journal";

describe("the books of a company", () => {
  it("are found by it, in the tenant alone", async ({ acme, other, books }) => {
    expect(await acme.handle.accounting.books.findByCompany(acme.company.id)).toEqual(books);
    expect(await acme.handle.accounting.books.getByCompany(acme.company.id)).toEqual(books);
    for (const companyId of [other.company.id, newId()]) {
      expect(await acme.handle.accounting.books.findByCompany(companyId)).toBeUndefined();
      expect(await rejection(acme.handle.accounting.books.getByCompany(companyId))).toBeInstanceOf(NotFoundError);
      const change = acme.handle.accounting.books.update(companyId, { bankAccountId: books.bankAccountId });
      expect(await rejection(change)).toBeInstanceOf(NotFoundError);
    }
  });

  it("get other default accounts, the given ones alone", async ({ acme, books }) => {
    const [sales, bank] = [await account(acme, "income"), await account(acme, "asset", { currency: "EUR" })];
    const changed = await acme.handle.accounting.books.update(acme.company.id, {
      salesAccountId: sales.id,
      bankAccountId: bank.id,
    });
    expect(changed).toEqual({
      ...books,
      salesAccountId: sales.id,
      bankAccountId: bank.id,
      updatedAt: changed.updatedAt,
    });
    for (const wrong of [{}, { baseCurrency: "EUR" }, { closedThrough: "2026-01-31" }, { salesAccountId: null }]) {
      expect(await rejection(acme.handle.accounting.books.update(acme.company.id, wrong as never))).toBeInstanceOf(
        ValidationError,
      );
    }
  });

  it("keep their company and base currency, and are never deleted", async ({ test, acme, books }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    expect(await bySql(test, acme, set(acme, "base_currency", "EUR"))).toBe("ZT003");
    expect(await bySql(test, acme, set(acme, "company_id", second.id))).toBe("ZT003");
    expect(await bySql(test, acme, ["delete from accounting.books"])).toBe("42501");
    expect(await booksOf(acme)).toEqual(books);
  });

  it("are closed by periods alone: neither an update nor a new row says how far", async ({ test, acme }) => {
    expect(await bySql(test, acme, set(acme, "closed_through", "2026-01-31"))).toBe("ZT003");
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const types = ["asset", "liability", "income", "expense", "asset", "expense"] as const;
    const ids = [];
    for (const type of types) ids.push((await account(acme, type, { companyId: second.id })).id);
    const insert = `insert into accounting.books (company_id, receivable_account_id, payable_account_id, sales_account_id,
      purchases_account_id, bank_account_id, exchange_account_id, closed_through) values ($1, $2, $3, $4, $5, $6, $7, $8)`;
    expect(await bySql(test, acme, [insert, [second.id, ...ids, "2026-01-31"]])).toBe("ZT003");
    expect(await bySql(test, acme, [insert, [second.id, ...ids, null]])).toBe("done");
  });

  it("are made of the company's own accounts, whose documents post there", async ({ test }) => {
    const own = await createTenant(test, "Own", { chart: false });
    const { books, invoices, accounts } = own.handle.accounting;
    const made = await books.create(await ownAccounts(own, { baseCurrency: "EUR" }));
    expect(await books.getByCompany(own.company.id)).toEqual(made);
    expect(made).toMatchObject({ baseCurrency: "EUR", closedThrough: null });
    const { id } = await issued(own, "10.00", { currency: "EUR" });
    expect((await invoices.getById(id)).status).toBe("issued");
    const tree = await accounts.tree({ companyId: own.company.id });
    const balances = new Map(tree.map((node) => [node.id, node.balance]));
    expect([made.receivableAccountId, made.salesAccountId].map((each) => balances.get(each))).toEqual([
      "10.00",
      "10.00",
    ]);
    expect(await own.handle.accounting.integrity.violations()).toEqual([]);
  });

  it("are made once, of accounts that fit", async ({ test, acme }) => {
    const own = await createTenant(test, "Own", { chart: false });
    const { books } = own.handle.accounting;
    const given = await ownAccounts(own);
    const attempt = (fields: object) => rejection(books.create({ ...given, ...fields }));
    const asset = await account(own, "asset");
    const wrong = {
      receivableAccountId: given.payableAccountId,
      payableAccountId: asset.id,
      salesAccountId: given.purchasesAccountId,
      purchasesAccountId: given.salesAccountId,
      bankAccountId: given.payableAccountId,
      exchangeAccountId: asset.id,
    };
    for (const [key, id] of Object.entries(wrong)) {
      expect(await attempt({ [key]: id }), key).toBeInstanceOf(InvariantError);
      const archived = await account(
        own,
        (await own.handle.accounting.accounts.getById(given[key as keyof typeof wrong])).type,
      );
      await own.handle.accounting.accounts.archive(archived.id);
      expect(await attempt({ [key]: archived.id }), key).toBeInstanceOf(InvariantError);
    }
    expect(await attempt({ bankAccountId: given.receivableAccountId })).toBeInstanceOf(InvariantError);
    const { id: stranger } = await account(acme, "asset");
    expect(await attempt({ bankAccountId: stranger })).toBeInstanceOf(ForeignKeyViolationError);
    expect(await attempt({ companyId: acme.company.id })).toBeInstanceOf(ForeignKeyViolationError);
    for (const fields of [{ baseCurrency: "KWX" }, { bankAccountId: undefined }, { closedThrough: "2026-01-31" }]) {
      expect(await attempt(fields)).toBeInstanceOf(ValidationError);
    }
    const both = await Promise.allSettled([books.create(given), books.create(given)]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await attempt({})).toMatchObject({ code: "UNIQUE_VIOLATION", constraint: "books_company_id_unique" });
  });

  it.for([
    ["insert", (columns: string, values: string) => `insert into accounting.books (${columns}) values (${values})`],
    [
      "insert … on conflict",
      (columns: string, values: string) =>
        `insert into accounting.books (${columns}) values (${values}) on conflict (tenant_id, company_id) do nothing`,
    ],
    [
      "insert … on conflict do update",
      (columns: string, values: string) =>
        `insert into accounting.books (${columns}) values (${values})
         on conflict (tenant_id, company_id) do update set bank_account_id = excluded.bank_account_id`,
    ],
    [
      "merge",
      (columns: string, values: string) => `merge into accounting.books b using (values (1)) v on false
         when not matched then insert (${columns}) values (${values})`,
    ],
  ] as const)("take no account of the wrong type by %s", async ([_form, text], { test }) => {
    const own = await createTenant(test, "Own", { chart: false });
    const { companyId, ...given } = await ownAccounts(own);
    const keys = ["receivable", "payable", "sales", "purchases", "bank", "exchange"] as const;
    const columns = ["company_id", ...keys.map((key) => `${key}_account_id`)].join(", ");
    const ids = { ...given };
    const values = () => [companyId, ...keys.map((key) => ids[`${key}AccountId`])].map((id) => `'${id}'`).join(", ");
    ids.bankAccountId = given.salesAccountId;
    expect(await bySql(test, own, [text(columns, values())])).toBe("ZT002");
    ids.bankAccountId = given.bankAccountId;
    expect(await bySql(test, own, [text(columns, values())])).toBe("done");
  });

  it("leave a line in the trail when a person changes them", async ({ acme, books }) => {
    const sales = await account(acme, "income");
    await acme.handle.accounting.books.update(acme.company.id, { salesAccountId: sales.id });
    const trail = await acme.handle.tenancy.audit.listOfTarget("accounting.books", books.id);
    expect(trail.map(({ action, actorUserId }) => [action, actorUserId])).toEqual([["update", acme.admin.id]]);
  });
});

describe("a default account", () => {
  it.for([
    ["receivableAccountId", "receivable_account_id", ["liability", "equity", "income", "expense"]],
    ["payableAccountId", "payable_account_id", ["asset", "equity", "income", "expense"]],
    ["salesAccountId", "sales_account_id", ["asset", "liability", "equity", "expense"]],
    ["purchasesAccountId", "purchases_account_id", ["asset", "liability", "equity", "income"]],
    ["bankAccountId", "bank_account_id", ["liability", "equity", "income", "expense"]],
    ["exchangeAccountId", "exchange_account_id", ["asset", "liability", "equity"]],
  ] as const)(
    "of the wrong type, archived, or with a currency is refused: %s",
    async ([key, column, wrongTypes], { test, acme, books }) => {
      const attempt = async (id: string) => {
        const error = await rejection(acme.handle.accounting.books.update(acme.company.id, { [key]: id }));
        const code = await bySql(test, acme, set(acme, column, id));
        return [error, code] as const;
      };
      for (const type of wrongTypes) {
        const [error, code] = await attempt((await account(acme, type)).id);
        expect(error).toBeInstanceOf(InvariantError);
        expect(code).toBe("ZT002");
      }
      const type = (await acme.handle.accounting.accounts.getById(books[key])).type;
      const archived = await account(acme, type);
      await acme.handle.accounting.accounts.archive(archived.id);
      expect((await attempt(archived.id))[1]).toBe("ZT002");
      const euro = await account(acme, type, { currency: "EUR" });
      if (key === "bankAccountId")
        expect((await acme.handle.accounting.books.update(acme.company.id, { [key]: euro.id }))[key]).toBe(euro.id);
      else expect((await attempt(euro.id))[1]).toBe("ZT002");
      const good = await account(acme, type);
      expect((await acme.handle.accounting.books.update(acme.company.id, { [key]: good.id }))[key]).toBe(good.id);
    },
  );

  it("is the company's own", async ({ acme, other }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const foreign = await account(acme, "income", { companyId: second.id });
    for (const salesAccountId of [foreign.id, (await booksOf(other)).salesAccountId, newId()]) {
      const error = await rejection(acme.handle.accounting.books.update(acme.company.id, { salesAccountId }));
      expect(error).toBeInstanceOf(ForeignKeyViolationError);
    }
  });

  it("for the bank is not the receivable account", async ({ acme, books }) => {
    const error = await rejection(
      acme.handle.accounting.books.update(acme.company.id, { bankAccountId: books.receivableAccountId }),
    );
    expect(error).toBeInstanceOf(InvariantError);
  });

  it("is not archived while the books take it, in either order", async ({ test, acme }) => {
    const sales = await account(acme, "income");
    const archive: [string, unknown[]] = ["update accounting.accounts set is_active = false where id = $1", [sales.id]];
    expect(await oneAfterTheOther(test, acme, set(acme, "sales_account_id", sales.id), archive)).toEqual([
      "done",
      "ZT003",
    ]);
    const next = await account(acme, "income");
    const archiveNext: [string, unknown[]] = [archive[0], [next.id]];
    const take = set(acme, "sales_account_id", next.id);
    expect(await oneAfterTheOther(test, acme, archiveNext, take)).toEqual(["done", "ZT002"]);
    const last = await account(acme, "income");
    const archiveLast: [string, unknown[]] = [archive[0], [last.id]];
    expect(await withOldSnapshot(test, acme, set(acme, "sales_account_id", last.id), archiveLast)).toBe("40001");
    const archived = await account(acme, "income");
    const archiveFirst: [string, unknown[]] = [archive[0], [archived.id]];
    expect(await withOldSnapshot(test, acme, archiveFirst, set(acme, "sales_account_id", archived.id))).toBe("40001");
  });
});

describe("a control account", () => {
  it("changes while it has no line, and stays once it has one", async ({ test, acme, books }) => {
    const [first, second] = [await account(acme, "asset"), await account(acme, "asset")];
    await acme.handle.accounting.books.update(acme.company.id, { receivableAccountId: first.id });
    await issued(acme, "10.00");
    const error = await rejection(
      acme.handle.accounting.books.update(acme.company.id, { receivableAccountId: second.id }),
    );
    expect(error).toBeInstanceOf(ConflictError);
    expect(await bySql(test, acme, set(acme, "receivable_account_id", books.receivableAccountId))).toBe("ZT003");
    // The same one again, and another default account, are no change of it.
    const sales = await account(acme, "income");
    await acme.handle.accounting.books.update(acme.company.id, {
      receivableAccountId: first.id,
      salesAccountId: sales.id,
    });
  });

  it("is not an account that has lines already", async ({ test, acme, books }) => {
    const used = await account(acme, "asset");
    expect(await bySql(test, acme, postTo(acme, books, used.id))).toBe("done");
    const error = await rejection(
      acme.handle.accounting.books.update(acme.company.id, { receivableAccountId: used.id }),
    );
    expect(error).toBeInstanceOf(ConflictError);
  });

  it("waits for a posting to the account that is under way", async ({ test, acme, books }) => {
    const used = await account(acme, "asset");
    const outcomes = await oneAfterTheOther(
      test,
      acme,
      postTo(acme, books, used.id),
      set(acme, "receivable_account_id", used.id),
    );
    expect(outcomes).toEqual(["done", "ZT003"]);
  });

  it("has no line that was posted by hand, whichever comes first", async ({ test, acme, books }) => {
    const next = await account(acme, "asset");
    const outcomes = await oneAfterTheOther(
      test,
      acme,
      set(acme, "receivable_account_id", next.id),
      postTo(acme, books, next.id),
    );
    expect(outcomes[0]).toBe("done");
    const lines = "select from accounting.journal_lines l where l.account_id = $1 and l.customer_id is null";
    expect(await ownerRows(test, lines, [next.id])).toEqual([]);
    const last = await account(acme, "asset");
    expect(
      await withOldSnapshot(test, acme, postTo(acme, books, last.id), set(acme, "receivable_account_id", last.id)),
    ).toBe("40001");
    const newest = await account(acme, "asset");
    expect(
      await withOldSnapshot(test, acme, set(acme, "receivable_account_id", newest.id), postTo(acme, books, newest.id)),
    ).toBe("40001");
  });
});

const account = (acme: TestTenant, type: Account["type"], fields: { currency?: string; companyId?: string } = {}) =>
  acme.handle.accounting.accounts.create({
    companyId: acme.company.id,
    code: newId().slice(-12),
    name: "Account",
    type,
    ...fields,
  });

/** An account for each purpose, as the books of a company take them. */
async function ownAccounts(of: TestTenant, fields: { baseCurrency?: string } = {}) {
  const make = async (type: Account["type"]) => (await account(of, type)).id;
  return {
    ...{ companyId: of.company.id, ...fields },
    ...{ receivableAccountId: await make("asset"), payableAccountId: await make("liability") },
    ...{ salesAccountId: await make("income"), purchasesAccountId: await make("expense") },
    ...{ bankAccountId: await make("asset"), exchangeAccountId: await make("expense") },
  };
}

const set = (acme: TestTenant, column: string, value: unknown): [string, unknown[]] => [
  `update accounting.books set ${column} = $1 where company_id = $2`,
  [value, acme.company.id],
];

const postTo = (acme: TestTenant, books: Books, id: string) =>
  postBySql(acme, [
    [id, "10.00", "0"],
    [books.salesAccountId, "0", "10.00"],
  ]);
