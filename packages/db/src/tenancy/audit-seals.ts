import { setTimeout as pause } from "node:timers/promises";
import { desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Unit } from "../client/unit";
import { pgUuid } from "../core/column-kinds";
import type { Params, StatementRunner } from "../core/statement";
import { parseInput } from "../core/validation";
import { auditSeals } from "./schema";
import { sqlStatement, statement } from "./statements";

/**
 * The last seal of a tenant's trail. Kept outside the database, it proves what was there: whoever owns the database can
 * write the whole chain anew, but not so that it leads to this hash again.
 */
export interface AuditHead {
  tenantId: string;
  sequence: number;
  /** SHA-256 in hexadecimal digits. */
  hash: string;
  sealedAt: Date;
}

export interface SealOptions {
  /** How long to wait for older transactions that still run, in milliseconds; 2,000 when left out. */
  waitMs?: number | undefined;
}

/** What does not agree between seals and lines; `sequence` is the seal's. */
export interface AuditProblem {
  problem: "lines-changed" | "lines-removed" | "lines-inserted" | "seal-changed" | "chain-broken" | "head-differs";
  sequence: number;
  message: string;
}

const headSchema = z.object({
  tenantId: pgUuid().optional(),
  sequence: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/, "use the hash of a head as audit.head() gave it"),
});
const waitSchema = z.int().min(0).max(600_000);

/** Lines that one call seals or verifies, so that each stays far below the statement timeout. */
const linesPerCall = 10_000;

const last = statement("tenancy.audit.head", (q, p: Params<object>) =>
  q
    .select({
      tenantId: auditSeals.tenantId,
      sequence: auditSeals.sequence,
      hash: auditSeals.hash,
      sealedAt: auditSeals.sealedAt,
    })
    .from(auditSeals)
    .where(eq(auditSeals.tenantId, p.tenantId))
    .orderBy(desc(auditSeals.sequence))
    .limit(1),
);

const seal = sqlStatement(
  "tenancy.audit.seal",
  (q) => q.select({ sealed: sql<number>`0`, remaining: sql<boolean>`false` }).from(auditSeals),
  (p: Params<{ lines: number }>) => sql`select sealed, remaining from tenancy.seal_audit(${p.lines}::int)`,
);

const verify = sqlStatement(
  "tenancy.audit.verify",
  (q) =>
    q
      .select({
        sequence: auditSeals.sequence,
        hash: auditSeals.hash,
        lineCount: auditSeals.lineCount,
        foundCount: sql<number>`0`,
        linesAgree: sql<boolean>`false`,
        sealAgrees: sql<boolean>`false`,
        follows: sql<boolean>`false`,
      })
      .from(auditSeals),
  (p: Params<{ sequence: number; lines: number }>) => sql`
    select sequence, hash, line_count, found_count, lines_agree, seal_agrees, follows
    from tenancy.verify_audit(${p.sequence}::int, ${p.lines}::int)`,
  { reads: true },
);

/** The last seal, or undefined before the first. */
export async function headOf(unit: StatementRunner): Promise<AuditHead | undefined> {
  return (await unit.run(last, {}))[0];
}

/** Seals what is committed, in batches; waits for older transactions as long as `waitMs` allows. */
export async function sealTrail(unit: StatementRunner, { waitMs = 2_000 }: SealOptions): Promise<void> {
  const until = performance.now() + parseInput(waitSchema, waitMs, "waitMs");
  for (;;) {
    const [{ sealed, remaining } = { sealed: 0, remaining: false }] = await unit.run(seal, { lines: linesPerCall });
    if (!remaining) return;
    if (sealed > 0) continue;
    if (performance.now() >= until) return;
    await pause(20);
  }
}

/** Every seal held against its lines and the one before it, from the first to the last. */
export async function verifyTrail(unit: Unit, known: Omit<AuditHead, "sealedAt"> | undefined): Promise<AuditProblem[]> {
  const head = known && parseInput(headSchema, known, "head");
  const problems: AuditProblem[] = [];
  let hashAtHead: string | undefined;
  for (let sequence = 0; ; ) {
    const page = await unit.run(verify, { sequence, lines: linesPerCall });
    for (const found of page) {
      problems.push(...problemsOf(found));
      if (found.sequence === head?.sequence) hashAtHead = found.hash;
    }
    const read = page.at(-1)?.sequence;
    if (read === undefined) break;
    sequence = read;
  }
  const { tenantId } = unit.scope;
  if (head && (hashAtHead !== head.hash || (head.tenantId ?? tenantId) !== tenantId)) {
    const message =
      hashAtHead === undefined
        ? `There is no seal ${head.sequence}, which was exported: seals were removed, or the head is another tenant's`
        : `Seal ${head.sequence} is not the one that was exported: the chain was written anew, or the head is another tenant's`;
    problems.push({ problem: "head-differs", sequence: head.sequence, message });
  }
  return problems;
}

interface Found {
  sequence: number;
  lineCount: number;
  foundCount: number;
  linesAgree: boolean;
  sealAgrees: boolean;
  follows: boolean;
}

function problemsOf({ sequence, lineCount, foundCount, linesAgree, sealAgrees, follows }: Found): AuditProblem[] {
  const problems: AuditProblem[] = [];
  const add = (problem: AuditProblem["problem"], message: string) => problems.push({ problem, sequence, message });
  if (foundCount < lineCount) add("lines-removed", `Seal ${sequence} has ${lineCount} lines; ${foundCount} are there`);
  else if (foundCount > lineCount)
    add("lines-inserted", `Seal ${sequence} has ${lineCount} lines; ${foundCount} are there`);
  else if (!linesAgree) add("lines-changed", `Among the ${lineCount} lines of seal ${sequence} one is not as it was`);
  if (!sealAgrees) add("seal-changed", `Seal ${sequence}, or the one before it, is not as it was`);
  if (!follows) add("chain-broken", `Seal ${sequence} does not follow the one before it: a seal is missing`);
  return problems;
}
