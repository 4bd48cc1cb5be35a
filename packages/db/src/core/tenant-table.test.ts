import { getColumns, sql } from "drizzle-orm";
import {
  boolean,
  getTableConfig,
  index,
  numeric,
  type PgTable,
  pgSchema,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import { PgDialect } from "drizzle-orm/pg-core/dialect";
import { describe, expect, it } from "vitest";
import { choice } from "./choice";
import { tenantIndex, tenantTable, tenantTables } from "./tenant-table";

const shop = pgSchema("shop");
const dialect = new PgDialect();
const written = (part: Parameters<typeof dialect.sqlToQuery>[0] | undefined) => dialect.sqlToQuery(part ?? sql``).sql;

/** What a table will be in the database, as far as a test wants to compare it. */
function described(table: PgTable) {
  const { schema, name, primaryKeys, foreignKeys, indexes, checks, policies, uniqueConstraints } =
    getTableConfig(table);
  return {
    table: `${schema}.${name}`,
    primaryKeys: primaryKeys.map((key) => ({ name: key.getName(), columns: key.columns.map((c) => c.name) })),
    foreignKeys: foreignKeys.map((key) => {
      const { name: constraint, columns, foreignColumns, foreignTable } = key.reference();
      const target = getTableConfig(foreignTable as PgTable);
      return `${constraint}: ${columns.map((c) => c.name)} -> ${target.schema}.${target.name} ${foreignColumns.map((c) => c.name)} ${key.onDelete}`;
    }),
    indexes: indexes.map(
      (each) => `${each.config.name}: ${each.config.columns.map((c) => ("name" in c ? c.name : "sql"))}`,
    ),
    checks: Object.fromEntries(checks.map((each) => [each.name, written(each.value)])),
    policies: policies.map((policy) => ({
      name: policy.name,
      as: policy.as ?? "permissive",
      for: policy.for,
      to: (policy.to as { name: string }).name,
      using: written(policy.using),
      withCheck: written(policy.withCheck),
    })),
    uniques: uniqueConstraints.map((each) => each.columns.map((c) => c.name)),
  };
}

const sameTenant = "tenant_id = (select tenancy.current_tenant_id())";

const shelves = tenantTable(
  shop,
  "shelves",
  { companyId: uuid("company_id").notNull(), name: text("name") },
  {
    extra: (t) => [unique("shelves_company_id_id_unique").on(t.tenantId, t.companyId, t.id)],
  },
);

const items = tenantTable(
  shop,
  "items",
  {
    companyId: uuid("company_id").notNull(),
    shelfId: uuid("shelf_id").notNull(),
    parentId: uuid("parent_id"),
    ownerId: uuid("owner_id"),
    price: numeric("price", { precision: 15, scale: 2 }),
    weight: numeric("weight", { precision: 9, scale: 3 }),
    state: choice(["new", "o'ld"]).column("state"),
    isActive: boolean("is_active"),
  },
  {
    audit: "all",
    access: "append-only",
    references: {
      shelfId: { table: shelves, within: "companyId", onDelete: "cascade" },
      parentId: shelves,
      ownerId: { table: shelves, index: false },
    },
    extra: (t) => [index("idx_items_price").on(t.tenantId, t.price)],
  },
);

const labels = tenantTable(
  shop,
  "labels",
  { companyId: uuid("company_id").notNull(), itemId: uuid("item_id").notNull() },
  { references: { itemId: { table: items, within: "companyId", part: true } } },
);

describe("a tenant table", () => {
  it("has the tenant and an id as its key, filled by the database", () => {
    const { tenantId, id } = getColumns(items);
    expect(tenantId).toMatchObject({ name: "tenant_id", notNull: true, hasDefault: true });
    expect(id).toMatchObject({ name: "id", notNull: true, hasDefault: true });
    expect(written(tenantId.default as never)).toBe("tenancy.current_tenant_id()");
    expect(described(items).primaryKeys).toEqual([{ name: "items_pkey", columns: ["tenant_id", "id"] }]);
  });

  it("refers to its tenant, and to other tables only within the tenant", () => {
    expect(described(items).foreignKeys).toEqual([
      "items_tenant_id_fkey: tenant_id -> tenancy.tenants id restrict",
      "items_shelf_id_fkey: tenant_id,company_id,shelf_id -> shop.shelves tenant_id,company_id,id cascade",
      "items_parent_id_fkey: tenant_id,parent_id -> shop.shelves tenant_id,id restrict",
      "items_owner_id_fkey: tenant_id,owner_id -> shop.shelves tenant_id,id restrict",
    ]);
  });

  it("that is a part of another goes with it, and has its tenant from it", () => {
    expect(described(labels).foreignKeys).toEqual([
      "labels_item_id_fkey: tenant_id,company_id,item_id -> shop.items tenant_id,company_id,id cascade",
    ]);
    const optional = tenantTable(
      shop,
      "tags",
      { itemId: uuid("item_id") },
      { references: { itemId: { table: items, part: true } } },
    );
    expect(() => described(optional)).toThrow('a part needs its whole: "itemId" may be null');
  });

  it("has an index for each reference, led by the tenant, unless another serves", () => {
    expect(described(items).indexes).toEqual([
      "idx_items_shelf_id: tenant_id,shelf_id",
      "idx_items_parent_id: tenant_id,parent_id",
      "idx_items_price: tenant_id,price",
    ]);
  });

  it("refuses values outside a choice, and NaN in every number", () => {
    expect(described(items).checks).toEqual({
      items_price_nan_check: `"price" <> 'NaN'`,
      items_weight_nan_check: `"weight" <> 'NaN'`,
      items_state_check: `"state" in ('new', 'o''ld')`,
    });
  });

  it("is isolated by tenant for reading and for writing, and by company on top", () => {
    const sameCompany = `(select tenancy.current_company_id()) is null or "company_id" = (select tenancy.current_company_id())`;
    expect(described(items).policies).toEqual([
      {
        name: "tenant_isolation",
        as: "permissive",
        for: "all",
        to: "authenticated",
        using: sameTenant,
        withCheck: sameTenant,
      },
      { name: "platform_access", as: "permissive", for: "all", to: "platform", using: "true", withCheck: "true" },
      {
        name: "company_isolation",
        as: "restrictive",
        for: "all",
        to: "authenticated",
        using: sameCompany,
        withCheck: sameCompany,
      },
    ]);
  });

  it("is isolated by business where the document calls the company so, and by tenant alone where there is none", () => {
    const sales = tenantTable(shop, "sales", { businessId: uuid("business_id") });
    const notes = tenantTable(shop, "notes", { text: text("text") });
    expect(described(sales).policies.map((policy) => policy.name)).toContain("company_isolation");
    expect(described(sales).policies.at(-1)?.using).toContain(`"business_id"`);
    expect(described(notes).policies.map((policy) => policy.name)).toEqual(["tenant_isolation", "platform_access"]);
  });

  it("keeps what its domain adds", () => {
    expect(described(shelves).uniques).toEqual([["tenant_id", "id", "company_id"]]);
  });

  it("is in the registry, with what its migration has to say about it", () => {
    const entry = (name: string) => tenantTables().find((each) => each.name === name);
    const said = { table: items, name: "shop.items", audit: "all", access: "append-only" };
    expect(entry("shop.items")).toMatchObject(said);
    expect(entry("shop.items")?.keys.map(({ column }) => column)).toEqual(["tenant_id", "id", "company_id"]);
    expect(entry("shop.shelves")).toMatchObject({ audit: "none", access: "read-write" });
  });

  it("does not take a reference to a column that is not there", () => {
    const broken = tenantTable(shop, "broken", { name: text("name") }, { references: { nameId: shelves } });
    expect(() => getTableConfig(broken)).toThrow(/no column "nameId"/);
  });

  it("names an index after its columns, without the tenant that every index has", () => {
    const { tenantId, price } = getColumns(items);
    const built = tenantIndex("items", tenantId, price, sql`lower(name)`);
    expect((built as unknown as { config: { name: string } }).config.name).toBe("idx_items_price_expression");
  });
});
