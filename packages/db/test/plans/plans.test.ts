import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allStatements } from "../../src/core/statement";
import { domains } from "../../src/domains";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import "../../src/index";
import { connect } from "../kit/sql";
import { readWithoutTenantIndex } from "./explain";

/** Statements of the platform login; all others run as the runtime login. */
const namesOfPlatform = Object.values(domains).flatMap(({ platformStatements = [] }) =>
  platformStatements.map(({ name }) => name.replaceAll(".", "\\.")),
);
const ofPlatform = new RegExp(`^(${namesOfPlatform.join("|")})$`);

let test: TestDatabase;
let acme: TestTenant;
let logins: Record<"platform" | "runtime", pg.Client>;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  logins = { platform: await connect(test.urls.platform), runtime: await connect(test.urls.runtime) };
});
afterAll(async () => {
  await Promise.all(Object.values(logins).map((client) => client.end()));
  await test.close();
});

describe("the plan of every repository statement, as the runtime login", () => {
  it("knows the statements", () => {
    expect(allStatements().length).toBeGreaterThan(40);
  });

  const queries = allStatements().flatMap((statement) => statement.variants());

  it.each(queries.map((query) => [query.name, query] as const))("%s", async (name, query) => {
    const client = logins[ofPlatform.test(name) ? "platform" : "runtime"];
    expect(await readWithoutTenantIndex(client, acme.tenant.id, query.getQuery().sql)).toEqual([]);
  });
});

describe("a statement that is declared or proven to read", () => {
  const reading = allStatements()
    .flatMap((statement) => statement.variants())
    .filter((query) => query.reads);
  const named = (name: string) => reading.some((query) => query.name === name);

  it("is a read", () => {
    expect(named("accounting.customers.find")).toBe(true);
    expect(named("accounting.invoices.find_document")).toBe(true);
    expect(named("tenancy.audit.record")).toBe(false);
    expect(named("accounting.invoices.issue")).toBe(false);
  });

  it("locks nothing, and calls no function of ours that could write", async () => {
    const functions = await test.asOwner(async (owner) => {
      const { rows } = await owner.query<{ name: string }>(`
        select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname not in ('pg_catalog', 'information_schema') and p.provolatile = 'v'`);
      return rows.map((row) => row.name);
    });
    expect(functions).toContain("record_audit");
    const writes = new RegExp(
      `\\b(for\\s+(update|share|no key update|key share)|(${functions.join("|")})\\s*\\()`,
      "i",
    );
    expect(reading.filter((query) => writes.test(query.getQuery().sql)).map((query) => query.name)).toEqual([]);
  });

  it("runs where nothing can be written", async () => {
    await test.asOwner(async (owner) => {
      await owner.query("begin read only");
      for (const query of reading) {
        const text = query.getQuery().sql;
        const parameters = new Set(text.match(/\$\d+/g)).size;
        await owner.query({ text, values: Array.from({ length: parameters }, () => null) });
      }
      await owner.query("commit");
    });
  });
});
