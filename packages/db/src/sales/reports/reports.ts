import { type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../../client/unit";
import type { Params } from "../../core/statement";
import { parseInput } from "../../core/validation";
import { distribuciones, productTotals, saleTotals } from "../schema";
import { businessOf } from "../scope";
import { sqlStatement } from "../statements";
import { reportDaysSchema } from "../validation/reports";

export type ReportDays = z.input<typeof reportDaysSchema>;
type Asked = { businessId: string; from: string; to: string };

/** Money with two decimals, kilos and pieces with three. What was sold on a day stays; a void counts on its own day. */
export interface Sold {
  soldAmount: string;
  voidedAmount: string;
  /** Sold less voided. */
  netAmount: string;
  /** The part of `netAmount` that is of items whose cost is known. */
  costedAmount: string;
  costAmount: string;
  /** `costedAmount` less `costAmount`: null where no cost is known at all. */
  margin: string | null;
}

/** Sales of a group, with how many there were. */
export interface SalesReport extends Sold {
  saleCount: number;
  voidedCount: number;
}

const soldColumns = {
  soldAmount: productTotals.soldAmount,
  voidedAmount: productTotals.voidedAmount,
  netAmount: productTotals.soldAmount,
  costedAmount: productTotals.costedAmount,
  costAmount: productTotals.costAmount,
  margin: sql<string | null>`null`,
};

const ofDays = (p: Params<Asked>) => sql`
  t.tenant_id = ${p.tenantId}::uuid and t.business_id = ${p.businessId}::uuid
    and t.day between ${p.from}::date and ${p.to}::date`;

const soldSums = sql`
  sum(n.sold), sum(n.voided), sum(n.sold) - sum(n.voided), sum(n.costed), sum(n.cost),
  case when bool_or(n.costed <> 0 or n.cost <> 0) then sum(n.costed) - sum(n.cost) end`;

/** Sales by one column of the totals: amounts and costs are sums of items, counts are sums of sales. */
const salesBy = (name: string, key: SQL) =>
  sqlStatement(
    `sales.reports.${name}`,
    (q) =>
      q
        .select({ key: sql<string>`key`, saleCount: sql<number>`0`, voidedCount: sql<number>`0`, ...soldColumns })
        .from(productTotals),
    (p: Params<Asked>) => sql`
      select n.key::text, sum(n.sales)::int, sum(n.voids)::int, ${soldSums}
      from (
        select ${key} as key, sum(t.sold_amount) as sold, sum(t.voided_amount) as voided, sum(t.costed_amount) as costed,
          sum(t.cost_amount) as cost, 0 as sales, 0 as voids
        from sales.product_totals t where ${ofDays(p)} group by 1
        union all
        select ${key}, 0, 0, 0, 0, sum(t.sale_count), sum(t.voided_count)
        from sales.sale_totals t where ${ofDays(p)} group by 1
      ) n
      group by n.key order by n.key`,
    { reads: true },
  );

const byDay = salesBy("by_day", sql`t.day`);
const byVendor = salesBy("by_vendor", sql`t.seller_id`);
const bySalesPoint = salesBy("by_sales_point", sql`t.sales_point`);

const byProduct = sqlStatement(
  "sales.reports.by_product",
  (q) =>
    q
      .select({
        productId: productTotals.productId,
        quantity: productTotals.quantity,
        voidedQuantity: productTotals.voidedQuantity,
        ...soldColumns,
      })
      .from(productTotals),
  (p: Params<Asked>) => sql`
    select n.product_id, sum(n.quantity), sum(n.voided_quantity), ${soldSums}
    from (
      select t.product_id, t.quantity, t.voided_quantity, t.sold_amount as sold, t.voided_amount as voided,
        t.costed_amount as costed, t.cost_amount as cost
      from sales.product_totals t where ${ofDays(p)}
    ) n
    group by n.product_id order by n.product_id`,
  { reads: true },
);

const byMethod = sqlStatement(
  "sales.reports.by_method",
  (q) =>
    q
      .select({
        paymentMethod: saleTotals.paymentMethod,
        paidAmount: saleTotals.paidAmount,
        refundedAmount: saleTotals.refundedAmount,
        netAmount: saleTotals.paidAmount,
      })
      .from(saleTotals),
  (p: Params<Asked>) => sql`
    select t.payment_method, sum(t.paid_amount), sum(t.refunded_amount), sum(t.paid_amount) - sum(t.refunded_amount)
    from sales.sale_totals t where ${ofDays(p)}
    group by t.payment_method
    having sum(t.paid_amount) <> 0 or sum(t.refunded_amount) <> 0
    order by t.payment_method`,
  { reads: true },
);

const kilos = sqlStatement(
  "sales.reports.kilos",
  (q) =>
    q
      .select({
        vendedorId: distribuciones.vendedorId,
        routes: sql<number>`0`,
        kilosAsignados: distribuciones.kilosAsignados,
        kilosVendidos: distribuciones.kilosVendidos,
      })
      .from(distribuciones),
  (p: Params<Asked>) => sql`
    select r.vendedor_id, count(*)::int, sum(r.kilos_asignados), sum(r.kilos_vendidos)
    from sales.distribuciones r
    where r.tenant_id = ${p.tenantId}::uuid and r.business_id = ${p.businessId}::uuid
      and r.fecha between ${p.from}::date and ${p.to}::date
    group by r.vendedor_id order by r.vendedor_id`,
  { reads: true },
);

/**
 * Reports of a business over days, both included. They read totals that recording and voiding keep, so that their time does
 * not grow with the number of sales. All throw `ValidationError`.
 */
export class ReportRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Sales of each day on which something was sold or voided. */
  async salesByDay(days: ReportDays): Promise<(SalesReport & { day: string })[]> {
    const rows = await this.#unit.run(byDay, this.#asked(days));
    return rows.map(({ key, ...sold }) => ({ day: key, ...sold }));
  }

  /** Sales of each vendor, by the id of the member. */
  async salesByVendor(days: ReportDays): Promise<(SalesReport & { memberId: string })[]> {
    const rows = await this.#unit.run(byVendor, this.#asked(days));
    return rows.map(({ key, ...sold }) => ({ memberId: key, ...sold }));
  }

  /** Sales of each sales point; null is none. */
  async salesBySalesPoint(days: ReportDays): Promise<(SalesReport & { salesPoint: string | null })[]> {
    const rows = await this.#unit.run(bySalesPoint, this.#asked(days));
    return rows.map(({ key, ...sold }) => ({ salesPoint: key === "" ? null : key, ...sold }));
  }

  /** What was sold of each product: kilos or pieces, amount and margin. */
  async salesByProduct(days: ReportDays) {
    return this.#unit.run(byProduct, this.#asked(days));
  }

  /** What was paid at once by each method, and given back of it. Abonos are not in it. */
  async salesByMethod(days: ReportDays) {
    return this.#unit.run(byMethod, this.#asked(days));
  }

  /** Kilos that each vendor was assigned on routes of these days, against those sold there. */
  async kilosByVendor(days: ReportDays) {
    return this.#unit.run(kilos, this.#asked(days));
  }

  #asked(days: ReportDays): Asked {
    const { from, to, businessId } = parseInput(reportDaysSchema, days, "days");
    return { businessId: businessOf(this.#unit, { businessId }), from, to };
  }
}
