import { describe, expect } from "vitest";
import type { ImportedCustomer } from "../../../src/accounting";
import {
  ForeignKeyViolationError,
  NotFoundError,
  newId,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { createCustomer, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { pagesOf } from "../../kit/pages";
import { freshBooks as it } from "../kit/books";

describe("a customer", () => {
  it("is created with every field, and found again as it was written", async ({ acme }) => {
    const fields = {
      companyId: acme.company.id,
      name: "Zoë 😀 & Söhne",
      email: "zoe@example.com",
      phone: "+49 30 1",
      taxId: "DE1",
      address: "Straße 1",
      city: "Berlin",
      state: "BE",
      postalCode: "10115",
      country: "DE",
      externalId: "crm-1",
    };
    const created = await acme.handle.accounting.customers.create(fields);
    expect(created).toMatchObject({ ...fields, tenantId: acme.tenant.id, balance: "0.00", isActive: true });
    expect(created.createdAt).toBeInstanceOf(Date);
    expect(await acme.handle.accounting.customers.findById(created.id)).toEqual(created);
    expect(await acme.handle.accounting.customers.getById(created.id)).toEqual(created);
  });

  it("keeps an id that the caller chose, and refuses it a second time", async ({ acme }) => {
    const id = newId();
    expect((await createCustomer(acme, { id })).id).toBe(id);
    expect(await rejection(createCustomer(acme, { id }))).toBeInstanceOf(UniqueViolationError);
  });

  it("may have the id and the external id of another tenant's: neither is refused, neither is seen", async ({
    acme,
    other,
  }) => {
    const theirs = await createCustomer(other, { externalId: "crm-7", name: "Theirs" });
    const ours = await createCustomer(acme, { id: theirs.id, externalId: "crm-7", name: "Ours" });
    expect(ours.id).toBe(theirs.id);
    expect((await acme.handle.accounting.customers.getById(theirs.id)).name).toBe("Ours");
    expect((await other.handle.accounting.customers.getById(theirs.id)).name).toBe("Theirs");
  });

  it("is missing in the same words, whether it is another tenant's or nobody's", async ({ acme, other }) => {
    const theirs = await createCustomer(other);
    expect(await acme.handle.accounting.customers.findById(theirs.id)).toBeUndefined();
    const [foreign, none] = [
      await rejection(acme.handle.accounting.customers.getById(theirs.id)),
      await rejection(acme.handle.accounting.customers.getById(newId())),
    ];
    expect(foreign).toBeInstanceOf(NotFoundError);
    expect(String(foreign)).toBe(String(none));
    for (const change of [
      () => acme.handle.accounting.customers.update(theirs.id, { city: "X" }),
      () => acme.handle.accounting.customers.archive(theirs.id),
      () => acme.handle.accounting.customers.restore(theirs.id),
    ]) {
      expect(await rejection(change())).toBeInstanceOf(NotFoundError);
    }
    expect(await other.handle.accounting.customers.getById(theirs.id)).toEqual(theirs);
  });

  it("cannot belong to another tenant's company", async ({ acme, other }) => {
    const error = await rejection(createCustomer(acme, { companyId: other.company.id }));
    expect(error).toBeInstanceOf(ForeignKeyViolationError);
    expect(error).toMatchObject({ constraint: "customers_company_id_fkey" });
  });

  it("is refused with the field's name when it does not fit, before anything is sent", async ({ acme, other }) => {
    for (const [path, wrong] of [
      ["name", { name: "" }],
      ["name", { name: "   " }],
      ["name", { name: "a\u0000" }],
      ["companyId", { companyId: "no uuid" }],
      ["", { balance: "5.00" }],
      ["", { tenantId: other.tenant.id }],
      ["", { isActive: false }],
    ] as const) {
      const error = await rejection(createCustomer(acme, wrong as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(path);
    }
    expect((await acme.handle.accounting.customers.list()).items).toEqual([]);
  });
});

describe("a change", () => {
  it("touches the given fields alone, and the time of the change", async ({ acme }) => {
    const before = await createCustomer(acme, { city: "Rome", phone: "1" });
    const after = await acme.handle.accounting.customers.update(before.id, { city: "Oslo", phone: null });
    expect(after).toEqual({ ...before, city: "Oslo", phone: null, updatedAt: after.updatedAt });
    expect(after.updatedAt.getTime()).toBeGreaterThanOrEqual(before.updatedAt.getTime());
  });

  it("cannot change what belongs to the documents or to the system", async ({ acme, other }) => {
    const { id } = await createCustomer(acme);
    for (const wrong of [
      {},
      { balance: "1000000.00" },
      { tenantId: other.tenant.id },
      { companyId: other.company.id },
      { id: newId() },
      { isActive: false },
      { externalId: "x" },
      { createdAt: new Date() },
      { name: undefined, balance: "1" },
    ]) {
      expect(
        await rejection(acme.handle.accounting.customers.update(id, wrong as never)),
        JSON.stringify(wrong),
      ).toBeInstanceOf(ValidationError);
    }
  });

  it("cannot make the name blank", async ({ acme }) => {
    const { id } = await createCustomer(acme);
    for (const name of ["", "  "]) {
      expect(await rejection(acme.handle.accounting.customers.update(id, { name }))).toBeInstanceOf(ValidationError);
    }
  });
});

describe("the list", () => {
  it("goes through every customer once, by name and then by id", async ({ acme }) => {
    const names = ["B", "A", "C", "B", "a", "Ä", "B"];
    for (const name of names) await createCustomer(acme, { name });
    const pages = await pagesOf((request) => acme.handle.accounting.customers.list(request), 2);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 2, 1]);
    const all = pages.flat();
    expect(all.map((customer) => customer.name).sort()).toEqual([...names].sort());
    expect(new Set(all.map((customer) => customer.id)).size).toBe(names.length);
    expect(all.map((customer) => customer.id)).toEqual(
      (await acme.handle.accounting.customers.list()).items.map((customer) => customer.id),
    );
  });

  it("leaves out archived customers until they are restored; their documents stay", async ({ acme }) => {
    const kept = await createCustomer(acme, { name: "Kept" });
    const { id } = await createCustomer(acme, { name: "Archived" });
    const archived = await acme.handle.accounting.customers.archive(id);
    expect(archived.isActive).toBe(false);
    expect((await acme.handle.accounting.customers.list()).items).toEqual([kept]);
    expect((await acme.handle.accounting.customers.getById(id)).isActive).toBe(false);
    expect((await acme.handle.accounting.customers.archive(id)).isActive).toBe(false);
    expect((await acme.handle.accounting.customers.restore(id)).isActive).toBe(true);
    expect((await acme.handle.accounting.customers.list()).items.map((customer) => customer.name)).toEqual([
      "Archived",
      "Kept",
    ]);
  });

  it("refuses a page size or cursor that it did not give", async ({ acme }) => {
    for (const request of [{ limit: 0 }, { limit: 501 }, { cursor: "x" }]) {
      expect(await rejection(acme.handle.accounting.customers.list(request))).toBeInstanceOf(ValidationError);
    }
  });

  it("refuses a cursor whose parts are not what the list sorts by", async ({ acme }) => {
    const cursor = Buffer.from(JSON.stringify(["name", "no uuid"])).toString("base64url");
    const error = await rejection(acme.handle.accounting.customers.list({ cursor }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(String(error)).not.toContain("no uuid");
  });
});

describe("an import", () => {
  const record = (acme: TestTenant, number: number): ImportedCustomer => ({
    companyId: acme.company.id,
    externalId: `ext-${number}`,
    name: `Customer ${number}`,
  });
  const records = (acme: TestTenant, count: number) => Array.from({ length: count }, (_, i) => record(acme, i));

  it("makes what is new, leaves what is there, and knows every id, also in more than one slice", async ({ acme }) => {
    const first = await acme.handle.accounting.customers.importMany(records(acme, 2_001));
    expect(first.created).toBe(2_001);
    expect(first.ids.size).toBe(2_001);
    const changed = records(acme, 2_002).map((each) => ({ ...each, name: "Another name" }));
    const second = await acme.handle.accounting.customers.importMany(changed);
    expect(second.created).toBe(1);
    expect(second.ids.get("ext-7")).toBe(first.ids.get("ext-7"));
    expect((await acme.handle.accounting.customers.getById(first.ids.get("ext-7") ?? "")).name).toBe("Customer 7");
  });

  it("writes all or none", async ({ acme, other }) => {
    const bad = { ...record(acme, 2_000), companyId: other.company.id };
    const error = await rejection(acme.handle.accounting.customers.importMany([...records(acme, 2_000), bad]));
    expect(error).toBeInstanceOf(ForeignKeyViolationError);
    expect((await acme.handle.accounting.customers.list()).items).toEqual([]);
  });

  it("takes the same record twice in one import for one", async ({ acme }) => {
    const { created, ids } = await acme.handle.accounting.customers.importMany([record(acme, 1), record(acme, 1)]);
    expect({ created, size: ids.size }).toEqual({ created: 1, size: 1 });
    expect((await acme.handle.accounting.customers.list()).items).toHaveLength(1);
  });

  it("gives the id that is stored, for every record, when two imports run at once", async ({ acme }) => {
    const results = await Promise.all([
      acme.handle.accounting.customers.importMany(records(acme, 50)),
      acme.handle.accounting.customers.importMany(records(acme, 50)),
    ]);
    expect(results.map(({ ids }) => ids.size)).toEqual([50, 50]);
    expect(results[0]?.ids).toEqual(results[1]?.ids);
    expect((results[0]?.created ?? 0) + (results[1]?.created ?? 0)).toBe(50);
  });

  it("does nothing with nothing, and names the record that does not fit", async ({ acme }) => {
    expect(await acme.handle.accounting.customers.importMany([])).toEqual({ created: 0, ids: new Map() });
    const error = await rejection(
      acme.handle.accounting.customers.importMany([record(acme, 1), { ...record(acme, 2), name: "" }]),
    );
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as ValidationError).issues[0]?.path).toBe("1.name");
  });
});
