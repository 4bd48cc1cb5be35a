import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { type ArrayParams, kept, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { products } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { keptOfProducts } from "./validation/kept";
import {
  newProductSchema,
  newProductsSchema,
  productChangesSchema,
  type productFilterSchema,
  productListSchema,
} from "./validation/products";

export type Product = typeof products.$inferSelect;
export type NewProduct = z.input<typeof newProductSchema>;
export type ProductChanges = z.input<typeof productChangesSchema>;
export type ProductFilter = z.input<typeof productFilterSchema>;

const records = recordsOf(statement, "sales.products.find", products, "product");

const list = listOf(statement, {
  name: "sales.products.list",
  table: products,
  sort: ["name", "id"],
  filter: productListSchema,
  required: ["businessId"],
  optional: ["type"],
  where: eq(products.isActive, true),
});

const newProduct = rowsOf(products, {
  id: "given",
  businessId: "given",
  name: "given",
  type: "given",
  unit: "given",
  basePrice: "given",
  unitCost: "given",
  ...kept(keptOfProducts),
});

const insert = sqlStatement(
  "sales.products.insert",
  (q) => q.select().from(products),
  (p: Params<ArrayParams<RowType<typeof newProduct>>>) => sql`
    with created as (
      insert into sales.products as p (tenant_id, ${newProduct.names()})
      select ${p.tenantId}::uuid, ${newProduct.names("g")} from ${newProduct.unnest(p, "g")}
      returning ${columnsOf(products, "p")}
    )
    select ${columnsOf(products, "c")}
    from unnest(${p.id}::uuid[]) with ordinality as g (id, position) join created c on c.id = g.id
    order by g.position`,
);

/** What a business sells. Its prices are its admin_negocio's; a sold item keeps name, price and cost of its day. */
export class ProductRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The product, or undefined. */
  findById(id: string): Promise<Product | undefined> {
    return records.find(this.#unit, id);
  }

  /** The product. Throws `NotFoundError`. */
  getById(id: string): Promise<Product> {
    return records.get(this.#unit, id);
  }

  /** The business's active products by name: all, or those of a type. */
  async list(request: PageRequest & ProductFilter = {}): Promise<Page<Product>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  /**
   * Creates a product, which has no stock yet. Price and cost are of a kilo or piece, with two and four decimals. For an
   * admin_negocio. Throws `ValidationError`, `PermissionDeniedError`; `UniqueViolationError` for an `id` that is taken;
   * `ForeignKeyViolationError` for a business that is not the tenant's.
   */
  async create(input: NewProduct): Promise<Product> {
    const [created] = await this.#insert([parseInput(newProductSchema, input, "product")]);
    return found(created, "product");
  }

  /** Creates up to 1,000 products in one statement, all or none, as `create` does. Returns them in the order given. */
  async createMany(input: readonly NewProduct[]): Promise<Product[]> {
    return this.#insert(parseInput(newProductsSchema, input, "list of products"));
  }

  /**
   * Changes the given fields: name, type, price, cost. What it is sold by stays, and what was sold keeps what it was sold
   * at. For an admin_negocio. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`.
   */
  async update(id: string, input: ProductChanges): Promise<Product> {
    return this.#set(id, parseInput(productChangesSchema, input, "change"));
  }

  /** Soft delete: it leaves the list and is sold no more; its stock stays. Throws `NotFoundError`, `PermissionDeniedError`. */
  archive(id: string): Promise<Product> {
    return this.#set(id, { isActive: false });
  }

  /** Undoes `archive`. Throws `NotFoundError`, `PermissionDeniedError`. */
  restore(id: string): Promise<Product> {
    return this.#set(id, { isActive: true });
  }

  #insert(input: z.output<typeof newProductsSchema>): Promise<Product[]> {
    const rows = input.map((product) => ({ ...product, businessId: businessOf(this.#unit, product) }));
    return this.#unit.run(insert, newProduct.arrays(rows, { id: chosenOrNewId }));
  }

  async #set(id: string, changes: Partial<Product>): Promise<Product> {
    const [updated] = await this.#unit.drizzle
      .update(products)
      .set(changes)
      .where(and(eq(products.tenantId, this.#unit.scope.tenantId), eq(products.id, id)))
      .returning();
    return found(updated, "product");
  }
}
