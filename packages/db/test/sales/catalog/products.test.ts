import { describe, expect } from "vitest";
import {
  ForeignKeyViolationError,
  NotFoundError,
  newId,
  PermissionDeniedError,
  TenantIsolationError,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { ownerRows } from "../../kit/sql";
import { freshStall as it, newStall } from "./kit";

const eggs = { name: "Huevo pardo", type: "huevo", unit: "unidad", basePrice: "0.55" } as const;

describe("products", () => {
  it("are created one by one or many at once, in the order given, each with a stock of 0", async ({ stall }) => {
    const { products, inventory } = stall.admin.handle.sales;
    const chosen = newId();
    const many = Array.from({ length: 300 }, (_, n) => ({ ...eggs, name: `Huevo ${n}` }));
    const created = await products.createMany([{ ...eggs, id: chosen, unitCost: "0.3125" }, ...many]);
    expect(created.map(({ name }) => name)).toEqual([eggs.name, ...many.map(({ name }) => name)]);
    expect(created[0]).toMatchObject({
      id: chosen,
      businessId: stall.businessId,
      basePrice: "0.55",
      unitCost: "0.3125",
    });
    expect(created[1]).toMatchObject({ unitCost: null, isActive: true });
    expect(await products.getById(chosen)).toEqual(created[0]);
    expect(await inventory.getByProduct(chosen)).toMatchObject({ quantity: "0.000", version: 0n });
  });

  it("are all created, or none", async ({ test, stall }) => {
    const { products } = stall.admin.handle.sales;
    const id = newId();
    expect(
      await rejection(
        products.createMany([
          { ...eggs, id },
          { ...eggs, id },
        ]),
      ),
    ).toBeInstanceOf(UniqueViolationError);
    expect(await rejection(products.createMany([eggs, { ...eggs, basePrice: "-1" }]))).toMatchObject({
      issues: [{ path: "1.basePrice" }],
    });
    const rows = await ownerRows(test, "select from sales.products where business_id = $1", [stall.businessId]);
    expect(rows).toHaveLength(2);
  });

  it("take prices of two and costs of four decimals, and no other", async ({ stall }) => {
    const { products } = stall.admin.handle.sales;
    for (const fields of [
      { basePrice: "1.005" },
      { basePrice: "-0.01" },
      { basePrice: "NaN" },
      { basePrice: "100000000.00" },
      { unitCost: "0.00001" },
      { unitCost: "-1" },
      { name: "  " },
      { type: "carne" as never },
      { unit: "litro" as never },
      { isActive: false } as never,
    ]) {
      expect(await rejection(products.create({ ...eggs, ...fields }))).toBeInstanceOf(ValidationError);
    }
  });

  it("are changed by an admin_negocio, but for what they are sold by", async ({ stall }) => {
    const { products } = stall.admin.handle.sales;
    const changed = await products.update(stall.pollo, { name: "Pollo entero", basePrice: "10.25", type: "otro" });
    expect(changed).toMatchObject({ name: "Pollo entero", basePrice: "10.25", type: "otro", unit: "kg" });
    expect((await products.update(stall.pollo, { basePrice: null })).basePrice).toBeNull();
    expect(await rejection(products.update(stall.pollo, { unit: "unidad" } as never))).toBeInstanceOf(ValidationError);
    expect(await rejection(products.update(stall.pollo, {}))).toBeInstanceOf(ValidationError);
    expect(await rejection(products.update(newId(), { name: "None" }))).toBeInstanceOf(NotFoundError);
    const { products: ofVendor } = stall.vendor.handle.sales;
    for (const call of [
      () => ofVendor.create(eggs),
      () => ofVendor.createMany([eggs]),
      () => ofVendor.update(stall.pollo, { basePrice: "1.00" }),
      () => ofVendor.archive(stall.pollo),
    ]) {
      expect(await rejection(call())).toBeInstanceOf(PermissionDeniedError);
    }
  });

  it("are listed by name and type, page by page, until they are archived", async ({ stall }) => {
    const { products } = stall.admin.handle.sales;
    await products.createMany([eggs, { ...eggs, name: "Alitas", type: "pollo", unit: "kg" }]);
    const names = async (request = {}) =>
      (await stall.vendor.handle.sales.products.list(request)).items.map(({ name }) => name);
    expect(await names()).toEqual(["Alitas", "Huevo", "Huevo pardo", "Pollo"]);
    expect(await names({ type: "huevo" })).toEqual(["Huevo", "Huevo pardo"]);
    const first = await products.list({ limit: 3 });
    expect((await products.list({ limit: 3, cursor: first.nextCursor })).items.map(({ name }) => name)).toEqual([
      "Pollo",
    ]);
    await products.archive(stall.huevo);
    expect(await names()).toEqual(["Alitas", "Huevo pardo", "Pollo"]);
    expect(await products.restore(stall.huevo)).toMatchObject({ isActive: true });
    expect(await names()).toHaveLength(4);
    expect(await rejection(products.list({ type: "carne" as never }))).toBeInstanceOf(ValidationError);
  });

  it("are one business's", async ({ test, stall }) => {
    const foreign = await newStall(test);
    expect(await stall.handle.sales.products.findById(foreign.pollo)).toBeUndefined();
    expect(await rejection(stall.handle.sales.products.create({ ...eggs, businessId: newId() }))).toBeInstanceOf(
      TenantIsolationError,
    );
    const job = test.db.forTenant({ tenantId: stall.tenant.tenant.id });
    expect(await rejection(job.sales.products.create({ ...eggs, businessId: foreign.businessId }))).toBeInstanceOf(
      ForeignKeyViolationError,
    );
  });
});
