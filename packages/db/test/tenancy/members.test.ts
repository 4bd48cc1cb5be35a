import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ConflictError, NotFoundError, ValidationError } from "../../src/index";
import { type User, users } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { meetingPoint } from "../client/connections";
import { somebodyWaitsForALock } from "../kit/locks";
import { sortOut } from "../kit/outcomes";
import { pagesOf } from "../kit/pages";
import { addMember, arrangeIdentity, freshEmail } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const members = () => acme.handle.tenancy.members;
const trailOf = (user: User) => acme.handle.tenancy.audit.listOfTarget("tenancy.users", user.id);

describe("ensuring that a person is a member", () => {
  it("makes the account once and returns it unchanged afterwards, without writing", async () => {
    const identity = await arrangeIdentity(test);
    const input = { identityId: identity.id, email: identity.email, name: "Ada" };
    const first = await members().ensureMember(input);
    const again = await members().ensureMember({ ...input, name: "Another name", role: "admin" });
    expect(first).toMatchObject({ name: "Ada", role: "user", status: "active", identityId: identity.id });
    expect(again).toEqual(first);
    expect(await trailOf(first)).toHaveLength(1);
  });

  it("gives an account that was made beforehand to the first person who signs in with its address", async () => {
    const identity = await arrangeIdentity(test);
    const beforehand = await members().ensureMember({ email: identity.email, name: "Ada", role: "market_maker" });
    expect(beforehand.identityId).toBeNull();
    const claimed = await members().ensureMember({
      identityId: identity.id,
      email: identity.email.toUpperCase(),
      name: "Ada L.",
    });
    expect(claimed).toMatchObject({ id: beforehand.id, identityId: identity.id, name: "Ada", role: "market_maker" });
    expect(await members().findByIdentity(identity.id)).toEqual(claimed);
  });

  it("takes addresses that differ in case as one", async () => {
    const email = freshEmail("Grace.Hopper");
    const first = await members().ensureMember({ email, name: "Grace" });
    const again = await members().ensureMember({ email: email.toLowerCase(), name: "Grace" });
    expect(again.id).toBe(first.id);
    expect(again.email).toBe(email);
    expect((await members().findByEmail(email.toUpperCase()))?.id).toBe(first.id);
  });

  it("refuses an address that belongs to another person", async () => {
    const [ada, mallory] = [await arrangeIdentity(test), await arrangeIdentity(test)];
    const account = await members().ensureMember({ identityId: ada.id, email: ada.email, name: "Ada" });
    const attempt = members().ensureMember({ identityId: mallory.id, email: ada.email.toUpperCase(), name: "M" });
    await expect(attempt).rejects.toThrow(ConflictError);
    expect(await members().getById(account.id)).toEqual(account);
    expect(await members().findByIdentity(mallory.id)).toBeUndefined();
  });

  it.each([
    ["of a signed-in person", true],
    ["made beforehand", false],
  ])("makes one account %s out of 20 calls at once", async (_whose, signedIn) => {
    for (let round = 0; round < 5; round += 1) {
      const identity = await arrangeIdentity(test);
      const input = { email: identity.email, name: "Ada", ...(signedIn ? { identityId: identity.id } : {}) };
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => members().ensureMember(input)));
      const { values, errors } = sortOut(all);
      expect(errors).toEqual([]);
      expect(new Set(values.map((user) => user.id)).size).toBe(1);
      const rows = await acme.handle.select().from(users).where(eq(users.email, identity.email));
      expect(rows).toHaveLength(1);
    }
  });

  it.each([
    ["of a signed-in person", true],
    ["made beforehand", false],
  ])("finds the account %s that another call commits while it waits", async (_whose, signedIn) => {
    const identity = await arrangeIdentity(test);
    const input = { email: identity.email, name: "Ada", ...(signedIn ? { identityId: identity.id } : {}) };
    const [written, mayCommit] = [meetingPoint(2), meetingPoint(2)];
    const first = acme.handle.transaction(async (tx) => {
      const user = await tx.tenancy.members.ensureMember(input);
      await written();
      await mayCommit();
      return user;
    });
    await written();
    const second = members().ensureMember(input);
    await test.asOwner((owner) => somebodyWaitsForALock(owner));
    void mayCommit();
    expect(await Promise.allSettled([first, second])).toEqual([
      { status: "fulfilled", value: await first },
      { status: "fulfilled", value: await first },
    ]);
  });

  it("gives a person one account in each tenant, under the same address", async () => {
    const other = await createTenant(test, "Other");
    const identity = await arrangeIdentity(test);
    const input = { identityId: identity.id, email: identity.email, name: "Ada" };
    const here = await members().ensureMember(input);
    const there = await other.handle.tenancy.members.ensureMember(input);
    expect(there.id).not.toBe(here.id);
    await expect(members().getById(there.id)).rejects.toThrow(NotFoundError);
  });
});

describe("the list of members", () => {
  it("pages through active and suspended ones without repeating or losing any", async () => {
    const made: User[] = [acme.admin];
    for (let i = 0; i < 24; i += 1) made.push(await addMember(acme));
    const [, suspended, removed] = made;
    if (!suspended || !removed) throw new TypeError("arranged too few");
    await members().suspend(suspended.id);
    await members().remove(removed.id);
    const pages = await pagesOf((request) => members().list(request), 10);
    expect(pages.map((page) => page.length)).toEqual([10, 10, 4]);
    const expected = made.filter((user) => user !== removed).map((user) => user.id);
    expect(pages.flat().map((user) => user.id)).toEqual(expected.sort());
  });

  it("refuses a page size and a cursor that do not fit", async () => {
    await expect(members().list({ limit: 501 })).rejects.toThrow(ValidationError);
    await expect(members().list({ cursor: "nonsense" })).rejects.toThrow(ValidationError);
  });
});

describe("changing a member", () => {
  it("moves between the three roles and refuses a fourth", async () => {
    const user = await addMember(acme);
    for (const role of ["market_maker", "admin", "user"] as const) {
      expect((await members().changeRole(user.id, role)).role).toBe(role);
    }
    await expect(async () => members().changeRole(user.id, "owner" as "admin")).rejects.toThrow(ValidationError);
    const raw = acme.handle
      .update(users)
      .set({ role: "owner" as "admin" })
      .where(eq(users.id, user.id));
    await expect(raw).rejects.toMatchObject({ code: "CHECK_VIOLATION", constraint: "users_role_check" });
  });

  it("replaces the settings and refuses what JSON would not give back", async () => {
    const user = await addMember(acme);
    expect(user.settings).toEqual({});
    const settings = { theme: "dark", widgets: [1, { open: true }], note: null };
    expect((await members().updateSettings(user.id, settings)).settings).toEqual(settings);
    expect((await members().updateSettings(user.id, { theme: "light" })).settings).toEqual({ theme: "light" });
    for (const wrong of [{ since: new Date() }, { rate: Number.NaN }, [1] as never]) {
      await expect(async () => members().updateSettings(user.id, wrong)).rejects.toThrow(ValidationError);
    }
  });

  it("does not find members of another tenant", async () => {
    const stranger = await addMember(await createTenant(test, "Other"));
    for (const change of [
      () => members().changeRole(stranger.id, "admin"),
      () => members().suspend(stranger.id),
      () => members().remove(stranger.id),
      () => members().reactivate(stranger.id),
      () => members().updateSettings(stranger.id, {}),
    ]) {
      await expect(change()).rejects.toThrow(NotFoundError);
    }
  });
});

describe("a member with work under way", () => {
  // The trail names the member, so that work holds a lock on the account: it must be one that changes get past.
  it("is suspended at once, without waiting for that work to end", async () => {
    const member = await addMember(acme);
    const [begun, mayEnd] = [meetingPoint(2), meetingPoint(2)];
    const work = test.db.withTenant({ tenantId: acme.tenant.id, userId: member.id }, async (tx) => {
      await tx.tenancy.companies.update(acme.company.id, { phone: "1" });
      await begun();
      await mayEnd();
    });
    await begun();
    const suspended = await members()
      .suspend(member.id)
      .finally(() => void mayEnd());
    await work;
    expect(suspended.status).toBe("suspended");
  });
});
