import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../../src/core/tenant-table";
import { insertSampleRow } from "../../../src/testing/sample-rows";
import type { Arena } from "../arena";
import { insertInto, type Outcome } from "../checks/attempt";
import { foreignKeys } from "../checks/catalogue";
import { foreignKeyBreaches } from "../checks/keys";
import { codeOf, everywhere, newRowOf, openField, spoilt, strike, table } from "./strikes";

/** A foreign key is checked past the policies: only a key that carries the tenant keeps it inside the tenant. */
let arena: Arena;

beforeAll(async () => {
  arena = await openField();
});
afterAll(() => arena.close());

const withoutIds = ({ error }: Outcome) => JSON.stringify(error ?? "accepted").replace(/[0-9a-f-]{36}/g, "?");

describe("references to another tenant's row", () => {
  it("attack 12: a foreign key gives the same error for another tenant's id as for no id", async () => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const breaches = await foreignKeyBreaches(duel, entry);
      return breaches.length === 0 ? undefined : JSON.stringify(breaches);
    });
    expect(findings).toEqual([]);
  });

  it("attack 12: an invoice to another tenant's customer fails word for word like one to nobody", async () => {
    const { attacker, victim } = arena.duel;
    const invoices = table("accounting.invoices");
    const customer = await victim.row(table("accounting.customers"));
    const invoice = await newRowOf(arena.duel, attacker, invoices.name);
    const insert = (id: unknown) => strike(arena.duel, insertInto(invoices, { ...invoice, customer_id: id }));
    const [theirs, nobody] = [await insert(customer.id), await insert(randomUUID())];
    expect(codeOf(await insert(invoice.customer_id))).toBe("accepted, 1 rows");
    expect(codeOf(theirs)).toBe("23503");
    expect(withoutIds(theirs)).toBe(withoutIds(nobody));
  });

  it("attack 12: a key without the tenant would accept it, and the check refuses the key", async () => {
    const { attacker, victim } = arena.duel;
    const invoices = table("accounting.invoices");
    const customer = await victim.row(table("accounting.customers"));
    const invoice = await newRowOf(arena.duel, attacker, invoices.name);
    const insert = insertInto(invoices, { ...invoice, customer_id: customer.id });
    const { leak, refused } = await spoilt(arena, toCustomer("on delete restrict"), async (run) =>
      codeOf(await run(attacker.settings, insert)),
    );
    expect(leak).toBe("accepted, 1 rows");
    expect(refused).toContain("foreign-key-carries-tenant: constraint accounting.invoices.invoices_customer_id_fkey");
  });

  const toCustomer = (action: string) => `
    create unique index idx_customers_id on accounting.customers (id);
    alter table accounting.invoices drop constraint invoices_customer_id_fkey;
    alter table accounting.invoices add constraint invoices_customer_id_fkey
      foreign key (customer_id) references accounting.customers (id) ${action} not valid`;

  it("attack 13: every foreign key between tenants' tables carries the tenant on both sides", async () => {
    const names = new Set(tenantTables().map((entry) => entry.name));
    const keys = [];
    for (const { name } of tenantTables()) keys.push(...(await foreignKeys(arena.duel.owner, name)));
    const between = keys.filter((key) => names.has(key.target));
    expect(between.length).toBeGreaterThan(8);
    const open = between.filter((key) => key.columns[0] !== "tenant_id" || key.foreignColumns[0] !== "tenant_id");
    expect(open).toEqual([]);
  });

  it("attack 13: with a key without the tenant another tenant's delete takes one's row along", async () => {
    const { attacker, victim, owner } = arena.duel;
    const [lines, invoices] = [table("accounting.invoice_lines"), table("accounting.invoices")];
    const theirs = await insertSampleRow(owner, invoices, victim.context, { given: victim.mark });
    const line = { ...(await newRowOf(arena.duel, attacker, lines.name)), id: randomUUID(), invoice_id: theirs.id };
    const insert = insertInto(lines, line);
    expect(codeOf(await strike(arena.duel, insert))).toBe("23503");
    const withoutTenant = `
      create unique index idx_invoices_id on accounting.invoices (id);
      alter table accounting.invoice_lines drop constraint invoice_lines_invoice_id_fkey;
      alter table accounting.invoice_lines add constraint invoice_lines_invoice_id_fkey
        foreign key (invoice_id) references accounting.invoices (id) on delete cascade not valid`;
    const { leak, refused } = await spoilt(arena, withoutTenant, async (run) => [
      codeOf(await run(attacker.settings, insert)),
      codeOf(await run(victim.settings, "delete from accounting.invoices where id = $1", theirs.id)),
      codeOf(await run(attacker.settings, "select 1 from accounting.invoice_lines where id = $1", line.id)),
    ]);
    expect(leak).toEqual(["accepted, 1 rows", "accepted, 1 rows", "accepted, 0 rows"]);
    expect(refused).toContain(
      "foreign-key-carries-tenant: constraint accounting.invoice_lines.invoice_lines_invoice_id_fkey",
    );
  });

  it("attack 13: with a key without the tenant one's row keeps another tenant from deleting", async () => {
    const { attacker, victim, owner } = arena.duel;
    const theirs = await insertSampleRow(owner, table("accounting.customers"), victim.context, { given: victim.mark });
    const invoice = await newRowOf(arena.duel, attacker, "accounting.invoices");
    const insert = insertInto(table("accounting.invoices"), { ...invoice, customer_id: theirs.id });
    const remove = "delete from accounting.customers where id = $1";
    const { leak } = await spoilt(arena, toCustomer("on delete restrict"), async (run) => [
      codeOf(await run(attacker.settings, insert)),
      codeOf(await run(victim.settings, remove, theirs.id)),
    ]);
    // RESTRICT has an SQLSTATE of its own from PostgreSQL 18 on.
    expect(["23503", "23001"]).toContain(leak[1]);
    expect(leak[0]).toBe("accepted, 1 rows");
    expect(codeOf(await strike({ ...arena.duel, attacker: victim }, remove, theirs.id))).toBe("accepted, 1 rows");
  });
});
