import { and, eq, getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId, newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { type ArrayParams, field, fieldsOf, kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { answerOf, takenKey } from "./requests";
import type { Sale, SaleItem } from "./sale-recording";
import { orderItems, orders, sales } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { keptOfOrderItems, keptOfOrders } from "./validation/kept";
import { deliverySchema, newOrderSchema, orderChangesSchema, orderFilterSchema } from "./validation/orders";

export type Order = typeof orders.$inferSelect;
export type OrderItem = typeof orderItems.$inferSelect;
export type NewOrder = z.input<typeof newOrderSchema>;
export type OrderChanges = z.input<typeof orderChangesSchema>;
/** The sale that delivers an order. */
export type Delivery = z.input<typeof deliverySchema>;
export type OrderDocument = NonNullable<Awaited<ReturnType<OrderRepository["findDocument"]>>>;
export type OrderFilter = Omit<z.input<typeof orderFilterSchema>, "businessId"> & { businessId?: string };

const plainAmounts = withPlainAmounts(["quantity", "gross", "tara", "unitPrice", "amountPaid"]);

const records = recordsOf(statement, "sales.orders.find", orders, "order");

const list = listOf(statement, {
  name: "sales.orders.list",
  table: orders,
  sort: ["orderDate", "id"],
  filter: orderFilterSchema,
  required: ["businessId"],
  optional: ["status", "clientId", "deliveryDay"],
  combined: "one",
});

const findDocument = statement("sales.orders.find_document", (q, p: Params<{ id: string }>) =>
  q.query.salesOrders.findFirst({
    where: { tenantId: p.tenantId as never, id: p.id as never },
    with: { client: true, items: { orderBy: { lineNumber: "asc" } } },
  }),
);

const newOrder = rowsOf(orders, {
  id: "given",
  businessId: "given",
  clientId: "given",
  sellerId: "defaulted",
  orderDate: "defaulted",
  deliveryDay: "given",
  notes: "given",
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfOrders),
});

const newItem = rowsOf(orderItems, {
  id: "given",
  lineNumber: "given",
  productId: "given",
  quantity: "given",
  unitPrice: "defaulted",
  ...kept(keptOfOrderItems),
}).prefixed("item.");

/** The parameters of the function `sales.deliver_order`, in its order. */
const delivery = fieldsOf({
  orderId: field<string>("uuid"),
  id: field<string>("uuid"),
  sellerId: field<string | null>("uuid"),
  distribucionId: field<string | null>("uuid"),
  saleType: field<string>("text"),
  amountPaid: field<string | null>("numeric"),
  paymentMethod: field<string | null>("text"),
  useCredit: field<boolean>("boolean"),
  saleDate: field<Date | null>("timestamptz"),
  items: field<string | null>("jsonb"),
  idempotencyKey: field<string | null>("text"),
  requestHash: field<string | null>("text"),
});

type Creation = RowParams<RowType<typeof newOrder>> & ArrayParams<RowType<typeof newItem>, "item.">;

/** Takes an order with its items, or finds the one of its key. A price that is left out is the product's. */
const create = sqlStatement(
  "sales.orders.create",
  (q) => q.select().from(orders),
  (p: Params<Creation>) => sql`
    with line as (
      select l.*, coalesce(l.unit_price, r.base_price) as price
      from ${newItem.unnest(p, "l")}
      left join sales.products r
        on r.tenant_id = ${p.tenantId}::uuid and r.business_id = ${p.businessId}::uuid and r.id = l.product_id
    ), created as (
      insert into sales.orders as o (tenant_id, total_amount, ${newOrder.names()})
      select ${p.tenantId}::uuid, (select coalesce(sum(round(l.quantity * l.price, 2)), 0) from line l),
        ${newOrder.values(p, {
          sellerId: sql`coalesce(${p.sellerId}::uuid, sales.current_member_id(${p.businessId}::uuid))`,
          orderDate: sql`coalesce(${p.orderDate}::timestamptz, now())`,
        })}
      on conflict do nothing
      returning ${columnsOf(orders, "o")}
    ), written as (
      insert into sales.order_items (tenant_id, business_id, order_id, ${newItem.names()})
      select c.tenant_id, c.business_id, c.id, l.id, l.line_number, l.product_id, l.quantity, l.price
      from created c cross join line l
      order by l.line_number
    )
    select ${columnsOf(orders, "c")} from created c
    union all
    select ${columnsOf(orders, "o")} from sales.orders o
    where o.tenant_id = ${p.tenantId}::uuid and o.business_id = ${p.businessId}::uuid
      and o.idempotency_key = ${p.idempotencyKey}::text`,
);

const findByKey = statement("sales.orders.find_by_key", (q, p: Params<{ businessId: string; key: string }>) =>
  q
    .select()
    .from(orders)
    .where(and(eq(orders.tenantId, p.tenantId), eq(orders.businessId, p.businessId), eq(orders.idempotencyKey, p.key))),
);

const cancel = statement("sales.orders.cancel", (q, p: Params<{ id: string }>) =>
  q
    .update(orders)
    .set({ status: "cancelled" })
    .where(and(eq(orders.tenantId, p.tenantId), eq(orders.id, p.id)))
    .returning(),
);

/** Records the sale that delivers an order; `items` null takes those of the order. */
const deliver = sqlStatement(
  "sales.orders.deliver",
  (q) =>
    q.select({ isSameRequest: sql<boolean>`true`, items: sql<SaleItem[]>`null`, ...getColumns(sales) }).from(sales),
  (p: Params<RowParams<RowType<typeof delivery>>>) => sql`
    select w.is_same_request, w.items, ${columnsOf(sales, "s")}
    from sales.deliver_order(${delivery.values(p)}) w
    cross join lateral (select (w.sale).*) s
    where ${p.tenantId}::uuid is not null`,
);

/** What customers order ahead. The sale that names an order delivers it. */
export class OrderRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Takes an order, in one statement; prices that are left out are the products'. Its seller is the scope's member, where
   * an admin_negocio names no other. The same `idempotencyKey` with the same content, its id aside, answers with the order
   * taken first. Quantities are kilos with at most three decimals, or whole pieces.
   * Throws `ValidationError`; `PermissionDeniedError`; `ForeignKeyViolationError` for a customer or product that the
   * business does not have; `NotNullViolationError` where neither order nor product has a price; `ConflictError` for an
   * archived product or a key with other content; `InvariantError` for part of a piece.
   */
  async create(input: NewOrder): Promise<Order> {
    const { items, ...order } = parseInput(newOrderSchema, input, "order");
    const { id: _id, ...content } = { ...order, businessId: businessOf(this.#unit, order), items };
    const hash = content.idempotencyKey == null ? null : requestHash(content, plainAmounts);
    const row = newOrder.row(
      { ...order, businessId: content.businessId },
      { id: chosenOrNewId, requestHash: () => hash },
    );
    const lines = newItem.arrays(items, { id: newId, lineNumber: (_item, index) => index + 1 });
    const key = { businessId: content.businessId, key: content.idempotencyKey ?? "" };
    const [answer] = await this.#unit.run(create, Object.assign({}, row, lines));
    return answerOf("orders", row, answer, async () =>
      hash === null ? undefined : (await this.#unit.run(findByKey, key))[0],
    );
  }

  /** Changes when an order is wanted, and its notes. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`. */
  async update(id: string, input: OrderChanges): Promise<Order> {
    const changes = parseInput(orderChangesSchema, input, "change");
    const [updated] = await this.#unit.drizzle
      .update(orders)
      .set(changes)
      .where(and(eq(orders.tenantId, this.#unit.scope.tenantId), eq(orders.id, id)))
      .returning();
    return found(updated, "order");
  }

  /**
   * Records the sale that delivers an order, to the order's customer, by the same function as `sales.record`: with the items
   * that are given, such as what was weighed, or those of the order. The order is `delivered` then, and open again when
   * the sale is voided. Throws as `sales.record` does; `NotFoundError` for an unknown order.
   */
  async deliver(id: string, input: Delivery): Promise<Sale> {
    const { idempotencyKey = null, id: saleId, items, ...sale } = parseInput(deliverySchema, input, "delivery");
    const rows = items?.map(({ productId, unitPrice, ...weight }) => ({
      ...weight,
      product_id: productId,
      unit_price: unitPrice,
    }));
    const { useCredit = false, paymentMethod = "efectivo" } = sale;
    const request = { orderId: id, items, ...sale, useCredit, paymentMethod };
    const params = delivery.row({
      orderId: id,
      id: saleId ?? newId(),
      ...sale,
      useCredit,
      items: rows ? JSON.stringify(rows) : null,
      idempotencyKey,
      requestHash: idempotencyKey === null ? null : requestHash(request, plainAmounts),
    });
    const { isSameRequest, ...made } = found((await this.#unit.run(deliver, params))[0], "order");
    if (!isSameRequest) throw takenKey("sales");
    return made;
  }

  /** Cancels an order that is not delivered; one that is cancelled already is answered. Throws `NotFoundError`, `ConflictError`. */
  async cancel(id: string): Promise<Order> {
    return found((await this.#unit.run(cancel, { id }))[0], "order");
  }

  /** The order, or undefined. */
  findById(id: string): Promise<Order | undefined> {
    return records.find(this.#unit, id);
  }

  /** The order. Throws `NotFoundError`. */
  getById(id: string): Promise<Order> {
    return records.get(this.#unit, id);
  }

  /** The order with its customer and items, or undefined. */
  findDocument(id: string) {
    return this.#unit.run(findDocument, { id });
  }

  /** Orders of a business, oldest first: of one state, one customer or one delivery day. Throws `ValidationError`. */
  list(request: PageRequest & OrderFilter): Promise<Page<Order>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }
}
