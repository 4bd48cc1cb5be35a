import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { somebodyWaitsForALock } from "../kit/locks";
import { type AuthServer, Browser, type Person, password, signUp, startAuthServer } from "./auth-server";
import { arrangeIdentity, freshEmail } from "./kit/people";

/* Better Auth's `deleteUser` over HTTP: with our operation in its hook, and by its adapter alone. */
let test: TestDatabase;
let whole: AuthServer;
let byAdapter: AuthServer;

beforeAll(async () => {
  // Better Auth's router prints each failure that it answers with 500.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  test = await createTestDatabase();
  whole = await startAuthServer(test.urls.identity);
  byAdapter = await startAuthServer(test.urls.identity, "by adapter");
});
afterAll(async () => {
  await whole.close();
  await byAdapter.close();
  await test.close();
});

/** A person with a profile who is a member of one tenant, or its only admin. */
async function member(server: AuthServer, role: "user" | "only admin"): Promise<Person & { tenant: TestTenant }> {
  const person = await signUp(server, "Ada");
  const tenant = await createTenant(test);
  const { members } = tenant.handle.tenancy;
  const { id } = person.session.user;
  await members.ensureMember({
    identityId: id,
    email: person.email,
    name: "Ada",
    role: role === "user" ? role : "admin",
  });
  if (role === "only admin") await members.changeRole(tenant.admin.id, "user");
  await test.db.forIdentity(id).profile.save({ phone: "1" });
  return { ...person, tenant };
}

const deleteUser = ({ browser }: Person) => browser.post("/delete-user", { password });
const signIn = async (server: AuthServer, { email }: Person, secret = password) =>
  (await new Browser(server).post("/sign-in/email", { email, password: secret })).status;

/** Everything that the database has of a person, row by row. */
async function everythingOf({ session }: Person): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  await test.asOwner(async (owner) => {
    for (const [table, column] of [
      ["auth.user", "id"],
      ["auth.session", "user_id"],
      ["auth.account", "user_id"],
      ["auth.user_profiles", "user_id"],
      ["auth.memberships", "identity_id"],
      ["tenancy.users", "identity_id"],
    ] as const) {
      rows[table] = (await owner.query(`select * from ${table} where ${column} = $1`, [session.user.id])).rows;
    }
  });
  return rows;
}

const tablesWithRows = async (person: Person) =>
  Object.entries(await everythingOf(person)).flatMap(([table, rows]) => (rows.length > 0 ? [table] : []));

/** Lets one step of a deletion fail. */
async function failing<T>(table: string, event: string, work: () => Promise<T>): Promise<T> {
  await test.asOwner((owner) =>
    owner.query(`
      create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'on purpose'; end $$;
      create trigger fail after ${event} on ${table} for each row execute function public.fail()`),
  );
  try {
    return await work();
  } finally {
    await test.asOwner((owner) => owner.query(`drop trigger fail on ${table}; drop function public.fail()`));
  }
}

describe("deleting oneself over HTTP", () => {
  it("deletes everything of the person, signs every device out, and keeps the account of the tenant", async () => {
    const ada = await member(whole, "user");
    const elsewhere = new Browser(whole);
    await elsewhere.post("/sign-in/email", { email: ada.email, password });
    const [account] = (await ada.tenant.handle.tenancy.members.list()).items.filter(({ email }) => email === ada.email);
    expect(await deleteUser(ada)).toMatchObject({ status: 200, body: { success: true } });
    expect(await tablesWithRows(ada)).toEqual([]);
    expect([await ada.browser.session(), await elsewhere.session()]).toEqual([null, null]);
    expect(await signIn(whole, ada)).toBe(401);
    const kept = await ada.tenant.handle.tenancy.members.getById(account?.id ?? "");
    expect(kept).toMatchObject({ status: "removed", identityId: null });
    const again = await signUp(whole, "Ada", ada.email);
    expect(again.session.user.id).not.toBe(ada.session.user.id);
  });

  it("asks for the password first", async () => {
    const ada = await member(whole, "user");
    const before = await everythingOf(ada);
    expect((await ada.browser.post("/delete-user", { password: "wrong" })).status).toBe(400);
    expect(await everythingOf(ada)).toEqual(before);
  });

  it("is refused to the last active admin of a tenant, which it names; nothing is deleted", async () => {
    const ada = await member(whole, "only admin");
    const before = await everythingOf(ada);
    const { tenant } = ada.tenant;
    const tenants = [{ tenantId: tenant.id, tenantName: tenant.name }];
    expect(await deleteUser(ada)).toMatchObject({ status: 409, body: { code: "LAST_ADMIN", tenants } });
    expect(await everythingOf(ada)).toEqual(before);
    expect((await ada.browser.session())?.user.email).toBe(ada.email);
    expect(await signIn(whole, ada)).toBe(200);
  });

  it.each([
    ["tenancy.users", "update"],
    ["auth.memberships", "delete"],
    ["auth.user_profiles", "delete"],
    ["auth.session", "delete"],
    ["auth.account", "delete"],
    ["auth.user", "delete"],
  ])("is undone whole when its step on %s fails", async (table, event) => {
    const ada = await member(whole, "user");
    const before = await everythingOf(ada);
    expect((await failing(table, event, () => deleteUser(ada))).status).toBe(500);
    expect(await everythingOf(ada)).toEqual(before);
    expect((await ada.browser.session())?.user.email).toBe(ada.email);
    expect((await deleteUser(ada)).status).toBe(200);
    expect(await tablesWithRows(ada)).toEqual([]);
  });

  it("is undone whole when the server ends its connection half-way", async () => {
    const ada = await member(whole, "user");
    const before = await everythingOf(ada);
    const answer = await test.asOwner(async (owner) => {
      await owner.query("begin");
      await owner.query("select from tenancy.users where identity_id = $1 for update", [ada.session.user.id]);
      const deletion = deleteUser(ada);
      // Another connection: a transaction looks at the activity of others once.
      await test.asOwner(async (watcher) => {
        await somebodyWaitsForALock(watcher);
        await watcher.query(`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`);
      });
      const ended = await deletion;
      await owner.query("rollback");
      return ended;
    });
    expect(answer.status).toBe(500);
    expect(await everythingOf(ada)).toEqual(before);
    expect((await deleteUser(ada)).status).toBe(200);
    expect(await tablesWithRows(ada)).toEqual([]);
  });
});

describe("deleting oneself by Better Auth's adapter alone", () => {
  it("deletes everything of the person and ends the membership", async () => {
    const ada = await member(byAdapter, "user");
    expect((await deleteUser(ada)).status).toBe(200);
    expect(await tablesWithRows(ada)).toEqual([]);
  });

  it("is refused to the last active admin while the password is still there; signed out, but not locked out", async () => {
    const ada = await member(byAdapter, "only admin");
    const before = await everythingOf(ada);
    expect((await deleteUser(ada)).status).toBe(500);
    expect(await everythingOf(ada)).toEqual({ ...before, "auth.session": [] });
    expect(await signIn(byAdapter, ada)).toBe(200);
    expect(await test.db.forIdentity(ada.session.user.id).memberships()).toHaveLength(1);
  });

  it("that stops at its last step leaves a member who can get in again by the address", async () => {
    const ada = await member(byAdapter, "user");
    expect((await failing("tenancy.users", "update", () => deleteUser(ada))).status).toBe(500);
    expect(await tablesWithRows(ada)).toEqual(["auth.user", "auth.user_profiles", "auth.memberships", "tenancy.users"]);
    const browser = new Browser(byAdapter);
    await browser.post("/request-password-reset", { email: ada.email, redirectTo: "/reset" });
    const mail = byAdapter.sent.findLast((candidate) => candidate.to === ada.email);
    const newPassword = "another long password";
    expect((await browser.post("/reset-password", { token: mail?.token, newPassword })).status).toBe(200);
    expect(await signIn(byAdapter, ada, newPassword)).toBe(200);
    expect(await test.db.forIdentity(ada.session.user.id).memberships()).toHaveLength(1);
  });
});

describe("a way to sign in", () => {
  const accountOf = (id: string) =>
    test.asOwner((owner) =>
      owner.query(
        "insert into auth.account (user_id, account_id, provider_id, password) values ($1::uuid, $1::text, $2, 'x')",
        [id, "credential"],
      ),
    );
  const dropAccounts = (id: string) =>
    test.asOwner((owner) => owner.query("delete from auth.account where user_id = $1", [id]));

  it("can be given up while another is left, and by an unproven address, which Better Auth itself takes it from", async () => {
    const acme = await createTenant(test);
    const { id, email } = await arrangeIdentity(test, freshEmail(), { verified: false });
    await acme.handle.tenancy.members.ensureMember({ identityId: id, email, name: "Ada", role: "admin" });
    await acme.handle.tenancy.members.changeRole(acme.admin.id, "user");
    await accountOf(id);
    await dropAccounts(id);
    await test.asOwner((owner) => owner.query("update auth.user set email_verified = true where id = $1", [id]));
    await accountOf(id);
    await accountOf(id);
    await test.asOwner((owner) =>
      owner.query("delete from auth.account where id = (select id from auth.account where user_id = $1 limit 1)", [id]),
    );
    await expect(dropAccounts(id)).rejects.toMatchObject({ sqlState: "ZT002" });
  });
});
