import { and, desc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { newId } from "../core/ids";
import { cursorKey, lastId, lastTime, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { securityEvents } from "./schema";
import { statement } from "./statements";
import { newSecurityEventSchema } from "./validation";

export type SecurityEvent = typeof securityEvents.$inferSelect;
export type NewSecurityEvent = z.input<typeof newSecurityEventSchema>;

const list = statement("tenancy.security_events.list", (q, p: Params<{ before: string; id: string; limit: number }>) =>
  q
    .select()
    .from(securityEvents)
    .where(
      and(
        eq(securityEvents.tenantId, p.tenantId),
        sql`(${securityEvents.createdAt}, ${securityEvents.id}) < (${p.before}::timestamptz, ${p.id}::uuid)`,
      ),
    )
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(p.limit),
);

/** Acountee: security_events, logging and compliance. Append-only for every login. */
export class SecurityEventRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Reports an event in the name of the scope's user. Throws `ValidationError`. */
  async report(input: NewSecurityEvent): Promise<void> {
    const event = parseInput(newSecurityEventSchema, input, "security event");
    const { tenantId, userId } = this.#unit.scope;
    await this.#unit.drizzle.insert(securityEvents).values({ ...event, tenantId, id: newId(), userId: userId ?? null });
  }

  /** Newest first. */
  async list(request: PageRequest = {}): Promise<Page<SecurityEvent>> {
    const limit = pageSize(request);
    const [before = lastTime, id = lastId] = cursorKey(request, 2) ?? [];
    const rows = await this.#unit.run(list, { before, id, limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id]);
  }
}
