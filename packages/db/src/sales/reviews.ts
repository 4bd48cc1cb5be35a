import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { listBy, SortKey } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { sales } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement } from "./statements";
import { closingFilterSchema, reviewSchema } from "./validation/closings";

/** A late sale or abono that no admin_negocio has looked at. */
export interface Review {
  kind: "sale" | "abono";
  /** The sale or abono. */
  id: string;
  sellerId: string;
  clientId: string | null;
  amount: string;
  /** When it was sold or received. */
  saleDate: Date;
  /** The closed day that it belongs to. */
  day: string;
}

const sort = new SortKey(sales, ["saleDate", "id"]);

const late = (table: "sales" | "abonos", p: Params<{ businessId: string; limit: number }>) => {
  const [name, amount, date, day] =
    table === "sales"
      ? (["sale", "total_amount", "sale_date", "sale_day"] as const)
      : (["abono", "amount", "abono_date", "abono_day"] as const);
  const params = p as unknown as Record<string, unknown>;
  return sql`(
    select ${sql.raw(`'${name}'`)} as kind, l.id, l.seller_id, l.client_id, l.${sql.raw(amount)} as amount,
      l.${sql.raw(date)} as sale_date, l.${sql.raw(day)} as day
    from sales.${sql.raw(table)} l
    where l.tenant_id = ${p.tenantId}::uuid and l.business_id = ${p.businessId}::uuid and l.is_late and l.reviewed_at is null
      and (l.${sql.raw(date)}, l.id) > (${params.after_saleDate}::timestamptz, ${params.after_id}::uuid)
    order by l.${sql.raw(date)}, l.id
    limit ${p.limit})`;
};

const listReviews = sqlStatement(
  "sales.reviews.list",
  (q) =>
    q
      .select({
        kind: sql<"sale" | "abono">`''`,
        id: sales.id,
        sellerId: sales.sellerId,
        clientId: sales.clientId,
        amount: sales.totalAmount,
        saleDate: sales.saleDate,
        day: sales.saleDay,
      })
      .from(sales),
  (p: Params<{ businessId: string; after_saleDate: string; after_id: string; limit: number }>) => sql`
    select l.kind, l.id, l.seller_id, l.client_id, l.amount, l.sale_date, l.day
    from (${late("sales", p)} union all ${late("abonos", p)}) l
    order by l.sale_date, l.id
    limit ${p.limit}`,
);

const list = listBy(closingFilterSchema, sort, (unit, { businessId }, position) =>
  unit.run(listReviews, { businessId, ...position }),
);

const resolve = sqlStatement(
  "sales.reviews.resolve",
  (q) => q.select({ isReviewed: sales.isLate }).from(sales),
  (p: Params<{ saleId: string | null; abonoId: string | null }>) => sql`
    select r.is_reviewed from sales.resolve_review(${p.saleId}::uuid, ${p.abonoId}::uuid) r (is_reviewed)
    where ${p.tenantId}::uuid is not null`,
);

/** Late sales and abonos, which an admin_negocio looks at. */
export class ReviewRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** What is late and not reviewed, oldest first. */
  list(request: PageRequest & { businessId?: string } = {}): Promise<Page<Review>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  /**
   * Takes a late sale or abono off the list. It stays as it is: void it where it should not stand. One that is reviewed
   * already stays so. For an admin_negocio. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`.
   */
  async resolve(input: z.input<typeof reviewSchema>): Promise<void> {
    const { saleId = null, abonoId = null } = parseInput(reviewSchema, input, "review");
    await this.#unit.run(resolve, { saleId, abonoId });
  }
}
