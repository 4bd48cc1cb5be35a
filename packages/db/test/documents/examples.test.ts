import { createServer } from "node:http";
import * as streams from "node:stream/promises";
import * as betterAuth from "better-auth";
import * as adapter from "better-auth/adapters/drizzle";
import * as betterAuthApi from "better-auth/api";
import * as betterAuthNode from "better-auth/node";
import * as drizzle from "drizzle-orm";
import { sql } from "drizzle-orm";
import * as pgCore from "drizzle-orm/pg-core";
import express from "express";
import fastify from "fastify";
import * as hono from "hono";
import * as vitest from "vitest";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as accounting from "../../src/accounting";
import * as statements from "../../src/accounting/statements";
import * as columns from "../../src/core/columns";
import * as tenantTables from "../../src/core/tenant-table";
import * as root from "../../src/index";
import * as tenancy from "../../src/tenancy";
import * as testing from "../../src/testing";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { pageAt, pages } from "./markdown";
import { type Program, run, typeErrors } from "./programs";
import { answersOf, type Servers } from "./servers";

/*
 * Every page's code, taken from the page: it compiles under the package's settings, and runs on a real server. The
 * recipe for a table registers one, so this file must not share its modules with others.
 */
const modules = {
  "@org/db": root,
  "@org/db/accounting": accounting,
  "@org/db/testing": testing,
  "better-auth": betterAuth,
  "better-auth/adapters/drizzle": adapter,
  "better-auth/api": betterAuthApi,
  "better-auth/node": betterAuthNode,
  "drizzle-orm": drizzle,
  "drizzle-orm/pg-core": pgCore,
  express: { __esModule: true, default: express },
  fastify: { __esModule: true, default: fastify },
  hono,
  "node:stream/promises": streams,
  vitest,
  "vitest/config": { defineConfig: (config: unknown) => config },
  "../../src/accounting/schema/schemas": accounting,
  "../../src/core/columns": columns,
  "../../src/accounting/statements": statements,
  "../../src/core/tenant-table": tenantTables,
  "../../src/tenancy/schema/tenants": tenancy,
};

const program = (paths: string | string[], rest: Omit<Program, "pages"> = {}): Program => ({
  pages: [paths].flat().map(pageAt),
  ...rest,
});
const tenant = 'import("../../src/index").TenantDatabase';
const database = 'import("../../src/index").Database';

const readme = program("README.md");
const api = program("packages/db/README.md", { given: { tenantId: "string", userId: "string", companyId: "string" } });
const inUse = program("docs/accounting.md", { given: { acme: tenant, companyId: "string" } });
const ledger = program("docs/recipes/post-to-the-ledger.md", { given: { acme: tenant, companyId: "string" } });
const transactions = program("docs/recipes/transactions-and-jobs.md", {
  given: {
    db: database,
    acme: tenant,
    tenantId: "string",
    input: 'import("../../src/accounting").NewInvoice',
    messageId: "string",
    message: "{ to: string }",
  },
});
const signIn = program("docs/recipes/sign-in.md", {
  given: {
    db: database,
    createServer: 'typeof import("node:http").createServer',
    baseURL: "string",
    secret: "string",
    sendVerificationEmail: "() => Promise<void>",
    session: "{ user: { id: string } }",
    gracesSession: "{ user: { id: string; email: string; name: string } }",
    email: "string",
    name: "string",
  },
});
const requestScope = program("docs/recipes/request-scope.md", {
  given: {
    tenantId: "string",
    userId: "string",
    companyId: "string",
    scopeOf: '(token: string | undefined) => Promise<import("../../src/index").TenantScope>',
    serve: '(servers: import("./servers").Servers, names: { name: string }[]) => Promise<void>',
  },
  last: "await serve({ hono, express: app, fastify }, names);",
});
const method = program(["docs/recipes/add-a-table.md", "docs/recipes/write-a-repository-method.md"], {
  folder: "packages/db/src/accounting/schema",
  imports: [
    'import { and, eq } from "drizzle-orm";',
    'import { statement } from "../../src/accounting/statements";',
    'import type { Params } from "../../src/core/statement";',
    'import type { Unit } from "../../src/client/unit";',
  ].join("\n"),
  given: { acme: tenant, companyId: "string", found: "(name: string | undefined) => void" },
  last: `
    await acme.insert(carriers).values({ companyId, name: "Canoe Post" });
    await acme.tenancy.idempotency.once({ operation: "find", key: "1", request: {} }, async (unit) => {
      found((await new CarrierRepository(unit).findByName(companyId, "Canoe Post"))?.name);
      return {};
    });`,
});
const fixtures = program("packages/db/src/testing/README.md");
const reloads = program("docs/configuration.md", { given: { made: "(handle: object) => void" }, last: "made(db);" });
const programs = [readme, api, inUse, ledger, transactions, signIn, requestScope, method, fixtures, reloads];

let test: TestDatabase;
let acme: TestTenant;
const variables = {
  DATABASE_URL: "runtime",
  DATABASE_AUTH_URL: "identity",
  DATABASE_PLATFORM_URL: "platform",
} as const;

beforeAll(async () => {
  test = await createTestDatabase();
  for (const [variable, login] of Object.entries(variables)) vi.stubEnv(variable, test.urls[login]);
  acme = await createTenant(test, "Acme");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await test.close();
});

it("is known of every page with TypeScript", () => {
  const withCode = pages.filter(({ blocks }) => blocks.some(({ language }) => language === "ts"));
  const known = programs.flatMap((one) => one.pages.map(({ path }) => path));
  expect(withCode.map(({ path }) => path)).toEqual(known.toSorted());
});

it("compiles", () => {
  expect(typeErrors(programs)).toEqual([]);
});

describe("README.md", () => {
  it("prints what its comments say", async () => {
    const printed: unknown[][] = [];
    const log = vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => void printed.push(values));
    await run(readme, [], modules).finally(() => log.mockRestore());
    const [number, documents, refusal, ...balances] = printed;
    expect(number).toEqual(["INV-000001", "760.00"]);
    expect(documents?.[0]).toMatchObject([{ status: "issued", lines: [{ amount: "760.00" }] }]);
    expect(refusal).toEqual(["CONFLICT", "Only a draft can be issued; this invoice is issued"]);
    expect(balances).toEqual([
      ["Bank", "760.00", "0.00"],
      ["Accounts receivable", "0.00", "0.00"],
      ["Sales", "0.00", "760.00"],
    ]);
  });
});

describe("packages/db/README.md", () => {
  it("runs", async () => {
    const printed: unknown[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((name: unknown) => void printed.push(name));
    const { tenant, admin, company } = await createTenant(test, "Of the package's README");
    await run(api, [tenant.id, admin.id, company.id], modules).finally(() => log.mockRestore());
    expect(printed).toEqual(["Borealis Inc"]);
  });
});

describe("docs/accounting.md", () => {
  it("makes books of own accounts, and pays back what was paid too much", async () => {
    const { handle, company } = await createTenant(test, "Of the page on accounting", { chart: false });
    await run(inUse, [handle, company.id], modules);
    const { reports, payments, integrity } = handle.accounting;
    const { accounts: balances } = await reports.trialBalance({ companyId: company.id, asOf: "2026-01-31" });
    expect(balances.map(({ code, debit, credit }) => [code, debit, credit])).toEqual([
      ["1200", "100.00", "0.00"],
      ["1400", "0.00", "100.00"],
    ]);
    const { items } = await payments.list();
    expect(items.map(({ isRefund }) => isRefund).sort()).toEqual([false, true, true]);
    expect(await integrity.violations()).toEqual([]);
  });
});

describe("docs/recipes/post-to-the-ledger.md", () => {
  it("posts the rent, takes it back, and closes January", async () => {
    const { handle, company } = await createTenant(test, "Of the ledger's page");
    await run(ledger, [handle, company.id], modules);
    const { items } = await handle.accounting.journal.list({ companyId: company.id });
    expect(items.map(({ source, description }) => [source, description])).toEqual([
      ["reversal", null],
      ["manual", "Rent, January"],
    ]);
    const periods = await handle.accounting.periods.list({ companyId: company.id, limit: 100 });
    expect(periods.items.filter(({ status }) => status === "closed")).toMatchObject([{ endsOn: "2026-01-31" }]);
    expect(await handle.accounting.integrity.violations()).toEqual([]);
  });
});

describe("docs/recipes/transactions-and-jobs.md", () => {
  it("issues an invoice, runs a job once, and suspends the tenant", async () => {
    const of = await createTenant(test, "Of the page on transactions");
    const { tenant, handle, company } = of;
    const customer = await createCustomer(of);
    const dates = { invoiceDate: "2026-01-15", dueDate: "2026-02-14" };
    const lines = [{ description: "One", quantity: "1", unitPrice: "1.00" }];
    const input = { companyId: company.id, customerId: customer.id, ...dates, lines };
    await run(transactions, [test.db, handle, tenant.id, input, "message-1", { to: "ada@example.com" }], modules);
    const platform = test.db.platform({ actor: "tests", reason: "look at what the page did" });
    const { rows } = await platform.transaction((tx) =>
      tx.execute<{ status: string; number: string }>(sql`
        select t.status, i.invoice_number as number from tenancy.tenants t
        join accounting.invoices i on i.tenant_id = t.id where t.id = ${tenant.id}`),
    );
    expect(rows).toEqual([{ status: "suspended", number: "INV-000001" }]);
  });
});

describe("docs/recipes/request-scope.md", () => {
  it("answers each request of three servers in its own scope, and none without one", async () => {
    const [left, right] = [await createTenant(test, "Left"), await createTenant(test, "Right")];
    await createCustomer(right);
    const scopeOf = async (token?: string) => {
      const { tenant, admin } = [left, right].find((each) => each.tenant.id === token) ?? expect.unreachable();
      return { tenantId: tenant.id, userId: admin.id };
    };
    const error = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const serve = async (servers: Servers, names: unknown) => {
      expect(names).toEqual([{ name: "Borealis Inc" }]);
      expect(await answersOf(servers, root.db, [left, right])).toEqual({
        ...{ answered: 72, foreign: 0, withoutSession: ["refused", "refused", "refused"] },
        afterHangingUp: ["TENANT_CONTEXT_MISSING", "TENANT_CONTEXT_MISSING"],
      });
    };
    const given = [left.tenant.id, left.admin.id, left.company.id, scopeOf, serve];
    await run(requestScope, given, modules).finally(() => error.mockRestore());
    await root.db.close();
  });
});

describe("docs/recipes/sign-in.md", () => {
  it("lets Grace accept Ada's invitation, and leave", async () => {
    const [ada, grace] = await test.asOwner(async (client) => {
      const insert = `insert into auth."user" (name, email, email_verified) values ($1, $2, true) returning id, name, email`;
      const people = [
        ["Ada", "ada@example.com"],
        ["Grace", "grace@example.com"],
      ];
      const made = [];
      for (const person of people) made.push((await client.query(insert, person)).rows[0]);
      return made;
    });
    const mail = async () => undefined;
    const secret = "only-for-tests-0123456789-abcdefghij";
    const given = [
      test.db,
      createServer,
      "http://localhost",
      secret,
      mail,
      { user: ada },
      { user: grace },
      ada.email,
      "Ada",
    ];
    await run(signIn, given, modules);
    expect(await test.db.forIdentity(grace.id).memberships()).toEqual([]);
    const [joined] = await test.db.forIdentity(ada.id).memberships();
    const { members } = test.db.forTenant({ tenantId: joined?.tenantId ?? "" }).tenancy;
    expect(await members.findByEmail(grace.email)).toMatchObject({ role: "user", status: "removed" });
  });
});

describe("docs/recipes/add-a-table.md and write-a-repository-method.md", () => {
  it("keep carriers, and find one by its name", async () => {
    await test.asOwner(async (client) => {
      await client.query(`create table accounting.carriers (
        tenant_id uuid default tenancy.current_tenant_id(), id uuid default gen_random_uuid(),
        company_id uuid not null, name text not null,
        is_active boolean not null default true, created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now(), primary key (tenant_id, id))`);
      const own = "tenant_id = (select tenancy.current_tenant_id())";
      await client.query(
        `create policy tenant_isolation on accounting.carriers to authenticated using (${own}) with check (${own})`,
      );
      await client.query("select tenancy.protect_table('accounting.carriers', 'no-delete', 'changes')");
    });
    const names: unknown[] = [];
    await run(method, [acme.handle, acme.company.id, (name: unknown) => names.push(name)], modules);
    expect(names).toEqual(["Canoe Post"]);
  });
});

describe("docs/configuration.md", () => {
  it("finds the handle that an earlier run made", async () => {
    const handles: root.Database[] = [];
    const made = (handle: root.Database) => handles.push(handle);
    for (const _run of ["first", "second"]) await run(reloads, [made], modules);
    expect(handles[1]).toBe(handles[0]);
    await handles[0]?.close();
  });
});

// Its tests become tests of this file.
describe("packages/db/src/testing/README.md", () => run(fixtures, [], modules));
