import type { z } from "zod";
import type { Unit } from "../client/unit";
import { newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { parseInput } from "../core/validation";
import { securityEvents } from "./schema";
import { statement } from "./statements";
import { newSecurityEventSchema } from "./validation";

export type SecurityEvent = typeof securityEvents.$inferSelect;
export type NewSecurityEvent = z.input<typeof newSecurityEventSchema>;

const list = listOf(statement, {
  name: "tenancy.security_events.list",
  table: securityEvents,
  sort: ["createdAt", "id"],
  direction: "desc",
});

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
  list(request: PageRequest = {}): Promise<Page<SecurityEvent>> {
    return list(this.#unit, request);
  }
}
