import { sql } from "drizzle-orm";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Invoice } from "../../src/accounting";
import { createInvoice, createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin, issued, ownerRows, somebodyWaitsForALock } from "./support";

/** What raw SQL of the application's own login cannot do to an invoice: the database refuses it, whoever writes. */
let test: TestDatabase;
let acme: TestTenant;
let draft: Invoice;
let invoice: Invoice;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
  draft = await createInvoice(acme);
  invoice = await issued(acme);
});

/** Runs one statement as the application's login in the tenant's scope, and commits it. */
function attempt(text: string, values: unknown[] = []): Promise<string> {
  return asLogin(test.urls.runtime, async (client: pg.Client) => {
    await client.query("begin");
    await client.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
    try {
      const { rowCount } = await client.query(text, values);
      await client.query("commit");
      return `${rowCount} rows`;
    } catch (error) {
      await client.query("rollback");
      return (error as pg.DatabaseError).code ?? "no code";
    }
  });
}

const snapshot = (id: string) =>
  ownerRows(
    test,
    `select to_jsonb(i) - 'updated_at' as invoice, (select jsonb_agg(to_jsonb(l) order by l.line_number)
       from accounting.invoice_lines l where l.invoice_id = i.id) as lines
     from accounting.invoices i where i.id = $1`,
    [id],
  );

describe("an issued invoice", () => {
  it.each([
    "update accounting.invoices set total_amount = 0 where id = $1",
    "update accounting.invoices set invoice_number = 'INV-000009' where id = $1",
    "update accounting.invoices set invoice_number = null, status = 'draft' where id = $1",
    "update accounting.invoices set customer_id = gen_random_uuid() where id = $1",
    "update accounting.invoices set invoice_date = '2020-01-01' where id = $1",
    "update accounting.invoices set due_date = '2030-01-01', status = 'paid' where id = $1",
    "update accounting.invoices set currency = 'EUR' where id = $1",
    "update accounting.invoices set issued_at = null where id = $1",
    "update accounting.invoices set id = gen_random_uuid() where id = $1",
    "update accounting.invoices set billing_country = 'XX' where id = $1",
    "delete from accounting.invoices where id = $1",
    "update accounting.invoice_lines set quantity = 2 where invoice_id = $1",
    "update accounting.invoice_lines set description = 'Other work' where invoice_id = $1",
    "update accounting.invoice_lines set line_number = 9 where invoice_id = $1",
    "delete from accounting.invoice_lines where invoice_id = $1",
    `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
       select company_id, id, 99, 'More', 1, 1 from accounting.invoices where id = $1`,
  ])("is frozen: %s", async (text) => {
    const before = await snapshot(invoice.id);
    expect(await attempt(text, [invoice.id])).toBe("ZT003");
    expect(await snapshot(invoice.id)).toEqual(before);
  });

  it("gets no line that was moved from a draft, and loses none to one", async () => {
    const move = "update accounting.invoice_lines set invoice_id = $2, line_number = 50 where invoice_id = $1";
    expect(await attempt(move, [draft.id, invoice.id])).toBe("ZT003");
    expect(await attempt(move, [invoice.id, draft.id])).toBe("ZT003");
  });

  it("goes from issued to paid or void and nowhere else", async () => {
    const set = "update accounting.invoices set status = $2 where id = $1";
    expect(await attempt(set, [invoice.id, "draft"])).toMatch(/ZT003|23514/);
    expect(await attempt(set, [invoice.id, "void"])).toBe("1 rows");
    for (const status of ["issued", "paid", "draft"]) {
      expect(await attempt(set, [invoice.id, status])).toMatch(/ZT003|23514/);
    }
    const paid = await issued(acme);
    expect(await attempt(set, [paid.id, "paid"])).toBe("1 rows");
    for (const status of ["issued", "void", "draft"]) {
      expect(await attempt(set, [paid.id, status])).toMatch(/ZT003|23514/);
    }
  });

  it("cannot be truncated away", async () => {
    expect(await attempt("truncate accounting.invoices cascade")).toBe("42501");
  });
});

describe("a draft", () => {
  it("can be changed and deleted with its lines", async () => {
    expect(await attempt("update accounting.invoices set billing_country = 'DE' where id = $1", [draft.id])).toBe(
      "1 rows",
    );
    expect(await attempt("update accounting.invoice_lines set quantity = 2 where invoice_id = $1", [draft.id])).toBe(
      "1 rows",
    );
    expect(await attempt("delete from accounting.invoices where id = $1", [draft.id])).toBe("1 rows");
    expect(await snapshot(draft.id)).toEqual([]);
  });

  it("is not voided, numbered or issued half", async () => {
    expect(
      await attempt("update accounting.invoices set status = 'void', invoice_number = 'X' where id = $1", [draft.id]),
    ).toBe("ZT003");
    expect(await attempt("update accounting.invoices set invoice_number = 'X' where id = $1", [draft.id])).toBe(
      "23514",
    );
    expect(await attempt("update accounting.invoices set status = 'issued' where id = $1", [draft.id])).toBe("23514");
  });
});

describe("the total", () => {
  const insert = (total: string) =>
    `insert into accounting.invoices (company_id, customer_id, invoice_number, invoice_date, due_date, total_amount, status)
     select company_id, customer_id, 'RAW-1', '2026-01-01', '2026-01-01', ${total}, 'issued' from accounting.invoices where id = $1`;

  it("of an issued invoice cannot differ from its lines, whoever issues it", async () => {
    const issue =
      "update accounting.invoices set status = 'issued', invoice_number = 'RAW-1', total_amount = $2 where id = $1";
    expect(await attempt(issue, [draft.id, "9.99"])).toBe("ZT002");
    expect(await attempt(issue, [draft.id, "10.01"])).toBe("ZT002");
    expect(await attempt(issue, [draft.id, "10.00"])).toBe("1 rows");
  });

  it("of an invoice without lines cannot be issued, not even over nothing", async () => {
    for (const total of ["10", "0"]) expect(await attempt(insert(total), [draft.id])).toBe("ZT002");
    await attempt("delete from accounting.invoice_lines where invoice_id = $1", [draft.id]);
    expect(
      await attempt(
        "update accounting.invoices set status = 'issued', invoice_number = 'X', total_amount = 0 where id = $1",
        [draft.id],
      ),
    ).toBe("ZT002");
  });

  it("cannot be wrong in a bulk of many, where only one is", async () => {
    const others = await Promise.all([createInvoice(acme), createInvoice(acme)]);
    await attempt("update accounting.invoices set total_amount = 1 where id = $1", [others[1]?.id]);
    const all = "update accounting.invoices set status = 'issued', invoice_number = 'B-' || id where id = any ($1)";
    expect(await attempt(all, [[draft.id, ...others.map((each) => each.id)]])).toBe("ZT002");
    expect(await attempt(all, [[draft.id, others[0]?.id]])).toBe("2 rows");
  });

  it("cannot be made wrong by a line in the transaction that issues it", async () => {
    const issueThenAdd = acme.handle.transaction(async (tx) => {
      await tx.accounting.invoices.issue(draft.id);
      await tx.execute(sql`insert into accounting.invoice_lines
        (company_id, invoice_id, line_number, description, quantity, unit_price)
        values (${acme.company.id}, ${draft.id}, 2, 'Late', 1, 5)`);
    });
    await expect(issueThenAdd).rejects.toMatchObject({ code: "CONFLICT", sqlState: "ZT003" });
  });

  const issuers = {
    "the repository": () => acme.handle.accounting.invoices.issue(draft.id),
    "plain SQL": () =>
      acme.handle.execute(sql`update accounting.invoices
        set status = 'issued', invoice_number = 'BY-SQL' where id = ${draft.id}`),
  };

  it.each(Object.entries(issuers))(
    "cannot be made wrong by a line that is written while %s issues it",
    async (_by, issue) => {
      const outcome = await asLogin(test.urls.runtime, async (writer) => {
        await writer.query("begin");
        await writer.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
        await writer.query(
          `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
         values ($1, $2, 2, 'Late', 1, 5)`,
          [acme.company.id, draft.id],
        );
        const issuing = issue().then(
          () => "issued",
          (error: unknown) => (error as { code?: string }).code ?? "failed",
        );
        // The issue waits for the writer, whose line refers to the invoice.
        await test.asOwner(somebodyWaitsForALock);
        const written = await writer.query("commit").then(
          ({ command }) => command,
          () => "refused",
        );
        return { written, issued: await issuing };
      });
      expect(outcome).toEqual({ written: "COMMIT", issued: "INVARIANT_VIOLATED" });
      expect((await acme.handle.accounting.invoices.getById(draft.id)).status).toBe("draft");
    },
  );

  it("is stored without NaN, and a line without one as well", async () => {
    expect(await attempt("update accounting.invoices set total_amount = 'NaN' where id = $1", [draft.id])).toBe(
      "23514",
    );
    expect(
      await attempt("update accounting.invoice_lines set quantity = 'NaN' where invoice_id = $1", [draft.id]),
    ).toBe("23514");
    expect(await attempt("update accounting.customers set balance = 'NaN'")).toBe("23514");
  });
});
