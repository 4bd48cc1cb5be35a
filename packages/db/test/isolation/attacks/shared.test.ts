import { sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { allStatements } from "../../../src/core/statement";
import { createDatabase, type Database } from "../../../src/index";
import { beginAsTenant } from "../../../src/testing";
import { meetingPoint } from "../../client/connections";
import { rejection } from "../../kit/outcomes";
import type { Arena } from "../arena";
import { quoted } from "../checks/attempt";
import { codeOf, everywhere, inWords, openField, strike, tenantOf } from "./strikes";

/** What all tenants of a database share: locks and notifications. They hold no rows, but they can be felt. */
let arena: Arena;
let db: Database;

beforeAll(async () => {
  arena = await openField();
  db = createDatabase({
    url: arena.test.urls.runtime,
    max: 2,
    unsafeLogin: "refuse",
    lockTimeoutMillis: 150,
    idleInTransactionTimeoutMillis: 300,
  });
});
afterAll(async () => {
  await db.close({ graceMs: 1_000 });
  await arena.close();
});
afterEach(() => arena.duel.login.query("rollback"));

const victim = () => db.forTenant({ tenantId: tenantOf(arena.duel.victim) });
const attacker = () => db.forTenant({ tenantId: tenantOf(arena.duel.attacker) });

describe("locks", () => {
  it("attack 44, documented limit: a table that the login may change can be locked for everybody", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const outcome = await strike(duel, `lock table ${quoted(entry.name)} in access exclusive mode`);
      const lockable = entry.access === "read-write" || entry.access === "no-delete";
      return (codeOf(outcome) === "42501") === lockable ? inWords(outcome) : undefined;
    });
    expect(findings).toEqual([]);
  });

  it("attack 44, what bounds it: whoever waits gets a typed error at the lock limit", async () => {
    const { login } = arena.duel;
    await login.query("begin");
    await login.query("lock table accounting.customers in access exclusive mode");
    expect(await rejection(victim().accounting.customers.list())).toMatchObject({
      name: "TimeoutError",
      sqlState: "55P03",
    });
    await login.query("rollback");
    expect((await victim().accounting.customers.list()).items.length).toBeGreaterThan(0);
  });

  it("attack 44, what bounds it: whoever holds the lock and does nothing is ended by the server", async () => {
    const [locked, ended] = [meetingPoint(2), meetingPoint(2)];
    const holder = attacker().transaction(async (tx) => {
      await tx.execute(sql`lock table accounting.customers in access exclusive mode`);
      await locked();
      await ended();
    });
    const outcome = rejection(holder);
    await locked();
    // The victim asks again after each lock limit; only the limit for idle transactions lets it in.
    let answer: unknown = new Error("not asked yet");
    while (answer instanceof Error) {
      answer = await victim()
        .accounting.customers.list()
        .catch((error: unknown) => error);
      if (answer instanceof Error) expect(answer).toMatchObject({ sqlState: "55P03" });
    }
    await ended();
    expect(await outcome).toMatchObject({ sqlState: "25P03" });
  });

  it("advisory locks, documented limit: all tenants share the keys; the lock limit ends the wait", async () => {
    const { login } = arena.duel;
    await beginAsTenant(login, tenantOf(arena.duel.attacker));
    await login.query("select pg_advisory_xact_lock(4711)");
    const wait = victim().execute(sql`select pg_advisory_xact_lock(4711)`);
    expect(await rejection(wait)).toMatchObject({ name: "TimeoutError", sqlState: "55P03" });
    await login.query("rollback");
    await victim().execute(sql`select pg_advisory_xact_lock(4711)`);
  });
});

describe("notifications", () => {
  it("NOTIFY, documented limit: a payload reaches every session of the database that listens", async () => {
    const { login } = arena.duel;
    const heard: pg.Notification[] = [];
    const hear = (notification: pg.Notification) => heard.push(notification);
    login.on("notification", hear);
    await login.query("listen everybody");
    await victim().execute(sql`select pg_notify('everybody', 'of the other tenant')`);
    // An answer comes after whatever was sent to the session before.
    await login.query("select 1");
    await login.query("unlisten everybody");
    login.off("notification", hear);
    expect(heard.map(({ channel, payload }) => ({ channel, payload }))).toEqual([
      { channel: "everybody", payload: "of the other tenant" },
    ]);
  });

  it("NOTIFY, what bounds it: the package sends none, and takes no advisory lock for its tenants", async () => {
    const shared = /notify|listen\b|advisory/i;
    const statements = allStatements().map((statement) => statement.compiled().getQuery().sql);
    expect(statements.length).toBeGreaterThan(40);
    expect(statements.filter((text) => shared.test(text))).toEqual([]);
    const { rows } = await arena.duel.owner.query<{ name: string; body: string }>(
      `select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as body
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname !~ '^(pg_|information_schema)'`,
    );
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(({ body }) => shared.test(body))).toEqual([]);
  });
});
