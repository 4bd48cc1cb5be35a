import { describe, expect } from "vitest";
import { ConflictError, PermissionDeniedError, ValidationError } from "../../../src/index";
import { beginAsTenant, createCustomer, createInvoice } from "../../../src/testing";
import { oneAfterTheOther } from "../../kit/locks";
import { rejection } from "../../kit/outcomes";
import { asLogin, bySql, outcomeOf, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { credited, issued, secondCompany } from "../kit/documents";

describe("a series of numbers", () => {
  it("moves by issuing alone: the logins neither write, make nor delete one, in any form", async ({
    test,
    acme,
    customerId,
  }) => {
    await issued(acme, "1.00", { customerId });
    const t = "tenancy.number_series";
    const row = "(tenant_id, company_id, series, prefix, last_number)";
    const values = `select tenant_id, company_id, 'order', 'X-', 500 from ${t} limit 1`;
    const texts = [
      `update ${t} set last_number = last_number + 1`,
      `update ${t} set last_number = 500, first_number = 500`,
      `update ${t} set prefix = 'X-'`,
      `update ${t} set id = gen_random_uuid()`,
      `update ${t} s set last_number = 2 from accounting.invoices i where i.company_id = s.company_id`,
      `insert into ${t} ${row} ${values}`,
      `insert into ${t} ${row} select tenant_id, company_id, series, prefix, 500 from ${t}
         on conflict (tenant_id, company_id, business_id, series, period) do update set last_number = excluded.last_number`,
      `insert into ${t} ${row} ${values} on conflict do nothing`,
      `with w as (insert into ${t} ${row} ${values} returning id) select * from w`,
      `merge into ${t} s using (select 500 as n) m on true when matched then update set last_number = m.n`,
      `merge into ${t} s using (select 500 as n) m on false when not matched then insert ${row} ${values.replace(/select (.*) from.*/, "values (gen_random_uuid(), null, 'a', 'b', 1)")}`,
      `merge into ${t} s using (select 1) m on true when matched then delete`,
      `delete from ${t}`,
      `truncate ${t}`,
      `select from ${t} for update`,
      `copy ${t} ${row} from stdin`,
    ];
    for (const url of [test.urls.runtime, test.urls.platform]) {
      await asLogin(url, async (client) => {
        for (const text of texts) {
          await beginAsTenant(client, acme.tenant.id);
          expect(await outcomeOf(client.query(text)), text).toBe("42501");
          await client.query("rollback");
        }
      });
    }
    expect((await issued(acme, "1.00", { customerId })).invoiceNumber).toBe("INV-000002");
  });

  it("begins where another system ended, by an admin's word, which is in the trail", async ({
    test,
    acme,
    customerId,
  }) => {
    const { invoices, integrity } = acme.handle.accounting;
    const companyId = acme.company.id;
    await invoices.startNumbers({ companyId, firstNumber: 700 });
    await invoices.startNumbers({ companyId, firstNumber: 501, prefix: "R-", padding: 4 });
    await invoices.startNumbers({ companyId, kind: "credit_note", firstNumber: 20 });
    const first = await createInvoice(acme, { customerId });
    expect((await invoices.issue(first.id, { prefix: "R-" })).invoiceNumber).toBe("R-0501");
    expect((await issued(acme, "1.00", { customerId })).invoiceNumber).toBe("R-0502");
    expect((await credited(acme, customerId)).invoiceNumber).toBe("CN-000020");
    expect(await integrity.violations()).toEqual([]);
    const again = await rejection(invoices.startNumbers({ companyId, firstNumber: 900 }));
    expect(again).toBeInstanceOf(ConflictError);
    expect(
      await ownerRows(
        test,
        "select first_number::int, last_number::int from tenancy.number_series where tenant_id = $1 order by 1",
        [acme.tenant.id],
      ),
    ).toEqual([
      { first_number: 20, last_number: 20 },
      { first_number: 501, last_number: 502 },
    ]);
    const trail = await ownerRows(
      test,
      `select admin_user_id as by, row_after ->> 'first_number' as first from tenancy.audit_log
       where tenant_id = $1 and target_type = 'tenancy.number_series' order by created_at, 2`,
      [acme.tenant.id],
    );
    expect(trail.map(({ first }) => first)).toEqual(["700", "501", "20"]);
    expect(new Set(trail.map(({ by }) => by))).toEqual(new Set([acme.admin.id]));
  });

  it("keeps its start once a number was given, whoever writes, also by two at once", async ({
    test,
    acme,
    customerId,
  }) => {
    const draft = await createInvoice(acme, { customerId });
    const start = "select 1 / accounting.start_invoice_numbers($1, 'invoice', null, 'A-', 6, 900)::int";
    const issue = "update accounting.invoices set status = 'issued' where id = $1";
    // The second waits for the first, and finds the number that it gave: the answer is false, so the division fails.
    expect(await oneAfterTheOther(test, acme, [issue, [draft.id]], [start, [acme.company.id]])).toEqual([
      "done",
      "22012",
    ]);
    for (const change of ["prefix = 'B-'", "first_number = 2, last_number = 2", "padding = 9"]) {
      const text = `update tenancy.number_series set ${change} where tenant_id = $1`;
      expect(await test.asOwner((owner) => outcomeOf(owner.query(text, [acme.tenant.id])))).toBe("ZT003");
    }
    const skip = "update tenancy.number_series set last_number = 9 where tenant_id = $1";
    expect(await test.asOwner((owner) => outcomeOf(owner.query(skip, [acme.tenant.id])))).toBe("ZT002");
  });

  it("is started by admins and jobs, for companies of the scope, with a number that fits", async ({
    acme,
    test,
    other,
  }) => {
    const companyId = acme.company.id;
    const insert =
      "insert into tenancy.users (tenant_id, email, name) values ($1, 'm@acme.example', 'Member') returning id::text";
    const [member] = await ownerRows(test, insert, [acme.tenant.id]);
    const asMember = test.db.forTenant({ tenantId: acme.tenant.id, userId: String(member?.id) });
    const start = { companyId, firstNumber: 5 };
    expect(await rejection(asMember.accounting.invoices.startNumbers(start))).toBeInstanceOf(PermissionDeniedError);
    const theirs = acme.handle.accounting.invoices.startNumbers({ ...start, companyId: other.company.id });
    expect(await rejection(theirs)).toMatchObject({ code: "FOREIGN_KEY_VIOLATION" });
    const second = await secondCompany(acme);
    const inFirst = test.db.forTenant({ tenantId: acme.tenant.id, userId: acme.admin.id, companyId });
    expect(await rejection(inFirst.accounting.invoices.startNumbers({ ...start, companyId: second.id }))).toMatchObject(
      {
        code: "TENANT_ISOLATION",
      },
    );
    for (const wrong of [
      { firstNumber: 0 },
      { firstNumber: 1.5 },
      { padding: 19 },
      { prefix: " " },
      { kind: "order" },
      { year: 0 },
    ]) {
      const error = await rejection(acme.handle.accounting.invoices.startNumbers({ ...start, ...wrong } as never));
      expect(error).toBeInstanceOf(ValidationError);
      expect((error as ValidationError).issues[0]?.path).toBe(Object.keys(wrong)[0]);
    }
    for (const given of [
      "'order', null, 'A-', 6, 5",
      "'invoice', null, '', 6, 5",
      "'invoice', null, 'A-', 19, 5",
      "'invoice', null, 'A-', 6, 0",
      "'invoice', 0, 'A-', 6, 5",
      "'invoice', 10000, 'A-', 6, 5",
      "'invoice', null, '{year}-', 6, 5",
      "null, null, 'A-', 6, 5",
      "'invoice', null, 'A-', null, 5",
      "'invoice', null, 'A-', 6, null",
    ]) {
      const text = `select accounting.start_invoice_numbers($1, ${given})`;
      expect(await bySql(test, acme, [text, [companyId]]), given).toBe("ZT002");
    }
    const job = test.db.forTenant({ tenantId: acme.tenant.id });
    await job.accounting.invoices.startNumbers(start);
    const customer = await createCustomer(acme);
    expect((await issued(acme, "1.00", { customerId: customer.id })).invoiceNumber).toBe("INV-000005");
  });
});
