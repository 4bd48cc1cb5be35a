import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Unit } from "../client/unit";
import { pgJsonb, pgUuid } from "../core/column-kinds";
import { listOf } from "../core/lists";
import { type Page, type PageRequest, pageSize } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { auditLog } from "./schema";
import { sqlStatement, statement } from "./statements";

export type AuditEntry = typeof auditLog.$inferSelect;

/** A named action, such as BHC's `suspend_user` or `freeze_account`. */
export interface AuditAction {
  action: string;
  /** `schema.table`, or another kind of thing. */
  targetType: string;
  targetId?: string | undefined;
  details?: Record<string, unknown> | undefined;
}

// A scope's company is a filter of its own: the policy alone would read the lines of all companies to find those of one.
const list = listOf(statement, {
  name: "tenancy.audit.list",
  table: auditLog,
  sort: ["createdAt", "id"],
  direction: "desc",
  filter: z.object({ companyId: pgUuid().optional() }).strict(),
  optional: ["companyId"],
});

const ofTarget = statement(
  "tenancy.audit.list_of_target",
  (q, p: Params<{ targetType: string; targetId: string; limit: number }>) =>
    q
      .select()
      .from(auditLog)
      .where(
        and(
          eq(auditLog.tenantId, p.tenantId),
          eq(auditLog.targetType, p.targetType),
          eq(auditLog.targetId, p.targetId),
        ),
      )
      .orderBy(desc(auditLog.createdAt))
      .limit(p.limit),
);

const record = sqlStatement(
  "tenancy.audit.record",
  (q) => q.select({ done: sql<null>`null` }).from(auditLog),
  (p: Params<{ action: string; targetType: string; targetId: string | null; details: string }>) => sql`
    select tenancy.record_audit(${p.action}::text, ${p.targetType}::text, ${p.targetId}::uuid, ${p.details}::jsonb)::text`,
);

/**
 * The tenant's trail: read here, appended by the database's triggers, changed by nobody. In the scope of a company it shows
 * the lines of that company's records; those of members, roles and the tenant itself belong to the whole tenant.
 */
export class AuditRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Newest first. */
  list({ limit, cursor }: PageRequest = {}): Promise<Page<AuditEntry>> {
    return list(this.#unit, { limit, cursor, companyId: this.#unit.scope.companyId });
  }

  /** What happened to one record, newest first; `targetType` is `schema.table`. */
  async listOfTarget(targetType: string, targetId: string, limit = 50): Promise<AuditEntry[]> {
    return this.#unit.run(ofTarget, { targetType, targetId, limit: pageSize({ limit }) });
  }

  /** Records a named action of the scope's user, in the same transaction as what it accompanies. */
  async record({ action, targetType, targetId, details }: AuditAction): Promise<void> {
    const checked = parseInput(pgJsonb(), details ?? {}, "audit record's details");
    const params = { action, targetType, targetId: targetId ?? null, details: JSON.stringify(checked) };
    await this.#unit.run(record, params);
  }
}
