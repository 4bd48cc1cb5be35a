import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCustomer, createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

describe("a migration while the application runs", () => {
  it("that changes a column's type does not fail the next calls, on any open connection", async () => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme);
    const find = () => acme.handle.accounting.customers.findById(id);
    await Promise.all(Array.from({ length: 20 }, find));
    await test.asOwner((client) => client.query("alter table accounting.customers alter column city type varchar(80)"));
    for (const found of await Promise.all(Array.from({ length: 20 }, find))) expect(found?.id).toBe(id);
  });
});
