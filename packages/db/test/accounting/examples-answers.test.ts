import { eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import { customers, invoices, tenants } from "../../src/accounting";
import { newId, TenantContextMissingError } from "../../src/index";
import { createCustomer, createInvoice, createTenant, type TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { sharedTenant as it } from "../kit/tenants";
import { issued } from "./kit/documents";

/*
 * Where the literal form of an AI-BOS example does not run here (docs/requirements/ai-bos.md says why), the answer says
 * what to write instead.
 */
const draft = (of: TestTenant, customerId: string) => ({
  ...{ id: newId(), companyId: of.company.id, customerId, totalAmount: "30.00" },
  ...{ invoiceDate: "2026-03-01", dueDate: "2026-03-31" },
});

describe("outside of a request", () => {
  it("db.select() names forTenant and runAs", ({ test: { db } }) => {
    expect(() => db.select().from(tenants)).toThrow(TenantContextMissingError);
    expect(() => db.select()).toThrow(/use db\.forTenant\(\{ tenantId, userId \}\)\.select, or db\.runAs\(/);
    expect(() => db.transaction(async () => undefined)).toThrow(/db\.runAs\(/);
  });
});

describe("all tenants", () => {
  it("are the platform's to read: a tenant sees itself", async ({ test, acme, other }) => {
    const { db } = test;
    const seen = await db.runAs({ tenantId: acme.tenant.id }, () => db.select().from(tenants));
    expect(seen.map(({ id }) => id)).toEqual([acme.tenant.id]);
    const platform = db.platform({ actor: "example", reason: "the document's query" });
    const all = await platform.transaction((tx) => tx.select().from(tenants));
    expect(all.map(({ id }) => id)).toEqual(expect.arrayContaining([acme.tenant.id, other.tenant.id]));
  });
});

describe("an invoice that is not a draft", () => {
  it("is inserted as one, and issued", async ({ acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const paid = acme.handle.insert(invoices).values({ ...draft(acme, customerId), status: "paid" });
    expect(await rejection(paid)).toMatchObject({
      message: "A new invoice is an unpaid draft: insert it as one, then make it issued",
    });
    const { id } = await createInvoice(acme);
    const tooEarly = acme.handle.update(invoices).set({ status: "paid" }).where(eq(invoices.id, id));
    expect(await rejection(tooEarly)).toMatchObject({ message: "The invoice is a draft: make it issued first" });
  });
});

describe("an id of the document", () => {
  it("is answered with what an id is, in a query and in a row", async ({ acme: { handle }, acme }) => {
    const row = { ...draft(acme, newId()), id: "inv_001" };
    for (const call of [
      handle.select().from(invoices).where(eq(invoices.id, "inv_001")),
      handle.insert(invoices).values(row),
    ]) {
      expect(await rejection(call)).toMatchObject({
        code: "VALIDATION_FAILED",
        message: expect.stringContaining("ids are UUIDs, as newId() makes them"),
      });
    }
  });
});

describe("an invoice's number", () => {
  it("is left out: issuing gives it", async ({ acme }) => {
    const customerId = (await createCustomer(acme)).id;
    const numbered = acme.handle.insert(invoices).values({ ...draft(acme, customerId), invoiceNumber: "INV-001" });
    expect(await rejection(numbered)).toMatchObject({
      message: "A draft has no number: leave invoice_number out, issuing gives it",
    });
  });
});

describe("a customer's balance", () => {
  it("is not set: it follows the documents", async ({ acme }) => {
    const { id } = await createCustomer(acme);
    await issued(acme, "30.00", { customerId: id });
    const set = acme.handle.update(customers).set({ balance: "0.00" }).where(eq(customers.id, id));
    expect(await rejection(set)).toMatchObject({ message: "The balance follows the documents: it cannot be set" });
    expect((await acme.handle.accounting.customers.getById(id)).balance).toBe("30.00");
  });
});

describe("rows of another tenant among one's own", () => {
  it("refuse the bulk insert as a whole", async ({ test, acme, other }) => {
    const { db } = test;
    const { id } = await createCustomer(acme);
    const foreign = { ...draft(acme, id), tenantId: other.tenant.id };
    const insert = db.runAs({ tenantId: acme.tenant.id }, () =>
      db.insert(invoices).values([draft(acme, id), foreign, draft(acme, id)]),
    );
    expect(await rejection(insert)).toMatchObject({ code: "TENANT_ISOLATION" });
    expect(await acme.handle.$count(invoices, eq(invoices.customerId, id))).toBe(0);
  });
});

describe("a part of a transaction that fails", () => {
  it("undoes all of it", async ({ test }) => {
    const { db } = test;
    const acme = await createTenant(test, "Of the failed transaction");
    const { id } = await createCustomer(acme);
    const work = db.runAs({ tenantId: acme.tenant.id }, () =>
      db.transaction(async (tx) => {
        await tx.insert(invoices).values(draft(acme, id));
        await tx.insert(invoices).values({ ...draft(acme, id), dueDate: "2026-02-01" });
      }),
    );
    expect(await rejection(work)).toMatchObject({ code: "CHECK_VIOLATION" });
    expect(await acme.handle.$count(invoices)).toBe(0);
  });
});
