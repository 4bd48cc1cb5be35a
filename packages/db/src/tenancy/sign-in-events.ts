import { sql } from "drizzle-orm";
import { z } from "zod";
import type { Unit } from "../client/unit";
import { filledText, pgUuid } from "../core/column-kinds";
import { newId } from "../core/ids";
import { SortKey } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { parseInput } from "../core/validation";
import { signInEvents } from "./schema";
import { eventSeverity } from "./schema/trail";
import { jsonObject } from "./validation";

export type SignInEvent = typeof signInEvents.$inferSelect;

// A client chooses these texts. One that is too long or cannot be stored must not keep its attempt out of the record.
const cut = (most: number) =>
  z
    .string()
    .transform((text) => text.replaceAll("\u0000", "").toWellFormed().slice(0, most).toWellFormed())
    .nullish();

/** What the process that signs people in reports. */
export const newSignInEventSchema = z
  .object({
    type: filledText("type"),
    severity: eventSeverity.zod.default("low"),
    identityId: pgUuid().nullish(),
    ipAddress: cut(100),
    userAgent: cut(500),
    details: jsonObject.default({}),
  })
  .strict();

export type NewSignInEvent = z.input<typeof newSignInEventSchema>;

const newestFirst = new SortKey(signInEvents, ["createdAt", "id"], "desc");

/**
 * What happens before anybody is in a tenant: failed sign-ins, resets, locked accounts. In no tenant; only the `identity`
 * login adds and reads events, and no login changes or deletes one.
 */
export class SignInEventRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Records an event. `identityId` is a plain id: whether there is such a person makes no difference, neither in the answer
   * nor in its time. Never put in what was typed: people type passwords where the address belongs.
   * `ipAddress` and `userAgent` are cut to 100 and 500 characters. Throws `ValidationError`.
   */
  async report(input: NewSignInEvent): Promise<void> {
    const { type, severity, identityId, ipAddress, userAgent, details } = parseInput(
      newSignInEventSchema,
      input,
      "sign-in event",
    );
    // In SQL, because Drizzle would name all columns, and the time is the server's.
    const { drizzle } = this.#unit;
    await drizzle.execute(sql`
      insert into auth.sign_in_events (id, type, severity, identity_id, ip_address, user_agent, details)
      values (${newId()}::uuid, ${type}::text, ${severity}::text, ${identityId ?? null}::uuid, ${ipAddress ?? null}::text,
        ${userAgent ?? null}::text, ${JSON.stringify(details)}::jsonb)`);
  }

  /** Newest first. Throws `ValidationError` for a page size or cursor that does not fit. */
  async list(request: PageRequest = {}): Promise<Page<SignInEvent>> {
    const { limit, ...after } = newestFirst.position(request);
    const holes = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, sql`${value}`]));
    const { drizzle } = this.#unit;
    const rows = await drizzle
      .select()
      .from(signInEvents)
      .where(newestFirst.after(holes))
      .orderBy(...newestFirst.order())
      .limit(limit);
    return newestFirst.page(rows, { limit });
  }
}
