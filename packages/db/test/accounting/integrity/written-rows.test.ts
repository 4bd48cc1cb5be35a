import { describe, expect } from "vitest";
import { newId } from "../../../src/index";
import { beginAsTenant, createInvoice, type TestDatabase, type TestTenant } from "../../../src/testing";
import { oneAfterTheOther } from "../../kit/locks";
import { outcomeOf } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { issued, work } from "../kit/documents";

/*
 * One change, written in every form that SQL has for it: what triggers write elsewhere is there once, whatever the form, the
 * order of the rows, and what else the statement writes.
 */

/** What each form comes to, in a transaction that is taken back: the SQLSTATE, or the row of `query` and the violations. */
async function outcomes(
  test: TestDatabase,
  of: TestTenant,
  forms: Record<string, string | string[]>,
  query: string,
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  await test.asLogin("runtime", async (client) => {
    for (const [form, texts] of Object.entries(forms)) {
      await beginAsTenant(client, of.tenant.id);
      const outcome = await outcomeOf(
        (async () => {
          for (const text of [texts].flat()) await client.query(text);
        })(),
      );
      if (outcome === "done") {
        const { rows } = await client.query(query);
        const violations = await client.query("select kind, detail from accounting.violations");
        found[form] = { ...rows[0], violations: violations.rows };
      } else found[form] = outcome;
      await client.query("rollback");
    }
  });
  return found;
}

const every = (forms: Record<string, unknown>, outcome: unknown) =>
  Object.fromEntries(Object.keys(forms).map((form) => [form, outcome]));

describe("allocations in one statement", () => {
  /** An invoice over 100 euro at 1.10, a payment of 100 euro at 1.20, and the forms to allocate two parts of it. */
  async function arrange(acme: TestTenant, customerId: string) {
    const companyId = acme.company.id;
    const euro = { companyId, customerId, currency: "EUR" };
    const invoice = await issued(acme, "100.00", { ...euro, exchangeRate: "1.10" });
    const received = { ...euro, amount: "100.00", paymentDate: "2026-02-01", exchangeRate: "1.20" };
    const payment = await acme.handle.accounting.payments.receive(received);
    const columns = "id, tenant_id, company_id, payment_id, invoice_id, amount, allocated_on";
    const ids = [newId(), newId()];
    const row = (index: number, amount: string) =>
      `'${ids[index]}'::uuid, '${acme.tenant.id}'::uuid, '${companyId}'::uuid, '${payment.id}'::uuid, '${invoice.id}'::uuid,
       ${amount}::numeric, date '2026-02-01'`;
    const into = `insert into accounting.payment_allocations (${columns})`;
    const forms = (one: string, other: string) => {
      const both = `values (${row(0, one)}), (${row(1, other)})`;
      return {
        values: `${into} ${both}`,
        select: `${into} select * from (${both}) v`,
        "two statements": [`${into} values (${row(0, one)})`, `${into} values (${row(1, other)})`],
        "do nothing": `${into} ${both} on conflict do nothing`,
        "do update where false": `${into} ${both} on conflict (tenant_id, id) do update set amount = 1 where false`,
        "one of them again": [`${into} values (${row(0, one)})`, `${into} ${both} on conflict do nothing`],
        "two writable CTEs": `with a as (${into} values (${row(0, one)}) returning id), b as (${into} values (${row(1, other)}))
          select from a`,
        merge: `merge into accounting.payment_allocations t using (${both}) s (${columns}) on t.id = s.id
          when not matched then insert (${columns}) values (${columns.replaceAll(/\w+/g, "s.$&")})`,
      };
    };
    const outcome = `select i.status, i.paid_amount, i.paid_base_amount, p.allocated_amount, p.allocated_base_amount,
        (select sum(l.base_debit) from accounting.journal_lines l join accounting.journal_entries e on e.id = l.entry_id
         where e.source = 'allocation') as gain
      from accounting.invoices i, accounting.payments p where i.id = '${invoice.id}' and p.id = '${payment.id}'`;
    return { forms, outcome, ids };
  }

  it("count together, to the last cent of their base amounts", async ({ test, acme, customerId }) => {
    const { forms, outcome } = await arrange(acme, customerId);
    const parts = forms("33.33", "66.67");
    expect(await outcomes(test, acme, parts, outcome)).toEqual(
      every(parts, {
        status: "paid",
        paid_amount: "100.00",
        paid_base_amount: "110.00",
        allocated_amount: "100.00",
        allocated_base_amount: "120.00",
        gain: "10.00",
        violations: [],
      }),
    );
  });

  it("are refused together when they come to more than is due", async ({ test, acme, customerId }) => {
    const { forms, outcome } = await arrange(acme, customerId);
    const parts = forms("60.00", "40.01");
    expect(await outcomes(test, acme, parts, outcome)).toEqual(every(parts, "ZT002"));
  });

  it("are taken back once, in every form", async ({ test, acme, customerId }) => {
    const { forms, outcome, ids } = await arrange(acme, customerId);
    const { values } = forms("33.33", "66.67");
    await test.asLogin("runtime", async (client) => {
      await beginAsTenant(client, acme.tenant.id);
      await client.query(values);
      await client.query("commit");
    });
    const t = "accounting.payment_allocations";
    const list = ids.map((id) => `'${id}'::uuid`).join(", ");
    const day = "date '2026-02-02'";
    const back = {
      update: `update ${t} set reversed_on = ${day} where id in (${list})`,
      "update from": `update ${t} t set reversed_on = ${day} from unnest(array[${list}, ${list}]) s (id) where t.id = s.id`,
      merge: `merge into ${t} t using unnest(array[${list}]) s (id) on t.id = s.id when matched then update set reversed_on = ${day}`,
      "writable CTEs": `with a as (update ${t} set reversed_on = ${day} where id = '${ids[0]}' returning id),
        b as (update ${t} set reversed_on = ${day} where id = '${ids[1]}') select from a`,
      "do update": `insert into ${t} (id, tenant_id, company_id, payment_id, invoice_id, amount, allocated_on)
        select id, tenant_id, company_id, payment_id, invoice_id, amount, allocated_on from ${t}
        on conflict (tenant_id, id) do update set reversed_on = ${day}`,
    };
    const expected = { status: "issued", paid_amount: "0.00", paid_base_amount: "0.00", allocated_amount: "0.00" };
    expect(await outcomes(test, acme, back, outcome)).toEqual(
      every(back, { ...expected, allocated_base_amount: "0.00", gain: "10.00", violations: [] }),
    );
  });
});

describe("issuing in one statement", () => {
  it("numbers and posts each draft once, in every form", async ({ test, acme, customerId }) => {
    const first = await issued(acme, "1.00", { customerId });
    const drafts = [1, 2, 3].map(() => createInvoice(acme, { customerId, lines: [work("2.00")] }));
    const ids = (await Promise.all(drafts)).map(({ id }) => `'${id}'::uuid`);
    const t = "accounting.invoices";
    const list = ids.join(", ");
    const forms = {
      update: `update ${t} set status = 'issued' where id in (${list})`,
      "update from": `update ${t} t set status = 'issued' from unnest(array[${list}, ${list}]) s (id) where t.id = s.id`,
      merge: `merge into ${t} t using unnest(array[${list}]) s (id) on t.id = s.id when matched then update set status = 'issued'`,
      "writable CTEs": `with a as (update ${t} set status = 'issued' where id in (${ids[0]}, ${ids[2]}) returning id),
        b as (update ${t} set status = 'issued' where id = ${ids[1]}) select from a`,
      "do update": `insert into ${t} (id, tenant_id, company_id, customer_id, invoice_date, due_date, total_amount)
        select id, tenant_id, company_id, customer_id, invoice_date, due_date, total_amount from ${t} where id in (${list})
        on conflict (tenant_id, id) do update set status = 'issued'`,
      "one own number": `update ${t} set status = 'issued', invoice_number = case id when ${ids[1]} then 'INV-000003' end
        where id in (${list})`,
      "rows that are issued among them": `update ${t} set status = 'issued' where customer_id = '${customerId}'`,
    };
    const outcome = `select array_agg(i.invoice_number order by i.invoice_number) as numbers, max(s.last_number) as last,
        (select count(*)::int from accounting.journal_entries where source = 'invoice') as entries
      from accounting.invoices i join tenancy.number_series s on s.company_id = i.company_id`;
    const numbers = [1, 2, 3, 4].map((n) => `INV-00000${n}`);
    expect(first.invoiceNumber).toBe(numbers[0]);
    expect(await outcomes(test, acme, forms, outcome)).toEqual(
      every(forms, { numbers, last: "4", entries: 4, violations: [] }),
    );
  });
});

describe("a row that another transaction changed first", () => {
  it("is skipped with all that its triggers would write", async ({ test, acme, customerId, money }) => {
    const { invoices, payments, periods, integrity } = acme.handle.accounting;
    const forms = (table: string, set: string, where: string) => ({
      update: `update ${table} set ${set} where id = $1 and ${where}`,
      "update from": `update ${table} t set ${set} from (select $1::uuid as id) s where t.id = s.id and t.${where}`,
      merge: `merge into ${table} t using (select $1::uuid as id) s on t.id = s.id when matched and t.${where} then update set ${set}`,
    });
    const [january] = await periods.createYear({ companyId: acme.company.id, startsOn: "2025-01-01", months: 1 });
    for (const form of ["update", "update from", "merge"] as const) {
      const invoice = await createInvoice(acme, { customerId, lines: [work("50.00")] });
      const issue = forms("accounting.invoices", "status = 'issued'", "status = 'draft'")[form];
      expect(await oneAfterTheOther(test, acme, [issue, [invoice.id]], [issue, [invoice.id]])).toEqual([
        "done",
        "done",
      ]);

      const payment = await payments.receive({ ...money, amount: "20.00" });
      const [made] = await payments.allocate({
        paymentId: payment.id,
        date: "2026-02-01",
        allocations: [{ invoiceId: invoice.id, amount: "20.00" }],
      });
      const back = forms("accounting.payment_allocations", "reversed_on = '2026-02-02'", "reversed_on is null")[form];
      expect(await oneAfterTheOther(test, acme, [back, [made?.id]], [back, [made?.id]])).toEqual(["done", "done"]);
      expect((await invoices.getById(invoice.id)).paidAmount).toBe("0.00");

      const close = forms("accounting.fiscal_periods", "status = 'closed'", "status = 'open'")[form];
      expect(await oneAfterTheOther(test, acme, [close, [january?.id]], [close, [january?.id]])).toEqual([
        "done",
        "done",
      ]);
      await periods.reopen(january?.id ?? "", { reason: "again" });
    }
    expect((await issued(acme, "1.00", { customerId })).invoiceNumber).toBe("INV-000004");
    expect(await integrity.violations()).toEqual([]);
  });
});
