import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { businesses } from "./schema";
import { sqlStatement } from "./statements";
import { violationFilterSchema, type violationKinds } from "./validation/integrity";

/** A kind of violation: names what is wrong where a rule does not hold. */
export type ViolationKind = (typeof violationKinds)[number];

/** A rule that does not hold, and where. */
export interface Violation {
  kind: ViolationKind;
  businessId: string;
  /** The table of the record, such as `sales.products`. */
  recordTable: string;
  recordId: string;
  /** What is wrong, in plain words. */
  detail: string;
}

const violations = sqlStatement(
  "sales.integrity.violations",
  (q) =>
    q
      .select({
        kind: sql<ViolationKind>`kind`,
        businessId: businesses.id,
        recordTable: sql<string>`record_table`,
        recordId: sql<string>`record_id`,
        detail: sql<string>`detail`,
      })
      .from(businesses),
  (p: Params<{ businessId: string | null; kind: string | null; limit: number }>) => sql`
    select v.kind, v.business_id, v.record_table, v.record_id, v.detail
    from sales.violations v
    where v.tenant_id = ${p.tenantId}::uuid
      and (${p.businessId}::uuid is null or v.business_id = ${p.businessId}::uuid)
      and (${p.kind}::text is null or v.kind = ${p.kind}::text)
    order by v.kind, v.business_id, v.record_id, v.detail
    limit ${p.limit}`,
);

/** The health check of sales: the view `sales.violations` computes every rule again from the records. */
export class IntegrityRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Rules that do not hold; none in healthy books. It reads all records of the tenant, or of one business, and so takes its
   * time over many: run it as a job, in a pool with a longer statement limit where the usual one is reached. At most `limit`
   * are returned (1,000 when left out, 10,000 at most). Throws `ValidationError`.
   */
  async violations(filter: z.input<typeof violationFilterSchema> = {}): Promise<Violation[]> {
    const { businessId, kind, limit } = parseInput(violationFilterSchema, filter, "filter");
    return this.#unit.run(violations, { businessId: businessId ?? null, kind: kind ?? null, limit });
  }
}
