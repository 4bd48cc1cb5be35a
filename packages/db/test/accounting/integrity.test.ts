import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { violationKinds } from "../../src/accounting/validation/reports";
import { ValidationError } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { HealthyBooks } from "./integrity-books";
import { documentCases } from "./integrity-documents";
import { ledgerCases } from "./integrity-ledger";
import { writeBooks } from "./reports-rows";
import { asLogin, rejection } from "./support";

let test: TestDatabase;
let acme: TestTenant;
let books: HealthyBooks;

beforeAll(async () => {
  test = await createTestDatabase();
  // What hinders the owner as well: these rules have nothing but the health check in this database.
  await test.asOwner(async (owner) => {
    await owner.query("drop index accounting.idx_journal_entries_reverses_entry_id");
    await owner.query("alter table accounting.journal_lines drop constraint journal_lines_scale_check");
  });
});
afterAll(() => test.close());

beforeEach(async () => {
  acme = await createTenant(test, "Acme", { chart: false });
  books = new HealthyBooks(acme);
  await test.asOwner((owner) => writeBooks(owner, books.made, acme.tenant.id, acme.company.id));
  await plant(books.periods());
});

/** Writes past triggers and foreign keys. */
const plant = (text: string) =>
  test.asOwner(async (owner) => {
    await owner.query("set session_replication_role = replica");
    const results = [await owner.query(text)].flat();
    for (const { rowCount } of results) expect(rowCount, "rows planted").toBeGreaterThan(0);
  });

const violations = (filter = {}) => acme.handle.accounting.integrity.violations(filter);
const cases = [...ledgerCases, ...documentCases];

describe("the health check", () => {
  it("is empty for healthy books", async () => {
    expect(await violations()).toEqual([]);
  });

  it.each(cases.map((planted, index) => [`${planted.kind} (${index + 1})`, planted] as const))(
    "reports %s",
    async (_name, planted) => {
      const text = `select ${planted.record(books)} as id`;
      const recordId = await test.asOwner(async (owner) => (await owner.query<{ id: string }>(text)).rows[0]?.id);
      await plant(planted.sql(books));

      const found = await violations();
      const own = found.filter((violation) => violation.kind === planted.kind);
      expect([...new Set(own.map((violation) => violation.recordId))]).toEqual([recordId]);
      const others = found.map((violation) => violation.kind).filter((kind) => kind !== planted.kind);
      expect([...new Set(others)].sort()).toEqual((planted.also ?? []).sort());
      for (const violation of found) {
        expect(violation.companyId).toBe(acme.company.id);
        expect(violation.recordTable).toMatch(/^(accounting|tenancy)\.[a-z_]+$/);
        expect(violation.detail).toMatch(/^[A-Z]/);
      }
    },
  );

  it("has a case here for every kind, and no other kinds", async () => {
    const planted = [...new Set(cases.map(({ kind }) => kind))].sort();
    expect(planted).toEqual([...violationKinds]);
    const definition = await test.asOwner(async (owner) => {
      const { rows } = await owner.query(
        `select string_agg(pg_get_viewdef(oid), ' ') as text from pg_class
         where relnamespace = 'accounting'::regnamespace and relname like 'violations\\_of\\_%'`,
      );
      return String(rows[0].text);
    });
    const named = definition.match(/'[a-z]+_[a-z_]+'(?=::text)/g)?.map((literal) => literal.slice(1, -1));
    const others = ["credit_note", "partly_paid", "invoice_void", "bill_void", "payment_void", "allocation_void"];
    expect([...new Set(named)].filter((name) => !others.includes(name)).sort()).toEqual(planted);
  });

  it("names the record's table, its company and what is wrong", async () => {
    const { party } = books.is.invoice;
    await plant(`update accounting.customers set balance = 7 where id = '${party}'`);
    expect(await violations()).toEqual([
      {
        kind: "customer_balance_differs",
        companyId: acme.company.id,
        recordTable: "accounting.customers",
        recordId: party,
        detail: "The balance is not the sum of the customer's lines on the receivable account",
      },
    ]);
  });

  it("is narrowed to a company, a kind, and a number of violations", async () => {
    await plant(`update accounting.customers set balance = 7 where tenant_id = ${books.tenant}`);
    const other = await acme.handle.tenancy.companies.create({ name: "Second company" });
    expect(await violations({ companyId: acme.company.id })).toHaveLength(2);
    expect(await violations({ companyId: other.id })).toEqual([]);
    expect(await violations({ kind: "customer_balance_differs" })).toHaveLength(2);
    expect(await violations({ kind: "vendor_balance_differs" })).toEqual([]);
    expect(await violations({ limit: 1 })).toHaveLength(1);
    for (const wrong of [{ limit: 0 }, { limit: 10_001 }, { companyId: "acme" }, { kind: "all" }, { sort: "kind" }]) {
      expect(await rejection(violations(wrong))).toBeInstanceOf(ValidationError);
    }
  });

  it("shows a tenant nothing of another, and the platform everything", async () => {
    await plant(`update accounting.customers set balance = 7 where tenant_id = ${books.tenant}`);
    const other = await createTenant(test);
    expect(await other.handle.accounting.integrity.violations()).toEqual([]);
    const text = "select distinct tenant_id from accounting.violations where kind = 'customer_balance_differs'";
    const tenants = (url: string, tenantId?: string) =>
      asLogin(url, async (client) => {
        await client.query("begin");
        if (tenantId) await client.query("select set_config('app.current_tenant_id', $1, true)", [tenantId]);
        return (await client.query(text)).rows.map((row) => row.tenant_id);
      });
    expect(await tenants(test.urls.runtime)).toEqual([]);
    expect(await tenants(test.urls.runtime, other.tenant.id)).toEqual([]);
    expect(await tenants(test.urls.runtime, acme.tenant.id)).toEqual([acme.tenant.id]);
    expect(await tenants(test.urls.platform)).toContain(acme.tenant.id);
  });
});
