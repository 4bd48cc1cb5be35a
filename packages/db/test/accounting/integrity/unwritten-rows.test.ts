import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { describe, expect } from "vitest";
import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { createInvoice, scopeToTenant, type TestDatabase, type TestTenant } from "../../../src/testing";
import { snapshotOf } from "../../kit/snapshot";
import { createBill } from "../kit/documents";
import { inLivedBooks } from "../reports/lived-books";
import { givenColumns, samples, tried, updatesOf, writtenTables } from "./generated-writes";

/*
 * Rows that a statement does not write, although their triggers fired: what a trigger writes elsewhere must not be there
 * either. The statements are generated, for every table with triggers, from rows of books in which everything happened.
 */

const it = inLivedBooks.extend("drafts", { scope: "file", auto: true }, async ({ acme, lived }) => {
  await createInvoice(acme, { customerId: lived.customers[0] ?? "" });
  await createBill(acme, { vendorId: lived.vendors[0] ?? "" });
});

/** Works in a transaction as the application's role in the tenant's scope; the owner arranged before. Taken back. */
function asRuntime<T>(
  test: TestDatabase,
  of: TestTenant,
  arrange: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return test.asOwner(async (client) => {
    await client.query("begin");
    try {
      await client.query(arrange);
      await client.query("set local role authenticated");
      await scopeToTenant(client, of.tenant.id);
      return await work(client);
    } finally {
      await client.query("rollback");
    }
  });
}

const forms = (entry: TenantTableEntry, id: string, content: string) => {
  const given = givenColumns(entry).map((name) => `"${name}"`);
  const source = `select '${id}'::uuid, ${given.join(", ")} from ${entry.name} where id = '${content}'`;
  const insert = `insert into ${entry.name} as t (id, ${given.join(", ")}) ${source}`;
  return {
    "do nothing": `${insert} on conflict do nothing`,
    "do nothing, on the key": `${insert} on conflict (tenant_id, id) do nothing returning t.*`,
    "do update where false": `${insert} on conflict (tenant_id, id) do update set created_at = excluded.created_at where false`,
    "a writable CTE": `with w as (${insert} on conflict do nothing returning t.id) select * from w`,
    merge: `merge into ${entry.name} t using (${source}) s (id, ${given.join(", ")}) on t.id = s.id
      when matched and false then do nothing
      when not matched then insert (id, ${given.join(", ")}) values (s.id, ${given.map((name) => `s.${name}`).join(", ")})`,
    "an update from no row": `update ${entry.name} t set created_at = t.created_at from (select where false) s where t.id = '${id}'`,
    "a merge that deletes nothing": `merge into ${entry.name} t using (select '${id}'::uuid as id) s on t.id = s.id when matched then do nothing`,
  };
};

/** What became of generated statements: what passed, what wrote its row, and whether anything is other than before. */
interface Found {
  passed: string[];
  wrote: string[];
  changed: boolean;
}

/** Inserts rows under ids that are there, in every form. */
async function insertAgain(client: pg.Client, entry: TenantTableEntry): Promise<Found> {
  const before = await snapshotOf(client);
  const ids = await samples(client, entry);
  const passed: string[] = [];
  const wrote: string[] = [];
  for (const id of ids) {
    for (const content of ids) {
      for (const [form, text] of Object.entries(forms(entry, id, content))) {
        const rows = await tried(client, text);
        if (rows !== undefined) passed.push(form);
        if (rows) wrote.push(text);
      }
    }
  }
  return { passed, wrote, changed: !isDeepStrictEqual(await snapshotOf(client), before) };
}

describe("an insert under an id that is there", () => {
  it.for(writtenTables.map((entry) => [entry.name, entry] as const))(
    "changes nothing, whatever its form: %s",
    async ([name, entry], { test, acme }) => {
      const { passed, wrote, changed } = await asRuntime(test, acme, "select", (client) => insertAgain(client, entry));
      expect(wrote).toEqual([]);
      expect(changed).toBe(false);
      // Each form was let through by the triggers for some row, so that ON CONFLICT or MERGE decided. A period that does
      // not follow the last one is refused before.
      const wanted = Object.keys(forms(entry, "", ""));
      const isDecided = (form: string) => name !== "accounting.fiscal_periods" || !/^do|CTE/.test(form);
      expect([...new Set(passed)].sort()).toEqual(wanted.filter(isDecided).sort());
    },
  );
});

const skip = (table: string) => `
  create function accounting.skip() returns trigger language plpgsql as 'begin return null; end';
  create trigger zzz_skip before insert or update or delete on ${table} for each row execute function accounting.skip()`;

/** Inserts, updates and deletes rows of a table, one column of one row at a time. */
async function writeAll(client: pg.Client, entry: TenantTableEntry): Promise<Found> {
  const before = await snapshotOf(client);
  const given = givenColumns(entry).map((name) => `"${name}"`);
  const passed: string[] = [];
  const wrote: string[] = [];
  for (const id of await samples(client, entry)) {
    const statements = [
      `insert into ${entry.name} (${given.join(", ")}) select ${given.join(", ")} from ${entry.name} where id = '${id}'`,
      `delete from ${entry.name} where id = '${id}'`,
      ...updatesOf(entry, id),
    ];
    for (const text of statements) {
      const rows = await tried(client, text);
      if (rows !== undefined) passed.push(text);
      if (rows) wrote.push(text);
    }
  }
  return { passed, wrote, changed: !isDeepStrictEqual(await snapshotOf(client), before) };
}

describe("a row that a trigger skips after all others", () => {
  it.for(writtenTables.map((entry) => [entry.name, entry] as const))(
    "leaves nothing behind: %s",
    async ([name, entry], { test, acme }) => {
      const { passed, wrote, changed } = await asRuntime(test, acme, skip(name), (client) => writeAll(client, entry));
      expect(wrote).toEqual([]);
      expect(changed).toBe(false);
      expect(passed.length).toBeGreaterThan(3);
    },
  );
});

describe("a trigger that writes before its row is sure", () => {
  const early = `
    create function accounting.early() returns trigger language plpgsql as
      'begin update accounting.invoices set updated_at = now() where id = new.invoice_id; return new; end';
    create trigger early before insert or update on accounting.payment_allocations
      for each row execute function accounting.early()`;
  const [allocations] = writtenTables.filter(({ name }) => name === "accounting.payment_allocations");

  it("is found by both", async ({ test, acme }) => {
    if (!allocations) throw new TypeError("There are no allocations");
    const inserted = await asRuntime(test, acme, early, (client) => insertAgain(client, allocations));
    expect(inserted).toMatchObject({ wrote: [], changed: true });
    const skipped = await asRuntime(test, acme, `${early}; ${skip(allocations.name)}`, (client) =>
      writeAll(client, allocations),
    );
    expect(skipped).toMatchObject({ wrote: [], changed: true });
  });
});
