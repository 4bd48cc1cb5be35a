import { and, eq, or } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers, invoiceLines, invoices } from "../../src/accounting";
import {
  ConnectionError,
  checkConnectionHealth,
  createConnectionPool,
  createDatabase,
  DatabaseError,
  ensureDb,
  getDb,
  newId,
  db as processDatabase,
  validateSchema,
} from "../../src/index";
import { companies, tenants, users } from "../../src/tenancy";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { issued } from "./kit/documents";

/*
 * The code examples of the AI-BOS document (DOC-289) about tables that exist, changed in the import path and in the
 * scope around them. Headings are the document's.
 */
let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
const before = { url: process.env.DATABASE_URL, platform: process.env.DATABASE_PLATFORM_URL };

beforeAll(async () => {
  test = await createTestDatabase();
  process.env.DATABASE_URL = test.urls.runtime;
  process.env.DATABASE_PLATFORM_URL = test.urls.platform;
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
});
afterAll(async () => {
  await processDatabase.close();
  for (const [name, value] of [
    ["DATABASE_URL", before.url],
    ["DATABASE_PLATFORM_URL", before.platform],
  ] as const) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  await test.close();
});

const invoiceData = (customerId: string, totalAmount = "30.00") => ({
  id: newId(),
  companyId: acme.company.id,
  customerId,
  invoiceDate: "2026-03-01",
  dueDate: "2026-03-31",
  totalAmount,
});

describe("Database Connection", () => {
  it("getDb, ensureDb and db are the process's database", async () => {
    const database = getDb();
    const connectedDb = await ensureDb();
    expect(database).toBe(processDatabase);
    expect(connectedDb).toBe(processDatabase);
  });
});

describe("Schema Access", () => {
  it("queries tenants, and with conditions: a tenant sees itself", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    const tenantList = await db.select().from(tenants);
    const activeTenants = await db.select().from(tenants).where(eq(tenants.status, "active"));
    expect(tenantList.map((tenant) => tenant.id)).toEqual([acme.tenant.id]);
    expect(activeTenants).toEqual(tenantList);
    expect(await db.select().from(tenants).where(eq(tenants.status, "suspended"))).toEqual([]);
  });

  it("queries tenants as the operator: all of them", async () => {
    const all = await getDb()
      .platform({ actor: "example", reason: "the document's query" })
      .transaction((db) => db.select().from(tenants));
    const ids = all.map((tenant) => tenant.id);
    expect(ids).toContain(acme.tenant.id);
    expect(ids).toContain(other.tenant.id);
  });

  it("has companies and users with the document's columns", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    const [company] = await db.select().from(companies);
    const [user] = await db.select().from(users);
    expect(company).toMatchObject({ tenantId: acme.tenant.id, name: "Acme Ltd", status: "active" });
    expect(user).toMatchObject({ tenantId: acme.tenant.id, role: "admin", status: "active" });
    for (const row of [company, user]) expect(row?.createdAt).toBeInstanceOf(Date);
  });
});

describe("Multi-Tenant Queries", () => {
  async function getTenantInvoices(tenantId: string) {
    const db = getDb().forTenant({ tenantId });

    return await db.select().from(invoices).where(eq(invoices.tenantId, tenantId));
  }

  async function getCompanyInvoices(tenantId: string, companyId: string) {
    const db = getDb().forTenant({ tenantId });

    return await db
      .select()
      .from(invoices)
      .where(and(eq(invoices.tenantId, tenantId), eq(invoices.companyId, companyId)));
  }

  it("reads a tenant's and a company's documents, and nobody else's", async () => {
    const ours = await issued(acme);
    const theirs = await issued(other);
    expect((await getTenantInvoices(acme.tenant.id)).map((row) => row.id)).toContain(ours.id);
    expect((await getTenantInvoices(other.tenant.id)).map((row) => row.id)).toEqual([theirs.id]);
    expect((await getCompanyInvoices(other.tenant.id, other.company.id)).map((row) => row.id)).toEqual([theirs.id]);
    expect(await getCompanyInvoices(other.tenant.id, acme.company.id)).toEqual([]);
  });

  it("finds nothing when the query asks for another tenant than the scope", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    expect(await db.select().from(invoices).where(eq(invoices.tenantId, other.tenant.id))).toEqual([]);
  });

  it("needs a tenant: the bare db of the document says so", () => {
    expect(() => (processDatabase as unknown as { select(): unknown }).select()).toThrow(/needs a tenant/);
  });
});

describe("Transactions", () => {
  it("writes an invoice, its lines and the customer's balance together", async () => {
    const customerId = (await createCustomer(acme)).id;
    // The ledger keeps the balance, and what is written here must agree with it: a draft is not owed.
    const newBalance = "0.00";
    const invoiceId = await processDatabase.transaction({ tenantId: acme.tenant.id }, async (tx) => {
      // Insert invoice
      const [invoice] = await tx.insert(invoices).values(invoiceData(customerId)).returning();

      // Insert invoice lines
      const invoiceLinesData = [1, 2, 3].map((lineNumber) => ({
        companyId: acme.company.id,
        invoiceId: invoice?.id ?? "",
        lineNumber,
        description: `Line ${lineNumber}`,
        quantity: "2",
        unitPrice: "5.00",
      }));
      await tx.insert(invoiceLines).values(invoiceLinesData);

      // Update customer balance
      await tx.update(customers).set({ balance: newBalance }).where(eq(customers.id, customerId));
      return invoice?.id ?? "";
    });
    const document = await acme.handle.accounting.invoices.findDocument(invoiceId);
    expect(document).toMatchObject({ totalAmount: "30.00", status: "draft", customer: { balance: "0.00" } });
    expect(document?.lines.map((line) => line.amount)).toEqual(["10.00", "10.00", "10.00"]);
  });

  it("writes none of it when one part fails", async () => {
    const customerId = (await createCustomer(acme)).id;
    const data = invoiceData(customerId);
    const error = await rejection(
      processDatabase.transaction({ tenantId: acme.tenant.id }, async (tx) => {
        await tx.insert(invoices).values(data);
        await tx.update(customers).set({ balance: "0.00" }).where(eq(customers.id, customerId));
        await tx.insert(invoiceLines).values({
          companyId: acme.company.id,
          invoiceId: data.id,
          lineNumber: 0,
          description: "There is no line 0",
          quantity: "1",
          unitPrice: "30.00",
        });
      }),
    );
    expect(error).toMatchObject({ code: "CHECK_VIOLATION", constraint: "invoice_lines_line_number_check" });
    expect(await acme.handle.accounting.invoices.findById(data.id)).toBeUndefined();
    expect((await acme.handle.accounting.customers.getById(customerId)).balance).toBe("0.00");
  });

  it("raises the balance when the invoice is issued, and takes no other balance from anybody", async () => {
    const customerId = (await createCustomer(acme)).id;
    await issued(acme, "30.00", { customerId });
    expect((await acme.handle.accounting.customers.getById(customerId)).balance).toBe("30.00");
    const set = acme.handle.update(customers).set({ balance: "0.00" }).where(eq(customers.id, customerId));
    expect(await rejection(set)).toMatchObject({ code: "INVARIANT_VIOLATED" });
  });
});

describe("Bulk Operations", () => {
  it("bulk insert", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    const customerId = (await createCustomer(acme)).id;
    const [invoiceData1, invoiceData2, invoiceData3] = ["1.00", "2.00", "3.00"].map((total) =>
      invoiceData(customerId, total),
    );
    if (!invoiceData1 || !invoiceData2 || !invoiceData3) throw new TypeError("three were made");
    await db.insert(invoices).values([invoiceData1, invoiceData2, invoiceData3]);
    const stored = await db.select().from(invoices).where(eq(invoices.customerId, customerId));
    expect(stored.map((row) => row.totalAmount).sort()).toEqual(["1.00", "2.00", "3.00"]);
  });

  it("bulk insert of one foreign row among others writes nothing", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    const customerId = (await createCustomer(acme)).id;
    const foreign = { ...invoiceData(customerId), tenantId: other.tenant.id };
    const error = await rejection(
      db.insert(invoices).values([invoiceData(customerId), foreign, invoiceData(customerId)]),
    );
    expect(error).toMatchObject({ code: "TENANT_ISOLATION" });
    expect(await db.select().from(invoices).where(eq(invoices.customerId, customerId))).toEqual([]);
  });

  it("bulk update", async () => {
    const db = getDb().forTenant({ tenantId: acme.tenant.id });
    const [first, second, third, untouched] = [
      await issued(acme),
      await issued(acme),
      await issued(acme),
      await issued(acme),
    ];
    await db
      .update(invoices)
      .set({ status: "paid" })
      .where(or(eq(invoices.id, first.id), eq(invoices.id, second.id), eq(invoices.id, third.id)));
    const status = async (id: string) => (await acme.handle.accounting.invoices.getById(id)).status;
    expect(await Promise.all([first, second, third, untouched].map(({ id }) => status(id)))).toEqual([
      "paid",
      "paid",
      "paid",
      "issued",
    ]);
  });
});

describe("Query Optimization", () => {
  it("paid invoices of a tenant", async () => {
    const tenant = await createTenant(test);
    const tenantId = tenant.tenant.id;
    const [paid] = [await issued(tenant), await issued(tenant)];
    await tenant.handle.accounting.invoices.markPaid([paid.id]);
    const db = getDb().forTenant({ tenantId });
    const indexQuery = db
      .select()
      .from(invoices)
      .where(and(eq(invoices.tenantId, tenantId), eq(invoices.status, "paid")));
    expect((await indexQuery).map((row) => row.id)).toEqual([paid.id]);
  });
});

describe("Connection Pooling", () => {
  it("takes the document's options and serves a database", async () => {
    const pool = createConnectionPool({
      max: 20,
      min: 5,
      idleTimeoutMillis: 30000,
      connectionTimeoutMillis: 2000,
    });
    const database = createDatabase({ pool });
    const { items } = await database.forTenant({ tenantId: other.tenant.id }).accounting.customers.list();
    expect(items.every((customer) => customer.tenantId === other.tenant.id)).toBe(true);
    expect(pool.limits).toMatchObject({ max: 20, min: 5, idleTimeoutMillis: 30000, connectionTimeoutMillis: 2000 });
    await database.close();
    expect(pool.status().total).toBe(0);
  });
});

describe("Error Handling", () => {
  async function handled(url: string): Promise<string> {
    const db = createDatabase({ url, connectionTimeoutMillis: 2000 }).forTenant({ tenantId: acme.tenant.id });
    try {
      await db.select().from(invoices);
      await db.insert(customers).values({ companyId: newId(), name: "No such company" });
    } catch (error) {
      if (error instanceof ConnectionError) {
        return `Database connection failed: ${error.message}`;
      } else if (error instanceof DatabaseError) {
        return `Database error: ${error.message}`;
      }
    }
    return "no error";
  }

  it("tells connection errors and database errors apart", async () => {
    const url = new URL(test.urls.runtime);
    expect(await handled(url.toString())).toMatch(/^Database error: .*customers_company_id_fkey/);
    url.port = "1";
    expect(await handled(url.toString())).toMatch(/^Database connection failed: /);
  });
});

describe("Schema Validation and Connection Health", () => {
  it("finds the schema whole and the connection healthy", async () => {
    const validation = await validateSchema();
    expect(validation.errors).toEqual([]);
    expect(validation.isValid).toBe(true);
    const health = await checkConnectionHealth();
    expect(health.errors).toEqual([]);
    expect(health.isHealthy).toBe(true);
  });
});
