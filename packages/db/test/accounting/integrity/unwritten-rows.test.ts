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

describe("an insert under an id that is there", () => {
  it.for(writtenTables.map((entry) => [entry.name, entry] as const))(
    "changes nothing, whatever its form: %s",
    async ([_name, entry], { test, acme }) => {
      const written = await asRuntime(test, acme, "select", async (client) => {
        const before = await snapshotOf(client);
        const ids = await samples(client, entry);
        expect(ids.length).toBeGreaterThan(0);
        const passed: string[] = [];
        for (const id of ids) {
          for (const content of ids) {
            for (const [form, text] of Object.entries(forms(entry, id, content))) {
              const rows = await tried(client, text);
              if (rows !== undefined) passed.push(form);
              expect(rows ?? 0, text).toBe(0);
            }
          }
          expect(await snapshotOf(client), `row ${id}`).toEqual(before);
        }
        return new Set(passed);
      });
      // Each form was let through by the triggers for some row, so that ON CONFLICT or MERGE decided.
      expect([...written].sort()).toEqual(Object.keys(forms(entry, "", "")).sort());
    },
  );
});

const skip = (entry: TenantTableEntry) => `
  create function accounting.skip() returns trigger language plpgsql as 'begin return null; end';
  create trigger zzz_skip before insert or update or delete on ${entry.name} for each row execute function accounting.skip()`;

describe("a row that a trigger skips after all others", () => {
  it.for(writtenTables.map((entry) => [entry.name, entry] as const))(
    "leaves nothing behind: %s",
    async ([_name, entry], { test, acme }) => {
      const skipped = await asRuntime(test, acme, skip(entry), async (client) => {
        const before = await snapshotOf(client);
        const given = givenColumns(entry)
          .map((name) => `"${name}"`)
          .join(", ");
        let passed = 0;
        for (const id of await samples(client, entry)) {
          const statements = [
            `insert into ${entry.name} (${given}) select ${given} from ${entry.name} where id = '${id}'`,
            `delete from ${entry.name} where id = '${id}'`,
            ...updatesOf(entry, id),
          ];
          for (const text of statements) {
            const rows = await tried(client, text);
            if (rows === undefined) continue;
            passed += 1;
            expect(rows, text).toBe(0);
          }
          expect(await snapshotOf(client), statements.join("\n")).toEqual(before);
        }
        return passed;
      });
      expect(skipped).toBeGreaterThan(3);
    },
  );
});
