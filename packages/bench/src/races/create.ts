import { newId } from "@org/db";
import { invoiceLines, invoices } from "@org/db/accounting";
import type { FilledArena } from "../arena";
import { asMember, asTenant } from "../contestant";
import { lines } from "../lines";
import type { Contestant, Race } from "../race";

const invoiceText = `
  insert into accounting.invoices (tenant_id, id, company_id, customer_id, invoice_date, due_date, total_amount)
  values ($1, $2, $3, $4, $5, $6, $7) returning *`;

const lineValues = lines.map((_, i) => `($1, $2, $3, ${i + 1}, $${4 + i * 3}, $${5 + i * 3}, $${6 + i * 3})`);
const linesText = `
  insert into accounting.invoice_lines (tenant_id, company_id, invoice_id, line_number, description, quantity, unit_price)
  values ${lineValues.join(", ")}`;

const dates = { invoiceDate: "2026-01-01", dueDate: "2026-01-31" };
const totalAmount = "199.80";

/** A draft with ten lines, written durably: each library in the way its own documentation shows. */
export function createRaces(arena: FilledArena): Race[] {
  const { tenantId, userId, companyId, customerId, clients, test } = arena;
  const { raw, drizzle, kysely, prisma, repositories } = clients;

  // What was written, without what is new at each call.
  const written = (id: string) =>
    test.asOwner(async (owner) => {
      const invoice = await owner.query(
        `select to_jsonb(i) - array['id', 'created_at', 'updated_at'] as invoice from accounting.invoices i
         where tenant_id = $1 and id = $2`,
        [tenantId, id],
      );
      const detail = await owner.query(
        `select to_jsonb(l) - array['id', 'invoice_id', 'created_at', 'updated_at'] as line
         from accounting.invoice_lines l where tenant_id = $1 and invoice_id = $2 order by line_number`,
        [tenantId, id],
      );
      return [invoice.rows, detail.rows];
    });
  const creates = (name: string, create: () => Promise<{ id: string }>): Contestant => ({
    name,
    run: async () => ((await create()).id ? 1 + lines.length : 0),
    values: async () => written((await create()).id),
  });

  async function rawCreate(): Promise<{ id: string }> {
    const client = await raw.connect();
    const id = newId();
    try {
      await client.query("begin");
      const invoice = await client.query({
        name: "create",
        text: invoiceText,
        values: [tenantId, id, companyId, customerId, dates.invoiceDate, dates.dueDate, totalAmount],
      });
      const values = lines.flatMap((line) => [line.description, line.quantity, line.unitPrice]);
      await client.query({ name: "lines", text: linesText, values: [tenantId, companyId, id, ...values] });
      await client.query("commit");
      return invoice.rows[0];
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  }

  const drizzleCreate = () =>
    drizzle.transaction(async (tx) => {
      const invoice = { tenantId, id: newId(), companyId, customerId, ...dates, totalAmount };
      const [created] = await tx.insert(invoices).values(invoice).returning();
      const rows = lines.map((line, i) => ({ ...line, tenantId, companyId, invoiceId: invoice.id, lineNumber: i + 1 }));
      await tx.insert(invoiceLines).values(rows);
      return created ?? { id: "" };
    });

  const kyselyCreate = () =>
    kysely.transaction().execute(async (trx) => {
      const ids = { tenant_id: tenantId, company_id: companyId };
      const document = { invoice_date: dates.invoiceDate, due_date: dates.dueDate, total_amount: totalAmount };
      const created = await trx
        .insertInto("accounting.invoices")
        .values({ ...ids, ...document, id: newId(), customer_id: customerId })
        .returningAll()
        .executeTakeFirstOrThrow();
      const rows = lines.map(({ description, quantity, unitPrice }, i) => {
        const line = { line_number: i + 1, description, quantity, unit_price: unitPrice };
        return { ...ids, ...line, invoice_id: created.id };
      });
      await trx.insertInto("accounting.invoice_lines").values(rows).execute();
      return created;
    });

  const input = { companyId, customerId, ...dates, lines };
  const tenant = repositories.forTenant({ tenantId }).accounting.invoices;
  const member = repositories.forTenant({ tenantId, userId }).accounting.invoices;
  const contestants = [
    creates("raw pg, named, four messages, unscoped", rawCreate),
    creates(asTenant, () => tenant.create(input)),
    creates(asMember, () => member.create(input)),
    creates("drizzle", drizzleCreate),
    creates("kysely", kyselyCreate),
  ];
  if (prisma) contestants.push(creates("prisma", () => prisma.create({ ...input, tenantId, totalAmount })));
  return [
    { name: "create", title: "create invoice + 10 lines, 1 caller", callers: 1, calls: 300, rounds: 15, contestants },
  ];
}
