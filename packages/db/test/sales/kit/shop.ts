import { eq } from "drizzle-orm";
import type { TenantDatabase } from "../../../src/index";
import { newId } from "../../../src/index";
import { businesses, businessUsers, type NewSale, orders, products } from "../../../src/sales";
import { sql } from "../../../src/sql";
import { createTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { freshTenant, sharedTenant } from "../../kit/tenants";
import { addMember } from "../../tenancy/kit/people";

/** A vendedor of a business, and the tenant as that person, in the business. */
export interface Vendor {
  memberId: string;
  userId: string;
  handle: TenantDatabase;
}

/** A business that sells. Its admin_negocio is the tenant's admin. */
export interface Shop {
  tenant: TestTenant;
  businessId: string;
  /** In the business, as its admin_negocio. */
  handle: TenantDatabase;
  adminMemberId: string;
  vendor: Vendor;
  /** Chicken at 9.50 a kilo; 1,000 kilos are in stock, at 7.25. */
  pollo: string;
  /** Eggs at 0.60 each; 1,000 are in stock. */
  huevo: string;
  clientId: string;
}

/** Receives goods into stock: kilos or pieces by product. */
export async function receive({ handle, businessId }: Pick<Shop, "handle" | "businessId">, goods: [string, string][]) {
  const ids = goods.map(([id]) => id);
  const all = (value: string) =>
    sql`array[${sql.join(
      ids.map(() => sql`${value}`),
      sql`, `,
    )}]`;
  const list = (values: readonly string[]) =>
    sql`array[${sql.join(
      values.map((value) => sql`${value}`),
      sql`, `,
    )}]`;
  const nulls = sql`array[${sql.join(
    ids.map(() => sql`null`),
    sql`, `,
  )}]::text[]`;
  await handle.execute(sql`
    select * from sales.move_stock(${list(ids.map(() => newId()))}::uuid[], ${all(businessId)}::uuid[], ${list(ids)}::uuid[],
      ${all("receipt")}, ${list(goods.map(([, quantity]) => quantity))}::numeric[], ${all("7.25")}::numeric[], ${nulls},
      ${nulls}, ${nulls})`);
}

export async function addVendor(test: TestDatabase, of: TestTenant, businessId: string): Promise<Vendor> {
  const user = await addMember(of);
  const [member] = await of.handle.insert(businessUsers).values({ businessId, userId: user.id }).returning();
  const handle = test.db.forTenant({ tenantId: of.tenant.id, userId: user.id, businessId });
  return { memberId: member?.id ?? "", userId: user.id, handle };
}

/** A product of the business at a price, without stock. */
export async function addProduct(
  { handle, businessId }: Pick<Shop, "handle" | "businessId">,
  fields: Partial<typeof products.$inferInsert> = {},
): Promise<string> {
  const row = { businessId, name: "Producto", type: "otro", unit: "kg", basePrice: "1.00", ...fields } as const;
  const [product] = await handle.insert(products).values(row).returning();
  return product?.id ?? "";
}

export async function openShop(test: TestDatabase, tenant: TestTenant): Promise<Shop> {
  const businessId = tenant.company.id;
  const handle = test.db.forTenant({ tenantId: tenant.tenant.id, userId: tenant.admin.id, businessId });
  const [admin] = await handle.select().from(businessUsers).where(eq(businessUsers.userId, tenant.admin.id));
  const own = { handle, businessId };
  const pollo = await addProduct(own, { name: "Pollo", type: "pollo", basePrice: "9.50" });
  const huevo = await addProduct(own, { name: "Huevo", type: "huevo", unit: "unidad", basePrice: "0.60" });
  await receive(own, [
    [pollo, "1000"],
    [huevo, "1000"],
  ]);
  const vendor = await addVendor(test, tenant, businessId);
  const { id: clientId } = await handle.sales.customers.create({ name: "Rosa" });
  return { tenant, ...own, adminMemberId: admin?.id ?? "", vendor, pollo, huevo, clientId };
}

/** A tenant and business of their own. */
export const newShop = async (test: TestDatabase): Promise<Shop> => openShop(test, await createTenant(test, "Shop"));

/*
 * Fixtures of sales. `shop` is a business with two products in stock, a vendor and a customer.
 */
export const freshShop = freshTenant.extend("shop", ({ test, acme }) => openShop(test, acme));
export const sharedShop = sharedTenant.extend("shop", { scope: "file" }, ({ test, acme }) => openShop(test, acme));

/** A sale of chicken on credit: 10 kilos at 1.00 for each 10.00 of the total. */
export const onCredit = ({ clientId, pollo }: Shop, total: string, more: Partial<NewSale> = {}): NewSale => ({
  saleType: "credito",
  clientId,
  items: [{ productId: pollo, quantity: "1", unitPrice: total }],
  ...more,
});

/** How the business works, for the tests that say so. */
export const setModes = ({ tenant, businessId }: Shop, modes: Partial<typeof businesses.$inferInsert>) =>
  tenant.handle.update(businesses).set(modes).where(eq(businesses.id, businessId));

/** An order of the customer. */
export async function order({ businessId, clientId, vendor, tenant }: Shop, client = clientId): Promise<string> {
  const [made] = await tenant.handle
    .insert(orders)
    .values({ businessId, clientId: client, sellerId: vendor.memberId, totalAmount: "10.00" })
    .returning();
  return made?.id ?? "";
}

/** Stock of a product, by the sum of its movements, which the kept quantity equals. */
export async function stockOf(test: TestDatabase, productId: string): Promise<string> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query<{ kept: string; summed: string }>(
      `select i.quantity::text as kept, (select coalesce(sum(m.quantity), 0)::numeric(10, 3)::text from sales.stock_movements m
         where m.product_id = i.product_id) as summed
       from sales.inventory i where i.product_id = $1`,
      [productId],
    );
    if (rows[0]?.kept !== rows[0]?.summed) throw new TypeError(`stock ${rows[0]?.kept} is not ${rows[0]?.summed}`);
    return rows[0]?.kept ?? "";
  });
}
