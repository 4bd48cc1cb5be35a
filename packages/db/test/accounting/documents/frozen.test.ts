import { sql } from "drizzle-orm";
import type pg from "pg";
import { describe, expect } from "vitest";
import type { Invoice } from "../../../src/accounting";
import { asTenantSql, beginAsTenant, createInvoice, type TestDatabase, type TestTenant } from "../../../src/testing";
import { lengthOf } from "../../kit/length";
import { somebodyWaitsForALock } from "../../kit/locks";
import { asLogin, ownerRows, stateOf } from "../../kit/sql";
import { freshBooks } from "../kit/books";
import { issued } from "../kit/documents";

const it = freshBooks.extend("draft", ({ acme }) => createInvoice(acme)).extend("invoice", ({ acme }) => issued(acme));

describe("an issued invoice", () => {
  it.for([
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
    "update accounting.invoices set exchange_rate = 2 where id = $1",
    "update accounting.invoices set base_amount = 9 where id = $1",
    "update accounting.invoices set paid_amount = 1 where id = $1",
    "update accounting.invoices set paid_base_amount = 1 where id = $1",
    "update accounting.invoices set paid_amount = 10, paid_base_amount = 10, status = 'paid' where id = $1",
    "update accounting.invoices set status = 'partly_paid' where id = $1",
    "update accounting.invoices set kind = 'credit_note' where id = $1",
    "delete from accounting.invoices where id = $1",
    "update accounting.invoice_lines set quantity = 2 where invoice_id = $1",
    "update accounting.invoice_lines set description = 'Other work' where invoice_id = $1",
    "update accounting.invoice_lines set line_number = 9 where invoice_id = $1",
    "delete from accounting.invoice_lines where invoice_id = $1",
    `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
       select company_id, id, 99, 'More', 1, 1 from accounting.invoices where id = $1`,
  ])("is frozen: %s", async (text, { test, acme, invoice }) => {
    const before = await snapshot(test, invoice.id);
    expect(await attempt(test, acme, text, [invoice.id])).toBe("ZT003");
    expect(await snapshot(test, invoice.id)).toEqual(before);
  });

  it("gets no line that was moved from a draft, and loses none to one", async ({ test, acme, draft, invoice }) => {
    const move = "update accounting.invoice_lines set invoice_id = $2, line_number = 50 where invoice_id = $1";
    expect(await attempt(test, acme, move, [draft.id, invoice.id])).toBe("ZT003");
    expect(await attempt(test, acme, move, [invoice.id, draft.id])).toBe("ZT003");
  });

  it("goes from issued to paid or void and nowhere else", async ({ test, acme, invoice }) => {
    const set = "update accounting.invoices set status = $2 where id = $1";
    expect(await attempt(test, acme, set, [invoice.id, "draft"])).toMatch(/ZT003|23514/);
    expect(
      await attempt(test, acme, "update accounting.invoices set voided_on = current_date where id = $1", [invoice.id]),
    ).toBe("ZT003");
    const early = "update accounting.invoices set status = 'void', voided_on = '2026-01-14' where id = $1";
    expect(await attempt(test, acme, early, [invoice.id])).toBe("ZT003");
    expect(await attempt(test, acme, set, [invoice.id, "void"])).toBe("1 rows");
    const later = "update accounting.invoices set voided_on = voided_on + 1 where id = $1";
    expect(await attempt(test, acme, later, [invoice.id])).toBe("ZT003");
    for (const status of ["issued", "paid", "draft"]) {
      expect(await attempt(test, acme, set, [invoice.id, status])).toMatch(/ZT003|23514/);
    }
    const paid = await issued(acme);
    expect(await attempt(test, acme, set, [paid.id, "paid"])).toBe("1 rows");
    for (const status of ["issued", "void", "draft"]) {
      expect(await attempt(test, acme, set, [paid.id, status])).toMatch(/ZT003|23514/);
    }
  });

  it("cannot be truncated away", async ({ test, acme }) => {
    expect(await attempt(test, acme, "truncate accounting.invoices cascade")).toBe("42501");
  });
});

describe("a draft", () => {
  it("can be changed and deleted with its lines", async ({ test, acme, draft }) => {
    expect(
      await attempt(test, acme, "update accounting.invoices set billing_country = 'DE' where id = $1", [draft.id]),
    ).toBe("1 rows");
    expect(
      await attempt(test, acme, "update accounting.invoice_lines set quantity = 2 where invoice_id = $1", [draft.id]),
    ).toBe("1 rows");
    expect(await attempt(test, acme, "delete from accounting.invoices where id = $1", [draft.id])).toBe("1 rows");
    expect(await snapshot(test, draft.id)).toEqual([]);
  });

  it("is not voided, numbered, settled or issued half", async ({ test, acme, draft }) => {
    expect(
      await attempt(test, acme, "update accounting.invoices set status = 'void', invoice_number = 'X' where id = $1", [
        draft.id,
      ]),
    ).toBe("ZT003");
    expect(
      await attempt(test, acme, "update accounting.invoices set invoice_number = 'X' where id = $1", [draft.id]),
    ).toBe("23514");
    for (const status of ["partly_paid", "paid"]) {
      const set = "update accounting.invoices set status = $2, invoice_number = 'X', base_amount = 10 where id = $1";
      expect(await attempt(test, acme, set, [draft.id, status])).toBe("ZT003");
    }
    for (const set of ["base_amount = -10", "base_amount = 'NaN'", "voided_on = current_date"]) {
      expect(await attempt(test, acme, `update accounting.invoices set ${set} where id = $1`, [draft.id])).toBe(
        "23514",
      );
    }
    expect(await attempt(test, acme, "update accounting.invoices set paid_amount = 1 where id = $1", [draft.id])).toBe(
      "ZT003",
    );
    expect(
      await attempt(test, acme, "update accounting.invoices set paid_base_amount = 1 where id = $1", [draft.id]),
    ).toBe("ZT003");
    expect(
      await attempt(
        test,
        acme,
        "update accounting.invoices set id = gen_random_uuid(), status = 'issued' where id = $1",
        [draft.id],
      ),
    ).toBe("ZT003");
  });

  it("is what every invoice begins as, unpaid", async ({ test, acme, draft }) => {
    const insert = (columns: string, values: string) =>
      attempt(
        test,
        acme,
        `insert into accounting.invoices (company_id, customer_id, invoice_date, due_date, total_amount, ${columns})
         select company_id, customer_id, '2026-01-01', '2026-01-01', 10, ${values} from accounting.invoices where id = $1`,
        [draft.id],
      );
    expect(await insert("status, invoice_number, base_amount", "'issued', 'RAW-1', 10")).toBe("ZT003");
    expect(await insert("status, invoice_number, base_amount", "'paid', 'RAW-1', 10")).toBe("ZT003");
    expect(await insert("paid_amount", "5")).toBe("ZT003");
    expect(await insert("paid_base_amount", "5")).toBe("ZT003");
    expect(await insert("base_amount", "-10")).toBe("23514");
    expect(await insert("billing_country", "'DE'")).toBe("1 rows");
  });
});

describe("the total", () => {
  it("of an issued invoice cannot differ from its lines, whoever issues it", async ({ test, acme, draft }) => {
    const issue =
      "update accounting.invoices set status = 'issued', invoice_number = 'RAW-1', total_amount = $2 where id = $1";
    expect(await attempt(test, acme, issue, [draft.id, "9.99"])).toBe("ZT002");
    expect(await attempt(test, acme, issue, [draft.id, "10.01"])).toBe("ZT002");
    expect(await attempt(test, acme, issue, [draft.id, "0"])).toBe("ZT002");
    expect(await attempt(test, acme, issue, [draft.id, "10.00"])).toBe("1 rows");
  });

  it("of an invoice without lines cannot be issued, not even over nothing", async ({ test, acme, draft }) => {
    await attempt(test, acme, "delete from accounting.invoice_lines where invoice_id = $1", [draft.id]);
    for (const total of ["10", "0"]) {
      const issue = "update accounting.invoices set status = 'issued', total_amount = $2 where id = $1";
      expect(await attempt(test, acme, issue, [draft.id, total])).toBe("ZT002");
    }
  });

  it("cannot be wrong in a bulk of many, where only one is", async ({ test, acme, draft }) => {
    const others = await Promise.all([createInvoice(acme), createInvoice(acme)]);
    await attempt(test, acme, "update accounting.invoices set total_amount = 1 where id = $1", [others[1]?.id]);
    const all = "update accounting.invoices set status = 'issued', invoice_number = 'B-' || id where id = any ($1)";
    expect(await attempt(test, acme, all, [[draft.id, ...others.map((each) => each.id)]])).toBe("ZT002");
    expect(await attempt(test, acme, all, [[draft.id, others[0]?.id]])).toBe("2 rows");
  });

  it("cannot be made wrong by a line in the transaction that issues it", async ({ acme, draft }) => {
    const issueThenAdd = acme.handle.transaction(async (tx) => {
      await tx.accounting.invoices.issue(draft.id);
      await tx.execute(sql`insert into accounting.invoice_lines
        (company_id, invoice_id, line_number, description, quantity, unit_price)
        values (${acme.company.id}, ${draft.id}, 2, 'Late', 1, 5)`);
    });
    await expect(issueThenAdd).rejects.toMatchObject({ code: "CONFLICT", sqlState: "ZT003" });
  });

  const issuers = {
    "the repository": (acme: TestTenant, draft: Invoice) => acme.handle.accounting.invoices.issue(draft.id),
    "plain SQL": (acme: TestTenant, draft: Invoice) =>
      acme.handle.execute(sql`update accounting.invoices
        set status = 'issued', invoice_number = 'BY-SQL' where id = ${draft.id}`),
  };

  it.for(Object.entries(issuers))(
    "cannot be made wrong by a line that is written while %s issues it",
    async ([_by, issue], { test, acme, draft }) => {
      const outcome = await asLogin(test.urls.runtime, async (writer) => {
        await beginAsTenant(writer, acme.tenant.id);
        await writer.query(
          `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
         values ($1, $2, 2, 'Late', 1, 5)`,
          [acme.company.id, draft.id],
        );
        const issuing = Promise.resolve(issue(acme, draft)).then(
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

  it("cannot be made wrong by a line that was written before, unseen, under repeatable read", async ({
    test,
    acme,
    draft,
  }) => {
    const outcome = await acme.handle
      .transaction(
        async (tx) => {
          await tx.execute(sql`select 1 from accounting.invoices`);
          const late = `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity,
          unit_price) values ($1, $2, 2, 'Late', 1, 5)`;
          expect(await attempt(test, acme, late, [acme.company.id, draft.id])).toBe("1 rows");
          return tx.accounting.invoices.issue(draft.id).then(
            () => "issued",
            (error: unknown) => (error as { code?: string }).code,
          );
        },
        { isolation: "repeatable read" },
      )
      .catch((error: unknown) => (error as { code?: string }).code);
    expect(outcome).toBe("SERIALIZATION_FAILURE");
    expect((await acme.handle.accounting.invoices.getById(draft.id)).status).toBe("draft");
  });

  it("is right whatever is done at once: lines come and go, it is issued, voided and deleted", async ({
    test,
    acme,
  }) => {
    const line = (number: number) =>
      `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
       values ($1, $2, ${number}, 'Late', 1, 5)`;
    const seen = new Set<string>();
    for (let round = 0; round < lengthOf(9, 25); round += 1) {
      const { id } = await createInvoice(acme);
      const outcomes = await Promise.all([
        attempt(test, acme, "update accounting.invoices set status = 'issued' where id = $1", [id]),
        attempt(test, acme, line(2), [acme.company.id, id]),
        attempt(test, acme, "update accounting.invoice_lines set quantity = quantity + 1 where invoice_id = $1", [id]),
        attempt(test, acme, "update accounting.invoices set status = 'void' where id = $1 and status = 'issued'", [id]),
        // A line that waits for the document that waits for the line ends after a second, so only now and then.
        round % 8 === 0
          ? attempt(test, acme, "delete from accounting.invoices where id = $1 and status = 'draft'", [id])
          : "0 rows",
      ]);
      for (const outcome of outcomes) seen.add(outcome);
      const [row] = await ownerRows(
        test,
        `select i.status, i.total_amount = (select sum(l.amount) from accounting.invoice_lines l where l.invoice_id = i.id)
           as fits, (select count(*)::int from accounting.journal_entries e where e.source_id = i.id) as entries
         from accounting.invoices i where i.id = $1`,
        [id],
      );
      const entries = { draft: 0, issued: 1, void: 2 }[String(row?.status ?? "draft")];
      expect(row?.entries ?? 0).toBe(entries);
      if (row && row.status !== "draft") expect(row.fits).toBe(true);
    }
    expect([...seen].filter((outcome) => !/^(\d rows|ZT002|ZT003|23503|40P01)$/.test(outcome))).toEqual([]);
  });

  it("is checked without a deadlock when two write lines of the same invoices in different orders", async ({
    test,
    acme,
  }) => {
    const drafts = [];
    for (let i = 0; i < 8; i += 1) drafts.push((await createInvoice(acme)).id);
    const insert = (number: number) =>
      `insert into accounting.invoice_lines (company_id, invoice_id, line_number, description, quantity, unit_price)
       select $1, i.id, ${number}, 'Late', 1, 5 from unnest($2::uuid[]) i (id)`;
    for (let round = 0; round < 15; round += 1) {
      const outcomes = await Promise.all([
        attempt(test, acme, insert(10 + 2 * round), [acme.company.id, drafts]),
        attempt(test, acme, insert(11 + 2 * round), [acme.company.id, [...drafts].reverse()]),
      ]);
      expect(outcomes).toEqual(["8 rows", "8 rows"]);
    }
  });

  it("is stored without NaN, and a line without one as well", async ({ test, acme, draft }) => {
    expect(
      await attempt(test, acme, "update accounting.invoices set total_amount = 'NaN' where id = $1", [draft.id]),
    ).toBe("23514");
    expect(
      await attempt(test, acme, "update accounting.invoice_lines set quantity = 'NaN' where invoice_id = $1", [
        draft.id,
      ]),
    ).toBe("23514");
  });
});

describe("the operator's login", () => {
  const asOperator = (test: TestDatabase, text: string, values: unknown[]) =>
    asLogin(test.urls.platform, (client) =>
      client.query(text, values).then(
        ({ rowCount }) => `${rowCount} rows`,
        (error: unknown) => (error as pg.DatabaseError).code,
      ),
    );

  it("posts nothing past the ledger when it is in no tenant's scope", async ({ test, acme, draft, invoice }) => {
    expect(await asOperator(test, "update accounting.invoices set status = 'void' where id = $1", [invoice.id])).toBe(
      "ZT005",
    );
    expect(
      await asOperator(test, "update accounting.invoices set status = 'issued' where id = $1", [draft.id]),
    ).toMatch(/^ZT/);
    expect(await asOperator(test, "delete from accounting.invoice_lines where invoice_id = $1", [invoice.id])).toBe(
      "ZT003",
    );
    expect(
      await asOperator(test, "update accounting.invoice_lines set quantity = 3 where invoice_id = $1", [invoice.id]),
    ).toBe("ZT003");
    expect((await acme.handle.accounting.invoices.getById(invoice.id)).status).toBe("issued");
  });
});

/** Runs one statement as the application's login in the tenant's scope, and commits it: its rows, or its SQLSTATE. */
function attempt(test: TestDatabase, acme: TestTenant, text: string, values: unknown[] = []): Promise<string> {
  return asTenantSql(test, acme, async (client) => `${(await client.query(text, values)).rowCount} rows`).catch(
    stateOf,
  );
}

const snapshot = (test: TestDatabase, id: string) =>
  ownerRows(
    test,
    `select to_jsonb(i) - 'updated_at' as invoice, (select jsonb_agg(to_jsonb(l) order by l.line_number)
       from accounting.invoice_lines l where l.invoice_id = i.id) as lines
     from accounting.invoices i where i.id = $1`,
    [id],
  );
