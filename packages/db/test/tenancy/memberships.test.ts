import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NotFoundError } from "../../src/index";
import { beginAsTenant, createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { waitingForLocks } from "../kit/locks";
import { rejection } from "../kit/outcomes";
import { addMember, arrangeIdentity } from "./kit/people";

/* `auth.memberships` and `auth.tenant_directory` are copies: whatever is written, by whomever, they say the same. */
let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

/** Rows that one side has and the other has not. */
function differences(): Promise<unknown[]> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query(`
      with accounts as (
        select identity_id, tenant_id, id as user_id, name, role, status from tenancy.users where identity_id is not null
      ), copies as (
        select identity_id, tenant_id, user_id, name, role, status from auth.memberships
      ), tenants as (select id, name, status from tenancy.tenants),
      directory as (select id, name, status from auth.tenant_directory)
      select 'account' as only_in, to_jsonb(x) as row from (table accounts except table copies) x
      union all select 'membership', to_jsonb(x) from (table copies except table accounts) x
      union all select 'tenant', to_jsonb(x) from (table tenants except table directory) x
      union all select 'directory', to_jsonb(x) from (table directory except table tenants) x`);
    return rows;
  });
}

describe("the memberships of persons", () => {
  it("follow the accounts through any statements of anybody", async () => {
    const tenants = [await createTenant(test, "Acme"), await createTenant(test, "Other")];
    const people = [await arrangeIdentity(test), await arrangeIdentity(test), await arrangeIdentity(test)];
    const accounts = (
      await Promise.all(tenants.map((tenant) => Promise.all([addMember(tenant), addMember(tenant)])))
    ).flat();
    const oneOf = <T>(list: readonly T[]) => fc.constantFrom(...list);
    const text = (sql: string, ...values: unknown[]) => ({ sql, values });
    const statement = fc.oneof(
      fc
        .tuple(oneOf(accounts), fc.option(oneOf(people)))
        .map(([u, p]) => text("update tenancy.users set identity_id = $2 where id = $1", u.id, p?.id ?? null)),
      fc
        .tuple(oneOf(accounts), oneOf(["active", "suspended", "removed"]))
        .map(([u, status]) => text("update tenancy.users set status = $2 where id = $1", u.id, status)),
      fc
        .tuple(oneOf(accounts), oneOf(["user", "market_maker"]), fc.integer({ min: 1, max: 9 }))
        .map(([u, role, n]) =>
          text("update tenancy.users set role = $2, name = $3 where id = $1", u.id, role, `N${n}`),
        ),
      oneOf(tenants).map(({ tenant }) =>
        text(
          `update tenancy.users u set identity_id = case when u.id = first.id then null else $2::uuid end
           from (select id from tenancy.users where tenant_id = $1 and identity_id = $2) first
           where u.tenant_id = $1 and (u.id = first.id or u.id = (
             select max(id::text)::uuid from tenancy.users where tenant_id = $1 and role <> 'admin' and id <> first.id))`,
          tenant.id,
          people[0]?.id,
        ),
      ),
      oneOf(tenants).map(({ tenant }) =>
        text("update tenancy.tenants set name = name || '.' where id = $1", tenant.id),
      ),
      oneOf(["active", "suspended"]).map((status) => text("update tenancy.tenants set status = $1", status)),
      oneOf(accounts).map((u) => text("update tenancy.users set settings = '{}' where id = $1", u.id)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 12 }), fc.boolean(), async (statements, keep) => {
        await test.asOwner(async (owner) => {
          await owner.query("begin");
          for (const { sql, values } of statements) {
            await owner.query("savepoint one");
            await owner.query(sql, values).catch(() => owner.query("rollback to savepoint one"));
          }
          await owner.query(keep ? "commit" : "rollback");
        });
        expect(await differences()).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("follow an account that is deleted, and a tenant", async () => {
    const tenant = await createTenant(test);
    const { id, email } = await arrangeIdentity(test);
    const user = await tenant.handle.tenancy.members.ensureMember({ identityId: id, email, name: "Ada" });
    await test.asOwner(async (owner) => {
      await owner.query("set session_replication_role = origin");
      await owner.query("begin; alter table tenancy.audit_log drop constraint audit_log_tenant_id_fkey");
      await owner.query("delete from tenancy.users where id = $1", [user.id]);
      const left = await owner.query("select from auth.memberships where identity_id = $1", [id]);
      expect(left.rowCount).toBe(0);
      const other = await owner.query("insert into tenancy.tenants (name) values ('Soon gone') returning id");
      await owner.query("delete from tenancy.tenants where id = $1", [other.rows[0]?.id]);
      const gone = await owner.query("select from auth.tenant_directory where id = $1", [other.rows[0]?.id]);
      expect(gone.rowCount).toBe(0);
      await owner.query("rollback");
    });
    expect(await differences()).toEqual([]);
  });

  it("show the new name of a tenant to who joins while it is renamed and suspended", async () => {
    for (let round = 0; round < 15; round += 1) {
      const tenant: TestTenant = await createTenant(test, "Old");
      const { id, email } = await arrangeIdentity(test);
      await Promise.all([
        tenant.handle.tenancy.members.ensureMember({ identityId: id, email, name: "Ada" }),
        tenant.handle.tenancy.tenant.rename("New"),
      ]);
      expect(await test.db.forIdentity(id).memberships()).toMatchObject([{ tenantName: "New" }]);
    }
    expect(await differences()).toEqual([]);
  });

  it("are of persons that there are: an unknown identity is refused, and so is a tenant's row for it", async () => {
    const tenant = await createTenant(test);
    const identityId = crypto.randomUUID();
    const attempt = tenant.handle.tenancy.members.ensureMember({ identityId, email: "nobody@example.com", name: "N" });
    await expect(attempt).rejects.toThrow(NotFoundError);
    expect(await tenant.handle.tenancy.members.findByEmail("nobody@example.com")).toBeUndefined();
  });

  it("are of no person who is deleted at the same moment: the member waits, and is told that there is none", async () => {
    const tenant = await createTenant(test);
    const { id, email } = await arrangeIdentity(test);
    await test.asLogin("identity", async (identity) => {
      await identity.query("begin");
      await identity.query(`delete from auth."user" where id = $1`, [id]);
      const joining = rejection(tenant.handle.tenancy.members.ensureMember({ identityId: id, email, name: "Ada" }));
      await waitingForLocks(test, 1);
      await identity.query("commit");
      expect(await joining).toBeInstanceOf(NotFoundError);
    });
  });

  it("end while their member works: only the name of the member in the trail is held, not its row", async () => {
    const tenant = await createTenant(test);
    const { id, email } = await arrangeIdentity(test);
    const user = await tenant.handle.tenancy.members.ensureMember({ identityId: id, email, name: "Ada" });
    await test.asLogin("runtime", async (work) => {
      await beginAsTenant(work, tenant.tenant.id);
      await work.query("select set_config('app.current_user_id', $1, true)", [user.id]);
      await work.query("select tenancy.record_audit('look', 'tests', null, '{}')");
      await test.asLogin("identity", async (identity) => {
        await identity.query("set lock_timeout = '2s'");
        await identity.query(`delete from auth."user" where id = $1`, [id]);
      });
      await work.query("commit");
    });
    expect(await differences()).toEqual([]);
  });
});
