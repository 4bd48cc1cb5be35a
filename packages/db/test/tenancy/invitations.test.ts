import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConflictError, NotFoundError, ValidationError } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { sortOut } from "../kit/outcomes";
import { arrangeIdentity, freshEmail } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const invitations = () => acme.handle.tenancy.invitations;

function accept(identity: { id: string; email: string }, token: string, email = identity.email) {
  return test.db.forIdentity(identity.id).acceptInvitation(token, { email, name: "Invited" });
}

async function statusOf(id: string): Promise<unknown> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query("select status, accepted_by from tenancy.invitations where id = $1", [id]);
    return rows[0];
  });
}

describe("an invitation", () => {
  it("makes its addressee a member with the role that was offered, and says who did", async () => {
    const identity = await arrangeIdentity(test);
    const { invitation, token } = await invitations().create({ email: identity.email, role: "market_maker" });
    expect(invitation).toMatchObject({ status: "pending", invitedBy: acme.admin.id, acceptedBy: null });
    const member = await accept(identity, token, identity.email.toUpperCase());
    expect(member).toMatchObject({ tenantId: acme.tenant.id, identityId: identity.id, role: "market_maker" });
    expect(await statusOf(invitation.id)).toEqual({ status: "accepted", accepted_by: member.id });
    expect(await invitations().listOpen()).toEqual([]);
  });

  it("is used once, however many try at the same time", async () => {
    const identity = await arrangeIdentity(test);
    const { token } = await invitations().create({ email: identity.email });
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => accept(identity, token)));
    const { values, errors } = sortOut(all);
    expect(values).toHaveLength(1);
    expect(errors).toHaveLength(9);
    for (const error of errors) expect(error).toBeInstanceOf(NotFoundError);
    await expect(accept(identity, token)).rejects.toThrow(NotFoundError);
  });

  it("is only for the address it was sent to", async () => {
    const mallory = await arrangeIdentity(test);
    const { invitation, token } = await invitations().create({ email: freshEmail("ada") });
    await expect(accept(mallory, token)).rejects.toThrow(NotFoundError);
    expect(await statusOf(invitation.id)).toEqual({ status: "pending", accepted_by: null });
    expect(await test.db.forIdentity(mallory.id).memberships()).toEqual([]);
  });

  it("does nothing once it is revoked, and cannot be revoked once it was used", async () => {
    const identity = await arrangeIdentity(test);
    const first = await invitations().create({ email: identity.email });
    expect(await invitations().revoke(first.invitation.id)).toMatchObject({ status: "revoked" });
    await expect(accept(identity, first.token)).rejects.toThrow(NotFoundError);
    await expect(invitations().revoke(first.invitation.id)).rejects.toThrow(NotFoundError);
    const second = await invitations().create({ email: identity.email });
    await accept(identity, second.token);
    await expect(invitations().revoke(second.invitation.id)).rejects.toThrow(NotFoundError);
  });

  it("ends by time", async () => {
    const identity = await arrangeIdentity(test);
    const { invitation, token } = await invitations().create({ email: identity.email, expiresInHours: 1 });
    expect((await invitations().listOpen()).map((open) => open.id)).toEqual([invitation.id]);
    const { id } = invitation;
    await test.asOwner((owner) =>
      owner.query("update tenancy.invitations set expires_at = now() - interval '1 second' where id = $1", [id]),
    );
    await expect(accept(identity, token)).rejects.toThrow(NotFoundError);
    expect(await invitations().listOpen()).toEqual([]);
    expect(await statusOf(invitation.id)).toEqual({ status: "pending", accepted_by: null });
  });

  it("does not bring back a member who was suspended or removed, and stays usable", async () => {
    const identity = await arrangeIdentity(test);
    const first = await invitations().create({ email: identity.email });
    const member = await accept(identity, first.token);
    await acme.handle.tenancy.members.remove(member.id);
    const second = await invitations().create({ email: identity.email });
    await expect(accept(identity, second.token)).rejects.toThrow(ConflictError);
    expect(await statusOf(second.invitation.id)).toEqual({ status: "pending", accepted_by: null });
    await acme.handle.tenancy.members.reactivate(member.id);
    expect((await accept(identity, second.token)).id).toBe(member.id);
  });

  it("leaves the account of somebody who is a member already as it is", async () => {
    const identity = await arrangeIdentity(test);
    const input = { identityId: identity.id, email: identity.email, name: "Ada" };
    const member = await acme.handle.tenancy.members.ensureMember(input);
    const { invitation, token } = await invitations().create({ email: identity.email, role: "admin" });
    expect(await accept(identity, token)).toEqual(member);
    expect(await statusOf(invitation.id)).toEqual({ status: "accepted", accepted_by: member.id });
  });

  it("refuses an address, a role or a lifetime that do not fit", async () => {
    const email = freshEmail();
    for (const [path, input] of [
      ["email", { email: "nobody" }],
      ["role", { email, role: "owner" as "admin" }],
      ["expiresInHours", { email, expiresInHours: 0 }],
      ["expiresInHours", { email, expiresInHours: 721 }],
    ] as const) {
      const error = await invitations()
        .create(input)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues.map((issue) => issue.path)).toEqual([path]);
    }
  });
});

describe("the token", () => {
  it("is stored as a hash that no answer and no line of the trail holds", async () => {
    const identity = await arrangeIdentity(test);
    const created = await invitations().create({ email: identity.email });
    const open = await invitations().listOpen();
    const revoked = await invitations().revoke((await invitations().create({ email: freshEmail() })).invitation.id);
    await accept(identity, created.token);
    const { rows } = await test.asOwner((owner) =>
      owner.query<{ token_hash: string }>("select token_hash from tenancy.invitations where tenant_id = $1", [
        acme.tenant.id,
      ]),
    );
    expect(rows).toHaveLength(2);
    const trail = (await acme.handle.tenancy.audit.list()).items;
    // Two written, one revoked, one accepted in two steps.
    expect(trail.filter((entry) => entry.targetType === "tenancy.invitations")).toHaveLength(5);
    const shown = JSON.stringify([created.invitation, open, revoked, trail]);
    expect(shown).toContain(identity.email);
    const secret = created.token.split(".")[1] ?? "";
    expect(secret).toHaveLength(43);
    for (const hidden of [secret, ...rows.map((row) => row.token_hash)]) expect(shown).not.toContain(hidden);
    expect(shown).not.toMatch(/token_?hash/i);
    const stored = await test.asOwner((owner) =>
      owner.query("select from tenancy.invitations i where strpos(i::text, $1) > 0", [secret]),
    );
    expect(stored.rowCount).toBe(0);
  });

  it("leads nowhere when it is malformed, of another tenant, or altered", async () => {
    const identity = await arrangeIdentity(test);
    const { invitation, token } = await invitations().create({ email: identity.email });
    const other = await createTenant(test, "Other");
    const [tenantId = "", secret = ""] = token.split(".");
    const wrong = [
      "",
      ".",
      "nonsense",
      tenantId,
      `${tenantId}.`,
      `.${secret}`,
      `not-a-tenant.${secret}`,
      `${tenantId.toUpperCase()}.${secret}`,
      `${other.tenant.id}.${secret}`,
      `${tenantId}.${secret}.more`,
      `${tenantId}.${secret.slice(0, -2)}`,
      `${tenantId}.\u0000`,
      `${tenantId}.' or true --`,
      `${token} `,
    ];
    for (const attempt of wrong) {
      await expect(accept(identity, attempt), JSON.stringify(attempt)).rejects.toThrow(NotFoundError);
    }
    expect(await statusOf(invitation.id)).toEqual({ status: "pending", accepted_by: null });
    expect((await accept(identity, token)).tenantId).toBe(acme.tenant.id);
  });
});
