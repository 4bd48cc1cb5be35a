import { and, eq } from "drizzle-orm";
import { describe, expect } from "vitest";
import {
  businessUserRole,
  businessUsers,
  customers,
  distribucionStatus,
  modoOperacion,
  paymentMethod,
  productType,
  productUnit,
  saleItems,
  sales,
  saleType,
  syncStatus,
  userRole,
} from "../../src/sales";
import { freshShop as it } from "./kit/shop";

/** The examples and enums of the document, changed in the names' writing and the scope around them. */
describe("the document's enums", () => {
  it("have the values that it states", () => {
    expect(userRole.values).toEqual(["admin", "vendedor"]);
    expect(businessUserRole.values).toEqual(["admin_negocio", "vendedor"]);
    expect(syncStatus.values).toEqual(["pending", "synced", "error"]);
    expect(saleType.values).toEqual(["contado", "credito"]);
    expect(paymentMethod.values).toEqual(["efectivo", "yape", "plin", "transferencia"]);
    expect(productType.values).toEqual(["pollo", "huevo", "otro"]);
    expect(productUnit.values).toEqual(["kg", "unidad"]);
    expect([...distribucionStatus.values].sort()).toEqual(["activo", "cerrado", "en_ruta"]);
    expect(modoOperacion.values).toEqual(["inventario_propio", "sin_inventario", "pedidos", "mixto"]);
  });
});

describe("the document's queries", () => {
  it("always filter by business_id", async ({ shop }) => {
    const db = shop.handle;
    const currentBusinessId = shop.businessId;
    const found = await db.select().from(customers).where(eq(customers.businessId, currentBusinessId));
    expect(found.map(({ name }) => name)).toEqual(["Rosa"]);
  });

  it("get user's role in current business", async ({ shop }) => {
    const db = shop.handle;
    const [currentUserId, currentBusinessId] = [shop.vendor.userId, shop.businessId];
    const businessUser = await db
      .select()
      .from(businessUsers)
      .where(and(eq(businessUsers.userId, currentUserId), eq(businessUsers.businessId, currentBusinessId)));
    expect(businessUser).toMatchObject([{ id: shop.vendor.memberId, role: "vendedor" }]);
  });

  it("always use transactions for related data", async ({ shop }) => {
    const db = shop.handle;
    const { businessId, clientId, pollo } = shop;
    const items = [
      {
        businessId,
        lineNumber: 1,
        productId: pollo,
        productName: "Pollo",
        unit: "kg",
        quantity: "2.5",
        unitPrice: "9.50",
        subtotal: "23.75",
      },
      {
        businessId,
        lineNumber: 2,
        productId: pollo,
        productName: "Pollo",
        unit: "kg",
        quantity: "1",
        unitPrice: "9.00",
        subtotal: "9.00",
      },
    ] as const;
    const values = {
      businessId,
      clientId,
      sellerId: shop.vendor.memberId,
      saleType: "credito",
      totalAmount: "32.75",
      amountPaid: "10.00",
      balanceDue: "22.75",
      saleDay: "2026-01-01",
    } as const;
    const id = await db.transaction(async (tx) => {
      const sale = await tx.insert(sales).values(values).returning();
      await tx.insert(saleItems).values(items.map((item) => ({ ...item, saleId: sale[0]?.id ?? "" })));
      return sale[0]?.id ?? "";
    });
    expect(await db.sales.sales.getById(id)).toMatchObject({
      status: "recorded",
      balanceDue: "22.75",
      netWeight: "3.500",
    });
    expect(await db.sales.customers.debt(clientId)).toMatchObject({ balance: "22.75" });
  });

  it("soft delete over hard delete", async ({ shop }) => {
    const db = shop.handle;
    await db.update(customers).set({ isActive: false }).where(eq(customers.id, shop.clientId));
    expect((await db.sales.customers.list()).items).toEqual([]);
    expect(await db.sales.customers.getById(shop.clientId)).toMatchObject({ isActive: false });
  });
});
