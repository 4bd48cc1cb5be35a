import { and, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  DeadlockError,
  InvariantError,
  type IsolationLevel,
  PermissionDeniedError,
  SerializationError,
} from "../../src/index";
import { type User, users } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { meetingPoint } from "../client/connections";
import { sortOut } from "../kit/outcomes";
import { addMember } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  // A second per deadlock would only make the duels slow.
  await test.asOwner((owner) => owner.query(`alter database "${test.name}" set deadlock_timeout = '30ms'`));
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const members = () => acme.handle.tenancy.members;

function activeAdmins(tenantId: string): Promise<number> {
  return test.asOwner(async (owner) => {
    const { rowCount } = await owner.query(
      "select from tenancy.users where tenant_id = $1 and role = 'admin' and status = 'active'",
      [tenantId],
    );
    return rowCount ?? 0;
  });
}

describe("the last active admin", () => {
  const everyAdmin = () => and(eq(users.tenantId, acme.tenant.id), eq(users.role, "admin"));

  const losses: [string, () => PromiseLike<unknown>][] = [
    ["demoted", () => members().changeRole(acme.admin.id, "user")],
    ["suspended", () => members().suspend(acme.admin.id)],
    ["removed", () => members().remove(acme.admin.id)],
    ["demoted by raw SQL", () => acme.handle.execute("update tenancy.users set role = 'user' where role = 'admin'")],
    ["suspended by raw SQL", () => acme.handle.update(users).set({ status: "suspended" }).where(everyAdmin())],
  ];

  it.each(losses)("is not %s", async (_how, lose) => {
    await addMember(acme);
    const suspended = await addMember(acme, "admin");
    await members().suspend(suspended.id);
    const attempt = Promise.resolve(lose());
    await expect(attempt).rejects.toThrow(InvariantError);
    await expect(attempt).rejects.toMatchObject({ sqlState: "ZT002" });
    expect(await members().getById(acme.admin.id)).toMatchObject({ role: "admin", status: "active" });
  });

  it.each(["demoted", "removed"])("stays when all admins are %s in one statement", async (how) => {
    const more = [await addMember(acme, "admin"), await addMember(acme, "admin")];
    const change = how === "demoted" ? ({ role: "user" } as const) : ({ status: "removed" } as const);
    const ids = [acme.admin, ...more].map((user) => user.id);
    const bulk = acme.handle.update(users).set(change).where(inArray(users.id, ids));
    await expect(bulk).rejects.toMatchObject({ code: "INVARIANT_VIOLATED", sqlState: "ZT002" });
    expect(await activeAdmins(acme.tenant.id)).toBe(3);
  });

  it("can go once another member is an admin", async () => {
    const next = await addMember(acme, "admin");
    expect((await members().changeRole(acme.admin.id, "user")).role).toBe("user");
    const theirs = test.db.forTenant({ tenantId: acme.tenant.id, userId: next.id });
    await expect(theirs.tenancy.members.remove(next.id)).rejects.toThrow(InvariantError);
  });

  it("cannot be deleted by the runtime login, nor can any member", async () => {
    const user = await addMember(acme);
    const attempt = acme.handle.delete(users).where(eq(users.id, user.id));
    await expect(attempt).rejects.toMatchObject({ code: "PERMISSION_DENIED", sqlState: "42501" });
  });

  type Remove = (by: User, whom: User, meet: () => Promise<void>) => Promise<User>;

  async function duel(remove: (tenant: TestTenant) => Remove): Promise<unknown> {
    const tenant = await createTenant(test, "Duel");
    const rival = await addMember(tenant, "admin");
    const meet = meetingPoint(2);
    const { values, errors } = sortOut(
      await Promise.allSettled([remove(tenant)(tenant.admin, rival, meet), remove(tenant)(rival, tenant.admin, meet)]),
    );
    expect(values).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(await activeAdmins(tenant.tenant.id)).toBe(1);
    return errors[0];
  }

  // Both have passed the check of their own membership, and hold their snapshot, before either writes.
  const removal =
    (isolation: IsolationLevel, asAdmin: boolean) =>
    (tenant: TestTenant): Remove =>
    (by, whom, meet) =>
      test.db.withTenant(
        { tenantId: tenant.tenant.id, ...(asAdmin ? { userId: by.id } : {}) },
        async (tx) => {
          await tx.tenancy.members.getById(whom.id);
          await meet();
          return tx.tenancy.members.remove(whom.id);
        },
        { isolation },
      );

  it.each([
    // One who has just been removed is no admin any more, which is a refusal as good as the others.
    ["read committed", [InvariantError, DeadlockError, PermissionDeniedError]],
    ["repeatable read", [SerializationError, DeadlockError]],
  ] as const)("remains when two admins remove each other at once, 30 times, under %s", async (isolation, refusals) => {
    for (let round = 0; round < 30; round += 1) {
      const error = await duel(removal(isolation, true));
      expect(refusals).toContain((error as Error).constructor);
    }
  });

  it.each([
    ["read committed", InvariantError],
    ["repeatable read", SerializationError],
  ] as const)("remains when two jobs remove the two admins at once, 30 times, under %s", async (isolation, refusal) => {
    for (let round = 0; round < 30; round += 1) expect(await duel(removal(isolation, false))).toBeInstanceOf(refusal);
  });
});
