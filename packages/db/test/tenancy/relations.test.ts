import { getTableConfig } from "drizzle-orm/pg-core";
import { describe, expect, expectTypeOf } from "vitest";
import { relations } from "../../src/domains";
import type { TenantTransaction } from "../../src/index";
import { sharedTenant as it } from "../kit/tenants";

interface Queries {
  findMany(options: object): Promise<unknown[]>;
}

const tables = Object.entries(relations).map(([key, { table, relations: joins }]) => ({
  key,
  table,
  joins: Object.keys(joins),
}));

describe("a relational query that a tenant's handle offers", () => {
  it.for(tables)("$key can be run by its login, with each of its relations", async ({ key, joins }, { acme }) => {
    await acme.handle.transaction(async (tx) => {
      const offered = (tx.query as unknown as Record<string, Queries>)[key];
      expect(await offered?.findMany({ limit: 2 })).toBeInstanceOf(Array);
      for (const join of joins)
        expect(await offered?.findMany({ limit: 2, with: { [join]: true } })).toBeInstanceOf(Array);
    });
  });

  it("leads to no table of auth", ({ acme }) => {
    const offered = Object.keys(acme.handle.query);
    expect(offered.toSorted()).toEqual(tables.map(({ key }) => key).toSorted());
    expect(tables.filter(({ table }) => getTableConfig(table as never).schema === "auth")).toEqual([]);
    expectTypeOf<TenantTransaction["query"]>().toHaveProperty("users");
    expectTypeOf<TenantTransaction["query"]>().not.toHaveProperty("user");
    expectTypeOf<TenantTransaction["query"]>().not.toHaveProperty("account");
    expectTypeOf<TenantTransaction["query"]>().not.toHaveProperty("userProfiles");
  });

  it("is offered by the platform for no table: it has no relations", ({ test }) =>
    test.db.platform({ actor: "test", reason: "look" }).transaction(async (tx) => {
      expect(Object.keys(tx.query)).toEqual([]);
    }));
});
