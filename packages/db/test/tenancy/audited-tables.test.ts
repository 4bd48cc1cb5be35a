import { eq, type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { customers, invoiceLines, invoices } from "../../src/accounting";
import { tenantTables } from "../../src/core/tenant-table";
import type { TenantDatabase } from "../../src/index";
import { type AuditEntry, companies, invitations, roles, tenants, userRoles, users } from "../../src/tenancy";
import {
  createCustomer,
  createInvoice,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { addMember, freshEmail } from "./kit/people";

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
});
afterAll(() => test.close());

type Write = (handle: TenantDatabase, id: string) => PromiseLike<unknown>;

/** One audited table: how a row is made, and every way in which it is written afterwards. */
interface Sample {
  table: string;
  /** False when the level is `changes`: making a row leaves no line. */
  insertIsAudited: boolean;
  make: () => Promise<{ id: string }>;
  /** Each changes `column` of the row to a new value; the name says by which way. */
  updates: Record<string, Write>;
  column?: string;
  deletes?: Record<string, Write>;
}

const handle = () => acme.handle;
const named = (table: SQL, column: SQL, value: unknown) => (h: TenantDatabase, id: string) =>
  h.execute(sql`update ${table} set ${column} = ${value} where id = ${id}`);

const samples: Sample[] = [
  {
    table: "tenancy.companies",
    insertIsAudited: true,
    make: () => handle().tenancy.companies.create({ name: "Branch" }),
    column: "phone",
    updates: {
      repository: (h, id) => h.tenancy.companies.update(id, { phone: "1" }),
      drizzle: (h, id) => h.update(companies).set({ phone: "2" }).where(eq(companies.id, id)),
      "raw SQL": named(sql`tenancy.companies`, sql`phone`, "3"),
    },
  },
  {
    table: "tenancy.users",
    insertIsAudited: true,
    make: () => addMember(acme),
    column: "status",
    updates: {
      repository: (h, id) => h.tenancy.members.suspend(id),
      drizzle: (h, id) => h.update(users).set({ status: "removed" }).where(eq(users.id, id)),
      "raw SQL": named(sql`tenancy.users`, sql`status`, "suspended"),
    },
  },
  {
    table: "tenancy.invitations",
    insertIsAudited: true,
    make: async () => (await handle().tenancy.invitations.create({ email: freshEmail() })).invitation,
    column: "status",
    updates: {
      repository: (h, id) => h.tenancy.invitations.revoke(id),
      drizzle: (h, id) => h.update(invitations).set({ status: "accepted" }).where(eq(invitations.id, id)),
      "raw SQL": named(sql`tenancy.invitations`, sql`status`, "revoked"),
    },
  },
  {
    table: "tenancy.roles",
    insertIsAudited: true,
    make: () => handle().tenancy.roles.create({ name: freshEmail("role"), permissions: ["read"] }),
    column: "description",
    updates: {
      drizzle: (h, id) => h.update(roles).set({ description: "1" }).where(eq(roles.id, id)),
      "raw SQL": named(sql`tenancy.roles`, sql`description`, "2"),
    },
    deletes: {
      repository: (h, id) => h.tenancy.roles.delete(id),
      drizzle: (h, id) => h.delete(roles).where(eq(roles.id, id)),
      "raw SQL": (h, id) => h.execute(sql`delete from tenancy.roles where id = ${id}`),
    },
  },
  {
    table: "tenancy.user_roles",
    insertIsAudited: true,
    make: async () => {
      const role = await handle().tenancy.roles.create({ name: freshEmail("role") });
      await handle().tenancy.roles.assign(acme.admin.id, role.id);
      const [row] = await handle().select().from(userRoles).where(eq(userRoles.roleId, role.id));
      if (!row) throw new TypeError("not assigned");
      return row;
    },
    updates: {},
    deletes: {
      repository: async (h, id) => {
        const [row] = await h.select().from(userRoles).where(eq(userRoles.id, id));
        if (row) await h.tenancy.roles.unassign(row.userId, row.roleId);
      },
      drizzle: (h, id) => h.delete(userRoles).where(eq(userRoles.id, id)),
      "raw SQL": (h, id) => h.execute(sql`delete from tenancy.user_roles where id = ${id}`),
    },
  },
  {
    table: "accounting.customers",
    insertIsAudited: false,
    make: () => createCustomer(acme),
    column: "phone",
    updates: {
      repository: (h, id) => h.accounting.customers.update(id, { phone: "1" }),
      drizzle: (h, id) => h.update(customers).set({ phone: "2" }).where(eq(customers.id, id)),
      "raw SQL": named(sql`accounting.customers`, sql`phone`, "3"),
    },
    deletes: {
      drizzle: (h, id) => h.delete(customers).where(eq(customers.id, id)),
      "raw SQL": (h, id) => h.execute(sql`delete from accounting.customers where id = ${id}`),
    },
  },
  {
    table: "accounting.invoices",
    insertIsAudited: false,
    make: () => createInvoice(acme),
    column: "billing_country",
    updates: {
      drizzle: (h, id) => h.update(invoices).set({ billingCountry: "PE" }).where(eq(invoices.id, id)),
      "raw SQL": named(sql`accounting.invoices`, sql`billing_country`, "ES"),
    },
  },
  {
    table: "accounting.invoice_lines",
    insertIsAudited: false,
    make: async () => {
      const invoice = await createInvoice(acme);
      const [line] = await handle().select().from(invoiceLines).where(eq(invoiceLines.invoiceId, invoice.id));
      if (!line) throw new TypeError("an invoice without lines");
      return line;
    },
    column: "description",
    updates: {
      drizzle: (h, id) => h.update(invoiceLines).set({ description: "1" }).where(eq(invoiceLines.id, id)),
      "raw SQL": named(sql`accounting.invoice_lines`, sql`description`, "2"),
    },
    deletes: { drizzle: (h, id) => h.delete(invoiceLines).where(eq(invoiceLines.id, id)) },
  },
];

/** Every line of the trail about one record, oldest first, as the owner reads it. */
function linesOf(table: string, id: string): Promise<AuditEntry[]> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query(
      `select action, admin_user_id as "actorUserId", row_before as "rowBefore", row_after as "rowAfter"
       from tenancy.audit_log where target_type = $1 and target_id = $2 order by created_at`,
      [table, id],
    );
    return rows;
  });
}

function rowOf(table: string, id: string): Promise<Record<string, unknown> | undefined> {
  return test.asOwner(async (owner) => {
    const { rows } = await owner.query(`select to_jsonb(t) - 'token_hash' as row from ${table} t where id = $1`, [id]);
    return rows[0]?.row;
  });
}

async function newLine(table: string, id: string, write: () => PromiseLike<unknown>) {
  const before = await linesOf(table, id);
  const rowBefore = await rowOf(table, id);
  await write();
  const after = await linesOf(table, id);
  expect(after).toHaveLength(before.length + 1);
  const line = after.filter((entry) => !before.some((old) => JSON.stringify(old) === JSON.stringify(entry)))[0];
  expect(line).toMatchObject({ actorUserId: acme.admin.id });
  return { line, rowBefore };
}

describe.each(samples)("a row of $table", ({ table, insertIsAudited, make, updates, column = "", deletes = {} }) => {
  it(`leaves ${insertIsAudited ? "one line" : "no line"} when it is made`, async () => {
    const { id } = await make();
    const lines = await linesOf(table, id);
    const line = { action: "insert", actorUserId: acme.admin.id, rowBefore: null, rowAfter: await rowOf(table, id) };
    expect(lines).toEqual(insertIsAudited ? [line] : []);
  });

  it.each(Object.keys(updates))("leaves one line, with before and after, when it is changed by %s", async (way) => {
    const { id } = await make();
    const { line, rowBefore } = await newLine(table, id, async () => updates[way]?.(acme.handle, id));
    expect(line).toMatchObject({ action: "update", rowBefore, rowAfter: await rowOf(table, id) });
    expect(line?.rowBefore?.[column]).not.toEqual(line?.rowAfter?.[column]);
  });

  it.each(Object.keys(deletes))("leaves one line, with what it was, when it is deleted by %s", async (way) => {
    const { id } = await make();
    const { line, rowBefore } = await newLine(table, id, async () => deletes[way]?.(acme.handle, id));
    expect(line).toMatchObject({ action: "delete", rowBefore, rowAfter: null });
    expect(await rowOf(table, id)).toBeUndefined();
  });
});

describe("bulk writes", () => {
  it("leave one line for each row, as an insert and as an update", async () => {
    const made = await acme.handle
      .insert(roles)
      .values(Array.from({ length: 25 }, () => ({ name: freshEmail("bulk") })))
      .returning();
    await acme.handle.update(roles).set({ description: "bulk" }).where(sql`name like 'bulk-%'`);
    for (const role of made) {
      const lines = await linesOf("tenancy.roles", role.id);
      expect(lines.map((line) => line.action)).toEqual(["insert", "update"]);
    }
  });

  it("leave a line for each row that a cascade takes along", async () => {
    const role = await acme.handle.tenancy.roles.create({ name: freshEmail("cascade") });
    const people = [await addMember(acme), await addMember(acme)];
    for (const user of people) await acme.handle.tenancy.roles.assign(user.id, role.id);
    const assigned = await acme.handle.select().from(userRoles).where(eq(userRoles.roleId, role.id));
    expect(assigned).toHaveLength(2);
    await acme.handle.tenancy.roles.delete(role.id);
    for (const { id } of assigned) {
      const lines = await linesOf("tenancy.user_roles", id);
      expect(lines.map((line) => [line.action, line.actorUserId])).toEqual([
        ["insert", acme.admin.id],
        ["delete", acme.admin.id],
      ]);
    }
  });
});

describe("the tenant itself", () => {
  it("leaves a line when it is renamed, and none when only its time of change moves", async () => {
    const { id } = acme.tenant;
    const { line } = await newLine("tenancy.tenants", id, () => acme.handle.tenancy.tenant.rename("Acme & Sons"));
    expect(line).toMatchObject({
      action: "update",
      rowBefore: { name: "Test tenant" },
      rowAfter: { name: "Acme & Sons" },
    });
    const lines = (await linesOf("tenancy.tenants", id)).length;
    await acme.handle.update(tenants).set({ updatedAt: new Date() }).where(eq(tenants.id, id));
    expect(await linesOf("tenancy.tenants", id)).toHaveLength(lines);
  });
});

describe("these samples", () => {
  it("cover every audited table of tenancy", () => {
    const audited = tenantTables().filter(({ name, audit }) => name.startsWith("tenancy.") && audit !== "none");
    const covered = samples.map((sample) => sample.table);
    expect(audited.map((table) => table.name).filter((name) => !covered.includes(name))).toEqual([]);
    for (const { name, audit } of audited) {
      expect(samples.find((sample) => sample.table === name)?.insertIsAudited, name).toBe(audit === "all");
    }
  });
});
