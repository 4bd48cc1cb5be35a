import { eq, inArray, sql } from "drizzle-orm";
import { describe, expect } from "vitest";
import { type ImportedInvoice, invoices } from "../../../src/accounting";
import { asTenantSql, type TestDatabase, type TestTenant } from "../../../src/testing";
import { lengthOf } from "../../kit/length";
import { bySql, outcomeOf, ownerRows } from "../../kit/sql";
import { freshBooks as it } from "../kit/books";
import { issued, work } from "../kit/documents";

describe("the numbers of a company", () => {
  it("have no gap when eight callers issue invoices at the same time", async ({ test, acme, customerId }) => {
    const count = lengthOf(240, 800);
    await issueByEight(
      acme,
      (await drafts(acme, customerId, count)).map((draft) => draft.id),
    );
    expect(await allNumbers(test, acme)).toEqual(numbersTo(count));
  });

  it("pass over those that were imported, and leave no gap beside them", async ({ test, acme, customerId }) => {
    const taken = [1, 2, 3, 7, 50, 51, 52, 120, 300];
    await acme.handle.accounting.invoices.importMany(taken.map((n) => imported(acme, customerId, number(n))));
    await issueByEight(
      acme,
      (await drafts(acme, customerId, 160)).map((draft) => draft.id),
    );
    expect(await allNumbers(test, acme)).toEqual([...numbersTo(168), number(300)]);
    const [series] = await ownerRows(test, "select last_number::int from tenancy.number_series where company_id = $1", [
      acme.company.id,
    ]);
    expect(series).toEqual({ last_number: 168 });
  });

  it("pass over a long run at once", async ({ acme, customerId }) => {
    await acme.handle.accounting.invoices.importMany(
      Array.from({ length: 1_500 }, (_, i) => imported(acme, customerId, number(i + 1))),
    );
    expect((await issued(acme, "1.00", { customerId })).invoiceNumber).toBe(number(1_501));
  });

  it("are found by a few looks for each invoice, whatever the books hold and before anybody analysed the table", async ({
    test,
    acme,
    customerId,
  }) => {
    const reads = async (count: number) => {
      const kinds = ["invoice", "credit_note"] as const;
      const ids = (await drafts(acme, customerId, count, (index) => kinds[index % 2] ?? "invoice")).map(({ id }) => id);
      return asTenantSql(test, acme, async (client) => {
        await client.query(
          "update accounting.invoices i set status = 'issued' from unnest($1::uuid[]) d (id) where i.id = d.id",
          [ids],
        );
        // What all lookups by an index read; the statement itself reads the table as it likes.
        const { rows } = await client.query<{ reads: number }>(
          `select sum(pg_stat_get_xact_tuples_returned(x.indexrelid))::int as reads
           from pg_index x where x.indrelid = 'accounting.invoices'::regclass`,
        );
        return (rows[0]?.reads ?? 0) / count;
      });
    };
    await reads(300);
    // Did each look at every invoice of the company, or at each number of the statement, it would be many times as many.
    expect(await reads(400)).toBeLessThan(40);
  });

  it("are given by plain SQL as well, a number of one's own is kept", async ({ test, acme, customerId }) => {
    const ids = (await drafts(acme, customerId, 3)).map((draft) => draft.id);
    await acme.handle
      .update(invoices)
      .set({ status: "issued", invoiceNumber: number(2) })
      .where(eq(invoices.id, ids[0] ?? ""));
    await acme.handle
      .update(invoices)
      .set({ status: "issued" })
      .where(inArray(invoices.id, ids.slice(1)));
    expect(await allNumbers(test, acme)).toEqual(numbersTo(3));
  });

  it("stay used when their invoice is void", async ({ acme, customerId }) => {
    const first = await issued(acme, "1.00", { customerId });
    await acme.handle.accounting.invoices.void(first.id);
    expect((await issued(acme, "1.00", { customerId })).invoiceNumber).toBe(number(2));
  });

  it("are counted apart for credit notes", async ({ acme, customerId }) => {
    const [first, second] = await drafts(acme, customerId, 2);
    await acme.handle.accounting.invoices.issue(first?.id ?? "", { prefix: "R-" });
    const credit = await acme.handle.accounting.invoices.credit(first?.id ?? "", { date: "2026-01-20", prefix: "G-" });
    expect(credit.invoiceNumber).toBe(number(1, "G-"));
    expect((await acme.handle.accounting.invoices.issue(second?.id ?? "")).invoiceNumber).toBe(number(2, "R-"));
  });
});

describe("a series", () => {
  it("is stepped by one, or over numbers in use, by nobody but the ledger", async ({ test, acme, customerId }) => {
    await issued(acme, "1.00", { customerId });
    for (const value of ["last_number + 2", "last_number - 1", "0", "100"]) {
      const text = `update tenancy.number_series set last_number = ${value} where tenant_id = $1`;
      expect(await bySql(test, acme, [text, [acme.tenant.id]])).toBe("42501");
      expect(await test.asOwner((owner) => outcomeOf(owner.query(text, [acme.tenant.id])))).toBe("ZT002");
    }
    for (const text of [
      "select accounting.next_invoice_number($1::uuid, 'invoice', '2026-01-15')",
      "select accounting.invoice_series($1::uuid, 'invoice', '2026-01-15')",
      "select accounting.define_series($1::uuid, 'invoice', '', 'X-', 6)",
      "select tenancy.next_number($1::uuid, null, 'invoice', '', 'X-', 6)",
      "select tenancy.lock_series($1::uuid, null, 'invoice', '', 'X-', 6)",
      "select tenancy.pass_over_numbers($1::uuid, 9)",
      "select accounting.count_invoice_numbers(array[$1::uuid])",
      "select accounting.write_documents('invoice', array[$1::uuid])",
      "select accounting.write_voids('invoice', array[$1::uuid])",
      "select accounting.check_credits('invoice', array[$1::uuid])",
    ]) {
      expect(await bySql(test, acme, [text, [acme.company.id]]), text).toBe("42501");
    }
  });

  it("gives the number back with the transaction", async ({ acme, customerId }) => {
    const [first, second] = await drafts(acme, customerId, 2);
    const undone = acme.handle.transaction(async (tx) => {
      await tx.execute(sql`update accounting.invoices set status = 'issued' where id = ${first?.id}`);
      throw new RangeError("no");
    });
    await expect(undone).rejects.toThrow("no");
    expect((await acme.handle.accounting.invoices.issue(second?.id ?? "")).invoiceNumber).toBe(number(1));
  });
});

const number = (n: number, prefix = "INV-") => `${prefix}${String(n).padStart(6, "0")}`;

const numbersTo = (count: number) => Array.from({ length: count }, (_, i) => number(i + 1));

const drafts = (
  acme: TestTenant,
  customerId: string,
  count: number,
  kindOf: (index: number) => "invoice" | "credit_note" = () => "invoice",
) =>
  acme.handle.accounting.invoices.createMany(
    Array.from({ length: count }, (_, index) => ({
      kind: kindOf(index),
      companyId: acme.company.id,
      customerId,
      invoiceDate: "2026-01-15",
      dueDate: "2026-02-14",
      lines: [work("1.00")],
    })),
  );

const imported = (acme: TestTenant, customerId: string, invoiceNumber: string): ImportedInvoice => ({
  companyId: acme.company.id,
  customerId,
  externalId: `ext-${invoiceNumber}`,
  invoiceNumber,
  status: "issued",
  invoiceDate: "2025-05-01",
  dueDate: "2025-05-31",
  lines: [work("1.00")],
});

async function allNumbers(test: TestDatabase, acme: TestTenant): Promise<string[]> {
  const rows = await ownerRows(
    test,
    "select invoice_number from accounting.invoices where company_id = $1 and invoice_number is not null order by 1",
    [acme.company.id],
  );
  return rows.map((row) => String(row.invoice_number));
}

/** Eight callers issue all of them at once, each a share. */
async function issueByEight(acme: TestTenant, ids: string[]): Promise<void> {
  const caller = async (first: number) => {
    for (let i = first; i < ids.length; i += 8) await acme.handle.accounting.invoices.issue(ids[i] ?? "");
  };
  await Promise.all(Array.from({ length: 8 }, (_, first) => caller(first)));
}
