import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { createAuthDatabase, NotFoundError, ValidationError } from "../../src/index";
import { rejection } from "../kit/outcomes";
import { pagesOf } from "../kit/pages";
import { asLogin, refusal } from "../kit/sql";
import { inDatabase } from "../kit/tenants";
import { Browser, password, signUp, startAuthServer } from "./auth-server";
import { arrangeIdentity, freshEmail } from "./kit/people";

const it = inDatabase.extend("auth", { scope: "file" }, async ({ test }, { onCleanup }) => {
  const auth = createAuthDatabase({ url: test.urls.identity, max: 2, unsafeLogin: "refuse" });
  onCleanup(() => auth.close());
  return auth;
});

describe("the status of a person's account", () => {
  it("is set by the identity login alone, for one person, and seen by that person", async ({ auth, test }) => {
    const [person, other] = [await arrangeIdentity(test), await arrangeIdentity(test)];
    const profileOf = (id: string) => test.db.forIdentity(id).profile;
    expect(await rejection(auth.setProfileActive(person.id, false))).toBeInstanceOf(NotFoundError);
    for (const { id } of [person, other]) await profileOf(id).save({ phone: "1" });
    await auth.setProfileActive(person.id, false);
    expect(await profileOf(person.id).find()).toMatchObject({ isActive: false, phone: "1" });
    expect(await profileOf(person.id).save({ phone: "2" })).toMatchObject({ isActive: false, phone: "2" });
    expect(await profileOf(other.id).find()).toMatchObject({ isActive: true });
    await auth.setProfileActive(person.id, true);
    expect(await profileOf(person.id).find()).toMatchObject({ isActive: true });
    expect(await rejection(auth.setProfileActive("x", true))).toBeInstanceOf(ValidationError);
    for (const login of ["runtime", "platform"] as const) {
      await asLogin(test.urls[login], async (client) => {
        const text = `select auth.set_profile_active('${person.id}', false)`;
        expect(await refusal(client, text), login).toBe("42501");
      });
    }
  });
});

describe("what happens before anybody is in a tenant", () => {
  it("is recorded by the identity login, newest first, with the server's time", async ({ auth, test }) => {
    const person = await arrangeIdentity(test);
    const types = ["sign_in_failed", "sign_in_failed", "account_locked"];
    for (const type of types) {
      await auth.securityEvents.report({ type, severity: "medium", identityId: person.id, ipAddress: "203.0.113.7" });
    }
    const pages = await pagesOf((request) => auth.securityEvents.list(request), 2);
    const own = pages.flat().filter(({ identityId }) => identityId === person.id);
    expect(own.map(({ type }) => type)).toEqual(types.toReversed());
    expect(own[0]).toMatchObject({ severity: "medium", ipAddress: "203.0.113.7", userAgent: null, details: {} });
    const { rows } = await test.asOwner((owner) => owner.query("select clock_timestamp() as now"));
    expect(Math.abs(rows[0].now - Number(own[0]?.createdAt))).toBeLessThan(60_000);
  });

  it("is recorded of nobody as of somebody, and stays when the person is deleted", async ({ auth, test }) => {
    const [person, nobody] = [await arrangeIdentity(test), randomUUID()];
    for (const identityId of [person.id, nobody]) {
      expect(await auth.securityEvents.report({ type: "sign_in_failed", identityId })).toBeUndefined();
    }
    await auth.deleteIdentity(person.id);
    const { items } = await auth.securityEvents.list({ limit: 500 });
    expect(items.map(({ identityId }) => identityId)).toEqual(expect.arrayContaining([person.id, nobody]));
  });

  it("is recorded whatever a client sends as its name", async ({ auth }) => {
    const type = `odd_${randomUUID()}`;
    const agents = ["x".repeat(5_000), "a\0b", "half \ud800", "😀".repeat(400)];
    for (const userAgent of agents) await auth.securityEvents.report({ type, userAgent });
    const { items } = await auth.securityEvents.list();
    const kept = items.filter((event) => event.type === type).map(({ userAgent }) => userAgent);
    expect(kept.toReversed()).toEqual(["x".repeat(500), "ab", "half \ufffd", "😀".repeat(250)]);
    for (const wrong of [
      { type: "" },
      { type: "x", severity: "odd" },
      { type: "x", identityId: "x" },
      { type: "x", password },
    ]) {
      const error = await rejection(auth.securityEvents.report(wrong as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect(JSON.stringify(error)).not.toContain(password);
    }
  });

  it("is changed and deleted by no login, and dated by the server alone", async ({ auth, test }) => {
    await auth.securityEvents.report({ type: "sign_in_failed" });
    const table = "auth.sign_in_events";
    for (const login of ["identity", "runtime", "platform"] as const) {
      await asLogin(test.urls[login], async (client) => {
        for (const text of [
          `update ${table} set type = 'x'`,
          `delete from ${table}`,
          `truncate ${table}`,
          `insert into ${table} (type, severity, created_at) values ('x', 'low', 'epoch')`,
          ...(login === "identity"
            ? []
            : [`select from ${table}`, `insert into ${table} (type, severity) values ('x', 'low')`]),
        ]) {
          expect(await refusal(client, text), `${login}: ${text}`).toBe("42501");
        }
      });
    }
    await asLogin(test.urls.identity, async (client) => {
      for (const [columns, values] of [
        ["type, severity", "'', 'low'"],
        ["type, severity", "'x', 'odd'"],
      ]) {
        expect(await refusal(client, `insert into ${table} (${columns}) values (${values})`)).toBe("23514");
      }
    });
  });

  it("is a failed sign-in at Better Auth's, of a stranger as of a person, without what was typed", async ({
    auth,
    test,
  }) => {
    const server = await startAuthServer(test.urls.identity);
    try {
      const ada = await signUp(server, "Ada");
      const browser = new Browser(server);
      const typed = ["wrong secret 4711", "wrong secret 4712"];
      const answers = [
        await browser.post("/sign-in/email", { email: ada.email, password: typed[0] }),
        await browser.post("/sign-in/email", { email: freshEmail("nobody"), password: typed[1] }),
      ];
      expect(answers[0]).toEqual(answers[1]);
      expect((await browser.post("/sign-in/email", { email: ada.email, password })).status).toBe(200);
      const { items } = await auth.securityEvents.list();
      const [second, first, before] = items;
      const { id: _first, createdAt: _at, ...facts } = first ?? {};
      expect(second).toMatchObject(facts);
      expect(first).toMatchObject({ type: "sign_in_failed", identityId: null, userAgent: "node" });
      expect(before?.userAgent).not.toBe("node");
      expect(JSON.stringify(items)).not.toMatch(/wrong secret|@example/);
    } finally {
      await server.close();
    }
  });
});
