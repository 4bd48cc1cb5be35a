import { newId } from "@org/db";
import type { Arena } from "../arena";
import { asTenant } from "../contestant";
import { copyInto, inTransaction } from "../copy";
import type { Contestant, Race } from "../race";

const linesEach = 9;
const rowsEach = 1 + linesEach;

/**
 * Issued invoices of nine lines from another system, all or none, against COPY of the owner into the same two tables.
 * The triggers post them to the ledger, whoever writes.
 */
export function bulkInvoiceRaces(arena: Arena, sizes: readonly number[]): Race[] {
  return sizes.map((size, index) => ({
    name: `bulk-invoices-${size}`,
    title: `import of ${(size / rowsEach).toLocaleString("en")} invoices with ${linesEach} lines, per row`,
    callers: 1,
    calls: 1,
    rounds: index === 0 ? 9 : 5,
    perRow: true,
    contestants: contestants(arena, Math.round(size / rowsEach)),
  }));
}

const dates = { invoiceDate: "2026-01-01", dueDate: "2026-01-31" };
const lines = Array.from({ length: linesEach }, (_, index) => ({
  description: `Line ${index}`,
  quantity: "2",
  unitPrice: "9.99",
}));

function contestants(arena: Arena, count: number): Contestant[] {
  const { tenantId, companyId, customerId, clients, test } = arena;
  const ids = { companyId, customerId };
  const invoices = Array.from({ length: count }, (_, i) => {
    return { ...ids, externalId: `i${i}`, invoiceNumber: `i${i}`, ...dates, status: "issued" as const, lines };
  });

  const imports = (name: string, run: () => Promise<number>): Contestant => ({
    name,
    run,
    prepare: () =>
      test.asOwner(async (owner) => {
        await owner.query(`
          truncate accounting.invoices, accounting.journal_entries, accounting.period_totals, tenancy.audit_log cascade`);
        await owner.query("update accounting.account_balances set balance = 0, version = 0");
      }),
    values: async () => {
      await run();
      return written(arena);
    },
  });

  const tenant = clients.repositories.forTenant({ tenantId }).accounting.invoices;
  return [
    // The lines of an issued invoice are frozen, for the owner too: drafts come first, and their state in the end. What
    // posts them needs a scope.
    imports("COPY as the owner, one UPDATE", () =>
      inTransaction(clients.raw, async (client) => {
        const named = invoices.map((invoice) => ({ ...invoice, id: newId() }));
        const header = "tenant_id, id, company_id, customer_id, external_id, invoice_date, due_date, total_amount";
        const drafts = named.map((invoice) => [
          tenantId,
          invoice.id,
          invoice.companyId,
          invoice.customerId,
          invoice.externalId,
          invoice.invoiceDate,
          invoice.dueDate,
          "179.82",
        ]);
        let rows = await copyInto(client, "accounting.invoices", header.split(", "), drafts);
        const line = "tenant_id, company_id, invoice_id, line_number, description, quantity, unit_price";
        const details = named.flatMap((invoice) =>
          invoice.lines.map((of, index) => [
            tenantId,
            invoice.companyId,
            invoice.id,
            String(index + 1),
            of.description,
            of.quantity,
            of.unitPrice,
          ]),
        );
        rows += await copyInto(client, "accounting.invoice_lines", line.split(", "), details);
        await client.query("select set_config('app.current_tenant_id', $1, true)", [tenantId]);
        await client.query(
          `update accounting.invoices set invoice_number = external_id, status = 'issued', issued_at = invoice_date
           where tenant_id = $1 and status = 'draft'`,
          [tenantId],
        );
        return rows;
      }),
    ),
    imports(asTenant, async () => (await tenant.importMany(invoices)).created * rowsEach),
  ];
}

// What was written, without what is new at each call, hashed by the server.
async function written({ test }: Arena): Promise<unknown> {
  const { rows } = await test.asOwner((owner) =>
    owner.query(`
      select count(distinct i.id) as invoices, count(*) as lines, md5(string_agg(
        (to_jsonb(i) - array['id', 'created_at', 'updated_at'])::text
          || (to_jsonb(l) - array['id', 'invoice_id', 'created_at', 'updated_at'])::text,
        ',' order by i.external_id, l.line_number)) as all
      from accounting.invoices i
      join accounting.invoice_lines l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
      union all
      select count(distinct l.entry_id), count(*), (array_agg(l.balance_after order by l.account_version desc))[1]::text
      from accounting.journal_lines l group by l.account_id
      order by 1, 2, 3`),
  );
  return rows;
}
