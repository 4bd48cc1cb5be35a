import { getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { userProfiles } from "./schema";
import { sqlStatement } from "./statements";
import { profileChangesSchema } from "./validation";

export type UserProfile = typeof userProfiles.$inferSelect;
export type ProfileChanges = z.input<typeof profileChangesSchema>;

const find = sqlStatement(
  "tenancy.profiles.find",
  (q) => q.select().from(userProfiles),
  (_p: Params<object>) => sql`select ${columnsOf(userProfiles, "p")} from self.profile() as p`,
);

const save = sqlStatement(
  "tenancy.profiles.save",
  (q) => q.select().from(userProfiles),
  (p: Params<{ id: string; changes: string }>) => sql`
    select ${columnsOf(userProfiles, "p")} from self.save_profile(${p.id}::uuid, ${p.changes}::jsonb) as p`,
);

/**
 * Personal data of the scope's identity. The runtime login has no right on the table: two functions of the schema `self`
 * show and write the row of this one person.
 */
export class ProfileRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The profile, or undefined when the person has none yet. */
  async find(): Promise<UserProfile | undefined> {
    return (await this.#unit.run(find, {}))[0];
  }

  /** Creates the profile, or changes the given fields. Avileo: made when a person registers. Throws `ValidationError`. */
  async save(input: ProfileChanges = {}): Promise<UserProfile> {
    const changes = parseInput(profileChangesSchema, input, "profile");
    const [saved] = await this.#unit.run(save, { id: newId(), changes: JSON.stringify(bySqlName(changes)) });
    return found(saved, "profile");
  }
}

/** The given fields under their column names; fields that are left out stay left out. */
function bySqlName(changes: Partial<UserProfile>): Record<string, unknown> {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const columns = getColumns(userProfiles);
  return Object.fromEntries(given.map(([key, value]) => [columns[key as keyof UserProfile].name, value]));
}
