import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { dayClosingVendors } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement } from "./statements";
import { reportDaysSchema } from "./validation/reports";

/** What was collected for a vendor over days, and the commission on it. */
export interface Commission {
  memberId: string;
  /** Paid at the vendor's sales and allocated to them, less what was voided or taken back. */
  collectedAmount: string;
  /** Each amount at the rate in force on the day of its sale; the sum is rounded once, half away from zero. */
  commissionAmount: string;
}

const between = sqlStatement(
  "sales.commissions.list",
  (q) =>
    q
      .select({
        memberId: dayClosingVendors.memberId,
        collectedAmount: dayClosingVendors.collectedAmount,
        commissionAmount: dayClosingVendors.commissionAmount,
      })
      .from(dayClosingVendors),
  (p: Params<{ businessId: string; from: string; to: string }>) => sql`
    select c.member_id, c.collected_amount, c.commission_amount
    from sales.commissions_between(${p.businessId}::uuid, ${p.from}::date, ${p.to}::date) c
    where ${p.tenantId}::uuid is not null
    order by c.member_id`,
  { reads: true },
);

/** Vendors' commissions: on what is collected, not on what is sold. */
export class CommissionRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * The commission of each vendor who collected something from one day to another, both included. Late sales count on their
   * day. Throws `ValidationError`.
   */
  async list(input: z.input<typeof reportDaysSchema>): Promise<Commission[]> {
    const { from, to, ...rest } = parseInput(reportDaysSchema, input, "days");
    return this.#unit.run(between, { businessId: businessOf(this.#unit, rest), from, to });
  }
}
