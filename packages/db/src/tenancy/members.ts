import { and, eq, isNull, ne, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { emailOf, foldEmail } from "../core/email";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { users } from "./schema";
import { sqlStatement, statement } from "./statements";
import { memberChangesSchema, memberSchema, roleChangeSchema, settingsSchema } from "./validation";

/** A person's account within one tenant. */
export type User = typeof users.$inferSelect;
export type NewMember = z.input<typeof memberSchema>;
export type MemberChanges = z.input<typeof memberChangesSchema>;

const records = recordsOf(statement, "tenancy.users.find", users, "member");

// In the order they joined: the id is time-ordered, so the primary key serves the list.
const list = listOf(statement, {
  name: "tenancy.users.list",
  table: users,
  sort: ["id"],
  where: ne(users.status, "removed"),
});

const findByEmail = statement("tenancy.users.find_by_email", (q, p: Params<{ emailLower: string }>) =>
  q
    .select()
    .from(users)
    .where(and(eq(users.tenantId, p.tenantId), eq(users.emailLower, p.emailLower))),
);

const findByIdentity = statement("tenancy.users.find_by_identity", (q, p: Params<{ identityId: string }>) =>
  q
    .select()
    .from(users)
    .where(and(eq(users.tenantId, p.tenantId), eq(users.identityId, p.identityId))),
);

// Writes nothing when the address or the identity is taken, also by a concurrent call. The next statement sees that row.
const insert = sqlStatement(
  "tenancy.users.insert",
  (q) => q.select().from(users),
  (p: Params<{ id: string; identityId: string | null; email: string; name: string; role: string }>) => sql`
    insert into tenancy.users as u (tenant_id, id, identity_id, email, name, role)
    values (${p.tenantId}::uuid, ${p.id}::uuid, ${p.identityId}::uuid, ${p.email}::text, ${p.name}::text, ${p.role}::text)
    on conflict do nothing
    returning ${columnsOf(users, "u")}`,
);

// An account made beforehand (no identity yet) is claimed by the person whose verified address it has: the trigger
// keep_membership refuses everybody else. Others keep theirs.
const claim = statement("tenancy.users.claim", (q, p: Params<{ identityId: string; emailLower: string }>) =>
  q
    .update(users)
    .set({ identityId: p.identityId })
    .where(and(eq(users.tenantId, p.tenantId), eq(users.emailLower, p.emailLower), isNull(users.identityId)))
    .returning(),
);

type Change = Partial<Pick<User, "role" | "status" | "settings" | "name" | "email">>;

/** The members of the tenant. The database refuses to lose the last active admin, whoever writes. */
export class MemberRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The member, or undefined. */
  findById(id: string): Promise<User | undefined> {
    return records.find(this.#unit, id);
  }

  /** The member. Throws `NotFoundError`. */
  getById(id: string): Promise<User> {
    return records.get(this.#unit, id);
  }

  /** By e-mail address, whatever the case of its letters. What is no address is nobody's. */
  async findByEmail(email: string): Promise<User | undefined> {
    const address = emailOf(email);
    return address === undefined
      ? undefined
      : (await this.#unit.run(findByEmail, { emailLower: foldEmail(address) }))[0];
  }

  /** By Better Auth's `user.id`. */
  async findByIdentity(identityId: string): Promise<User | undefined> {
    return (await this.#unit.run(findByIdentity, { identityId }))[0];
  }

  /** Active and suspended members, in the order they joined. */
  list(request: PageRequest = {}): Promise<Page<User>> {
    return list(this.#unit, request);
  }

  /**
   * Makes sure that a person is a member, and returns the account: the existing one unchanged, or a new one. Safe to
   * call at every sign-in. An account made beforehand is given to the person who has verified its address.
   * Throws `ValidationError`; `NotFoundError` for an identity that does not exist; `ConflictError` when the address belongs to
   * another person, is not that of the identity, or is not verified yet and the account was made beforehand.
   */
  async ensureMember(input: NewMember): Promise<User> {
    const member = parseInput(memberSchema, input, "member");
    const { identityId, email } = member;
    const known = identityId ? await this.findByIdentity(identityId) : undefined;
    if (known) return known;
    const [inserted] = await this.#unit.run(insert, { ...member, identityId: identityId ?? null, id: newId() });
    if (inserted) return inserted;
    const [claimed] = identityId ? await this.#unit.run(claim, { identityId, emailLower: foldEmail(email) }) : [];
    if (claimed) return claimed;
    const own = identityId ? await this.findByIdentity(identityId) : undefined;
    const user = own ?? found(await this.findByEmail(email), "member");
    if (identityId && user.identityId !== identityId) {
      throw new ConflictError("Another person is a member under this e-mail address", {
        table: "users",
        column: "email",
      });
    }
    return user;
  }

  /**
   * Changes name and e-mail address. A member changes the own name, and lets the own address follow the one that the person
   * signs in with (`session.user.email`, verified); an admin changes those of others. The address of an account that has a
   * person is that person's: change it at the sign-in first. Throws `ValidationError`, `NotFoundError`;
   * `PermissionDeniedError` for a member who is no admin; `UniqueViolationError` for an address that another account has;
   * `ConflictError` for an address that is not the person's, or is not verified.
   */
  async update(id: string, input: MemberChanges): Promise<User> {
    return this.#change(id, parseInput(memberChangesSchema, input, "change"));
  }

  /** user | admin | market_maker. Throws `NotFoundError`; `InvariantError` for the last active admin. */
  async changeRole(id: string, role: User["role"]): Promise<User> {
    return this.#change(id, { role: parseInput(roleChangeSchema, role, "role") });
  }

  /** The member is refused from the next call on. Throws `NotFoundError`; `InvariantError` for the last active admin. */
  suspend(id: string): Promise<User> {
    return this.#change(id, { status: "suspended" });
  }

  /** Undoes `suspend` and `remove`. Throws `NotFoundError`. */
  reactivate(id: string): Promise<User> {
    return this.#change(id, { status: "active" });
  }

  /**
   * Ends the membership; the account stays for the documents and the trail that name it.
   * Throws `NotFoundError`; `InvariantError` for the last active admin.
   */
  remove(id: string): Promise<User> {
    return this.#change(id, { status: "removed" });
  }

  /** Replaces the member's preferences. Throws `ValidationError`, `NotFoundError`. */
  async updateSettings(id: string, settings: Record<string, unknown>): Promise<User> {
    return this.#change(id, { settings: parseInput(settingsSchema, settings, "settings") });
  }

  async #change(id: string, change: Change): Promise<User> {
    const [updated] = await this.#unit.drizzle
      .update(users)
      .set(change)
      .where(and(eq(users.tenantId, this.#unit.scope.tenantId), eq(users.id, id)))
      .returning();
    return found(updated, "member");
  }
}
