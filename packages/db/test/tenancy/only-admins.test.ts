import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PermissionDeniedError } from "../../src/index";
import { invitations, roles, type User, userRoles, users } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { addMember } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;
let member: User;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
  member = await addMember(acme);
});
afterAll(() => test.close());

const asMember = () => test.db.forTenant({ tenantId: acme.tenant.id, userId: member.id });

describe("a member who is no admin", () => {
  it("cannot become one, invite one or be given a role, by repository or raw SQL", async () => {
    const role = await acme.handle.tenancy.roles.create({ name: "everything", permissions: ["all"] });
    const { tenancy } = asMember();
    const attempts = [
      () => tenancy.members.changeRole(member.id, "admin"),
      () => tenancy.members.suspend(acme.admin.id),
      () => tenancy.members.ensureMember({ email: "accomplice@example.com", name: "A", role: "admin" }),
      () => tenancy.invitations.create({ email: "accomplice@example.com", role: "admin" }),
      () => tenancy.roles.create({ name: "mine" }),
      () => tenancy.roles.assign(member.id, role.id),
      () => tenancy.roles.delete(role.id),
      () => asMember().update(users).set({ role: "admin" }).where(eq(users.id, member.id)),
      () =>
        asMember()
          .update(roles)
          .set({ permissions: ["all"] }),
      () => asMember().delete(userRoles),
      () => tenancy.members.updateSettings(acme.admin.id, { theme: "loud" }),
      () => asMember().update(users).set({ name: "Everybody" }),
      () => asMember().update(invitations).set({ role: "admin" }),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ name: PermissionDeniedError.name, sqlState: "ZT006" });
    }
    expect(await acme.handle.tenancy.members.getById(member.id)).toMatchObject({ role: "user", status: "active" });
  });

  it("keeps its own preferences, and works", async () => {
    await asMember().tenancy.members.updateSettings(member.id, { theme: "dark" });
    expect((await asMember().tenancy.members.getById(member.id)).settings).toEqual({ theme: "dark" });
    await asMember().update(users).set({ name: "Self" }).where(eq(users.id, member.id));
    expect((await asMember().tenancy.members.getById(member.id)).name).toBe("Self");
  });

  it("can be managed by an admin, and by a job", async () => {
    await acme.handle.tenancy.members.changeRole(member.id, "market_maker");
    await test.db.forTenant({ tenantId: acme.tenant.id }).tenancy.members.changeRole(member.id, "user");
    expect((await acme.handle.tenancy.members.getById(member.id)).role).toBe("user");
  });
});
