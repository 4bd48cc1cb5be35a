import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import type {
  BillLine,
  billLines,
  Customer,
  Invoice,
  InvoiceDocument,
  InvoiceLine,
  invoiceLines,
  NewInvoice,
} from "./accounting";
import * as root from "./index";
import type { AuditEntry, AuditLog, auditLog, Session, session, User, UserRole, userRoles } from "./tenancy";

describe("the public face", () => {
  it("is this list, and no table of any domain", () => {
    const errors = Object.keys(root).filter((name) => name.endsWith("Error"));
    expect(errors.length).toBe(25);
    expect(
      Object.keys(root)
        .filter((name) => !errors.includes(name))
        .sort(),
    ).toEqual([
      "ConnectionPool",
      "Database",
      "allPages",
      "checkConnectionHealth",
      "compareMoney",
      "createAuthDatabase",
      "createConnectionPool",
      "createDatabase",
      "db",
      "ensureDb",
      "errorCodes",
      "getDb",
      "isUuid",
      "lineAmount",
      "logQuery",
      "migrate",
      "newId",
      "roundMoney",
      "sumMoney",
      "validateSchema",
    ]);
  });

  it("lets no raw connection out", () => {
    const names = Object.getOwnPropertyNames(root.ConnectionPool.prototype).sort();
    expect(names).toEqual(["address", "close", "constructor", "status"]);
  });

  it("gives money as decimal strings, points in time as Date, days as text", () => {
    expectTypeOf<Customer["balance"]>().toEqualTypeOf<string>();
    expectTypeOf<Invoice["totalAmount"]>().toEqualTypeOf<string>();
    expectTypeOf<Invoice["invoiceDate"]>().toEqualTypeOf<string>();
    expectTypeOf<Invoice["issuedAt"]>().toEqualTypeOf<Date | null>();
    expectTypeOf<Invoice["status"]>().toEqualTypeOf<"draft" | "issued" | "partly_paid" | "paid" | "void">();
    expectTypeOf<InvoiceDocument["lines"][number]["amount"]>().toEqualTypeOf<string>();
    expectTypeOf<User["role"]>().toEqualTypeOf<"user" | "admin" | "market_maker">();
    expectTypeOf<AuditEntry["rowBefore"]>().toEqualTypeOf<Record<string, unknown> | null>();
    expectTypeOf<NewInvoice["lines"][number]["quantity"]>().toEqualTypeOf<string>();
  });

  it("gives rows of tables under the names of the documents", () => {
    expectTypeOf<InvoiceLine>().toEqualTypeOf<typeof invoiceLines.$inferSelect>();
    expectTypeOf<BillLine>().toEqualTypeOf<typeof billLines.$inferSelect>();
    expectTypeOf<UserRole>().toEqualTypeOf<typeof userRoles.$inferSelect>();
    expectTypeOf<Session>().toEqualTypeOf<typeof session.$inferSelect>();
    expectTypeOf<AuditLog>().toEqualTypeOf<typeof auditLog.$inferSelect>();
  });

  it("installs the types of whatever its declarations name", () => {
    const installed = Object.keys(packageJson.dependencies);
    const untyped = installed.filter((name) => {
      const manifest = readFileSync(join(import.meta.dirname, "../node_modules", name, "package.json"), "utf8");
      return !/"types"\s*:/.test(manifest) && !installed.includes(`@types/${name}`);
    });
    expect(installed).toContain("@types/pg");
    expect(untyped).toEqual([]);
  });

  it("has on the database all that a tenant's handle has, for the scope of a request", () => {
    expectTypeOf<Omit<root.TenantDatabase, "transaction">>().toEqualTypeOf<
      Pick<root.Database, Exclude<keyof root.TenantDatabase, "transaction">>
    >();
    expectTypeOf<root.Database["forTenant"]>().parameter(0).toEqualTypeOf<root.TenantScope>();
  });
});
