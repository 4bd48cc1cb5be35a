import { describe, expect } from "vitest";
import {
  DeadlockError,
  ForeignKeyViolationError,
  InvariantError,
  NotFoundError,
  newId,
  PermissionDeniedError,
  SerializationError,
  UniqueViolationError,
  ValidationError,
} from "../../../src/index";
import { crossing, interleaved, withOldSnapshot } from "../../kit/locks";
import { rejection, sortOut } from "../../kit/outcomes";
import { bySql, ownerRows } from "../../kit/sql";
import { addMember } from "../../tenancy/kit/people";
import { addPerson, freshStall as it, newStall, outcomesAs, type Stall, stranger } from "./kit";

const demote = (memberId: string) => `update sales.business_users set role = 'vendedor' where id = '${memberId}'`;

/** How many active admins the business has, as its owner counts. */
async function admins(test: Parameters<typeof ownerRows>[0], { businessId }: Stall): Promise<number> {
  const rows = await ownerRows(
    test,
    "select from sales.business_users where business_id = $1 and role = 'admin_negocio' and is_active",
    [businessId],
  );
  return rows.length;
}

describe("members of a business", () => {
  it("are added, changed, archived and restored by its admin_negocio", async ({ stall }) => {
    const { members } = stall.admin.handle.sales;
    const { id: userId } = await addMember(stall.tenant);
    const added = await members.add({ userId, salesPoint: "Casa", commissionRate: "2.5" });
    expect(added).toMatchObject({ businessId: stall.businessId, userId, role: "vendedor", commissionRate: "2.50" });
    expect(added.joinedAt).toBeInstanceOf(Date);
    expect(await members.getById(added.id)).toEqual(added);

    const changed = await members.update(added.id, { role: "admin_negocio", salesPoint: "Carro A" });
    expect(changed).toMatchObject({ role: "admin_negocio", salesPoint: "Carro A", commissionRate: "2.50" });
    expect((await members.list()).items.map(({ id }) => id)).toEqual([
      stall.admin.memberId,
      stall.vendor.memberId,
      added.id,
    ]);
    expect(await members.archive(added.id)).toMatchObject({ isActive: false });
    expect((await members.list()).items).toHaveLength(2);
    expect(await rejection(members.add({ userId }))).toBeInstanceOf(UniqueViolationError);
    expect(await members.restore(added.id)).toMatchObject({ isActive: true, role: "admin_negocio" });
  });

  it("are persons of the tenant, and of one business each time", async ({ test, stall, other }) => {
    const { members } = stall.admin.handle.sales;
    const foreign = await addMember(other);
    expect(await rejection(members.add({ userId: foreign.id }))).toBeInstanceOf(ForeignKeyViolationError);
    expect(await rejection(members.add({ userId: newId(), role: "boss" as never }))).toBeInstanceOf(ValidationError);
    expect(await rejection(members.add({ userId: newId(), commissionRate: "100.01" }))).toMatchObject({
      issues: [{ path: "commissionRate" }],
    });
    const job = test.db.forTenant({ tenantId: stall.tenant.tenant.id });
    expect(await rejection(job.sales.members.add({ userId: newId() }))).toMatchObject({
      issues: [{ path: "businessId" }],
    });
    expect(await rejection(members.update(newId(), { salesPoint: "Casa" }))).toBeInstanceOf(NotFoundError);
    const second = await job.sales.businesses.create({ name: "Second" });
    const twice = await job.sales.members.add({
      businessId: second.id,
      userId: stall.vendor.userId,
      role: "admin_negocio",
    });
    expect(twice.id).not.toBe(stall.vendor.memberId);
    expect(await members.findById(twice.id)).toBeUndefined();
  });

  it("are managed by admins of the tenant too, and by nobody else", async ({ test, stall }) => {
    const { id: userId } = await addMember(stall.tenant);
    const scope = { tenantId: stall.tenant.tenant.id, businessId: stall.businessId };
    const ofTenant = test.db.forTenant({ ...scope, userId: stall.tenant.admin.id });
    const { id } = await ofTenant.sales.members.add({ userId });
    for (const { handle } of [stall.vendor, await stranger(test, stall.tenant, stall.businessId)]) {
      const { members } = handle.sales;
      for (const call of [
        () => members.add({ userId: handle.scope.userId ?? "" }),
        () => members.update(id, { commissionRate: "99" }),
        () => members.update(stall.vendor.memberId, { role: "admin_negocio" }),
        () => members.archive(stall.admin.memberId),
        () => members.restore(id),
      ]) {
        expect(await rejection(call())).toBeInstanceOf(PermissionDeniedError);
      }
    }
    await ofTenant.sales.members.archive(stall.admin.memberId).catch(() => undefined);
    expect(await admins(test, stall)).toBe(1);
  });

  it("keep each commission by the day from which it holds", async ({ stall }) => {
    const { members } = stall.admin.handle.sales;
    const rates = async () =>
      (await members.commissionRates(stall.vendor.memberId)).map(({ validFrom, rate }) => [validFrom, rate]);
    expect(await rates()).toEqual([["0001-01-01", "0.00"]]);
    await members.update(stall.vendor.memberId, { commissionRate: "3" });
    await members.update(stall.vendor.memberId, { commissionRate: "4.25" });
    const [first, today, ...others] = await rates();
    expect([first, today?.[1], others]).toEqual([["0001-01-01", "0.00"], "4.25", []]);
    await members.update(stall.vendor.memberId, { commissionRate: null });
    expect((await rates()).map(([, rate]) => rate)).toEqual(["0.00", "0.00"]);
    await members.update(stall.vendor.memberId, { salesPoint: "Casa" });
    expect(await rates()).toHaveLength(2);
  });
});

describe("the current member", () => {
  it("is who the scope's user is in the scope's business, while active", async ({ test, stall }) => {
    const { admin, vendor, handle } = stall;
    expect(await admin.handle.sales.currentMember()).toMatchObject({ id: admin.memberId, role: "admin_negocio" });
    expect(await vendor.handle.sales.currentMember()).toMatchObject({ id: vendor.memberId, role: "vendedor" });
    expect(await handle.sales.currentMember(), "a job").toBeUndefined();
    const { handle: nobody } = await stranger(test, stall.tenant, stall.businessId);
    expect(await nobody.sales.currentMember(), "no member").toBeUndefined();
    await admin.handle.sales.members.archive(vendor.memberId);
    expect(await vendor.handle.sales.currentMember(), "archived").toBeUndefined();
    const wide = test.db.forTenant({ tenantId: stall.tenant.tenant.id, userId: admin.userId });
    expect(await rejection(wide.sales.currentMember())).toBeInstanceOf(ValidationError);
  });

  it("is another one in another business", async ({ test, stall }) => {
    const second = await newStall(test);
    const job = test.db.forTenant({ tenantId: stall.tenant.tenant.id });
    const { id: businessId } = await job.sales.businesses.create({ name: "Second" });
    await job.sales.members.add({ businessId, userId: stall.vendor.userId, role: "admin_negocio" });
    const there = test.db.forTenant({ tenantId: stall.tenant.tenant.id, userId: stall.vendor.userId, businessId });
    expect(await there.sales.currentMember()).toMatchObject({ role: "admin_negocio", businessId });
    const elsewhere = { tenantId: stall.tenant.tenant.id, userId: stall.vendor.userId, businessId: second.businessId };
    expect(await test.db.forTenant(elsewhere).sales.currentMember()).toBeUndefined();
  });
});

describe("the last admin_negocio of a business", () => {
  it("is neither demoted nor archived, by no form of SQL", async ({ test, stall }) => {
    const { memberId } = stall.admin;
    const { members } = stall.admin.handle.sales;
    expect(await rejection(members.update(memberId, { role: "vendedor" }))).toBeInstanceOf(InvariantError);
    expect(await rejection(members.archive(memberId))).toBeInstanceOf(InvariantError);
    const upsert = (change: string) =>
      `insert into sales.business_users as m (tenant_id, id, business_id, user_id)
       select tenant_id, id, business_id, user_id from sales.business_users where id = '${memberId}'
       on conflict (tenant_id, id) do update set ${change}`;
    const merge = (change: string) =>
      `merge into sales.business_users m using (values ('${memberId}'::uuid)) v (id) on m.id = v.id
       when matched then update set ${change}`;
    for (const change of [
      "role = 'vendedor'",
      "is_active = false",
      "role = default",
      "is_active = false, role = default",
    ]) {
      for (const text of [
        `update sales.business_users set ${change} where id = '${memberId}'`,
        `update sales.business_users set ${change} where business_id = '${stall.businessId}'`,
        upsert(change),
        merge(change),
      ]) {
        expect(await outcomesAs(test, stall, {}, [text]), text).toEqual(["ZT002"]);
      }
    }
    const deletion = `delete from sales.business_users where id = '${memberId}'`;
    expect(await outcomesAs(test, stall, {}, [deletion])).toEqual(["42501"]);
    expect(await admins(test, stall)).toBe(1);
  });

  it("may go when another one is there, or the business is archived", async ({ test, stall }) => {
    const second = await addPerson(test, stall, "admin_negocio");
    await second.handle.sales.members.update(second.memberId, { role: "vendedor" });
    expect(await admins(test, stall)).toBe(1);
    const swap = `update sales.business_users set role = case role when 'vendedor' then 'admin_negocio' else 'vendedor' end
      where business_id = '${stall.businessId}'`;
    expect(await bySql(test, stall.tenant, [swap])).toBe("done");
    expect(await admins(test, stall)).toBe(2);
    await stall.handle.sales.businesses.archive(stall.businessId);
    for (const { memberId } of [stall.vendor, second]) await stall.handle.sales.members.archive(memberId);
    expect(await admins(test, stall)).toBe(0);
  });

  it("remains when two demote each other, or themselves, at once", async ({ test, stall }) => {
    const second = await addPerson(test, stall, "admin_negocio");
    const [one, two] = [stall.admin, second];
    const outcome = await interleaved(test, stall.tenant, {
      first: [demote(one.memberId)],
      second: [demote(two.memberId)],
    });
    expect(outcome).toBe("ZT002");
    expect(await admins(test, stall)).toBe(1);
  });

  it("remains with snapshots of before", async ({ test, stall }) => {
    const second = await addPerson(test, stall, "admin_negocio");
    const third = await addPerson(test, stall, "admin_negocio");
    const late = [demote(stall.admin.memberId), demote(third.memberId)] as const;
    expect(await withOldSnapshot(test, stall.tenant, [late[0]], [late[1]])).toBe("40001");
    await stall.handle.sales.members.update(stall.admin.memberId, { role: "admin_negocio" });
    await stall.handle.sales.members.update(third.memberId, { role: "vendedor" });
    const { db } = test;
    const scope = { tenantId: stall.tenant.tenant.id, businessId: stall.businessId };
    const duel = (by: string, whom: string) =>
      db.withTenant(
        { ...scope, userId: by },
        async (tx) => {
          await tx.sales.members.list();
          return tx.sales.members.update(whom, { role: "vendedor" });
        },
        { isolation: "repeatable read" },
      );
    const { values, errors } = sortOut(
      await Promise.allSettled([duel(stall.admin.userId, second.memberId), duel(second.userId, stall.admin.memberId)]),
    );
    expect(await admins(test, stall)).toBe(1);
    expect(values).toHaveLength(1);
    expect([SerializationError, DeadlockError, PermissionDeniedError, InvariantError]).toContain(
      (errors[0] as Error).constructor,
    );
  });

  it("is not waited for crosswise under read committed", async ({ test, stall }) => {
    const second = await addPerson(test, stall, "admin_negocio");
    await addPerson(test, stall, "admin_negocio");
    const outcomes = await crossing(
      test,
      stall.tenant,
      [["select 1"], [demote(stall.admin.memberId)]],
      [["select 1"], [demote(second.memberId)]],
    );
    expect(outcomes).toEqual(["done", "done"]);
    expect(await admins(test, stall)).toBe(1);
  });
});
