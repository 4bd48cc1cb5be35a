import { eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { userProfiles } from "./schema";
import { statement } from "./statements";
import { profileChangesSchema } from "./validation";

export type UserProfile = typeof userProfiles.$inferSelect;
export type ProfileChanges = z.input<typeof profileChangesSchema>;

const find = statement("tenancy.profiles.find", (q, p: Params<{ identityId: string }>) =>
  q.select().from(userProfiles).where(eq(userProfiles.userId, p.identityId)),
);

/** Personal data of one identity, which sees its own and no other. */
export class ProfileRepository {
  readonly #unit: Unit;
  readonly #identityId: string;

  constructor(unit: Unit, identityId: string) {
    this.#unit = unit;
    this.#identityId = identityId;
  }

  /** The profile, or undefined when the person has none yet. */
  async find(): Promise<UserProfile | undefined> {
    return (await this.#unit.run(find, { identityId: this.#identityId }))[0];
  }

  /** Creates the profile, or changes the given fields. Avileo: made when a person registers. Throws `ValidationError`. */
  async save(input: ProfileChanges = {}): Promise<UserProfile> {
    const changes = parseInput(profileChangesSchema, input, "profile");
    const [saved] = await this.#unit.drizzle
      .insert(userProfiles)
      .values({ ...changes, id: newId(), userId: this.#identityId })
      .onConflictDoUpdate({ target: userProfiles.userId, set: { ...changes, updatedAt: sql`clock_timestamp()` } })
      .returning();
    return found(saved, "profile");
  }
}
