import { describe, expect } from "vitest";
import { createCustomer, createTenant } from "../../src/testing";
import { inDatabase as it } from "../kit/tenants";

describe("a migration while the application runs", () => {
  it("that changes a column's type does not fail the next calls, on any open connection", async ({ test }) => {
    const acme = await createTenant(test);
    const { id } = await createCustomer(acme);
    const find = () => acme.handle.accounting.customers.findById(id);
    await Promise.all(Array.from({ length: 20 }, find));
    await test.asOwner((client) => client.query("alter table accounting.customers alter column city type varchar(80)"));
    for (const found of await Promise.all(Array.from({ length: 20 }, find))) expect(found?.id).toBe(id);
  });
});
