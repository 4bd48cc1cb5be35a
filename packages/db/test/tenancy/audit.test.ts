import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import type { Database, TenantTransaction } from "../../src/index";
import { TenantContextMissingError } from "../../src/index";
import { tables } from "../../src/schema";
import { type AuditEntry, companies, securityEvents } from "../../src/tenancy";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { pagesOf } from "../kit/pages";
import { asLogin, refusal } from "../kit/sql";
import { addMember } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

const audit = () => acme.handle.tenancy.audit;
type Scope = Parameters<Database["forTenant"]>[0];

/** The lines that `work` adds to the trail. */
async function added(work: () => Promise<unknown>): Promise<AuditEntry[]> {
  const known = new Set((await audit().list({ limit: 500 })).items.map((entry) => entry.id));
  await work();
  return (await audit().list({ limit: 500 })).items.filter((entry) => !known.has(entry.id));
}

describe("the trail", () => {
  it("names the scope's user, whoever that is, and nobody for a job", async () => {
    const member = await addMember(acme);
    const scopes: [Scope, string | null][] = [
      [{ tenantId: acme.tenant.id, userId: acme.admin.id }, acme.admin.id],
      [{ tenantId: acme.tenant.id, userId: member.id, companyId: acme.company.id }, member.id],
      [{ tenantId: acme.tenant.id }, null],
    ];
    for (const [scope, actor] of scopes) {
      const rename = (tx: TenantTransaction) => tx.tenancy.companies.update(acme.company.id, { phone: "1" });
      const [entry, ...more] = await added(() => test.db.withTenant(scope, rename));
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ actorUserId: actor, action: "update", targetId: acme.company.id });
      expect(entry?.actorLogin).toMatch(/_runtime$/);
    }
  });

  it("names the platform's login for its own work", async () => {
    const [entry] = (await audit().listOfTarget("tenancy.tenants", acme.tenant.id)).slice(-1);
    expect(entry).toMatchObject({ action: "insert", actorUserId: null, targetType: "tenancy.tenants" });
    expect(entry?.actorLogin).toMatch(/_platform$/);
  });

  it("keeps nothing of work that was rolled back, by the whole or by a savepoint", async () => {
    const failing = () =>
      acme.handle.transaction(async (tx) => {
        await tx.tenancy.companies.update(acme.company.id, { phone: "1" });
        await tx.tenancy.audit.record({ action: "noted", targetType: "tenancy.companies" });
        throw new RangeError("changed my mind");
      });
    expect(await added(() => expect(failing()).rejects.toThrow(RangeError))).toEqual([]);

    const half = () =>
      acme.handle.transaction(async (tx) => {
        await tx.tenancy.companies.update(acme.company.id, { phone: "kept" });
        const inner = tx.transaction(async (part) => {
          await part.tenancy.companies.update(acme.company.id, { phone: "lost" });
          throw new RangeError("changed my mind");
        });
        await expect(inner).rejects.toThrow(RangeError);
      });
    const kept = await added(half);
    expect(kept.map((entry) => entry.rowAfter?.phone)).toEqual(["kept"]);
  });

  it("is not seen by another tenant", async () => {
    const other = await createTenant(test, "Other");
    const theirs = (await other.handle.tenancy.audit.list({ limit: 500 })).items;
    const ours = (await audit().list({ limit: 500 })).items;
    expect(ours.length).toBeGreaterThan(2);
    expect(new Set(theirs.map((entry) => entry.tenantId))).toEqual(new Set([other.tenant.id]));
    expect(new Set(ours.map((entry) => entry.tenantId))).toEqual(new Set([acme.tenant.id]));
  });

  it("comes in pages that neither repeat nor lose a line, also when many were written in one instant", async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({ name: `Company ${i}` }));
    await acme.handle.insert(companies).values(rows.slice(0, 100));
    for (const { name } of rows.slice(100)) await acme.handle.tenancy.companies.create({ name });
    const pages = await pagesOf((request) => audit().list(request), 50);
    const all = pages.flat();
    const { rowCount } = await test.asOwner((owner) =>
      owner.query("select from tenancy.audit_log where tenant_id = $1", [acme.tenant.id]),
    );
    expect(pages.map((page) => page.length)).toEqual([50, 50, (rowCount ?? 0) - 100]);
    expect(new Set(all.map((entry) => entry.id)).size).toBe(rowCount);
    const names = all.filter((entry) => entry.action === "insert").map((entry) => entry.rowAfter?.name);
    expect(names).toEqual(expect.arrayContaining(rows.map((row) => row.name)));
    const times = all.map((entry) => entry.createdAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it("tells the history of one record, newest first", async () => {
    for (const phone of ["1", "2", "3"]) {
      await acme.handle.tenancy.companies.update(acme.company.id, { phone });
      await acme.handle.execute(sql`select pg_sleep(0.002)`);
    }
    const history = await audit().listOfTarget("tenancy.companies", acme.company.id);
    expect(history.map((entry) => entry.rowAfter?.phone)).toEqual(["3", "2", "1", null]);
    expect(await audit().listOfTarget("tenancy.companies", acme.company.id, 2)).toEqual(history.slice(0, 2));
  });
});

describe("a named action", () => {
  it("is recorded in the name of the scope's user", async () => {
    const action = {
      action: "freeze_account",
      targetType: "trading.accounts",
      targetId: acme.company.id,
      details: { reason: "chargeback", amounts: [1, "2.50"] },
    };
    const [entry, ...more] = await added(() => audit().record(action));
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      ...action,
      source: "application",
      actorUserId: acme.admin.id,
      rowBefore: null,
      rowAfter: null,
    });
  });

  it("cannot pass for a line of the database, by its words or by its source", async () => {
    const words = ["insert", "UPDATE", " delete ", "Truncate!", "", " "];
    for (const action of words) {
      const given = { action, targetType: "tenancy.users" };
      await expect(audit().record(given)).rejects.toMatchObject({
        code: "VALIDATION_FAILED",
        issues: [{ path: "action" }],
      });
      const raw = sql`select tenancy.record_audit(${action}, 'tenancy.users', null, '{}')`;
      await expect(acme.handle.execute(raw)).rejects.toMatchObject({ sqlState: "ZT002" });
    }
    const raw = sql`select tenancy.record_audit('noted', ' ', null, '{}')`;
    await expect(acme.handle.execute(raw)).rejects.toMatchObject({ sqlState: "ZT002" });
    // Whoever reads a line finds an object, or nothing was recorded.
    for (const details of [[], "x", 1, true]) {
      const raw = sql`select tenancy.record_audit('noted', 'x', null, ${JSON.stringify(details)}::jsonb)`;
      await expect(acme.handle.execute(raw)).rejects.toMatchObject({ sqlState: "ZT002" });
      await expect(
        audit().record({ action: "noted", targetType: "x", details: details as never }),
      ).rejects.toMatchObject({
        code: "VALIDATION_FAILED",
        issues: [{ path: "details" }],
      });
    }
    await expect(
      acme.handle.execute(sql`select tenancy.record_audit('noted', 'x', null, 'null')`),
    ).rejects.toMatchObject({ sqlState: "ZT002" });
    const lines = await added(async () => {
      await audit().record({
        action: "updated",
        targetType: "tenancy.users",
        details: { row_after: { role: "admin" } },
      });
      await acme.handle.tenancy.companies.update(acme.company.id, { phone: "1" });
    });
    expect(lines.map(({ action, source }) => [action, source]).sort()).toEqual([
      ["update", "database"],
      ["updated", "application"],
    ]);
    const mixed = await test.asOwner((owner) =>
      owner.query(`select from tenancy.audit_log
        where (source = 'database') <> (action in ('insert', 'update', 'delete'))`),
    );
    expect(mixed.rowCount).toBe(0);
  });

  it("names the scope's user and the login, whatever the caller would like", async () => {
    const member = await addMember(acme);
    const scope = { tenantId: acme.tenant.id, userId: member.id };
    const [line] = await added(() =>
      test.db.forTenant(scope).execute(sql`select tenancy.record_audit('noted', 'x', null,
        jsonb_build_object('admin_user_id', ${acme.admin.id}::text, 'actor_login', 'postgres'))`),
    );
    expect(line).toMatchObject({ actorUserId: member.id, tenantId: acme.tenant.id });
    expect(line?.actorLogin).toMatch(/_runtime$/);
    const forged = "insert into tenancy.audit_seals (tenant_id) values ($1)";
    for (const url of [test.urls.runtime, test.urls.platform]) {
      expect(await asLogin(url, (client) => refusal(client, forged, [acme.tenant.id]))).toBe("42501");
    }
  });

  it("is refused outside a scope, for the runtime and for the platform login", async () => {
    const call = "select tenancy.record_audit('forged', 'tenancy.users', null, '{}')";
    for (const url of [test.urls.runtime, test.urls.platform]) {
      expect(await asLogin(url, (client) => refusal(client, call))).toBe("ZT005");
    }
    expect(await asLogin(test.urls.identity, (client) => refusal(client, call))).toBe("42501");
    expect(() => test.db.forTenant({ tenantId: "" })).toThrow(TenantContextMissingError);
  });
});

describe("the trail's own protection", () => {
  const statements = [
    `insert into tenancy.audit_log (tenant_id, actor_login, action, target_type) values ($1, 'x', 'x', 'x')`,
    `update tenancy.audit_log set action = 'x' where tenant_id = $1`,
    `delete from tenancy.audit_log where tenant_id = $1`,
    `select from tenancy.audit_log where tenant_id = $1 for update`,
  ];
  const powers = [
    "truncate tenancy.audit_log",
    "truncate tenancy.security_events",
    "alter table tenancy.audit_log disable row level security",
    "alter table tenancy.companies disable trigger write_audit",
    "alter table tenancy.companies disable trigger all",
    "drop trigger write_audit on tenancy.companies",
    "drop table tenancy.audit_log",
    "create or replace function tenancy.write_audit() returns trigger language sql as 'select null'",
    "alter function tenancy.write_audit() rename to nothing",
    "set session_replication_role = replica",
    "set role audit_writer",
    "set session authorization audit_writer",
    "create temp table forged (id uuid)",
  ];

  it.each(["runtime", "platform"] as const)("lets the %s login append, change, delete and empty nothing", (kind) =>
    asLogin(test.urls[kind], async (client) => {
      await client.query("select set_config('app.current_tenant_id', $1, false)", [acme.tenant.id]);
      const seen = await client.query("select from tenancy.audit_log where tenant_id = $1", [acme.tenant.id]);
      expect(seen.rowCount).toBeGreaterThan(0);
      for (const text of statements) expect(await refusal(client, text, [acme.tenant.id]), text).toBe("42501");
      for (const text of powers) expect(await refusal(client, text), text).toBe("42501");
      expect(await refusal(client, "select tenancy.write_audit()")).toBe("0A000");
    }),
  );

  it("keeps security events append-only", async () => {
    const { securityEvents: events } = acme.handle.tenancy;
    await events.report({ type: "sign_in_failed", severity: "medium", ipAddress: "192.0.2.1", details: { tries: 3 } });
    const [event, ...more] = (await events.list()).items;
    expect(more).toEqual([]);
    expect(event).toMatchObject({ type: "sign_in_failed", severity: "medium", userId: acme.admin.id });
    const update = acme.handle.update(securityEvents).set({ severity: "low" });
    await expect(update).rejects.toMatchObject({ sqlState: "42501" });
    const remove = acme.handle.delete(securityEvents).where(eq(securityEvents.tenantId, acme.tenant.id));
    await expect(remove).rejects.toMatchObject({ sqlState: "42501" });
    const platform = test.db.platform({ actor: "tests", reason: "try to change the past" });
    const text = sql`delete from tenancy.security_events`;
    await expect(platform.transaction((tx) => tx.execute(text))).rejects.toMatchObject({ sqlState: "42501" });
    expect((await events.list()).items).toEqual([event]);
    const pages = await pagesOf((request) => events.list(request), 1);
    expect(pages.flat()).toEqual([event]);
  });
});

describe("every table that the registry says is audited", () => {
  const audited = () => tenantTables().filter((table) => table.audit !== "none");

  it("has the enabled trigger for its level, and no other table has one", async () => {
    expect(Object.keys(tables).length).toBeGreaterThan(0);
    const { rows } = await test.asOwner((owner) =>
      owner.query<{ name: string; level: string }>(`
        select format('%s.%s', n.nspname, c.relname) as name,
          case t.tgtype & 28 when 28 then 'all' when 24 then 'changes' else 'wrong' end as level
        from pg_trigger t
        join pg_class c on c.oid = t.tgrelid
        join pg_namespace n on n.oid = c.relnamespace
        where t.tgfoid = 'tenancy.write_audit()'::regprocedure
          and t.tgenabled = 'O' and t.tgtype & 1 = 1 and t.tgtype & 2 = 0
          -- What the ledger itself writes, balances and closings, the journal and the periods record.
          and (t.tgqual is null or pg_get_triggerdef(t.oid) ~ 'WHEN \\(\\(CURRENT_USER <> ''ledger_writer''::name\\)\\)')`),
    );
    const found = rows.map((row) => `${row.name} ${row.level}`).sort();
    const expected = audited().map((table) => `${table.name} ${table.audit}`);
    expect(found).toEqual([...expected, "tenancy.tenants all"].sort());
  });
});
