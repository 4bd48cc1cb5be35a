import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { found } from "../../core/found";
import type { Params } from "../../core/statement";
import { parseInput } from "../../core/validation";
import { type DocumentSide, sides } from "../document-sides";
import { journalEntries } from "../schema";
import { sqlStatement } from "../statements";
import { customerDaysSchema, vendorDaysSchema } from "../validation/reports";
import { inBase } from "./turnover";

/** A document, payment or exchange difference in a party's account, in base currency. */
export interface StatementLine {
  entryId: string;
  date: string;
  source: (typeof journalEntries.$inferSelect)["source"];
  /** The document, payment or allocation. */
  sourceId: string | null;
  /** The number of the invoice or bill, the reference of the payment. */
  reference: string | null;
  description: string | null;
  debit: string;
  credit: string;
  /** What is owed after this line. */
  balance: string;
}

/** What happened between two days, both included, by date. `opening` is what was owed before, `closing` afterwards. */
export interface PartyStatement<Party> {
  party: Party;
  from: string;
  to: string;
  opening: string;
  lines: StatementLine[];
  closing: string;
}

interface StatementParams {
  partyId: string;
  from: string;
  to: string;
}

const statementRows = (side: DocumentSide, p: Params<StatementParams>) => sql`
  select party.name, ${inBase(sql`opening.balance`)}, l.entry_id, l.entry_date::text, e.source, e.source_id,
    coalesce(d.${side.number}, payment.reference, e.reference), coalesce(l.description, e.description),
    l.base_debit::text, l.base_credit::text,
    ${inBase(sql`opening.balance + sum(${side.owed}) over (order by l.entry_date, l.account_version, l.id)`)}
  from ${side.parties} party
  left join accounting.books b on b.tenant_id = party.tenant_id and b.company_id = party.company_id
  cross join (
    select coalesce(sum(${side.owed}), 0) as balance
    from accounting.journal_lines l
    where l.tenant_id = ${p.tenantId}::uuid and l.${side.party} = ${p.partyId}::uuid and l.entry_date < ${p.from}::date
  ) opening
  left join accounting.journal_lines l
    on l.tenant_id = ${p.tenantId}::uuid and l.${side.party} = party.id
    and l.entry_date >= ${p.from}::date and l.entry_date <= ${p.to}::date
  left join accounting.journal_entries e on e.tenant_id = ${p.tenantId}::uuid and e.id = l.entry_id
  left join ${side.table} d
    on e.source in ${side.sources} and d.tenant_id = ${p.tenantId}::uuid and d.id = e.source_id
  left join accounting.payments payment
    on e.source in ('payment', 'payment_void') and payment.tenant_id = ${p.tenantId}::uuid and payment.id = e.source_id
  where party.tenant_id = ${p.tenantId}::uuid and party.id = ${p.partyId}::uuid
  order by l.entry_date, l.account_version, l.id`;

const statementOf = (name: string, side: DocumentSide) =>
  sqlStatement(
    name,
    (q) =>
      q
        .select({
          name: sql<string>`name`,
          opening: sql<string>`opening`,
          entryId: sql<string | null>`entry_id`,
          date: sql<string>`entry_date`,
          source: journalEntries.source,
          sourceId: journalEntries.sourceId,
          reference: sql<string | null>`reference`,
          description: journalEntries.description,
          debit: sql<string>`debit`,
          credit: sql<string>`credit`,
          balance: sql<string>`balance`,
        })
        .from(journalEntries),
    (p: Params<StatementParams>) => statementRows(side, p),
  );

const customerStatement = statementOf("accounting.reports.customer_statement", sides.invoices);
const vendorStatement = statementOf("accounting.reports.vendor_statement", sides.bills);

export type CustomerStatementInput = z.input<typeof customerDaysSchema>;
export type VendorStatementInput = z.input<typeof vendorDaysSchema>;
export type CustomerStatement = PartyStatement<{ customerId: string; name: string }>;
export type VendorStatement = PartyStatement<{ vendorId: string; name: string }>;

export async function readCustomerStatement(unit: Unit, input: CustomerStatementInput): Promise<CustomerStatement> {
  const { customerId, from, to } = parseInput(customerDaysSchema, input, "report");
  const { name, ...rest } = await read(unit, customerStatement, { partyId: customerId, from, to }, "customer");
  return { party: { customerId, name }, ...rest };
}

export async function readVendorStatement(unit: Unit, input: VendorStatementInput): Promise<VendorStatement> {
  const { vendorId, from, to } = parseInput(vendorDaysSchema, input, "report");
  const { name, ...rest } = await read(unit, vendorStatement, { partyId: vendorId, from, to }, "vendor");
  return { party: { vendorId, name }, ...rest };
}

async function read(unit: Unit, statement: typeof customerStatement, params: StatementParams, what: string) {
  const rows = await unit.run(statement, params);
  const { name, opening } = found(rows[0], what);
  const lines = rows.flatMap(({ name: _name, opening: _opening, entryId, ...line }) =>
    entryId === null ? [] : [{ entryId, ...line }],
  );
  const { from, to } = params;
  return { name, from, to, opening, lines, closing: lines.at(-1)?.balance ?? opening };
}
