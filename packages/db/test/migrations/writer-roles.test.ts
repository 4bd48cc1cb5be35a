import { randomBytes } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withAdmin } from "../../src/operations/admin";
import { startTestRun } from "../../src/testing/run";
import { type Clone, useTemplate } from "../../src/testing/server/template";

/** `tenancy.make_writer_role`: roles belong to the server, and several databases of it migrate. */
let run: Awaited<ReturnType<typeof startTestRun>>;
let clones: Clone[];

beforeAll(async () => {
  run = await startTestRun();
  const template = useTemplate({ adminUrl: run.adminUrl, name: run.templateName });
  clones = [await template.clone(), await template.clone()];
});
afterAll(() => run?.stop());

const newName = () => `test_writer_${randomBytes(4).toString("hex")}`;
const urlOf = (database: number) => clones[database]?.url() ?? "";
const make = "select tenancy.make_writer_role($1, $2)";

/** Works with a role's name and drops the role. */
async function withRole(work: (role: string) => Promise<void>): Promise<void> {
  const role = newName();
  try {
    await work(role);
  } finally {
    await withAdmin(run.adminUrl, (admin) => admin.query(`drop role if exists ${role}`));
  }
}

/** Two migrators, each in a transaction of its own database. */
const both = (work: (one: pg.ClientBase, two: pg.ClientBase) => Promise<void>) =>
  withAdmin(urlOf(0), (one) =>
    withAdmin(urlOf(1), async (two) => {
      for (const client of [one, two]) await client.query("begin");
      await work(one, two);
    }),
  );

async function attributes(role: string) {
  const { rows } = await withAdmin(run.adminUrl, (admin) =>
    admin.query(
      `select r.rolcanlogin or r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb as strong,
         pg_has_role(r.oid, 'authenticated', 'USAGE') as "asRuntime",
         (select count(*)::int from pg_auth_members m where m.roleid = r.oid and m.member <> m.grantor) as members
       from pg_roles r where r.rolname = $1`,
      [role],
    ),
  );
  return rows;
}

async function waitsForALock(): Promise<void> {
  const waiting = "select from pg_stat_activity where wait_event_type = 'Lock' and state = 'active'";
  await withAdmin(run.adminUrl, async (admin) => {
    while ((await admin.query(waiting)).rowCount === 0);
  });
}

describe("a role that owns functions", () => {
  it("is made once, however often it is asked for, and can do nothing by itself", async () => {
    await withRole(async (role) => {
      for (const database of [0, 0, 1]) await withAdmin(urlOf(database), (client) => client.query(make, [role, false]));
      expect(await attributes(role)).toEqual([{ strong: false, asRuntime: false, members: 0 }]);
      await withAdmin(urlOf(0), (client) => client.query(make, [role, true]));
      expect(await attributes(role)).toEqual([{ strong: false, asRuntime: true, members: 0 }]);
    });
  });

  it.each(["commit", "rollback"])(
    "is there when two databases make it at once and the first ends with %s",
    async (end) => {
      await withRole(async (role) => {
        await both(async (one, two) => {
          await one.query(make, [role, true]);
          const second = two.query(make, [role, true]);
          await waitsForALock();
          await one.query(end);
          await second;
          await two.query("commit");
        });
        expect(await attributes(role)).toEqual([{ strong: false, asRuntime: true, members: 0 }]);
      });
    },
  );

  it("joins the runtime login's group once when two databases add it at once", async () => {
    await withRole(async (role) => {
      await withAdmin(urlOf(0), (client) => client.query(make, [role, false]));
      await both(async (one, two) => {
        await one.query(make, [role, true]);
        const second = two.query(make, [role, true]);
        await waitsForALock();
        await one.query("commit");
        await second;
        await two.query("commit");
      });
      expect(await attributes(role)).toEqual([{ strong: false, asRuntime: true, members: 0 }]);
    });
  });

  it.each(["login", "bypassrls", "superuser"])(
    "is refused when the server has one of that name with %s",
    async (power) => {
      await withRole(async (role) => {
        await withAdmin(run.adminUrl, (admin) => admin.query(`create role ${role} ${power}`));
        const message = await withAdmin(urlOf(0), (client) =>
          client.query(make, [role, false]).then(
            () => "made",
            (error: Error) => error.message,
          ),
        );
        expect(message).toBe(
          `role ${role} exists already and may log in or bypass row level security: rename it first`,
        );
      });
    },
  );

  it("is not made by an application", async () => {
    for (const login of [run.logins.runtime, run.logins.platform, run.logins.identity]) {
      const made = withAdmin(clones[0]?.url(login) ?? "", (client) => client.query(make, [newName(), false]));
      await expect(made).rejects.toMatchObject({ sqlState: "42501" });
    }
  });
});
