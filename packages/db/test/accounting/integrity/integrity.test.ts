import { describe, expect } from "vitest";
import { violationKinds } from "../../../src/accounting/validation/reports";
import { ValidationError } from "../../../src/index";
import { createTenant, scopeToTenant, type TestTenant } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { asLogin } from "../../kit/sql";
import { documentCases } from "./document-cases";
import { inHealthyBooks as it, plant } from "./healthy-books";
import { ledgerCases } from "./ledger-cases";

const cases = [...ledgerCases, ...documentCases];

describe("the health check", () => {
  it("is empty for healthy books", async ({ acme }) => {
    expect(await violations(acme)).toEqual([]);
  });

  it.for(cases.map((planted, index) => [`${planted.kind} (${index + 1})`, planted] as const))(
    "reports %s",
    async ([_name, planted], { test, acme, books }) => {
      const text = `select ${planted.record(books)} as id`;
      const recordId = await test.asOwner(async (owner) => (await owner.query<{ id: string }>(text)).rows[0]?.id);
      await plant(test, planted.sql(books));

      const found = await violations(acme);
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

  it("has a case here for every kind, and no other kinds", async ({ test }) => {
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

  it("reports every account of a ring", async ({ test, acme, books }) => {
    const child = "00000000-0000-4000-8000-000000000001";
    await plant(
      test,
      `insert into accounting.accounts (tenant_id, id, company_id, code, name, type, parent_id)
      values (${books.tenant}, '${child}', ${books.company}, '3001', 'Below', 'equity', ${books.account("capital")});
      insert into accounting.account_balances (tenant_id, company_id, account_id)
      values (${books.tenant}, ${books.company}, '${child}');
      update accounting.accounts set parent_id = '${child}' where id = ${books.account("capital")}`,
    );
    const found = await violations(acme);
    expect(found.map(({ kind, recordId }) => [kind, recordId])).toEqual(
      [child, books.made.accounts.capital].sort().map((id) => ["account_parent", id]),
    );
  });

  it("names the record's table, its company and what is wrong", async ({ test, acme, books }) => {
    const { party } = books.is.invoice;
    await plant(test, `update accounting.customers set balance = 7 where id = '${party}'`);
    expect(await violations(acme)).toEqual([
      {
        kind: "customer_balance_differs",
        companyId: acme.company.id,
        recordTable: "accounting.customers",
        recordId: party,
        detail: "The balance is not the sum of the customer's lines on the receivable account",
      },
    ]);
  });

  it("is narrowed to a company, a kind, and a number of violations", async ({ test, acme, books }) => {
    await plant(test, `update accounting.customers set balance = 7 where tenant_id = ${books.tenant}`);
    const other = await acme.handle.tenancy.companies.create({ name: "Second company" });
    expect(await violations(acme, { companyId: acme.company.id })).toHaveLength(3);
    expect(await violations(acme, { companyId: other.id })).toEqual([]);
    expect(await violations(acme, { kind: "customer_balance_differs" })).toHaveLength(3);
    expect(await violations(acme, { kind: "vendor_balance_differs" })).toEqual([]);
    expect(await violations(acme, { limit: 1 })).toHaveLength(1);
    for (const wrong of [{ limit: 0 }, { limit: 10_001 }, { companyId: "acme" }, { kind: "all" }, { sort: "kind" }]) {
      expect(await rejection(violations(acme, wrong))).toBeInstanceOf(ValidationError);
    }
  });

  it("shows a tenant nothing of another, and the platform everything", async ({ test, acme, books }) => {
    await plant(test, `update accounting.customers set balance = 7 where tenant_id = ${books.tenant}`);
    const other = await createTenant(test);
    expect(await other.handle.accounting.integrity.violations()).toEqual([]);
    const text = "select distinct tenant_id from accounting.violations where kind = 'customer_balance_differs'";
    const tenants = (url: string, tenantId?: string) =>
      asLogin(url, async (client) => {
        await client.query("begin");
        if (tenantId) await scopeToTenant(client, tenantId);
        return (await client.query(text)).rows.map((row) => row.tenant_id);
      });
    expect(await tenants(test.urls.runtime)).toEqual([]);
    expect(await tenants(test.urls.runtime, other.tenant.id)).toEqual([]);
    expect(await tenants(test.urls.runtime, acme.tenant.id)).toEqual([acme.tenant.id]);
    expect(await tenants(test.urls.platform)).toContain(acme.tenant.id);
  });
});

const violations = (acme: TestTenant, filter = {}) => acme.handle.accounting.integrity.violations(filter);
