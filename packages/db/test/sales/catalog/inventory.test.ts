import { describe, expect } from "vitest";
import {
  ConflictError,
  InvariantError,
  NotFoundError,
  newId,
  PermissionDeniedError,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { rejection } from "../../kit/outcomes";
import { freshStall as it, newStall, stranger } from "./kit";

describe("stock", () => {
  it("is moved by receipts, adjustments and counts, each with what was left", async ({ stall }) => {
    const { inventory, products } = stall.admin.handle.sales;
    const { pollo: productId, businessId } = stall;
    const received = await stall.vendor.handle.sales.inventory.receive({
      productId,
      quantity: "12.345",
      unitCost: "7.2",
    });
    expect(received).toMatchObject({
      businessId,
      kind: "receipt",
      quantity: "12.345",
      unitCost: "7.2000",
      createdBy: stall.vendor.memberId,
      productVersion: 1n,
      quantityAfter: "12.345",
      sourceId: null,
    });
    expect((await products.getById(productId)).unitCost).toBe("7.2000");
    const adjusted = await inventory.adjust({ productId, quantity: "-0.345", reason: "Dried" });
    expect(adjusted).toMatchObject({
      kind: "adjustment",
      quantity: "-0.345",
      reason: "Dried",
      quantityAfter: "12.000",
    });
    const counted = await inventory.count({ productId, quantity: "11.5", reason: "Month's end" });
    expect(counted).toMatchObject({
      kind: "count",
      quantity: "-0.500",
      countedQuantity: "11.500",
      quantityAfter: "11.500",
    });
    expect(await inventory.count({ productId, quantity: "11.5" })).toMatchObject({ quantity: "0.000" });
    expect(await inventory.getByProduct(productId)).toMatchObject({ quantity: "11.500", version: 4n });
    await inventory.receive({ productId, quantity: "1" });
    expect((await products.getById(productId)).unitCost, "no cost was said").toBe("7.2000");

    const first = await inventory.listMovements({ productId, limit: 2 });
    const rest = await inventory.listMovements({ productId, limit: 10, cursor: first.nextCursor });
    expect(
      [...first.items, ...rest.items].map(({ productVersion, quantityAfter }) => [productVersion, quantityAfter]),
    ).toEqual([
      [5n, "12.500"],
      [4n, "11.500"],
      [3n, "11.500"],
      [2n, "12.000"],
      [1n, "12.345"],
    ]);
    expect(rest.items.at(-1)).toEqual(received);
    expect(rest.nextCursor).toBeUndefined();
  });

  it("is listed with its products by name", async ({ stall }) => {
    const { inventory, products } = stall.admin.handle.sales;
    await inventory.receiveMany([
      { productId: stall.huevo, quantity: "30", unitCost: "0.31" },
      { productId: stall.pollo, quantity: "0.001" },
      { productId: stall.huevo, quantity: "1" },
    ]);
    const stock = await stall.vendor.handle.sales.inventory.list();
    expect(stock.items).toEqual([
      { id: stall.huevo, name: "Huevo", type: "huevo", unit: "unidad", unitCost: "0.3100", quantity: "31.000" },
      { id: stall.pollo, name: "Pollo", type: "pollo", unit: "kg", unitCost: null, quantity: "0.001" },
    ]);
    const first = await inventory.list({ limit: 1 });
    expect((await inventory.list({ cursor: first.nextCursor })).items.map(({ id }) => id)).toEqual([stall.pollo]);
    await products.archive(stall.huevo);
    expect((await inventory.list()).items).toHaveLength(1);
    expect(await inventory.findByProduct(newId())).toBeUndefined();
    expect(await rejection(inventory.getByProduct(newId()))).toBeInstanceOf(NotFoundError);
  });

  it("asked twice is moved once", async ({ stall }) => {
    const { inventory } = stall.admin.handle.sales;
    const { pollo: productId } = stall;
    const receipt = { productId, quantity: "10", unitCost: "5", idempotencyKey: "delivery 7" };
    const first = await inventory.receive(receipt);
    expect(await inventory.receive({ ...receipt, quantity: "10.000", unitCost: "5.00", id: newId() })).toEqual(first);
    for (const other of [
      () => inventory.receive({ ...receipt, quantity: "11" }),
      () => inventory.receive({ ...receipt, unitCost: null }),
      () => inventory.receive({ ...receipt, productId: stall.huevo }),
      () => inventory.count({ productId, quantity: "10", idempotencyKey: "delivery 7" }),
    ]) {
      expect(await rejection(other())).toBeInstanceOf(ConflictError);
    }
    const mixed = await inventory.receiveMany([{ ...receipt }, { productId, quantity: "1", idempotencyKey: "8" }]);
    expect(mixed.map(({ productVersion }) => productVersion)).toEqual([1n, 2n]);
    expect(mixed[0]).toEqual(first);
    const same = { productId, quantity: "1", idempotencyKey: "9" };
    expect(await rejection(inventory.receiveMany([same, same]))).toBeInstanceOf(UniqueViolationError);
    expect(await rejection(inventory.receive({ productId, quantity: "1", id: first.id }))).toBeInstanceOf(
      UniqueViolationError,
    );
    const count = { productId, quantity: "4", idempotencyKey: "count" };
    await inventory.count(count);
    await inventory.receive({ productId, quantity: "2" });
    await inventory.count(count);
    expect((await inventory.getByProduct(productId)).quantity, "the count came once").toBe("6.000");
    await Promise.all(Array.from({ length: 8 }, () => inventory.receive({ ...receipt, idempotencyKey: "at once" })));
    expect((await inventory.getByProduct(productId)).quantity).toBe("16.000");
  });

  it("does not fall below zero, unless the business allows it", async ({ stall }) => {
    const { inventory, businesses } = stall.admin.handle.sales;
    const { pollo: productId } = stall;
    await inventory.receive({ productId, quantity: "5" });
    const taken = () => inventory.adjust({ productId, quantity: "-5.001", reason: "Lost" });
    const error = await rejection(taken());
    expect(error).toBeInstanceOf(InvariantError);
    expect((error as Error).message).toMatch(/^Element 1: there is not so much in stock/);
    await businesses.update(stall.businessId, { permitirVentaSinStock: true });
    expect((await taken()).quantityAfter).toBe("-0.001");
    await businesses.update(stall.businessId, { permitirVentaSinStock: false });
    const back = await inventory.receive({ productId, quantity: "0.001" });
    expect(back.quantityAfter).toBe("0.000");
  });

  it("counts pieces whole, and refuses what is no quantity", async ({ stall }) => {
    const { inventory } = stall.admin.handle.sales;
    const { huevo: productId, pollo } = stall;
    for (const call of [
      () => inventory.receive({ productId, quantity: "1.5" }),
      () => inventory.adjust({ productId, quantity: "-0.001", reason: "Broken" }),
      () =>
        inventory.countMany([
          { productId: pollo, quantity: "1.5" },
          { productId, quantity: "1.5" },
        ]),
    ]) {
      const error = await rejection(call());
      expect(error).toBeInstanceOf(InvariantError);
      expect((error as Error).message).toMatch(/^Element \d: quantity: pieces are whole$/);
    }
    for (const quantity of ["0", "-1", "NaN", "Infinity", "1.0001", "10000000", ""]) {
      expect(await rejection(inventory.receive({ productId: pollo, quantity }))).toBeInstanceOf(ValidationError);
    }
    for (const call of [
      () => inventory.adjust({ productId: pollo, quantity: "0.000", reason: "Nothing" }),
      () => inventory.adjust({ productId: pollo, quantity: "1", reason: " " }),
      () => inventory.adjust({ productId: pollo, quantity: "1" } as never),
      () => inventory.count({ productId: pollo, quantity: "-1" }),
      () =>
        inventory.countMany([
          { productId: pollo, quantity: "1" },
          { productId: pollo, quantity: "2" },
        ]),
      () => inventory.receiveMany([]),
    ]) {
      expect(await rejection(call())).toBeInstanceOf(ValidationError);
    }
    expect((await inventory.listMovements({ productId: pollo })).items).toEqual([]);
  });

  it("is received by members, adjusted and counted by an admin_negocio", async ({ test, stall }) => {
    const { pollo: productId } = stall;
    const { inventory } = stall.vendor.handle.sales;
    await inventory.receive({ productId, quantity: "1" });
    expect(await rejection(inventory.adjust({ productId, quantity: "1", reason: "Found" }))).toBeInstanceOf(
      PermissionDeniedError,
    );
    expect(await rejection(inventory.count({ productId, quantity: "2" }))).toBeInstanceOf(PermissionDeniedError);
    const { handle } = await stranger(test, stall.tenant, stall.businessId);
    expect(await rejection(handle.sales.inventory.receive({ productId, quantity: "1" }))).toBeInstanceOf(
      PermissionDeniedError,
    );
    const foreign = await newStall(test);
    expect(
      await rejection(stall.admin.handle.sales.inventory.receive({ productId: foreign.pollo, quantity: "1" })),
    ).toBeInstanceOf(NotFoundError);
    expect(await stall.handle.sales.inventory.getByProduct(productId)).toMatchObject({
      quantity: "1.000",
      version: 1n,
    });
  });
});
