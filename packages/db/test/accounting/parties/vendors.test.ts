import { describe, expect } from "vitest";
import type { ImportedVendor } from "../../../src/accounting";
import { ForeignKeyViolationError, NotFoundError, newId, ValidationError } from "../../../src/index";
import { createCustomer, createVendor, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { bySql, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { issued } from "../kit/documents";

describe("a vendor", () => {
  it("is created, found, changed, archived and restored, apart from customers", async ({ acme }) => {
    const fields = { name: "Müller & Co", taxId: "DE1", country: "DE", externalId: "erp-1" };
    const created = await createVendor(acme, fields);
    expect(created).toMatchObject({ ...fields, companyId: acme.company.id, balance: "0.00", isActive: true });
    expect(await acme.handle.accounting.vendors.getById(created.id)).toEqual(created);
    expect(await acme.handle.accounting.customers.findById(created.id)).toBeUndefined();
    const changed = await acme.handle.accounting.vendors.update(created.id, { city: "Bonn" });
    expect(changed).toEqual({ ...created, city: "Bonn", updatedAt: changed.updatedAt });
    expect((await acme.handle.accounting.vendors.archive(created.id)).isActive).toBe(false);
    expect((await acme.handle.accounting.vendors.list()).items).toEqual([]);
    expect((await acme.handle.accounting.vendors.restore(created.id)).isActive).toBe(true);
  });

  it("is listed by name, page by page", async ({ acme }) => {
    for (const name of ["C", "A", "B", "A"]) await createVendor(acme, { name });
    const pages = await pagesOf((request) => acme.handle.accounting.vendors.list(request), 3);
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([["A", "A", "B"], ["C"]]);
  });

  it("is missing in the words for a vendor, whether it is another tenant's or nobody's", async ({ acme, other }) => {
    const theirs = await createVendor(other);
    for (const change of [
      (id: string) => acme.handle.accounting.vendors.getById(id),
      (id: string) => acme.handle.accounting.vendors.update(id, { city: "X" }),
      (id: string) => acme.handle.accounting.vendors.archive(id),
    ]) {
      const [foreign, none] = [await rejection(change(theirs.id)), await rejection(change(newId()))];
      expect(foreign).toBeInstanceOf(NotFoundError);
      expect(String(foreign)).toContain("vendor");
      expect(String(foreign)).toBe(String(none));
    }
    expect(await rejection(createVendor(acme, { companyId: other.company.id }))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
    expect(await rejection(createVendor(acme, { balance: "1.00" } as never))).toBeInstanceOf(ValidationError);
  });
});

describe.each(["customers", "vendors"] as const)("an import of %s", (table) => {
  const parties = (acme: TestTenant) => acme.handle.accounting[table];
  const record = (acme: TestTenant, number: number, companyId = acme.company.id): ImportedVendor => ({
    companyId,
    externalId: `ext-${number}`,
    name: `Party ${number}`,
  });

  it("makes what is new, leaves what is there, and knows every id", async ({ acme }) => {
    const first = await parties(acme).importMany([record(acme, 1), record(acme, 2)]);
    const second = await parties(acme).importMany([{ ...record(acme, 1), name: "Other" }, record(acme, 3)]);
    expect([first.created, second.created]).toEqual([2, 1]);
    expect(second.ids.get("ext-1")).toBe(first.ids.get("ext-1"));
    expect((await parties(acme).getById(first.ids.get("ext-1") ?? "")).name).toBe("Party 1");
  });

  it("refuses an external id that comes with two companies, as one id cannot stand for both", async ({ acme }) => {
    const second = await acme.handle.tenancy.companies.create({ name: "Second" });
    const error = await rejection(
      parties(acme).importMany([record(acme, 1), record(acme, 2, second.id), record(acme, 1, second.id)]),
    );
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues).toEqual([
      { path: "2.externalId", message: "belongs to two companies: import each company by itself" },
    ]);
    expect((await parties(acme).list()).items).toEqual([]);
    const both = await parties(acme).importMany([record(acme, 1), record(acme, 2, second.id)]);
    expect(both).toMatchObject({ created: 2 });
    expect((await parties(acme).importMany([record(acme, 1, second.id)])).created).toBe(1);
  });
});

describe.each([
  ["customers", createCustomer],
  ["vendors", createVendor],
] as const)("the balance of %s", (table, create) => {
  const change = (set: string, id: string): [string, unknown[]] => [
    `update accounting.${table} set ${set} where id = $1`,
    [id],
  ];

  it("is set by nobody but the documents", async ({ test, acme }) => {
    const { id } = await create(acme);
    for (const set of ["balance = 5", "balance = balance + 0.01", "balance = 'NaN'", "name = 'X', balance = -1"]) {
      expect(await bySql(test, acme, change(set, id)), set).toBe("ZT002");
    }
    const insert = `insert into accounting.${table} (company_id, name, balance) values ($1, 'X', $2)`;
    for (const balance of ["5", "-0.01", "NaN"]) {
      expect(await bySql(test, acme, [insert, [acme.company.id, balance]]), balance).toBe("ZT002");
    }
    expect(await bySql(test, acme, [insert, [acme.company.id, "0.00"]])).toBe("done");
    expect(await bySql(test, acme, change("balance = 0.000, name = 'Same'", id))).toBe("done");
  });

  it("leaves no line in the trail when it is written as it is among other things, but those do", async ({
    test,
    acme,
  }) => {
    const { id } = await create(acme);
    await bySql(test, acme, change("balance = 0, name = 'Renamed'", id));
    const trail = await acme.handle.tenancy.audit.listOfTarget(`accounting.${table}`, id);
    expect(trail.map(({ action, rowAfter }) => [action, (rowAfter as { name: string }).name])).toEqual([
      ["update", "Renamed"],
    ]);
  });
});

it("a balance that the ledger moves leaves no line in the trail: the journal is its record", async ({ test, acme }) => {
  const customer = await createCustomer(acme);
  await issued(acme, "10.00", { customerId: customer.id });
  expect((await acme.handle.accounting.customers.getById(customer.id)).balance).toBe("10.00");
  expect(await acme.handle.tenancy.audit.listOfTarget("accounting.customers", customer.id)).toEqual([]);
  const lines = await ownerRows(test, "select base_debit from accounting.journal_lines where customer_id = $1", [
    customer.id,
  ]);
  expect(lines).toEqual([{ base_debit: "10.00" }]);
});
