import { and, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Unit } from "../client/unit";
import { filledText, pgUuid } from "../core/column-kinds";
import { listOf } from "../core/lists";
import { type Page, type PageRequest, pageSize } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { type AuditHead, type AuditProblem, headOf, type SealOptions, sealTrail, verifyTrail } from "./audit-seals";
import { auditLog } from "./schema";
import { sqlStatement, statement } from "./statements";
import { jsonObject } from "./validation";

export type AuditEntry = typeof auditLog.$inferSelect;
/** A line of the trail, under BHC's name. */
export type AuditLog = AuditEntry;

/** A named action, such as BHC's `suspend_user` or `freeze_account`. */
export interface AuditAction {
  action: string;
  /** `schema.table`, or another kind of thing. */
  targetType: string;
  targetId?: string | undefined;
  details?: Record<string, unknown> | undefined;
}

/** Who reads what: one record, several, or a whole export. */
export interface AuditedRead {
  /** `read` when left out. */
  action?: "read" | "export" | "download" | "print" | undefined;
  /** `schema.table`, or another kind of thing. */
  targetType: string;
  /** The records that are read, at most 1,000: each has a line, so that `listOfTarget` shows its readers. */
  targetIds?: readonly string[] | undefined;
  /** Why, which filter, how many rows: what an auditor asks. Never what was read. */
  details?: Record<string, unknown> | undefined;
}

// The function record_audit refuses the same words.
const recordedByTriggers = /^[^a-z]*(insert|update|delete|truncate)[^a-z]*$/i;

const actionSchema = z.object({
  action: filledText("action").refine(
    (text) => !recordedByTriggers.test(text),
    "insert, update, delete and truncate are recorded by the database: name the action otherwise",
  ),
  targetType: filledText("targetType"),
  details: jsonObject,
});

const readSchema = z
  .object({
    action: z.enum(["read", "export", "download", "print"]).default("read"),
    targetType: filledText("targetType"),
    targetIds: z.array(pgUuid()).min(1).max(1_000).optional(),
    details: jsonObject.default({}),
  })
  .strict();

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

const recordReads = sqlStatement(
  "tenancy.audit.record_reads",
  (q) => q.select({ done: sql<null>`null` }).from(auditLog),
  (p: Params<{ action: string; targetType: string; targetIds: (string | null)[]; details: string }>) => sql`
    select tenancy.record_audit(${p.action}::text, ${p.targetType}::text, t.id, ${p.details}::jsonb)::text
    from unnest(${p.targetIds}::uuid[]) as t (id)`,
);

/**
 * The tenant's trail: read and sealed here, appended by the database's triggers, changed by nobody. In the scope of a company it shows
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

  /**
   * Records a named action of the scope's user, in the same transaction as what it accompanies. The line's `source` is
   * `application`, and its action none of the database's own. Throws `ValidationError`.
   */
  async record({ action, targetType, targetId, details }: AuditAction): Promise<void> {
    const checked = parseInput(actionSchema, { action, targetType, details: details ?? {} }, "audit record");
    const params = {
      action: checked.action,
      targetType: checked.targetType,
      targetId: targetId ?? null,
      details: JSON.stringify(checked.details),
    };
    await this.#unit.run(record, params);
  }

  /**
   * Records that the scope's user reads records, or takes them along as an export: one line for each of `targetIds`, or one
   * for the whole. Call it before the read, or with it in a transaction: what is not recorded is then not read.
   * AE: "track sensitive data access". Throws `ValidationError`.
   */
  async recordRead(input: AuditedRead): Promise<void> {
    const { action, targetType, targetIds, details } = parseInput(readSchema, input, "audited read");
    const ids = targetIds ? [...new Set(targetIds)] : [null];
    await this.#unit.run(recordReads, { action, targetType, targetIds: ids, details: JSON.stringify(details) });
  }

  /**
   * Seals every line that is committed, and returns the last seal: keep it outside the database, for `verify`. Lines of
   * transactions that are older than one that still runs after `waitMs` are sealed by a later call; so are the own lines of the
   * transaction it is called in. No write waits for it. Undefined when the trail has no line.
   */
  async seal(options: SealOptions = {}): Promise<AuditHead | undefined> {
    await sealTrail(this.#unit, options);
    return headOf(this.#unit);
  }

  /** The last seal, or undefined before the first. */
  head(): Promise<AuditHead | undefined> {
    return headOf(this.#unit);
  }

  /**
   * Holds every seal against its lines and against the seal before it. Returns what does not agree: nothing when the sealed trail
   * is as it was. Lines since the last seal are not covered. A chain that its owner wrote anew, or cut at its end, is
   * found with an exported `head` alone. Reads the whole trail. Throws `ValidationError` for a malformed head.
   */
  verify({ head }: { head?: Omit<AuditHead, "sealedAt"> | undefined } = {}): Promise<AuditProblem[]> {
    return verifyTrail(this.#unit, head);
  }
}
