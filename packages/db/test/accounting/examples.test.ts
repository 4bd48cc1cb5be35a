import { defineConfig } from "drizzle-kit";
import { and, eq, getTableColumns, or } from "drizzle-orm";
import { date, decimal, type PgTable, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, vi } from "vitest";
import scripts from "../../../../package.json" with { type: "json" };
import * as accounting from "../../src/accounting";
import {
  accounts,
  bills,
  companies,
  customers,
  invoiceLines,
  invoices,
  journalEntries,
  payments,
  tenants,
  users,
  vendors,
} from "../../src/accounting";
import * as root from "../../src/index";
import {
  ConnectionError,
  checkConnectionHealth,
  createConnectionPool,
  createDatabase,
  type Database,
  DatabaseError,
  db,
  ensureDb,
  getDb,
  newId,
  validateSchema,
} from "../../src/index";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { pageAt } from "../documents/markdown";
import { createBill, issued } from "./kit/documents";

/*
 * Every code example of the AI-BOS document (DOC-289), as it is written and in its order, in a request of one tenant.
 * Import paths and ids alone are changed; the layout is the formatter's. Headings are the document's. What a block uses
 * and does not declare is made before it. `docs/requirements/ai-bos.md` lists what differs, and
 * `examples-answers.test.ts` shows what the literal form is answered.
 */
let test: TestDatabase;
let acme: TestTenant;
let other: TestTenant;
let tenantId: string;
let companyId: string;
let customerId: string;

beforeAll(async () => {
  test = await createTestDatabase();
  vi.stubEnv("DATABASE_URL", test.urls.runtime);
  acme = await createTenant(test, "Acme");
  other = await createTenant(test, "Other");
  tenantId = acme.tenant.id;
  companyId = acme.company.id;
  customerId = (await createCustomer(acme)).id;
});
afterAll(async () => {
  await db.close();
  vi.unstubAllEnvs();
  await test.close();
});

/** A request of Acme. */
const request = <T>(work: () => T) => db.runAs({ tenantId: acme.tenant.id }, work);
const draft = (totalAmount = "30.00") => ({
  ...{ id: newId(), tenantId, companyId, customerId, totalAmount, currency: "USD", status: "draft" as const },
  ...{ invoiceDate: "2026-03-01", dueDate: "2026-03-31" },
});

describe("Database Connection", () => {
  it("gives the process's database", async () => {
    // Get database instance
    const database = getDb();

    // Ensure database connection
    const connectedDb = ensureDb();

    expect(database).toBe(db);
    expect(await connectedDb).toBe(db);
  });
});

describe("Schema Access", () => {
  it("imports the document's tables from one path, and queries tenants: a tenant sees itself", async () => {
    const named = {
      tenants,
      companies,
      users,
      invoices,
      bills,
      payments,
      journalEntries,
      accounts,
      customers,
      vendors,
    };
    expect(accounting).toMatchObject(named);
    await request(async () => {
      // Query tenants
      const tenantList = await db.select().from(tenants);

      // Query with conditions
      const activeTenants = await db.select().from(tenants).where(eq(tenants.status, "active"));

      expect(tenantList.map(({ name }) => name)).toEqual(["Acme"]);
      expect(activeTenants).toEqual(tenantList);
    });
  });
});

describe("Multi-Tenant Queries", () => {
  // Query with tenant context
  async function getTenantInvoices(tenantId: string) {
    const db = getDb();

    return await db.select().from(invoices).where(eq(invoices.tenantId, tenantId));
  }

  // Query with company context
  async function getCompanyBills(tenantId: string, companyId: string) {
    const db = getDb();

    return await db
      .select()
      .from(bills)
      .where(and(eq(bills.tenantId, tenantId), eq(bills.companyId, companyId)));
  }

  it("read the request's tenant, and nothing when they are asked for another", async () => {
    const [ours, bill, theirs] = [await issued(acme), await createBill(acme), await issued(other)];
    await createBill(other);
    await request(async () => {
      expect((await getTenantInvoices(tenantId)).map(({ id }) => id)).toEqual([ours.id]);
      expect((await getCompanyBills(tenantId, companyId)).map(({ id }) => id)).toEqual([bill.id]);
      expect(await getTenantInvoices(other.tenant.id)).toEqual([]);
      expect(await getCompanyBills(other.tenant.id, other.company.id)).toEqual([]);
    });
    const theirOwn = await db.runAs({ tenantId: other.tenant.id }, () => getTenantInvoices(other.tenant.id));
    expect(theirOwn.map(({ id }) => id)).toEqual([theirs.id]);
  });
});

describe("Transactions", () => {
  it("write an invoice, its lines and the customer's balance together", async () => {
    const invoiceData = draft();
    const invoiceLinesData = [1, 2, 3].map((lineNumber) => ({
      ...{ companyId, invoiceId: invoiceData.id, lineNumber, description: `Line ${lineNumber}` },
      ...{ quantity: "2", unitPrice: "5.00" },
    }));
    // A draft is not owed.
    const newBalance = "0.00";
    const customerId = (await createCustomer(acme)).id;
    await request(async () => {
      // Use transactions for data consistency
      await db.transaction(async (tx) => {
        // Insert invoice
        const [invoice] = await tx.insert(invoices).values(invoiceData).returning();

        // Insert invoice lines
        await tx.insert(invoiceLines).values(invoiceLinesData);

        // Update customer balance
        await tx.update(customers).set({ balance: newBalance }).where(eq(customers.id, customerId));

        expect(invoice).toMatchObject(invoiceData);
      });
      const document = await db.accounting.invoices.findDocument(invoiceData.id);
      expect(document?.lines.map(({ amount }) => amount)).toEqual(["10.00", "10.00", "10.00"]);
    });
  });
});

describe("Bulk Operations", () => {
  it("insert three invoices", async () => {
    const [invoiceData1, invoiceData2, invoiceData3] = [draft("1.00"), draft("2.00"), draft("3.00")];
    await request(async () => {
      // Bulk insert
      await db.insert(invoices).values([invoiceData1, invoiceData2, invoiceData3]);

      expect(await db.$count(invoices, eq(invoices.totalAmount, "2.00"))).toBe(1);
    });
  });

  it("make three invoices paid", async () => {
    const [inv_001, inv_002, inv_003, inv_004] = [
      await issued(acme),
      await issued(acme),
      await issued(acme),
      await issued(acme),
    ];
    await request(async () => {
      // Bulk update
      await db
        .update(invoices)
        .set({ status: "paid" })
        .where(or(eq(invoices.id, inv_001.id), eq(invoices.id, inv_002.id), eq(invoices.id, inv_003.id)));

      const paid = await db.accounting.invoices.list({ status: "paid" });
      expect(paid.items.map(({ id }) => id).sort()).toEqual([inv_001.id, inv_002.id, inv_003.id].sort());
      expect((await db.accounting.invoices.getById(inv_004.id)).status).toBe("issued");
    });
  });
});

/** Columns of the document's table that ours lacks, or has under another name, with another default, or nullable. */
function differences(theirs: PgTable, ours: PgTable): string[] {
  const own: Record<string, { name: string; notNull: boolean; default?: unknown }> = getTableColumns(ours);
  return Object.entries(getTableColumns(theirs)).flatMap(([key, column]) => {
    const text = typeof column.default === "string" ? column.default : own[key]?.default;
    const same = own[key]?.name === column.name && own[key]?.default === text;
    return same && own[key]?.notNull === column.notNull ? [] : [key];
  });
}

describe("Core Tables", () => {
  it("have the document's columns, names and defaults", () => {
    const own = { tenants, companies, users };
    const theirs = (() => {
      // Tenants table
      const tenants = pgTable("tenants", {
        id: text("id").primaryKey(),
        name: text("name").notNull(),
        status: text("status").notNull().default("active"),
        createdAt: timestamp("created_at").notNull().defaultNow(),
        updatedAt: timestamp("updated_at").notNull().defaultNow(),
      });

      // Companies table
      const companies = pgTable("companies", {
        id: text("id").primaryKey(),
        tenantId: text("tenant_id")
          .notNull()
          .references(() => tenants.id),
        name: text("name").notNull(),
        status: text("status").notNull().default("active"),
        createdAt: timestamp("created_at").notNull().defaultNow(),
        updatedAt: timestamp("updated_at").notNull().defaultNow(),
      });

      // Users table
      const users = pgTable("users", {
        id: text("id").primaryKey(),
        tenantId: text("tenant_id")
          .notNull()
          .references(() => tenants.id),
        email: text("email").notNull().unique(),
        name: text("name").notNull(),
        role: text("role").notNull().default("user"),
        status: text("status").notNull().default("active"),
        createdAt: timestamp("created_at").notNull().defaultNow(),
        updatedAt: timestamp("updated_at").notNull().defaultNow(),
      });
      return { tenants, companies, users };
    })();
    expect(differences(theirs.tenants, own.tenants)).toEqual([]);
    expect(differences(theirs.companies, own.companies)).toEqual([]);
    expect(differences(theirs.users, own.users)).toEqual([]);
  });
});

describe("Accounting Tables", () => {
  it("have the document's columns, names and defaults; a draft has no number yet", () => {
    const own = { invoices, bills };
    const theirs = (() => {
      // Invoices table
      const invoices = pgTable("invoices", {
        id: text("id").primaryKey(),
        tenantId: text("tenant_id")
          .notNull()
          .references(() => tenants.id),
        companyId: text("company_id")
          .notNull()
          .references(() => companies.id),
        customerId: text("customer_id")
          .notNull()
          .references(() => customers.id),
        invoiceNumber: text("invoice_number").notNull(),
        invoiceDate: date("invoice_date").notNull(),
        dueDate: date("due_date").notNull(),
        totalAmount: decimal("total_amount", { precision: 15, scale: 2 }).notNull(),
        currency: text("currency").notNull().default("USD"),
        status: text("status").notNull().default("draft"),
        createdAt: timestamp("created_at").notNull().defaultNow(),
        updatedAt: timestamp("updated_at").notNull().defaultNow(),
      });

      // Bills table
      const bills = pgTable("bills", {
        id: text("id").primaryKey(),
        tenantId: text("tenant_id")
          .notNull()
          .references(() => tenants.id),
        companyId: text("company_id")
          .notNull()
          .references(() => companies.id),
        vendorId: text("vendor_id")
          .notNull()
          .references(() => vendors.id),
        billNumber: text("bill_number").notNull(),
        billDate: date("bill_date").notNull(),
        dueDate: date("due_date").notNull(),
        totalAmount: decimal("total_amount", { precision: 15, scale: 2 }).notNull(),
        currency: text("currency").notNull().default("USD"),
        status: text("status").notNull().default("draft"),
        createdAt: timestamp("created_at").notNull().defaultNow(),
        updatedAt: timestamp("updated_at").notNull().defaultNow(),
      });
      return { invoices, bills };
    })();
    expect(differences(theirs.invoices, own.invoices)).toEqual(["invoiceNumber"]);
    expect(differences(theirs.bills, own.bills)).toEqual([]);
  });
});

describe("Environment Variables", () => {
  it("are the document's, and configure a pool", async () => {
    const variables = `
# Database Connection
DATABASE_URL=postgresql://user:password@localhost:5432/accounts
DATABASE_POOL_SIZE=10
DATABASE_POOL_TIMEOUT=30000

# Connection Pooling
DB_CONNECTION_LIMIT=20
DB_IDLE_TIMEOUT=30000
DB_CONNECTION_TIMEOUT=2000

# Performance
DB_QUERY_TIMEOUT=30000
DB_STATEMENT_TIMEOUT=30000
`;
    const before = { ...process.env };
    for (const [, name = "", value = ""] of variables.matchAll(/^(\w+)=(.*)$/gm)) vi.stubEnv(name, value);
    const pool = createConnectionPool();
    vi.unstubAllEnvs();
    vi.stubEnv("DATABASE_URL", before.DATABASE_URL);
    const timeouts = { queryTimeoutMillis: 30000, statementTimeoutMillis: 30000, connectionTimeoutMillis: 2000 };
    expect(pool.limits).toMatchObject({ max: 20, idleTimeoutMillis: 30000, ...timeouts });
    expect(pool.address).toMatchObject({ host: "localhost", port: 5432, database: "accounts" });
    await pool.close();
  });
});

describe("Drizzle Configuration", () => {
  it("is drizzle-kit's own", () => {
    // drizzle.config.ts
    const config = defineConfig({
      schema: "./src/schema/index.ts",
      out: "./drizzle",
      dialect: "postgresql",
      dbCredentials: {
        // biome-ignore lint/style/noNonNullAssertion: The document has it so.
        url: process.env.DATABASE_URL!,
      },
    });
    expect(config).toMatchObject({ dialect: "postgresql", dbCredentials: { url: test.urls.runtime } });
  });
});

describe("Migrations, Testing and Contributing", () => {
  it.each([
    "db:generate",
    "db:migrate",
    "db:push",
    "db:studio",
    "test",
    "test:database",
    "test:migrations",
    "quality:check",
  ])("pnpm %s is a script", (script) => {
    expect(Object.keys(scripts.scripts)).toContain(script);
  });
});

describe("Schema Validation", () => {
  it("finds the schema whole", async () => {
    const error = vi.spyOn(console, "error");
    // Validate schema integrity
    const validation = await validateSchema();

    if (!validation.isValid) {
      console.error("Schema validation failed:", validation.errors);
    }
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  });
});

describe("Query Optimization", () => {
  it("reads the paid invoices of the tenant", async () => {
    await request(async () => {
      // Use indexes for better performance
      const indexQuery = db
        .select()
        .from(invoices)
        .where(and(eq(invoices.tenantId, tenantId), eq(invoices.status, "paid")));

      const paid = await db.accounting.invoices.list({ status: "paid" });
      expect((await indexQuery).map(({ id }) => id).sort()).toEqual(paid.items.map(({ id }) => id).sort());
      expect(paid.items).toHaveLength(3);
    });
  });
});

describe("Connection Pooling", () => {
  it("takes the document's options and serves a database", async () => {
    // Create optimized connection pool
    const pool = createConnectionPool({
      max: 20,
      min: 5,
      idleTimeoutMillis: 30000,
      connectionTimeoutMillis: 2000,
    });
    const database = createDatabase({ pool });
    const { name } = await database.runAs({ tenantId }, () => database.tenancy.tenant.current());
    expect(name).toBe("Acme");
    expect(pool.limits).toMatchObject({ max: 20, min: 5, idleTimeoutMillis: 30000, connectionTimeoutMillis: 2000 });
    await database.close();
  });
});

describe("Row Level Security (RLS)", () => {
  it("is enabled on tenants, by a policy of the document's name", async () => {
    const run = (text: string) =>
      test.asOwner(async (owner) => {
        await owner.query("set search_path = tenancy");
        return owner.query(text);
      });
    // Enable RLS on tenants table
    await run("ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;");

    // Create policy for tenant isolation
    const policy = run(`CREATE POLICY tenant_isolation ON tenants
  FOR ALL TO authenticated
  USING (id = current_setting('app.current_tenant_id')::uuid);`);
    const isThere = { sqlState: "42710" };
    await expect(policy).rejects.toMatchObject(isThere);
  });
});

describe("Error Handling", () => {
  const handled = (db: Database) => async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await handle(db);
    const [said] = error.mock.calls;
    error.mockRestore();
    return said;
  };
  async function handle(db: Database) {
    try {
      const result = await db.select().from(invoices);
      expectTypeOf(result).toEqualTypeOf<accounting.Invoice[]>();
    } catch (error) {
      if (error instanceof ConnectionError) {
        // Handle connection errors
        console.error("Database connection failed:", error.message);
      } else if (error instanceof DatabaseError) {
        // Handle database errors
        console.error("Database error:", error.message);
      }
    }
  }

  it("tells connection errors and database errors apart", async () => {
    expect(await request(handled(db))).toBeUndefined();
    const stranger = db.runAs({ tenantId, userId: newId() }, handled(db));
    expect(await stranger).toEqual(["Database error:", expect.stringContaining("member")]);
    const nowhere = createDatabase({ url: "postgresql://user:password@127.0.0.1:1/accounts" });
    const failed = nowhere.runAs({ tenantId }, handled(nowhere));
    expect(await failed).toEqual(["Database connection failed:", expect.stringContaining("cannot be reached")]);
    await nowhere.close();
  });
});

describe("Connection Health", () => {
  it("finds the connection healthy", async () => {
    const error = vi.spyOn(console, "error");
    // Check database connection health
    const health = await checkConnectionHealth();

    if (!health.isHealthy) {
      console.error("Database health check failed:", health.errors);
    }
    expect(error).not.toHaveBeenCalled();
    error.mockRestore();
  });
});

describe("What the document names and nobody has built", () => {
  const page = pageAt("docs/requirements/ai-bos.md").text;
  it.each(["optimizeQuery", "monitorQueryPerformance", "encryptSensitiveData", "decryptSensitiveData"])(
    "%s is listed as such",
    (name) => {
      expect(Object.keys(root)).not.toContain(name);
      expect(page).toMatch(new RegExp(`\`${name}\`[^|]*\\| not built yet`));
    },
  );
});
