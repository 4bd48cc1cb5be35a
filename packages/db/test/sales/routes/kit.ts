import { newId, type TenantDatabase } from "../../../src/index";
import type { Distribucion } from "../../../src/sales";
import { sql } from "../../../src/sql";
import { asTenantSql, type TestDatabase } from "../../../src/testing";
import type { Shop, Vendor } from "../kit/shop";

/** A violation of the rules of routes, orders and closings. */
export interface Violation {
  kind: string;
  record_id: string;
  record_table: string;
  detail: string;
}

const views = ["routes", "orders", "closings"].map((part) => `select * from sales.violations_of_${part}`);

/** What does not hold of the shop's routes, orders and closings. */
export const violationsOf = (test: TestDatabase, { tenant }: Shop): Promise<Violation[]> =>
  asTenantSql(test, tenant, async (client) => {
    const text = `select kind, record_id, record_table, detail from (${views.join(" union all ")}) v order by kind, record_id`;
    return (await client.query<Violation>(text)).rows;
  });

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

/** A sale that arrives after its day was closed, as the synchronisation will write it: by the role that alone may. */
export async function lateSale(
  test: TestDatabase,
  shop: Shop,
  day: string,
  [total, more = ""]: readonly [string, string?],
): Promise<string> {
  const id = newId();
  await asWriter(test, shop, [
    `insert into sales.sales (id, business_id, seller_id, sale_type, status, total_amount, amount_paid, sale_date, sale_day,
       commission_rate, is_late)
     values ('${id}', '${shop.businessId}', '${shop.vendor.memberId}', 'contado', 'recorded', ${total}, ${total},
       '${day} 12:00 America/Lima', '${day}', 10, true)${more}`,
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
