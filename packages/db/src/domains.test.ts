import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { getTableConfig } from "drizzle-orm/pg-core";
import { describe, expect, expectTypeOf, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import type { Accounting } from "./accounting";
import { allStatements } from "./core/statement";
import { tenantTables } from "./core/tenant-table";
import { catalogueScope, domains, relations } from "./domains";
import type { TenantDatabase, TenantTransaction } from "./handles";
import { tables } from "./schema";
import type { Tenancy } from "./tenancy";
import type { TestTenant } from "./testing";
import "./index";

const names = Object.keys(domains);
const exported: Record<string, unknown> = packageJson.exports;

describe.each(names)("the domain %s", (name) => {
  it("has its subpath in the exports of package.json", () => {
    expect(exported[`./${name}`]).toEqual({
      "@org/source": `./src/${name}/index.ts`,
      types: `./dist/${name}/index.d.ts`,
      default: `./dist/${name}/index.js`,
    });
  });

  it("has a page that describes it", () => {
    expect(existsSync(join(import.meta.dirname, name, "README.md"))).toBe(true);
  });
});

describe("the list of domains", () => {
  it("has every folder with tables", () => {
    const folders = readdirSync(import.meta.dirname).filter((name) =>
      existsSync(join(import.meta.dirname, name, "schema")),
    );
    expect(folders.sort()).toEqual([...names].sort());
  });

  it("knows every tenant table, and each table is in a schema of its domain", () => {
    expect(Object.keys(tables)).toEqual(expect.arrayContaining(tenantTables().map((entry) => entry.name)));
    for (const domain of Object.values(domains)) {
      const own = domain.schemas.map(({ schemaName }) => schemaName);
      for (const table of domain.tables) expect(own).toContain(getTableConfig(table).schema);
    }
    expect(new Set(catalogueScope.schemas).size).toBe(catalogueScope.schemas.length);
  });

  it("knows the domain of each statement by the statement's name", () => {
    const others = allStatements().filter(({ name }) => !names.includes(name.split(".")[0] ?? ""));
    expect(others).toEqual([]);
    expect(domains.tenancy.platformStatements?.length).toBeGreaterThan(0);
  });

  it("joins the relations: what several mention is as tenancy says", () => {
    expect(relations.companies).toBe(domains.tenancy.relations.companies);
    expect(relations.accountingInvoices).toBe(domains.accounting.relations.accountingInvoices);
  });

  it("gives the handles their types", () => {
    expectTypeOf<TenantTransaction["accounting"]>().toEqualTypeOf<Accounting>();
    expectTypeOf<TenantDatabase["tenancy"]>().toEqualTypeOf<Tenancy>();
    expectTypeOf<TestTenant["handle"]["accounting"]["invoices"]>().toEqualTypeOf<Accounting["invoices"]>();
    expectTypeOf<(typeof relations)["companies"]>().toEqualTypeOf<typeof domains.tenancy.relations.companies>();
    expectTypeOf<TenantTransaction["query"]["accountingInvoices"]>().not.toBeAny();
  });
});
