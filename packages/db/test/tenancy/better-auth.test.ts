import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ConflictError,
  NotFoundError,
  type TenantDatabase,
  TenantIsolationError,
  UniqueViolationError,
} from "../../src/index";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { tenantSchemas } from "../isolation/checks/catalogue";
import { asLogin } from "../kit/sql";
import { type AuthServer, Browser, type Person, password, signUp as signUpAt, startAuthServer } from "./auth-server";
import { arrangeIdentity, freshEmail } from "./kit/people";

let test: TestDatabase;
let server: AuthServer;

beforeAll(async () => {
  test = await createTestDatabase();
  server = await startAuthServer(test.urls.identity);
});
afterAll(async () => {
  await server.close();
  await test.close();
});

const signUp = (name: string) => signUpAt(server, name);

async function authRows(table: string, column: string, value: string): Promise<Record<string, unknown>[]> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query(`select * from auth.${table} where ${column} = $1`, [value]);
    return rows;
  });
}

describe("Better Auth over HTTP", () => {
  it("signs up: a person with a uuid, a session, a cookie; the address is proven by the mailed token", async () => {
    const browser = new Browser(server);
    const email = freshEmail("ada");
    expect(await browser.session()).toBeNull();
    const { status, body } = await browser.post("/sign-up/email", { name: "Ada", email, password });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { email, name: "Ada", emailVerified: false } });
    const before = await browser.session();
    expect(before?.user.id).toMatch(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    expect(before?.session.userId).toBe(before?.user.id);
    expect(await authRows("session", "token", before?.session.token ?? "")).toHaveLength(1);

    const mail = server.sent.findLast((candidate) => candidate.to === email);
    expect((await browser.get("/verify-email?token=nonsense")).status).toBe(401);
    expect((await browser.session())?.user.emailVerified).toBe(false);
    expect((await browser.get(`/verify-email?token=${mail?.token}`)).status).toBe(200);
    expect((await browser.session())?.user.emailVerified).toBe(true);
  });

  it("signs in with the right password only", async () => {
    const { email, session } = await signUp("Ada");
    const elsewhere = new Browser(server);
    for (const wrong of ["Correct horse battery staple", "", "x".repeat(100)]) {
      const refused = await elsewhere.post("/sign-in/email", { email, password: wrong });
      expect(refused.status).toBe(401);
      expect(refused.body).toMatchObject({ code: "INVALID_EMAIL_OR_PASSWORD" });
    }
    const unknown = await elsewhere.post("/sign-in/email", { email: freshEmail(), password });
    expect(unknown.body).toMatchObject({ code: "INVALID_EMAIL_OR_PASSWORD" });
    expect(elsewhere.cookies).toBe("");
    expect(await elsewhere.session()).toBeNull();

    expect((await elsewhere.post("/sign-in/email", { email: email.toUpperCase(), password })).status).toBe(200);
    const second = await elsewhere.session();
    expect(second?.user.id).toBe(session.user.id);
    expect(second?.session.id).not.toBe(session.session.id);
  });

  it("takes an address once", async () => {
    const { email } = await signUp("Ada");
    const again = await new Browser(server).post("/sign-up/email", { name: "M", email: email.toUpperCase(), password });
    expect(again.status).toBe(422);
    expect(await authRows("user", "email", email)).toHaveLength(1);
    await expect(arrangeIdentity(test, email)).rejects.toThrow(UniqueViolationError);
  });

  it("signs nobody up under an address that only folding would make another's", async () => {
    const { email, session } = await signUp("Nick");
    for (const similar of [email.replace("k", "\u212a"), email.replace("i", "İ"), email.replace("n", "ｎ")]) {
      const browser = new Browser(server);
      const { status } = await browser.post("/sign-up/email", { name: "M", email: similar, password });
      expect([similar, status]).toEqual([similar, 400]);
      expect((await browser.post("/sign-in/email", { email: similar, password })).status).toBeGreaterThanOrEqual(400);
      expect(await browser.session()).toBeNull();
    }
    expect(await authRows("user", "email", email)).toMatchObject([{ id: session.user.id }]);
  });

  it("ends a session at sign-out, for whoever kept its cookie, and no other session", async () => {
    const { browser, email, session } = await signUp("Ada");
    const elsewhere = new Browser(server);
    await elsewhere.post("/sign-in/email", { email, password });
    const kept = browser.cookies;
    expect(await browser.session(kept)).not.toBeNull();

    expect((await browser.post("/sign-out")).status).toBe(200);
    expect(await browser.session()).toBeNull();
    expect(await new Browser(server).session(kept)).toBeNull();
    expect(await authRows("session", "token", session.session.token)).toEqual([]);
    expect((await elsewhere.session())?.user.email).toBe(email);
  });

  it("changes a forgotten password by the mailed token, once", async () => {
    const { browser, email } = await signUp("Ada");
    await browser.post("/request-password-reset", { email, redirectTo: "/reset" });
    const mail = server.sent.findLast((candidate) => candidate.to === email);
    const reset = { token: mail?.token, newPassword: "another long password" };
    expect((await browser.post("/reset-password", reset)).status).toBe(200);
    expect((await browser.post("/reset-password", reset)).status).toBe(400);
    const elsewhere = new Browser(server);
    expect((await elsewhere.post("/sign-in/email", { email, password })).status).toBe(401);
    expect((await elsewhere.post("/sign-in/email", { email, password: "another long password" })).status).toBe(200);
  });
});

/** A customer's name in a tenant, and the names that its handle shows. */
async function addCustomer(handle: TenantDatabase, name: string): Promise<void> {
  const [company] = (await handle.tenancy.companies.list()).items;
  await handle.accounting.customers.create({ companyId: company?.id ?? "", name });
}
const customerNames = async (handle: TenantDatabase) =>
  (await handle.accounting.customers.list()).items.map((customer) => customer.name);

/** A signed-up person with a tenant of their own. */
async function signUpWithTenant(name: string, tenantName: string) {
  const person = await signUp(name);
  const db = test.db.forIdentity(person.session.user.id);
  const created = await db.createTenant({
    name: tenantName,
    admin: { email: person.email, name },
    company: { name: `${tenantName} Ltd` },
  });
  return { ...person, db, ...created, handle: await db.enterTenant(created.tenant.id) };
}

/** Invites a signed-up person into a tenant, who accepts with the address of the session. */
async function join(host: { handle: TenantDatabase }, guest: Person) {
  const { token } = await host.handle.tenancy.invitations.create({ email: guest.session.user.email });
  const { user } = guest.session;
  return test.db.forIdentity(user.id).acceptInvitation(token, { email: user.email, name: user.name });
}

describe("a signed-in person", () => {
  it("has a profile that nobody else sees", async () => {
    const ada = await signUp("Ada");
    const { profile } = test.db.forIdentity(ada.session.user.id);
    expect(await profile.find()).toBeUndefined();
    const saved = await profile.save({ dni: "12345678Z", phone: "+34 600", birthDate: "1815-12-10" });
    expect(saved).toMatchObject({ userId: ada.session.user.id, dni: "12345678Z", isActive: true });
    expect(await profile.save({ phone: null })).toMatchObject({ id: saved.id, dni: "12345678Z", phone: null });
    const stranger = test.db.forIdentity((await signUp("Mallory")).session.user.id);
    expect(await stranger.profile.find()).toBeUndefined();
  });

  it("founds a tenant, is invited to another, and switches between the two", async () => {
    const ada = await signUpWithTenant("Ada", "Analytical Engines");
    const grace = await signUpWithTenant("Grace", "Compilers");
    expect(ada.admin).toMatchObject({ role: "admin", identityId: ada.session.user.id });
    await addCustomer(ada.handle, "Babbage");
    await addCustomer(grace.handle, "Navy");

    const joined = await join(grace, ada);
    expect(joined).toMatchObject({ tenantId: grace.tenant.id, role: "user", status: "active" });
    expect(await ada.db.memberships()).toEqual([
      { tenantId: ada.tenant.id, tenantName: "Analytical Engines", userId: ada.admin.id, name: "Ada", role: "admin" },
      { tenantId: grace.tenant.id, tenantName: "Compilers", userId: joined.id, name: "Ada", role: "user" },
    ]);
    expect(await grace.db.memberships()).toHaveLength(1);

    const inHers = await ada.db.enterTenant(ada.tenant.id);
    const inGraces = await ada.db.enterTenant(grace.tenant.id);
    expect(inGraces.scope).toMatchObject({ tenantId: grace.tenant.id, userId: joined.id });
    expect(await customerNames(inHers)).toEqual(["Babbage"]);
    expect(await customerNames(inGraces)).toEqual(["Navy"]);
    expect(await customerNames(grace.handle)).toEqual(["Navy"]);

    await addCustomer(inGraces, "Army");
    const [line] = (await grace.handle.tenancy.audit.list({ limit: 1 })).items;
    expect(line?.targetType).not.toBe("accounting.customers");
    await inGraces.tenancy.companies.update(grace.company?.id ?? "", { phone: "1" });
    const [change] = await grace.handle.tenancy.audit.listOfTarget("tenancy.companies", grace.company?.id ?? "");
    expect(change?.actorUserId).toBe(joined.id);
  });

  it("sees nothing as a stranger, and enters nothing", async () => {
    const ada = await signUpWithTenant("Ada", "Analytical Engines");
    const mallory = await signUp("Mallory");
    const db = test.db.forIdentity(mallory.session.user.id);
    expect(await db.memberships()).toEqual([]);
    await expect(db.enterTenant(ada.tenant.id)).rejects.toThrow(NotFoundError);
    const forged = test.db.forTenant({ tenantId: ada.tenant.id, userId: mallory.session.user.id });
    await expect(forged.accounting.customers.list()).rejects.toThrow(TenantIsolationError);
    const { token } = await ada.handle.tenancy.invitations.create({ email: freshEmail("charles") });
    const { user } = mallory.session;
    await expect(db.acceptInvitation(token, { email: user.email, name: user.name })).rejects.toThrow(NotFoundError);
    expect(await db.memberships()).toEqual([]);
  });

  it("sees the own profile and memberships alone, whatever SQL is sent before a tenant is chosen", async () => {
    const ada = await signUpWithTenant("Ada", "Analytical Engines");
    await addCustomer(ada.handle, "Babbage");
    await ada.db.profile.save({ phone: "1" });
    const mallory = await signUp("Mallory");
    const visibleTo = (identityId: string) =>
      asLogin(test.urls.runtime, async (client) => {
        await client.query("select set_config('app.current_identity_id', $1, false)", [identityId]);
        const tables = await client.query<{ name: string }>(`
          select format('%s.%s', schemaname, tablename) as name from pg_tables
          where schemaname in (${tenantSchemas.map((name) => `'${name}'`)}) and has_table_privilege(format('%I.%I', schemaname, tablename), 'select')`);
        expect(tables.rows.length).toBeGreaterThan(12);
        const seen: Record<string, unknown> = {};
        for (const { name } of tables.rows) {
          const { rows } = await client.query(`select id from ${name}`);
          if (rows.length > 0) seen[name] = rows.map((row) => row.id);
        }
        const profiles = (await client.query("select id from self.profile()")).rows.map((row) => row.id);
        return { seen, profiles, memberships: (await client.query("select * from self.memberships()")).rows };
      });
    expect(await visibleTo(mallory.session.user.id)).toEqual({ seen: {}, profiles: [], memberships: [] });
    const admin = { user_id: ada.admin.id, name: "Ada", role: "admin" };
    expect(await visibleTo(ada.session.user.id)).toEqual({
      seen: {},
      profiles: [(await ada.db.profile.find())?.id],
      memberships: [{ tenant_id: ada.tenant.id, tenant_name: "Analytical Engines", ...admin }],
    });
  });

  it("founds no tenant under an id that is taken", async () => {
    const ada = await signUpWithTenant("Ada", "Analytical Engines");
    const mallory = await signUp("Mallory");
    const attempt = test.db.forIdentity(mallory.session.user.id).createTenant({
      id: ada.tenant.id,
      name: "Mine now",
      admin: { email: mallory.email, name: "Mallory" },
    });
    await expect(attempt).rejects.toThrow(UniqueViolationError);
    expect((await ada.handle.tenancy.tenant.current()).name).toBe("Analytical Engines");
    expect((await ada.handle.tenancy.members.list()).items).toHaveLength(1);
  });
});

describe("a membership that ends", () => {
  it.each(["suspend", "remove"] as const)("by %s, refuses the very next call of a handle made before", async (how) => {
    const host = await signUpWithTenant("Ada", "Analytical Engines");
    const guest = await signUp("Grace");
    const member = await join(host, guest);
    const db = test.db.forIdentity(guest.session.user.id);
    const handle = await db.enterTenant(host.tenant.id);
    await addCustomer(host.handle, "Babbage");
    expect(await customerNames(handle)).toEqual(["Babbage"]);

    await host.handle.tenancy.members[how](member.id);
    for (const call of [
      () => handle.accounting.customers.list(),
      () => handle.execute("select 1"),
      () => handle.tenancy.members.reactivate(member.id),
      () => handle.transaction((tx) => tx.tenancy.tenant.current()),
    ]) {
      await expect(Promise.resolve(call())).rejects.toThrow(TenantIsolationError);
    }
    expect(await db.memberships()).toEqual([]);
    await expect(db.enterTenant(host.tenant.id)).rejects.toThrow(NotFoundError);
    await expect(join(host, guest)).rejects.toThrow(ConflictError);

    await host.handle.tenancy.members.reactivate(member.id);
    expect(await customerNames(handle)).toEqual(["Babbage"]);
    expect(await db.memberships()).toMatchObject([{ tenantId: host.tenant.id, userId: member.id }]);
  });

  it("does not touch the person's other memberships", async () => {
    const host = await signUpWithTenant("Ada", "Analytical Engines");
    const grace = await signUpWithTenant("Grace", "Compilers");
    const member = await join(host, grace);
    await host.handle.tenancy.members.remove(member.id);
    expect(await grace.db.memberships()).toMatchObject([{ tenantId: grace.tenant.id }]);
    await addCustomer(grace.handle, "Navy");
    expect(await customerNames(grace.handle)).toEqual(["Navy"]);
  });
});
