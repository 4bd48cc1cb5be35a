import { and, eq, getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listBy, listOf, type Position, SortKey } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { type ArrayParams, kept, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { takenKey } from "./requests";
import { inventory, products, stockMovements } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { businessFilterSchema } from "./validation/businesses";
import { keptOfMovements } from "./validation/kept";
import {
  adjustmentSchema,
  countSchema,
  countsSchema,
  movementFilterSchema,
  receiptSchema,
  receiptsSchema,
} from "./validation/products";

export type StockMovement = typeof stockMovements.$inferSelect;
export type Inventory = typeof inventory.$inferSelect;
export type Receipt = z.input<typeof receiptSchema>;
export type Adjustment = z.input<typeof adjustmentSchema>;
export type StockCount = z.input<typeof countSchema>;

/** A product with what of it is in the house. */
export type Stock = Awaited<ReturnType<InventoryRepository["list"]>>["items"][number];

const find = statement("sales.inventory.find", (q, p: Params<{ productId: string }>) =>
  q
    .select()
    .from(inventory)
    .where(and(eq(inventory.tenantId, p.tenantId), eq(inventory.productId, p.productId))),
);

const byName = new SortKey(products, ["name", "id"]);

const readStock = statement("sales.inventory.list", (q, p: Params<{ businessId: string } & Position<"name" | "id">>) =>
  q
    .select({
      id: products.id,
      name: products.name,
      type: products.type,
      unit: products.unit,
      unitCost: products.unitCost,
      quantity: inventory.quantity,
    })
    .from(products)
    .innerJoin(
      inventory,
      and(
        eq(inventory.tenantId, products.tenantId),
        eq(inventory.productId, products.id),
        eq(inventory.businessId, products.businessId),
      ),
    )
    .where(
      and(
        eq(products.tenantId, p.tenantId),
        eq(products.businessId, p.businessId),
        eq(products.isActive, true),
        byName.after(p),
      ),
    )
    .orderBy(...byName.order())
    .limit(p.limit as never),
);

const listStock = listBy(businessFilterSchema.required(), byName, (unit, { businessId }, position) =>
  unit.run(readStock, { businessId, ...position }),
);

// The last one first: the chain of what was left after each.
const listMovements = listOf(statement, {
  name: "sales.inventory.movements",
  table: stockMovements,
  sort: ["productVersion"],
  direction: "desc",
  filter: movementFilterSchema,
  required: ["productId"],
});

/** Movements by hand, as the function takes them. */
const movementRows = rowsOf(stockMovements, {
  id: "given",
  businessId: "given",
  productId: "given",
  kind: "given",
  quantity: "given",
  unitCost: "given",
  reason: "given",
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfMovements),
});

const move = sqlStatement(
  "sales.inventory.move",
  (q) => q.select({ isSameRequest: sql<boolean>`true`, ...getColumns(stockMovements) }).from(stockMovements),
  (p: Params<ArrayParams<RowType<typeof movementRows>>>) => sql`
    select w.is_same_request, ${columnsOf(stockMovements, "s")}
    from sales.move_stock(${movementRows.lists(p)}) w
    cross join lateral (select (w.movement).*) s
    where ${p.tenantId}::uuid is not null
    order by w.element`,
);

const plainAmounts = withPlainAmounts(["quantity", "unitCost"]);

type ByHand = z.output<typeof receiptSchema> | z.output<typeof countSchema>;

/**
 * Stock: what is in the house, which is always the sum of its movements. Kilos have three decimals, pieces are whole. What
 * is moved by hand may have an `idempotencyKey`: the same key with the same content, its `id` aside, answers with the first
 * movement.
 */
export class InventoryRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The stock of a product, or undefined. */
  async findByProduct(productId: string): Promise<Inventory | undefined> {
    return (await this.#unit.run(find, { productId }))[0];
  }

  /** The stock of a product. Throws `NotFoundError`. */
  async getByProduct(productId: string): Promise<Inventory> {
    return found(await this.findByProduct(productId), "product");
  }

  /** The business's active products with their stock, by name. */
  async list(request: PageRequest & z.input<typeof businessFilterSchema> = {}) {
    return listStock(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  /** The movements of a product, the last one first: receipts, sales, routes, each with the stock after it. */
  listMovements(request: PageRequest & z.input<typeof movementFilterSchema>): Promise<Page<StockMovement>> {
    return listMovements(this.#unit, request);
  }

  /**
   * Receives goods. A `unitCost`, what a kilo or piece cost, is from now on what the product costs. For members of the
   * business. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `InvariantError` for part of a piece;
   * `ConflictError` for an `idempotencyKey` that came with other content; `UniqueViolationError` for an `id` that is taken.
   */
  async receive(input: Receipt): Promise<StockMovement> {
    const [received] = await this.#move("receipt", [parseInput(receiptSchema, input, "receipt")]);
    return found(received, "movement");
  }

  /** Receives up to 1,000 goods in one statement, all or none; each as `receive` does. Returns them in the order given. */
  async receiveMany(input: readonly Receipt[]): Promise<StockMovement[]> {
    return this.#move("receipt", parseInput(receiptsSchema, input, "list of receipts"));
  }

  /**
   * Corrects stock by a quantity, below zero where some are missing, and says why. For an admin_negocio. Throws as `receive`
   * does; `InvariantError` where the stock would fall below zero and the business does not allow it.
   */
  async adjust(input: Adjustment): Promise<StockMovement> {
    const [adjusted] = await this.#move("adjustment", [parseInput(adjustmentSchema, input, "adjustment")]);
    return found(adjusted, "movement");
  }

  /** Sets stock to what was counted: the movement is the difference to what was there. For an admin_negocio. Throws as `receive` does. */
  async count(input: StockCount): Promise<StockMovement> {
    const [counted] = await this.#move("count", [parseInput(countSchema, input, "count")]);
    return found(counted, "movement");
  }

  /** Counts up to 1,000 products at one moment, all or none; each as `count` does. Returns them in the order given. */
  async countMany(input: readonly StockCount[]): Promise<StockMovement[]> {
    return this.#move("count", parseInput(countsSchema, input, "list of counts"));
  }

  async #move(kind: StockMovement["kind"], input: readonly ByHand[]): Promise<StockMovement[]> {
    const rows = input.map((movement) => {
      const { id, ...content } = { ...movement, businessId: businessOf(this.#unit, movement), kind };
      const hash = content.idempotencyKey == null ? null : requestHash(content, plainAmounts);
      const unitCost = "unitCost" in movement ? movement.unitCost : null;
      return { ...content, unitCost, id: chosenOrNewId({ id }), requestHash: hash };
    });
    const moved = await this.#unit.run(move, movementRows.arrays(rows));
    return moved.map(({ isSameRequest, ...movement }) => {
      if (!isSameRequest) throw takenKey("stock_movements");
      return movement;
    });
  }
}
