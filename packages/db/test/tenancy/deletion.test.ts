import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AuthDatabase,
  createAuthDatabase,
  InvariantError,
  LastAdminError,
  NotFoundError,
  TenantIsolationError,
  ValidationError,
} from "../../src/index";
import type { Tenancy, User } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin, refusal } from "../kit/sql";
import { addMember, arrangeIdentity } from "./kit/people";

/* Leaving a tenant and deleting a person, as operations of the package; `better-auth-deletion.test.ts` does it over HTTP. */
let test: TestDatabase;
let auth: AuthDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
  auth = createAuthDatabase({ url: test.urls.identity, max: 3, unsafeLogin: "refuse" });
});
afterAll(async () => {
  await auth.close({ graceMs: 1_000 });
  await test.close();
});

/** A person with a profile and a session. */
async function newPerson(): Promise<{ id: string; email: string }> {
  const person = await arrangeIdentity(test);
  await test.db.forIdentity(person.id).profile.save({ phone: "1" });
  await test.asOwner((owner) =>
    owner.query(`insert into auth.session (user_id, token, expires_at) values ($1, $2, now() + interval '1 hour')`, [
      person.id,
      person.id,
    ]),
  );
  return person;
}

const join = (tenant: TestTenant, person: { id: string; email: string }, role: User["role"] = "user") =>
  tenant.handle.tenancy.members.ensureMember({ identityId: person.id, email: person.email, name: "Ada", role });

/** How many rows of a person each table of auth holds. */
async function rowsOf(id: string): Promise<Record<string, number>> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query(
      `select (select count(*)::int from auth."user" where id = $1) as "user",
         (select count(*)::int from auth.session where user_id = $1) as session,
         (select count(*)::int from auth.account where user_id = $1) as account,
         (select count(*)::int from auth.user_profiles where user_id = $1) as profile,
         (select count(*)::int from auth.memberships where identity_id = $1) as memberships,
         (select count(*)::int from tenancy.users where identity_id = $1) as users`,
      [id],
    );
    return rows[0];
  });
}
const nothing = { user: 0, session: 0, account: 0, profile: 0, memberships: 0, users: 0 };

const trailOf = ({ audit }: Pick<Tenancy, "audit">, user: User) => audit.listOfTarget("tenancy.users", user.id);

describe("leaving a tenant", () => {
  it("ends the membership in the member's own name, and no other; the account stays, and can be reactivated", async () => {
    const [acme, other] = [await createTenant(test, "Acme"), await createTenant(test, "Other")];
    const ada = await newPerson();
    const me = test.db.forIdentity(ada.id);
    const [here, there] = [await join(acme, ada), await join(other, ada)];

    expect(await me.leaveTenant(acme.tenant.id)).toMatchObject({ id: here.id, status: "removed", identityId: ada.id });
    expect(await me.memberships()).toMatchObject([{ tenantId: other.tenant.id, userId: there.id }]);
    const [line] = await trailOf(acme.handle.tenancy, here);
    expect(line).toMatchObject({ action: "update", actorUserId: here.id });
    await expect(me.leaveTenant(acme.tenant.id)).rejects.toThrow(NotFoundError);
    await expect(me.enterTenant(acme.tenant.id)).rejects.toThrow(NotFoundError);
    const kept = test.db.forTenant({ tenantId: acme.tenant.id, userId: here.id });
    await expect(kept.tenancy.tenant.current()).rejects.toThrow(TenantIsolationError);

    await acme.handle.tenancy.members.reactivate(here.id);
    expect(await me.memberships()).toHaveLength(2);
  });

  it("is refused to the last active admin, until another member is one", async () => {
    const acme = await createTenant(test);
    const ada = await newPerson();
    const admin = await join(acme, ada, "admin");
    const me = test.db.forIdentity(ada.id);
    await acme.handle.tenancy.members.changeRole(acme.admin.id, "user");
    await expect(me.leaveTenant(acme.tenant.id)).rejects.toThrow(InvariantError);
    expect(await me.memberships()).toMatchObject([{ userId: admin.id, role: "admin" }]);
    await (await me.enterTenant(acme.tenant.id)).tenancy.members.changeRole(acme.admin.id, "admin");
    expect((await me.leaveTenant(acme.tenant.id)).status).toBe("removed");
  });

  it("is no way to a tenant of somebody else, nor to another member", async () => {
    const acme = await createTenant(test);
    const [ada, mallory] = [await newPerson(), await newPerson()];
    const user = await join(acme, ada);
    await expect(test.db.forIdentity(mallory.id).leaveTenant(acme.tenant.id)).rejects.toThrow(NotFoundError);
    const member = await addMember(acme);
    const asMember = test.db.forTenant({ tenantId: acme.tenant.id, userId: member.id });
    for (const attempt of [
      () => asMember.tenancy.members.remove(user.id),
      () => asMember.tenancy.members.suspend(member.id),
      () => asMember.execute(sql`update tenancy.users set status = 'removed'`),
      () => asMember.execute(sql`update tenancy.users set status = 'removed', role = 'admin' where id = ${member.id}`),
      () =>
        asMember.execute(sql`update tenancy.users set status = 'removed', identity_id = null where id = ${member.id}`),
    ]) {
      await expect(Promise.resolve(attempt())).rejects.toMatchObject({ code: "PERMISSION_DENIED", sqlState: "ZT006" });
    }
    expect((await asMember.tenancy.members.remove(member.id)).status).toBe("removed");
  });
});

describe("deleting a person", () => {
  it("deletes what is the person's, ends every membership and says which; the accounts stay for what names them", async () => {
    const [acme, other] = [await createTenant(test, "Acme"), await createTenant(test, "Other")];
    const ada = await newPerson();
    const [here, there] = [await join(acme, ada), await join(other, ada, "admin")];
    await other.handle.tenancy.members.suspend(there.id);
    const asAda = test.db.forTenant({ tenantId: acme.tenant.id, userId: here.id });
    await asAda.tenancy.companies.update(acme.company.id, { phone: "1" });

    expect(await auth.deleteIdentity(ada.id)).toEqual({
      id: ada.id,
      left: [
        { tenantId: acme.tenant.id, tenantName: "Acme", userId: here.id },
        { tenantId: other.tenant.id, tenantName: "Other", userId: there.id },
      ],
    });
    expect(await rowsOf(ada.id)).toEqual(nothing);
    await expect(asAda.tenancy.tenant.current()).rejects.toThrow(TenantIsolationError);
    for (const [tenant, user] of [
      [acme, here],
      [other, there],
    ] as const) {
      const account = await tenant.handle.tenancy.members.getById(user.id);
      expect(account).toMatchObject({ status: "removed", identityId: null, email: ada.email, name: "Ada" });
      const [line] = await trailOf(tenant.handle.tenancy, user);
      expect(line).toMatchObject({ action: "update", actorUserId: null, rowAfter: { status: "removed" } });
      expect(line?.actorLogin).toBe(decodeURIComponent(new URL(test.urls.identity).username));
    }
    const [change] = await acme.handle.tenancy.audit.listOfTarget("tenancy.companies", acme.company.id);
    expect(change?.actorUserId).toBe(here.id);
    await expect(auth.deleteIdentity(ada.id)).rejects.toThrow(NotFoundError);
    await expect(auth.deleteIdentity("ada")).rejects.toThrow(ValidationError);
  });

  it("leaves no lock on the address: who proves it again gets the account back from an admin", async () => {
    const acme = await createTenant(test);
    const ada = await newPerson();
    const account = await join(acme, ada);
    await auth.deleteIdentity(ada.id);
    const again = await arrangeIdentity(test, ada.email);
    expect(await join(acme, again)).toMatchObject({ id: account.id, identityId: again.id, status: "removed" });
    expect(await test.db.forIdentity(again.id).memberships()).toEqual([]);
    await acme.handle.tenancy.members.reactivate(account.id);
    expect(await test.db.forIdentity(again.id).memberships()).toMatchObject([{ userId: account.id }]);
  });

  it("leaves pending invitations as they are: they ask an address, and expire", async () => {
    const acme = await createTenant(test);
    const ada = await newPerson();
    const admin = await join(acme, ada, "admin");
    const asAda = test.db.forTenant({ tenantId: acme.tenant.id, userId: admin.id });
    const { invitation } = await asAda.tenancy.invitations.create({ email: "grace@example.com" });
    await auth.deleteIdentity(ada.id);
    expect(await acme.handle.tenancy.invitations.listOpen()).toMatchObject([
      { id: invitation.id, invitedBy: admin.id },
    ]);
  });

  it("is refused to the last active admin before anything is deleted, naming the tenants that need another", async () => {
    const tenants = [
      await createTenant(test, "Zeta"),
      await createTenant(test, "Acme"),
      await createTenant(test, "Fine"),
    ];
    const [zeta, acme, fine] = tenants as [TestTenant, TestTenant, TestTenant];
    const ada = await newPerson();
    for (const tenant of tenants) await join(tenant, ada, "admin");
    for (const tenant of [zeta, acme]) await tenant.handle.tenancy.members.changeRole(tenant.admin.id, "user");
    const before = await rowsOf(ada.id);
    const error = await auth.deleteIdentity(ada.id).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(LastAdminError);
    expect(error).toBeInstanceOf(InvariantError);
    expect(error).toMatchObject({
      code: "INVARIANT_VIOLATED",
      tenants: [
        { tenantId: acme.tenant.id, tenantName: "Acme" },
        { tenantId: zeta.tenant.id, tenantName: "Zeta" },
      ],
    });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({ tenantIds: [acme.tenant.id, zeta.tenant.id] });
    expect(await rowsOf(ada.id)).toEqual(before);

    const platform = test.db.platform({ actor: "tests", reason: "closing a tenant" });
    await platform.suspendTenant(acme.tenant.id);
    await expect(auth.deleteIdentity(ada.id)).rejects.toThrow(LastAdminError);
    await platform.archiveTenant(acme.tenant.id);
    await expect(auth.deleteIdentity(ada.id)).rejects.toMatchObject({ tenants: [{ tenantId: zeta.tenant.id }] });
    const asAda = test.db.forTenant({ tenantId: zeta.tenant.id });
    await asAda.tenancy.members.changeRole(zeta.admin.id, "admin");
    expect((await auth.deleteIdentity(ada.id)).left.map(({ tenantId }) => tenantId)).toEqual([
      acme.tenant.id,
      fine.tenant.id,
      zeta.tenant.id,
    ]);
    expect(await rowsOf(ada.id)).toEqual(nothing);
  });

  it("is all or nothing: what fails in the last tenant undoes the first", async () => {
    const tenants = [await createTenant(test, "Acme"), await createTenant(test, "Other")];
    const ada = await newPerson();
    for (const tenant of tenants) await join(tenant, ada);
    const before = await rowsOf(ada.id);
    const last = tenants.map(({ tenant }) => tenant.id).sort()[1];
    await test.asOwner((owner) =>
      owner.query(`
        create function tenancy.fail() returns trigger language plpgsql as $$ begin raise exception 'on purpose'; end $$;
        create trigger fail after update on tenancy.users for each row when (new.tenant_id = '${last}') execute function tenancy.fail()`),
    );
    await expect(auth.deleteIdentity(ada.id)).rejects.toMatchObject({ sqlState: "P0001", outcome: "rolled-back" });
    await test.asOwner((owner) => owner.query("drop trigger fail on tenancy.users; drop function tenancy.fail()"));
    expect(await rowsOf(ada.id)).toEqual(before);
    expect(before).toMatchObject({ memberships: 2, users: 2, session: 1, profile: 1 });
  });

  it("leaves one of two: a member who joins at the same moment, or a person who is gone", async () => {
    for (let round = 0; round < 20; round += 1) {
      const acme = await createTenant(test);
      const ada = await newPerson();
      const [joined, deleted] = await Promise.allSettled([join(acme, ada), auth.deleteIdentity(ada.id)]);
      expect(deleted.status).toBe("fulfilled");
      expect(await rowsOf(ada.id)).toEqual(nothing);
      if (joined.status === "rejected") {
        expect(["NOT_FOUND", "FOREIGN_KEY_VIOLATION"]).toContain(joined.reason.code);
        continue;
      }
      expect((await acme.handle.tenancy.members.getById(joined.value.id)).status).toBe("removed");
    }
  });

  it("keeps an admin when two of them are deleted at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      const acme = await createTenant(test);
      const people = [await newPerson(), await newPerson()];
      for (const person of people) await join(acme, person, "admin");
      await test.db.forTenant({ tenantId: acme.tenant.id }).tenancy.members.changeRole(acme.admin.id, "user");
      const outcomes = await Promise.allSettled(people.map(({ id }) => auth.deleteIdentity(id)));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
      const [refused] = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(refused).toBeInstanceOf(InvariantError);
    }
  });
});

describe("a deletion by raw SQL of the identity login", () => {
  it("does the same, in one statement", async () => {
    const acme = await createTenant(test);
    const ada = await newPerson();
    const account = await join(acme, ada);
    await asLogin(test.urls.identity, (client) => client.query("delete from auth.user where id = $1", [ada.id]));
    expect(await rowsOf(ada.id)).toEqual(nothing);
    expect(await acme.handle.tenancy.members.getById(account.id)).toMatchObject({
      status: "removed",
      identityId: null,
    });
  });

  it("is refused for the last active admin, and names the tenant", async () => {
    const acme = await createTenant(test);
    const ada = await newPerson();
    await join(acme, ada, "admin");
    await acme.handle.tenancy.members.changeRole(acme.admin.id, "user");
    const before = await rowsOf(ada.id);
    await asLogin(test.urls.identity, async (client) => {
      expect(await refusal(client, "delete from auth.user where id = $1", [ada.id])).toBe("ZT002");
      const whole = client.query("delete from auth.user where id = $1", [ada.id]);
      await expect(whole).rejects.toThrow(`The person is the last active admin of ${acme.tenant.id}`);
    });
    expect(await rowsOf(ada.id)).toEqual(before);
  });

  it("reaches no member but the person's own, and shows none", async () => {
    await asLogin(test.urls.identity, async (client) => {
      for (const text of [
        "select auth.end_memberships()",
        "select auth.keep_membership()",
        "update tenancy.users set status = 'removed'",
        "select from tenancy.users",
        "set role membership_keeper",
        "create trigger mine before delete on auth.session for each row execute function auth.end_memberships()",
      ]) {
        expect(await refusal(client, text), text).toMatch(/^(42501|0A000)$/);
      }
    });
  });
});
