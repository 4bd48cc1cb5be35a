import { getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsBy } from "../core/records";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { recordBatch, recordings, type Sale, type SaleHeader, type SaleItem, toRecording } from "./sale-recording";
import { sales } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { correctionSchema, newSaleSchema, newSalesSchema, saleFilterSchema, voidingSchema } from "./validation/sales";

export type { Sale, SaleHeader, SaleItem } from "./sale-recording";
export type NewSale = z.input<typeof newSaleSchema>;
/** What replaces a sale, and why. */
export type Correction = z.input<typeof correctionSchema>;
/** Why something is taken back. */
export type Voiding = z.input<typeof voidingSchema>;
export type SaleFilter = z.input<typeof saleFilterSchema>;

const withItems = { ...getColumns(sales), items: sql<SaleItem[]>`null` };

const findSale = sqlStatement(
  "sales.sales.find",
  (q) => q.select(withItems).from(sales),
  (p: Params<{ id: string }>) => sql`
    select ${columnsOf(sales, "s")}, coalesce(sales.items_of_sale(s.id), '[]')
    from sales.sales s where s.tenant_id = ${p.tenantId}::uuid and s.id = ${p.id}::uuid`,
  { reads: true },
);

const records = recordsBy("sale", async (unit, id) => (await unit.run(findSale, { id }))[0]);

const voidSale = sqlStatement(
  "sales.sales.void",
  (q) => q.select(withItems).from(sales),
  (p: Params<{ id: string; reason: string }>) => sql`
    select ${columnsOf(sales, "s")}, coalesce(w.items, '[]')
    from sales.void_sale(${p.id}::uuid, ${p.reason}::text) w
    cross join lateral (select (w.sale).*) s
    where ${p.tenantId}::uuid is not null`,
);

const list = listOf(statement, {
  name: "sales.sales.list",
  table: sales,
  sort: ["saleDate", "id"],
  direction: "desc",
  filter: saleFilterSchema,
  required: ["businessId"],
  optional: ["clientId", "sellerId", "distribucionId"],
  combined: "one or none",
});

/** Sales of a business. A sale is never changed: it is voided, or corrected by a void and a new one. */
export class SaleRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Records a sale with its items, and moves stock or the route's goods, the customer's debt and the order with it. Kilos
   * have three decimals; a subtotal is quantity × price, rounded half away from zero. The same `idempotencyKey` with the
   * same content, its `id` aside, returns the sale recorded first. Calls of one process that meet are recorded together, in
   * one transaction, one round trip. Messages name the field: `Item 2: quantity: …`, `clientId: …`.
   * Throws `ValidationError`; `InvariantError` for more than there is in stock or on the route, a cash sale that is not paid
   * in full, or a debt beyond the credit limit; `ConflictError` for a closed day, a route that is not under way, an order
   * that is lacking or delivered, an archived product, customer or member, or an `idempotencyKey` that came with other
   * content; `PermissionDeniedError` for another member's sale; `NotFoundError` for a product that the business does not
   * have; `UniqueViolationError` for an `id` that another sale has.
   */
  async record(input: NewSale): Promise<Sale> {
    return this.#unit.joined(recordings, toRecording(this.#unit, parseInput(newSaleSchema, input, "sale")));
  }

  /** Records up to 1,000 sales in one statement, all or none; each as `record` does. Returns them in the order given. */
  async recordMany(input: readonly NewSale[]): Promise<Sale[]> {
    const all = parseInput(newSalesSchema, input, "list of sales").map((sale) => toRecording(this.#unit, sale));
    return this.#unit.atomic(async (unit) => (await recordBatch(unit, all)).map(orThrow));
  }

  /**
   * Takes a sale back, dated today: goods go to where they came from, allocated abonos are credit again, and what was paid
   * at once is given back by the same method. The same void again returns the sale. A void of another member's sale is for
   * an admin_negocio. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `ConflictError` when it is void
   * for another reason, or today is closed.
   */
  async void(id: string, input: Voiding): Promise<Sale> {
    const [voided] = await this.#unit.run(voidSale, { id, ...parseInput(voidingSchema, input, "void") });
    return found(voided, "sale");
  }

  /**
   * Voids a sale and records the one that replaces it, in one statement; both name each other by `correctsSaleId`. A sale
   * is corrected once: after that the new one is. Throws as `void` and `record` do.
   */
  async correct(id: string, input: Correction): Promise<Sale> {
    const { reason, ...sale } = parseInput(correctionSchema, input, "correction");
    const [outcome] = await recordBatch(this.#unit, [toRecording(this.#unit, sale, { saleId: id, reason })]);
    return orThrow(found(outcome, "sale"));
  }

  /** The sale with its items, or undefined. */
  findById(id: string): Promise<Sale | undefined> {
    return records.find(this.#unit, id);
  }

  /** The sale with its items. Throws `NotFoundError`. */
  getById(id: string): Promise<Sale> {
    return records.get(this.#unit, id);
  }

  /** A business's sales without their items, newest first: all, or a customer's, a seller's, a route's. */
  async list(request: PageRequest & SaleFilter = {}): Promise<Page<SaleHeader>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }
}

function orThrow(outcome: Sale | Error): Sale {
  if (outcome instanceof Error) throw outcome;
  return outcome;
}
