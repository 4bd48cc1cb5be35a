import { jsonArrayFrom, jsonObjectFrom } from "kysely/helpers/postgres";
import type { FilledArena } from "../arena";
import { asMember, asTenant, reader } from "../contestant";
import type { Race } from "../race";

const documentText = `
  select i.*, to_json(c) as customer, (
    select json_agg(l order by l.line_number) from accounting.invoice_lines l
    where l.tenant_id = i.tenant_id and l.invoice_id = i.id
  ) as lines
  from accounting.invoices i
  join accounting.customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
  where i.tenant_id = $1 and i.id = $2`;

const rows = (document: { lines: unknown[] } | null | undefined) => (document ? 2 + document.lines.length : 0);

/** The parties of a draft are as they are now in a document; the others read the columns, which are null until it is issued. */
const stored = <T extends object>(document: T | undefined) => document && { ...document, seller: null, buyer: null };

/** An invoice with its customer and its ten lines in order. */
export function documentRaces({ tenantId, userId, invoiceIds, clients }: FilledArena): Race[] {
  const { raw, drizzle, kysely, prisma, repositories } = clients;
  const tenant = repositories.forTenant({ tenantId }).accounting.invoices;
  const member = repositories.forTenant({ tenantId, userId }).accounting.invoices;
  const contestants = [
    reader("raw pg, named, json_agg, unscoped", invoiceIds, rows, async (id) => {
      return (await raw.query({ name: "document", text: documentText, values: [tenantId, id] })).rows[0];
    }),
    reader(asTenant, invoiceIds, rows, async (id) => stored(await tenant.findDocument(id))),
    reader(asMember, invoiceIds, rows, async (id) => stored(await member.findDocument(id))),
    reader("drizzle", invoiceIds, rows, (id) =>
      drizzle.query.accountingInvoices.findFirst({
        where: { tenantId, id },
        with: { customer: true, lines: { orderBy: { lineNumber: "asc" } } },
      }),
    ),
    reader("kysely", invoiceIds, rows, (id) =>
      kysely
        .selectFrom("accounting.invoices as i")
        .selectAll("i")
        .select((eb) => [
          jsonObjectFrom(
            eb
              .selectFrom("accounting.customers as c")
              .selectAll("c")
              .whereRef("c.tenant_id", "=", "i.tenant_id")
              .whereRef("c.id", "=", "i.customer_id"),
          ).as("customer"),
          jsonArrayFrom(
            eb
              .selectFrom("accounting.invoice_lines as l")
              .selectAll("l")
              .whereRef("l.tenant_id", "=", "i.tenant_id")
              .whereRef("l.invoice_id", "=", "i.id")
              .orderBy("l.line_number"),
          ).as("lines"),
        ])
        .where("i.tenant_id", "=", tenantId)
        .where("i.id", "=", id)
        .executeTakeFirst(),
    ),
  ];
  if (prisma) contestants.push(reader("prisma", invoiceIds, rows, (id) => prisma.document(tenantId, id)));
  const title = "invoice + customer + 10 lines, 32 callers";
  return [{ name: "document", title, callers: 32, calls: 200, rounds: 21, contestants }];
}
