import { sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import {
  ConflictError,
  NotFoundError,
  PermissionDeniedError,
  UniqueViolationError,
  ValidationError,
} from "../../src/index";
import type { TestDatabase, TestTenant } from "../../src/testing";
import { rejection } from "../kit/outcomes";
import { freshTenant as it } from "../kit/tenants";
import { addMember, arrangeIdentity, freshEmail } from "./kit/people";

const as = (test: TestDatabase, { tenant }: TestTenant, userId: string) =>
  test.db.forTenant({ tenantId: tenant.id, userId });

/** A member whose account is a person's. */
async function personIn(test: TestDatabase, acme: TestTenant) {
  const person = await arrangeIdentity(test);
  const user = await acme.handle.tenancy.members.ensureMember({
    identityId: person.id,
    email: person.email,
    name: "P",
  });
  return { person, user };
}

/** The person signs in with another address from now on, as Better Auth writes it. */
async function changeSignIn(test: TestDatabase, id: string, verified = true): Promise<string> {
  const email = freshEmail("new");
  await test.asOwner((owner) =>
    owner.query(`update auth."user" set email = $2, email_verified = $3 where id = $1`, [id, email, verified]),
  );
  return email;
}

describe("name and address of a member", () => {
  it("are changed by an admin, with a line of the trail, and found under the new address alone", async ({
    acme,
    test,
  }) => {
    const { members, audit } = as(test, acme, acme.admin.id).tenancy;
    const user = await addMember(acme);
    const email = freshEmail("Renamed");
    const changed = await members.update(user.id, { name: "Grace Hopper", email });
    expect(changed).toMatchObject({ name: "Grace Hopper", email, emailLower: email.toLowerCase(), role: user.role });
    expect((await members.findByEmail(email.toUpperCase()))?.id).toBe(user.id);
    expect(await members.findByEmail(user.email)).toBeUndefined();
    const [line] = await audit.listOfTarget("tenancy.users", user.id);
    expect(line).toMatchObject({ action: "update", actorUserId: acme.admin.id });
    expect(line?.rowBefore).toMatchObject({ email: user.email, name: user.name });
    expect(line?.rowAfter).toMatchObject({ email, name: "Grace Hopper" });
  });

  it("are not changed to what does not fit, or is another's", async ({ acme }) => {
    const { members } = acme.handle.tenancy;
    const [user, other] = [await addMember(acme), await addMember(acme)];
    for (const wrong of [{}, { name: " " }, { email: "nobody" }, { role: "admin" }, { identityId: user.id }]) {
      expect(await rejection(members.update(user.id, wrong as never)), JSON.stringify(wrong)).toBeInstanceOf(
        ValidationError,
      );
    }
    const taken = { email: other.email.toUpperCase() };
    expect(await rejection(members.update(user.id, taken))).toBeInstanceOf(UniqueViolationError);
    expect(await members.getById(user.id)).toEqual(user);
  });

  it("of others are not changed by a member, whatever SQL is sent", async ({ acme, test }) => {
    const [user, other] = [await addMember(acme), await addMember(acme)];
    const handle = as(test, acme, user.id);
    const email = freshEmail("taken");
    const forms = [
      () => handle.tenancy.members.update(other.id, { name: "Mine" }),
      () => handle.tenancy.members.update(other.id, { email }),
      () => handle.execute(sql`update tenancy.users set email = ${email} where id = ${other.id}`),
      () => handle.execute(sql`update tenancy.users set email = 'x' || email`),
      () =>
        handle.execute(sql`merge into tenancy.users u using (select ${other.id}::uuid as id) s on u.id = s.id
          when matched then update set email = ${email}`),
      () =>
        handle.execute(sql`insert into tenancy.users (id, email, name) values (${other.id}, ${email}, 'x')
          on conflict (tenant_id, id) do update set email = excluded.email`),
      // Without a person behind it, the own address would open the account to another.
      () => handle.tenancy.members.update(user.id, { email }),
    ];
    for (const form of forms) {
      const error = await rejection(Promise.resolve(form()));
      expect(error, form.toString()).toBeInstanceOf(PermissionDeniedError);
      expect(error).toMatchObject({ sqlState: "ZT006" });
    }
    expect((await handle.tenancy.members.update(user.id, { name: "Own" })).name).toBe("Own");
    for (const { id, email } of [user, other]) {
      expect((await acme.handle.tenancy.members.getById(id)).email).toBe(email);
    }
  });

  it("follow the address that the person signs in with, by the own hand, once it is verified", async ({
    acme,
    test,
  }) => {
    const { person, user } = await personIn(test, acme);
    const own = as(test, acme, user.id).tenancy.members;
    expect(await rejection(own.update(user.id, { email: freshEmail("strange") }))).toBeInstanceOf(ConflictError);
    const unproven = await changeSignIn(test, person.id, false);
    expect(await rejection(own.update(user.id, { email: unproven }))).toBeInstanceOf(ConflictError);
    const email = await changeSignIn(test, person.id);
    expect((await own.update(user.id, { email })).email).toBe(email);
    const asAdmin = as(test, acme, acme.admin.id).tenancy.members;
    expect(await rejection(asAdmin.update(user.id, { email: freshEmail("strange") }))).toBeInstanceOf(ConflictError);
  });

  it("are not changed together with what gives rights", async ({ acme, test }) => {
    const { person, user } = await personIn(test, acme);
    const email = await changeSignIn(test, person.id);
    const handle = as(test, acme, user.id);
    for (const more of ["role = 'admin'", "identity_id = null", "identity_id = gen_random_uuid()"]) {
      const text = sql`update tenancy.users set email = ${email}, ${sql.raw(more)} where id = ${user.id}`;
      expect(await rejection(handle.execute(text)), more).toBeInstanceOf(PermissionDeniedError);
    }
  });

  it("of another tenant are not there", async ({ acme, other }) => {
    const stranger = await addMember(other);
    expect(await rejection(acme.handle.tenancy.members.update(stranger.id, { name: "Mine" }))).toBeInstanceOf(
      NotFoundError,
    );
  });
});

describe("a role", () => {
  it("is read by its id and changed by an admin alone, with a line of the trail", async ({ acme, other, test }) => {
    const { roles, audit } = as(test, acme, acme.admin.id).tenancy;
    const role = await roles.create({ name: "Approver", permissions: ["pr.approve"] });
    expect(await roles.getById(role.id)).toEqual(role);
    const changed = await roles.update(role.id, { description: "approves", permissions: ["pr.read"] });
    expect(changed).toMatchObject({ name: "Approver", description: "approves", permissions: ["pr.read"] });
    const [line] = await audit.listOfTarget("tenancy.roles", role.id);
    expect(line).toMatchObject({
      action: "update",
      actorUserId: acme.admin.id,
      rowBefore: { permissions: ["pr.approve"] },
    });
    const user = await addMember(acme);
    await roles.assign(user.id, role.id);
    expect(await roles.hasPermission(user.id, "pr.read")).toBe(true);
    const ofMember = as(test, acme, user.id).tenancy.roles;
    expect((await ofMember.getById(role.id)).name).toBe("Approver");
    const error = await rejection(ofMember.update(role.id, { permissions: ["all"] }));
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", sqlState: "ZT006" });
    await roles.create({ name: "Reader" });
    expect(await rejection(roles.update(role.id, { name: "Reader" }))).toBeInstanceOf(UniqueViolationError);
    for (const wrong of [{}, { name: "" }, { permissions: [""] }, { id: user.id }]) {
      expect(await rejection(roles.update(role.id, wrong as never))).toBeInstanceOf(ValidationError);
    }
    const theirs = other.handle.tenancy.roles;
    expect(await theirs.findById(role.id)).toBeUndefined();
    expect(await rejection(theirs.update(role.id, { name: "Mine" }))).toBeInstanceOf(NotFoundError);
  });
});

describe("who reads what", () => {
  it("is in the trail: a line for each record, or one for an export", async ({ acme, test }) => {
    const [first, second] = [await addMember(acme), await addMember(acme)];
    const { audit } = as(test, acme, first.id).tenancy;
    const targetType = "tenancy.users";
    await audit.recordRead({ targetType, targetIds: [first.id, second.id, second.id], details: { reason: "payroll" } });
    await audit.recordRead({ action: "export", targetType, details: { rows: 2, filter: "active" } });
    const of = { source: "application", actorUserId: first.id, targetType };
    expect((await audit.listOfTarget(targetType, second.id))[0]).toMatchObject({
      ...of,
      action: "read",
      details: { reason: "payroll" },
    });
    const lines = (await audit.list()).items.filter(({ source }) => source === "application");
    const told = lines.map(({ action, targetId }) => `${action} ${targetId}`).sort();
    expect(told).toEqual(["export null", `read ${first.id}`, `read ${second.id}`].sort());
  });

  it("is not read when it cannot be recorded, and leaves no line when the read fails", async ({ acme }) => {
    const { audit } = acme.handle.tenancy;
    for (const wrong of [
      { targetType: " " },
      { targetType: "x", action: "update" },
      { targetType: "x", targetIds: ["y"] },
    ]) {
      expect(await rejection(audit.recordRead(wrong as never))).toBeInstanceOf(ValidationError);
    }
    const before = (await audit.list({ limit: 500 })).items.length;
    const failing = acme.handle.transaction(async (tx) => {
      await tx.tenancy.audit.recordRead({ targetType: "x" });
      await tx.tenancy.members.getById(acme.tenant.id);
    });
    expect(await rejection(failing)).toBeInstanceOf(NotFoundError);
    expect((await audit.list({ limit: 500 })).items).toHaveLength(before);
  });
});

describe("an address", () => {
  it("is found by an index in every table that has one", async ({ test }) => {
    const { rows } = await test.asOwner((owner) =>
      owner.query<{ table: string; indexed: boolean }>(`
        select c.oid::regclass::text as table, exists (
          select from pg_index i where i.indrelid = c.oid and i.indisvalid and (
            select array_agg(k.attname::text order by o.place)
            from unnest(i.indkey::int2[]) with ordinality as o (number, place)
            join pg_attribute k on k.attrelid = c.oid and k.attnum = o.number
          )[:2] in ('{email}', '{tenant_id,email}')) as indexed
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where a.attname = 'email' and c.relkind = 'r' and n.nspname in ('auth', 'tenancy', 'accounting') order by 1`),
    );
    const without = rows.filter(({ indexed }) => !indexed).map(({ table }) => table);
    // A tenant's companies are few.
    expect(without).toEqual(["tenancy.companies"]);
    expect(rows.length).toBeGreaterThan(4);
  });
});
