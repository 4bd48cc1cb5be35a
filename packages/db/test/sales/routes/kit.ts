import { newId, type TenantDatabase } from "../../../src/index";
import type { Distribucion } from "../../../src/sales";
import { sql } from "../../../src/sql";
import type { TestDatabase } from "../../../src/testing";
import type { Shop, Vendor } from "../kit/shop";

/** The business's today, and days around it. */
export async function dayOf({ handle, businessId }: Pick<Shop, "handle" | "businessId">, days = 0): Promise<string> {
  const [row] = await handle.execute(
    sql`select (sales.business_day(${businessId}::uuid, now()) + ${days}::int)::text as day`,
    "objects",
  );
  return String((row as { day: string }).day);
}

/** A route of a vendor with goods, which has left. */
export async function leave(
  { handle }: Pick<Shop, "handle">,
  vendor: Vendor,
  goods: readonly [productId: string, quantity: string][],
): Promise<Distribucion> {
  const { id } = await handle.sales.distribuciones.create({ vendedorId: vendor.memberId, puntoVenta: "Carro A" });
  const items = goods.map(([productId, quantity]) => ({ productId, quantity }));
  if (items.length > 0) await handle.sales.distribuciones.assign(id, { items });
  return vendor.handle.sales.distribuciones.start(id);
}

/** Sells for cash on a route: quantity of a product at a price. */
export const sellOn = (
  handle: TenantDatabase,
  distribucionId: string | null,
  [productId, quantity, unitPrice]: readonly [string, string, string],
  more: object = {},
) =>
  handle.sales.sales.record({
    saleType: "contado",
    ...(distribucionId ? { distribucionId } : {}),
    items: [{ productId, quantity, unitPrice }],
    ...more,
  });

/** A cash sale of the vendor, of one egg, that arrives after its day was closed: by the function of the synchronisation. */
export async function lateSale(test: TestDatabase, shop: Shop, day: string, total: string): Promise<string> {
  const id = newId();
  await asWriter(test, shop, [
    `select * from sales.write_sales(array['${id}']::uuid[], array['${shop.businessId}']::uuid[], array[null]::uuid[],
       array['${shop.vendor.memberId}']::uuid[], array[null]::uuid[], array[null]::uuid[], array['contado'],
       array[null]::numeric[], array['efectivo'], array[false], array['${day} 12:00 America/Lima']::timestamptz[],
       array[null]::uuid[], array[null]::text[], array[null]::text[], array[null]::text[], array[1],
       array['${newId()}']::uuid[], array['${shop.huevo}']::uuid[], array[null]::numeric[], array[null]::numeric[],
       array[1]::numeric[], array[${total}]::numeric[], true)`,
  ]);
  return id;
}

/** Runs SQL in one transaction as the role that owns the functions of sales, in the shop's tenant. */
export const asWriter = (test: TestDatabase, { tenant, businessId }: Shop, statements: readonly string[]) =>
  test.asOwner(async (owner) => {
    await owner.query("begin");
    try {
      await owner.query("set local role sales_writer");
      await owner.query("select set_config('app.current_tenant_id', $1, true)", [tenant.tenant.id]);
      await owner.query("select set_config('app.current_company_id', $1, true)", [businessId]);
      for (const text of statements) await owner.query(text);
      await owner.query("commit");
    } catch (error) {
      await owner.query("rollback");
      throw error;
    }
  });
