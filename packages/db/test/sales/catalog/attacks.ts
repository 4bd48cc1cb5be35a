import { newId } from "../../../src/index";
import { asTenantSql, type TestDatabase } from "../../../src/testing";
import { outcomesAs, type Person, type Stall } from "./kit";

/** Raw SQL of which only an admin may do it. */
export interface Attack {
  what: string;
  text: string;
}

/** The forms in which SQL changes a row. */
const changed = (table: string, id: string, set: string): string[] => [
  `update sales.${table} set ${set} where id = '${id}'`,
  `insert into sales.${table} select * from sales.${table} where id = '${id}' on conflict (tenant_id, id) do update set ${set}`,
  `merge into sales.${table} t using (values ('${id}'::uuid)) v (id) on t.id = v.id when matched then update set ${set}`,
];

/** The forms in which SQL adds a row. */
const added = (table: string, row: Record<string, string>): string[] => {
  const columns = Object.keys(row).join(", ");
  const values = Object.values(row).join(", ");
  return [
    `insert into sales.${table} (${columns}) values (${values})`,
    `insert into sales.${table} (${columns}) values (${values}) on conflict do nothing`,
    `merge into sales.${table} t using (select 1) v on t.id is null when not matched then insert (${columns}) values (${values})`,
  ];
};

const text = (value: string) => `'${value}'`;

/** Moves stock by hand, by the function that everybody may call. */
export const moved = (
  businessId: string,
  productId: string,
  kind: string,
  quantity: string,
  more: { key?: string; hash?: string } = {},
) =>
  `select * from sales.move_stock(array['${newId()}']::uuid[], array['${businessId}']::uuid[], array['${productId}']::uuid[],
    array['${kind}'], array['${quantity}']::numeric[], array[null]::numeric[], array['because'],
    array[${more.key ? text(more.key) : "null"}]::text[], array[${more.hash ? text(more.hash) : "null"}]::text[])`;

/** Everything that a vendedor may not do, in every form. `somebody` is a user of the tenant who is no member. */
export function attacks(stall: Stall, clientId: string, somebody: string): Attack[] {
  const { businessId, vendor, admin, pollo } = stall;
  const each = (what: string, texts: string[]) => texts.map((one) => ({ what, text: one }));
  const member = { business_id: text(businessId), user_id: text(somebody) };
  const product = { business_id: text(businessId), name: text("New"), type: text("otro"), unit: text("kg") };
  return [
    ...each("adds a member", added("business_users", member)),
    ...each("makes itself admin", changed("business_users", vendor.memberId, "role = 'admin_negocio'")),
    ...each("raises its commission", changed("business_users", vendor.memberId, "commission_rate = 99")),
    ...each("drops its commission", changed("business_users", vendor.memberId, "commission_rate = default")),
    ...each("moves to another sales point", changed("business_users", vendor.memberId, "sales_point = 'Casa'")),
    ...each("touches its admin", changed("business_users", admin.memberId, "sales_point = null")),
    ...each(
      "changes the modes",
      changed("businesses", businessId, "permitir_venta_sin_stock = true, control_kilos = null"),
    ),
    ...each("archives the business", changed("businesses", businessId, "is_active = false")),
    ...each("adds a product", added("products", { ...product, base_price: "0" })),
    ...each("changes a price", changed("products", pollo, "base_price = 0.01")),
    ...each("drops a price", changed("products", pollo, "base_price = null")),
    ...each("changes a cost", changed("products", pollo, "unit_cost = 0")),
    ...each("renames a product", changed("products", pollo, "name = 'Gratis'")),
    ...each("archives a product", changed("products", pollo, "is_active = false")),
    ...each(
      "adds a customer with a limit",
      added("customers", { business_id: text(businessId), name: text("X"), credit_limit: "9" }),
    ),
    ...each("raises a limit", changed("customers", clientId, "credit_limit = 1000000")),
    ...each("takes a limit away", changed("customers", clientId, "credit_limit = null")),
    ...["1", "-1"].map((quantity) => ({
      what: "adjusts stock",
      text: moved(businessId, pollo, "adjustment", quantity),
    })),
    ...["0", "7"].map((quantity) => ({ what: "counts stock", text: moved(businessId, pollo, "count", quantity) })),
  ];
}

/** What nobody may write: the tables that functions keep, and the functions that are theirs alone. */
export function forbidden({ businessId, vendor, pollo }: Stall): string[] {
  const tables = ["inventory", "stock_movements", "commission_rates"];
  return [
    ...tables.flatMap((table) => [
      `insert into sales.${table} default values`,
      `insert into sales.${table} (id) values (gen_random_uuid()) on conflict do nothing`,
      `update sales.${table} set id = id`,
      `update sales.${table} set business_id = default`,
      `delete from sales.${table}`,
      `merge into sales.${table} t using (select 1) s on t.id is not null when matched then delete`,
      `merge into sales.${table} t using (select 1) s on t.id is null when not matched then insert (id) values (default)`,
      `copy sales.${table} from stdin`,
      `truncate sales.${table}`,
    ]),
    `delete from sales.business_users where id = '${vendor.memberId}'`,
    `delete from sales.products where id = '${pollo}'`,
    `delete from sales.system_config`,
    `select sales.write_movements(array[gen_random_uuid()], array['${businessId}'::uuid], array['${pollo}'::uuid],
      array['receipt'], array[null::uuid], array[current_date], array[1.0], array[null::numeric], array[null::numeric],
      array[null::text], array[null::uuid], array[null::text], array[null::text], array[''])`,
    "set local role sales_writer",
  ];
}

/** Arranges a stall to be attacked: stock, a customer with a limit, and the attacks on it. */
export async function arrange(test: TestDatabase, stall: Stall, somebody: string): Promise<Attack[]> {
  const clientId = newId();
  const customer = `insert into sales.customers (id, business_id, name, credit_limit)
    values ('${clientId}', '${stall.businessId}', 'Rosa', 50)`;
  await asTenantSql(test, stall.tenant, async (client) => {
    await client.query(customer);
    await client.query(moved(stall.businessId, stall.pollo, "receipt", "5"));
  });
  return attacks(stall, clientId, somebody);
}

/** The attacks that were not refused with `ZT006`, as each of the people, in the business's scope and in the whole tenant's. */
export async function succeeded(
  test: TestDatabase,
  stall: Stall,
  all: readonly Attack[],
  people: readonly Pick<Person, "userId">[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { userId } of people) {
    for (const as of [{ userId, businessId: stall.businessId }, { userId }]) {
      const outcomes = await outcomesAs(
        test,
        stall,
        as,
        all.map(({ text: statement }) => statement),
      );
      all.forEach(({ what, text: statement }, index) => {
        if (outcomes[index] !== "ZT006") wrong.push(`${what}: ${outcomes[index]}: ${statement}`);
      });
    }
  }
  return wrong;
}
