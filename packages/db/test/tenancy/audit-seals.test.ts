import type pg from "pg";
import { describe, expect } from "vitest";
import type { AuditProblem } from "../../src/tenancy";
import { beginAsTenant, createTenant, type TestDatabase, type TestTenant } from "../../src/testing";
import { connect, ownerRows } from "../kit/sql";
import { inDatabase } from "../kit/tenants";

/** Each test has a tenant of its own, without books: what its first day wrote is in its trail. */
const it = inDatabase.extend("acme", ({ test }) => createTenant(test, "Acme", { chart: false }));

const trailOf = ({ handle }: TestTenant) => handle.tenancy.audit;
const rename = ({ handle, company }: TestTenant, name: string) => handle.tenancy.companies.update(company.id, { name });

/** How many lines the trail has, and how many of them the seals say they hold. */
async function counts(test: TestDatabase, { tenant }: TestTenant) {
  const text = `select (select count(*)::int from tenancy.audit_log where tenant_id = $1) as lines,
    (select coalesce(sum(line_count), 0)::int from tenancy.audit_seals where tenant_id = $1) as sealed,
    (select count(*)::int from tenancy.audit_seals where tenant_id = $1) as seals`;
  return (await ownerRows(test, text, [tenant.id]))[0] as { lines: number; sealed: number; seals: number };
}

/** Runs statements as the owner, past triggers and policies; `$1` is the tenant. */
const asSuperuser = (test: TestDatabase, { tenant }: TestTenant, ...statements: string[]) =>
  test.asOwner(async (owner) => {
    for (const text of statements) await owner.query(text.replaceAll("$1", `'${tenant.id}'`));
  });

const kinds = (problems: AuditProblem[]) => problems.map(({ problem, sequence }) => `${problem} ${sequence}`);

/** What the database finds wrong, in the owner's open transaction. */
async function wrongIn(owner: pg.ClientBase): Promise<number[]> {
  const { rows } = await owner.query<{ sequence: number }>(
    `select sequence from tenancy.verify_audit(0, 1000000)
     where not (lines_agree and line_count = found_count and seal_agrees and follows)`,
  );
  return rows.map(({ sequence }) => sequence);
}

describe("sealing", () => {
  it("holds every committed line once; again without new lines it is the same seal", async ({ test, acme }) => {
    expect(await trailOf(acme).verify()).toEqual([]);
    expect(await trailOf(acme).head()).toBeUndefined();
    const first = await trailOf(acme).seal();
    expect(first).toMatchObject({
      tenantId: acme.tenant.id,
      sequence: 1,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await trailOf(acme).seal()).toEqual(first);
    await rename(acme, "Acme 2");
    const second = await trailOf(acme).seal();
    expect(second).toMatchObject({ sequence: 2 });
    expect(await trailOf(acme).head()).toEqual(second);
    const { lines, sealed } = await counts(test, acme);
    expect(sealed).toBe(lines);
    expect(await trailOf(acme).verify({ head: first })).toEqual([]);
    expect(await trailOf(acme).verify({ head: JSON.parse(JSON.stringify(second)) })).toEqual([]);
  });

  it("waits for no writer, and leaves no line out that commits after a later one", async ({ test, acme }) => {
    await trailOf(acme).seal();
    const slow = await connect(test.urls.runtime);
    await beginAsTenant(slow, acme.tenant.id);
    await slow.query("update tenancy.companies set phone = '1'");
    await acme.handle.tenancy.audit.record({ action: "noted", targetType: "tenancy.companies" });
    const before = await trailOf(acme).seal({ waitMs: 0 });
    expect(before).toMatchObject({ sequence: 1 });
    const whileWaiting = trailOf(acme).seal({ waitMs: 30_000 });
    await rename(await createTenant(test, "Beside", { chart: false }), "Not kept waiting");
    await slow.query("commit");
    await slow.end();
    expect((await whileWaiting)?.sequence).toBeGreaterThan(1);
    const { lines, sealed } = await counts(test, acme);
    expect(sealed).toBe(lines);
    expect(await trailOf(acme).verify()).toEqual([]);
  });

  it("goes on beside writers and other sealers, and holds each line once", async ({ test, acme }) => {
    const write = async (lane: number) => {
      for (let i = 0; i < 10; i += 1) {
        await acme.handle.tenancy.audit.record({ action: `step ${i}`, targetType: `lane ${lane}` });
        if (i % 3 === lane % 3) await trailOf(acme).seal({ waitMs: 0 });
      }
    };
    await Promise.all([0, 1, 2, 3].map(write));
    await trailOf(acme).seal({ waitMs: 30_000 });
    const { lines, sealed, seals } = await counts(test, acme);
    expect(sealed).toBe(lines);
    expect(seals).toBeGreaterThan(1);
    expect(await trailOf(acme).verify()).toEqual([]);
  });

  it("seals a backlog in batches, the lines of a transaction together", async ({ test, acme }) => {
    await trailOf(acme).seal({ waitMs: 30_000 });
    for (const size of [3, 12, 2, 1]) {
      await acme.handle.transaction(async (tx) => {
        for (let i = 0; i < size; i += 1) await tx.tenancy.audit.record({ action: "noted", targetType: `of ${size}` });
      });
    }
    const sealed: number[] = [];
    const batch = async () => {
      const result = await acme.handle.transaction(async (tx) => {
        const { rows } = await tx.execute<{ sealed: number; remaining: boolean }>(
          "select * from tenancy.seal_audit(1)",
        );
        return rows[0];
      });
      if (result && result.sealed > 0) sealed.push(result.sealed);
      return result?.remaining;
    };
    await expect.poll(batch, { timeout: 30_000 }).toBe(false);
    expect(sealed).toEqual([3, 12, 3]);
    expect(await trailOf(acme).verify()).toEqual([]);
    const { lines, sealed: all } = await counts(test, acme);
    expect(all).toBe(lines);
  });

  it("leaves the own lines of the transaction it is called in to a later call", async ({ acme }) => {
    const inside = await acme.handle.transaction(async (tx) => {
      const first = await tx.tenancy.audit.seal({ waitMs: 30_000 });
      await tx.tenancy.audit.record({ action: "noted", targetType: "tenancy.companies" });
      return [first?.sequence, (await tx.tenancy.audit.seal())?.sequence];
    });
    expect(inside).toEqual([1, 1]);
    expect((await trailOf(acme).seal())?.sequence).toBe(2);
    expect(await trailOf(acme).verify()).toEqual([]);
  });

  it("sees all companies, whatever the company of the scope", async ({ test, acme }) => {
    await acme.handle.tenancy.companies.create({ name: "Second" });
    const scope = { tenantId: acme.tenant.id, userId: acme.admin.id, companyId: acme.company.id };
    await test.db.forTenant(scope).tenancy.audit.seal();
    const { lines, sealed } = await counts(test, acme);
    expect(sealed).toBe(lines);
    expect(await test.db.forTenant(scope).tenancy.audit.verify()).toEqual([]);
    expect(await trailOf(acme).verify()).toEqual([]);
  });

  it("hashes what a line says, on every server and whatever the session's settings", async ({ test, acme }) => {
    await asSuperuser(
      test,
      acme,
      `insert into tenancy.tenants (id, name) values ('00000000-0000-4000-8000-00000000000a', 'Fixed')`,
      `insert into tenancy.audit_log (tenant_id, id, actor_login, action, target_type, details, row_after, created_at, transaction_id)
       values ('00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b', 'app', 'insert', 'tenancy.x',
         '{"b": [1.50, null, "é\\u0001\\"ß"], "a": {}}', '{"at": "2026-03-01T00:00:00", "n": 12345678901234567890.000}',
         '2026-03-01 12:00:00.125+00', '7')`,
    );
    const settings = [
      "set timezone = 'Asia/Kathmandu'; set datestyle = 'SQL, DMY'; set extra_float_digits = -3; set bytea_output = 'escape'",
      "set timezone = 'UTC'; set datestyle = 'German'; set intervalstyle = 'iso_8601'; set client_encoding = 'LATIN1'",
      "set search_path = tenancy; set standard_conforming_strings = off; set lc_numeric = 'C'",
    ];
    for (const setting of settings) {
      const owner = await connect(test.urls.admin);
      await owner.query(setting);
      await owner.query("select set_config('app.current_tenant_id', '00000000-0000-4000-8000-00000000000a', false)");
      const { rows } = await owner.query(`select * from tenancy.digest_audit('0', '8', null, null)`);
      await owner.end();
      expect(rows).toEqual([
        { line_count: 1, lines_hash: "7848134943a0015c65de53437c3838bb43d41988e60712bbfd14b834d1a81055" },
      ]);
    }
  });
});

describe("a numbering of another server", () => {
  // A dump that is restored elsewhere holds the numbers of its old server, which the new one may give once more.
  it("is closed, and the own one begins: nothing is sealed twice or left out", async ({ test, acme }) => {
    await trailOf(acme).seal({ waitMs: 30_000 });
    await rename(acme, "Not sealed before the dump");
    await asSuperuser(
      test,
      acme,
      `update tenancy.audit_log set transaction_id = (transaction_id::text::bigint + 1000000000)::text::xid8
       where tenant_id = $1 and transaction_id >= (select to_transaction from tenancy.audit_seals where tenant_id = $1)`,
    );
    await rename(acme, "Written after the restore");
    await trailOf(acme).seal({ waitMs: 30_000 });
    await rename(acme, "And once more");
    const head = await trailOf(acme).seal({ waitMs: 30_000 });
    expect(await trailOf(acme).verify({ head })).toEqual([]);
    const { lines, sealed, seals } = await counts(test, acme);
    expect({ sealed, seals }).toEqual({ sealed: lines, seals: 5 });
  });

  // As if the seal were of a server whose counter was far ahead: all own numbers fall into its range. A host may close the function
  // that tells the servers apart: then the number alone tells.
  const elsewhere = [
    ["the server", "'1'"],
    ["a number that this one has not given", "server"],
  ] as const;
  it.for(elsewhere)(
    "is known by %s, also when this one gives numbers that were sealed there",
    async ([_how, server], { test, acme }) => {
      await trailOf(acme).seal({ waitMs: 30_000 });
      await asSuperuser(
        test,
        acme,
        `update tenancy.audit_seals s set server = ${server}, to_transaction = '1000000000' where tenant_id = $1`,
        `select set_config('app.current_tenant_id', $1, false)`,
        "update tenancy.audit_seals s set hash = tenancy.hash_seal('', s) where tenant_id = $1",
      );
      await rename(acme, "Written after the restore");
      expect(await trailOf(acme).verify()).toEqual([]);
      const head = await trailOf(acme).seal({ waitMs: 30_000 });
      expect(head?.sequence).toBe(4);
      await rename(acme, "And once more");
      await trailOf(acme).seal({ waitMs: 30_000 });
      expect(await trailOf(acme).verify({ head })).toEqual([]);
      const { lines, sealed } = await counts(test, acme);
      expect(sealed).toBe(lines);
      await asSuperuser(
        test,
        acme,
        "update tenancy.audit_log set action = 'delete' where tenant_id = $1 and row_before is null",
      );
      expect(kinds(await trailOf(acme).verify())).toEqual(["lines-changed 1"]);
    },
  );
});

describe("tampering by the owner", () => {
  const line = "(select id from tenancy.audit_log where tenant_id = $1 order by transaction_id, created_at limit 1)";
  const planted = (transaction: string) => `
    insert into tenancy.audit_log (tenant_id, actor_login, action, target_type, row_after, transaction_id)
    select tenant_id, 'x', 'insert', 'x', '{}', ${transaction} from tenancy.audit_log where id = ${line}`;
  const anew = `select set_config('app.current_tenant_id', $1, false)`;
  const cases: [what: string, found: string[], withHead: string[], ...statements: string[]][] = [
    ["a line is changed", ["lines-changed 1"], [], `update tenancy.audit_log set actor_login = 'x' where id = ${line}`],
    ["a line is removed", ["lines-removed 1"], [], `delete from tenancy.audit_log where id = ${line}`],
    ["a line is planted among sealed ones", ["lines-inserted 1"], [], planted("transaction_id")],
    ["a line is planted before all others", ["lines-inserted 1"], [], planted("'0'")],
    [
      "a line is planted for another",
      ["lines-changed 1"],
      [],
      planted("transaction_id"),
      `delete from tenancy.audit_log where id = ${line}`,
    ],
    [
      "a line is moved past the seals",
      ["lines-removed 1"],
      [],
      `update tenancy.audit_log set transaction_id = pg_current_xact_id() where id = ${line}`,
    ],
    [
      "the trail is emptied",
      ["lines-removed 1", "lines-removed 2"],
      [],
      "delete from tenancy.audit_log where tenant_id = $1",
    ],
    [
      "a seal is removed",
      ["seal-changed 2", "chain-broken 2"],
      [],
      "delete from tenancy.audit_seals where tenant_id = $1 and sequence = 1",
    ],
    [
      "seal and lines are removed at the end",
      [],
      ["head-differs 2"],
      `delete from tenancy.audit_log using tenancy.audit_seals s
       where audit_log.tenant_id = $1 and s.tenant_id = $1 and s.sequence = 2 and transaction_id >= s.from_transaction`,
      "delete from tenancy.audit_seals where tenant_id = $1 and sequence = 2",
    ],
    ["all seals are removed", [], ["head-differs 2"], "delete from tenancy.audit_seals where tenant_id = $1"],
    [
      "the chain is written anew over changed lines",
      [],
      ["head-differs 2"],
      `update tenancy.audit_log set actor_login = 'x' where id = ${line}`,
      anew,
      `update tenancy.audit_seals s set (line_count, lines_hash) =
         (select d.line_count, d.lines_hash from tenancy.digest_audit(from_transaction, to_transaction, null, null) d) where tenant_id = $1`,
      "update tenancy.audit_seals s set hash = tenancy.hash_seal('', s) where tenant_id = $1 and sequence = 1",
      `update tenancy.audit_seals s set hash = tenancy.hash_seal(
         (select hash from tenancy.audit_seals where tenant_id = $1 and sequence = 1), s) where tenant_id = $1 and sequence = 2`,
    ],
  ];

  it.for(cases)("is found when %s", async ([_what, found, withHead, ...statements], { test, acme }) => {
    await trailOf(acme).seal({ waitMs: 30_000 });
    await rename(acme, "Acme 2");
    const head = await trailOf(acme).seal({ waitMs: 30_000 });
    expect(await trailOf(acme).verify({ head })).toEqual([]);
    await asSuperuser(test, acme, ...statements);
    expect(kinds(await trailOf(acme).verify())).toEqual(found);
    expect(kinds(await trailOf(acme).verify({ head }))).toEqual([...found, ...withHead]);
  });

  it("is found in every column of a line and of a seal", async ({ test, acme }) => {
    await trailOf(acme).seal({ waitMs: 30_000 });
    await acme.handle.tenancy.audit.record({ action: "noted", targetType: "tenancy.companies" });
    await trailOf(acme).seal({ waitMs: 30_000 });
    const other = await createTenant(test, "Other", { chart: false });
    const changed: Record<string, string> = {
      text: "coalesce(%I, '') || 'x'",
      uuid: "gen_random_uuid()",
      integer: "%I + 10",
      jsonb: "coalesce(%I, '{}') || '{\"x\": 1}'",
      xid8: "(%I::text::numeric + 1)::text::xid8",
      "timestamp(3) with time zone": "coalesce(%I, now()) + interval '1 millisecond'",
    };
    await test.asOwner(async (owner) => {
      const { rows } = await owner.query<{ table: string; column: string; type: string }>(
        `select attrelid::regclass::text as table, attname as column, format_type(atttypid, atttypmod) as type
         from pg_attribute where attrelid in ('tenancy.audit_log'::regclass, 'tenancy.audit_seals'::regclass)
           and attnum > 0 and not attisdropped and attgenerated = ''
           -- The id of a seal says nothing: its place is its sequence.
           and (attrelid::regclass::text, attname) <> ('tenancy.audit_seals', 'id')`,
      );
      expect(rows.length).toBeGreaterThan(20);
      for (const { table, column, type } of rows) {
        const value = column === "tenant_id" ? `'${other.tenant.id}'` : (changed[type] ?? "").replaceAll("%I", column);
        await owner.query("begin");
        await owner.query("set local session_replication_role = replica");
        await owner.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
        expect(await wrongIn(owner)).toEqual([]);
        const first = table.endsWith("seals") ? "sequence" : "transaction_id";
        const { rowCount } = await owner.query(
          `update ${table} set ${column} = ${value} where id = (
             select id from ${table} where tenant_id = $1 order by ${first} limit 1)`,
          [acme.tenant.id],
        );
        const wrong = await wrongIn(owner);
        await owner.query("rollback");
        expect([table, column, rowCount, wrong.length > 0]).toEqual([table, column, 1, true]);
      }
    });
  });

  it("is found when the table is truncated", async ({ test, acme }) => {
    await trailOf(acme).seal({ waitMs: 30_000 });
    await test.asOwner(async (owner) => {
      await owner.query("begin; truncate tenancy.audit_log");
      await owner.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
      expect(await wrongIn(owner)).toEqual([1]);
      await owner.query("rollback");
    });
  });

  it("is not taken for it what another tenant's chain says", async ({ acme, other }) => {
    await trailOf(acme).seal();
    const theirs = await trailOf(other).seal();
    expect(kinds(await trailOf(acme).verify({ head: theirs }))).toEqual(["head-differs 1"]);
    await expect(trailOf(acme).verify({ head: { ...theirs, hash: "x" } as never })).rejects.toMatchObject({
      code: "VALIDATION_FAILED",
      issues: [{ path: "hash" }],
    });
  });
});
