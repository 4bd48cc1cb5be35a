import { describe, expect } from "vitest";
import { scopeToTenant } from "../../../src/testing";
import { outcomeOf } from "../../kit/sql";
import { daysAgo, inLivedBooks as it } from "../reports/lived-books";
import { samples, tried, updatesOf, writtenTables } from "./generated-writes";

/*
 * The platform login sees all tenants' rows, and triggers see what the scope shows. Outside the tenant's scope a trigger
 * would find no books, no lines and no balances; then a write is refused, or it is one that needs none of them.
 */
describe("on the platform login, outside the tenant's scope", () => {
  it.for(writtenTables.map((entry) => [entry.name, entry] as const))(
    "no update of a row leaves the books wrong: %s",
    async ([_name, entry], { test, acme, other }) => {
      await test.asOwner(async (client) => {
        for (const scope of [undefined, other.tenant.id]) {
          await client.query("begin");
          await scopeToTenant(client, acme.tenant.id);
          const ids = await samples(client, entry);
          await client.query("set local role platform");
          for (const id of ids) {
            await scopeToTenant(client, scope ?? "");
            for (const text of updatesOf(entry, id)) await tried(client, text);
            await scopeToTenant(client, acme.tenant.id);
            const { rows } = await client.query("select kind, detail from accounting.violations where tenant_id = $1", [
              acme.tenant.id,
            ]);
            expect(rows, `${entry.name} ${id}`).toEqual([]);
          }
          await client.query("rollback");
        }
      });
    },
  );

  it("what the books decide is refused, and done in the tenant's scope", async ({ test, acme, other }) => {
    const account = (code: string) => `(select id from accounting.accounts where tenant_id = $1 and code = '${code}')`;
    const of = "where tenant_id = $1";
    const writes = {
      "closing a period": `update accounting.fiscal_periods set status = 'open' ${of} and starts_on =
        (select max(starts_on) from accounting.fiscal_periods ${of} and status = 'closed')`,
      "a period": `insert into accounting.fiscal_periods (tenant_id, company_id, name, starts_on, ends_on)
        select tenant_id, company_id, 'next', max(ends_on) + 1, max(ends_on) + 1 from accounting.fiscal_periods ${of} group by 1, 2`,
      "default accounts": `update accounting.books set sales_account_id = sales_account_id ${of}`,
      "the parent of an account": `update accounting.accounts set parent_id = parent_id ${of} and code = '1120'`,
      "archiving an account": `update accounting.accounts set is_active = false where id = ${account("6300")}`,
      issuing: `update accounting.invoices set status = 'issued' where id = (select id from accounting.invoices ${of} and status = 'draft')`,
      "taking back an allocation": `update accounting.payment_allocations set reversed_on = current_date ${of} and reversed_on is null`,
      "voiding a payment": `update accounting.payments set voided_on = current_date ${of} and voided_on is null`,
    };
    const { id } = await acme.handle.accounting.invoices.create({
      companyId: acme.company.id,
      customerId: (await acme.handle.accounting.customers.list({ limit: 1 })).items[0]?.id ?? "",
      invoiceDate: daysAgo(5),
      dueDate: daysAgo(5),
      lines: [{ description: "Work", quantity: "1", unitPrice: "1.00" }],
    });
    expect(id).toBeDefined();
    await test.asLogin("platform", async (client) => {
      for (const [what, text] of Object.entries(writes)) {
        for (const [scope, code] of [
          ["", "ZT005"],
          [other.tenant.id, "ZT001"],
          [acme.tenant.id, "done"],
        ] as const) {
          await client.query("begin");
          await scopeToTenant(client, scope);
          expect(await outcomeOf(client.query(text, [acme.tenant.id])), `${what} ${scope}`).toBe(code);
          await client.query("rollback");
        }
      }
    });
  });

  it("is found when a trigger does not ask for the scope", async ({ test, acme }) => {
    const text = `update accounting.fiscal_periods set status = 'open' where tenant_id = $1 and starts_on =
      (select max(starts_on) from accounting.fiscal_periods where tenant_id = $1 and status = 'closed')`;
    await test.asOwner(async (client) => {
      await client.query("begin");
      await client.query(`create or replace function tenancy.require_own_scope(p_tenant_id uuid, p_company_id uuid)
        returns void language sql as ''`);
      await client.query("set local role platform");
      await client.query(text, [acme.tenant.id]);
      const kinds = "select distinct kind from accounting.violations where tenant_id = $1";
      expect((await client.query(kinds, [acme.tenant.id])).rows).toEqual([{ kind: "closed_through_differs" }]);
      await client.query("rollback");
    });
  });
});
