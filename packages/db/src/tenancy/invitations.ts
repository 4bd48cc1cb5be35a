import { createHash, randomBytes } from "node:crypto";
import { and, desc, eq, getColumns, gt, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { emailOf, foldEmail } from "../core/email";
import { ConflictError, NotFoundError } from "../core/errors";
import { found } from "../core/found";
import { isUuid, newId } from "../core/ids";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { MemberRepository, type User } from "./members";
import { invitations } from "./schema";
import { statement } from "./statements";
import { newInvitationSchema } from "./validation";

/** An invitation as it is shown: without the hash of its token. */
export type Invitation = Omit<typeof invitations.$inferSelect, "tokenHash" | "emailLower">;
export type NewInvitation = z.input<typeof newInvitationSchema>;

const { tokenHash: _tokenHash, emailLower: _emailLower, ...shown } = getColumns(invitations);

const listOpen = statement("tenancy.invitations.list_open", (q, p: Params<{ now: Date }>) =>
  q
    .select(shown)
    .from(invitations)
    .where(
      and(eq(invitations.tenantId, p.tenantId), eq(invitations.status, "pending"), gt(invitations.expiresAt, p.now)),
    )
    .orderBy(desc(invitations.createdAt), desc(invitations.id)),
);

// The status changes in the same statement that reads it, so that a token is used once, however many try.
const claim = statement("tenancy.invitations.claim", (q, p: Params<{ tokenHash: string; emailLower: string }>) =>
  q
    .update(invitations)
    .set({ status: "accepted" })
    .where(
      and(
        eq(invitations.tenantId, p.tenantId),
        eq(invitations.tokenHash, p.tokenHash),
        eq(invitations.status, "pending"),
        sql`${invitations.expiresAt} > now()`,
        eq(invitations.emailLower, p.emailLower),
      ),
    )
    .returning(shown),
);

// The trigger keep_to_addressee refuses an account that is not of the person who has verified the invitation's address.
const acceptedBy = statement("tenancy.invitations.accepted_by", (q, p: Params<{ id: string; userId: string }>) =>
  q
    .update(invitations)
    .set({ acceptedBy: p.userId })
    .where(and(eq(invitations.tenantId, p.tenantId), eq(invitations.id, p.id)))
    .returning({ id: invitations.id }),
);

const revoke = statement("tenancy.invitations.revoke", (q, p: Params<{ id: string }>) =>
  q
    .update(invitations)
    .set({ status: "revoked" })
    .where(and(eq(invitations.tenantId, p.tenantId), eq(invitations.id, p.id), eq(invitations.status, "pending")))
    .returning(shown),
);

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");

/** The tenant that a token leads to, or undefined when it is no token of ours. */
export function tenantOfToken(token: unknown): string | undefined {
  const [tenantId, secret] = typeof token === "string" ? token.split(".") : [];
  return isUuid(tenantId) && secret ? tenantId : undefined;
}

/** Asking people to join. Only the hash of a token is stored: the token itself is returned once, to be mailed. */
export class InvitationRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** Pending invitations that have not expired, newest first. */
  listOpen(): Promise<Invitation[]> {
    return this.#unit.run(listOpen, { now: new Date() });
  }

  /**
   * Invites an address, in the name of the scope's user. `token` goes into the link that is mailed; it cannot be
   * read again. Throws `ValidationError`.
   */
  async create(input: NewInvitation): Promise<{ invitation: Invitation; token: string }> {
    const { email, role, expiresInHours } = parseInput(newInvitationSchema, input, "invitation");
    const { tenantId, userId } = this.#unit.scope;
    const token = `${tenantId}.${randomBytes(32).toString("base64url")}`;
    const [invitation] = await this.#unit.drizzle
      .insert(invitations)
      .values({
        tenantId,
        id: newId(),
        email,
        role,
        tokenHash: hashOf(token),
        expiresAt: new Date(Date.now() + expiresInHours * 3_600_000),
        invitedBy: userId ?? null,
      })
      .returning(shown);
    return { invitation: found(invitation, "invitation"), token };
  }

  /** Takes a pending invitation back. Throws `NotFoundError` when there is none, or it was used. */
  async revoke(id: string): Promise<Invitation> {
    return found((await this.#unit.run(revoke, { id }))[0], "pending invitation");
  }

  /**
   * Makes the signed-in person a member. Called through `forIdentity(…).acceptInvitation`.
   * Throws `NotFoundError` when the token is unknown, used, revoked, expired, or was sent to another address;
   * `ConflictError` for a person whose membership was ended, who has another address, or has not verified it.
   */
  accept(token: string, person: { identityId: string; email: string; name: string }): Promise<User> {
    // What is no address was invited by nobody: no invitation has the empty one.
    const emailLower = foldEmail(emailOf(person.email) ?? "");
    return this.#unit.atomic(async (unit) => {
      const [invitation] = await unit.run(claim, { tokenHash: hashOf(token), emailLower });
      if (!invitation)
        throw new NotFoundError("The invitation is unknown, used, revoked or expired, or for another address");
      const user = await new MemberRepository(unit).ensureMember({ ...person, role: invitation.role });
      if (user.status !== "active")
        throw new ConflictError(`The membership is ${user.status}: an admin can reactivate it`);
      await unit.run(acceptedBy, { id: invitation.id, userId: user.id });
      return user;
    });
  }
}
