import { and, eq, inArray, sql } from "drizzle-orm";
import { accounts, exchangeRates, journalEntries, vendors } from "../../../src/accounting";
import type { Bill, NewBill } from "../../../src/accounting/bills";
import { newId } from "../../../src/index";
import type { Company } from "../../../src/tenancy";
import type { TestTenant } from "../../../src/testing";

/** One line over `amount`, on the account given. */
export const work = (amount: string, accountId?: string) => ({
  description: "Work",
  quantity: "1",
  unitPrice: amount,
  ...(accountId === undefined ? {} : { accountId }),
});

/** Another company of the tenant, with books. */
export async function secondCompany(of: TestTenant, baseCurrency = "USD"): Promise<Company> {
  const company = await of.handle.tenancy.companies.create({ name: "Second" });
  await of.handle.accounting.accounts.createStandardChart({ companyId: company.id, baseCurrency });
  return company;
}

/** A vendor of the tenant's company. */
export async function createVendor(of: TestTenant, companyId = of.company.id): Promise<string> {
  const id = newId();
  await of.handle.insert(vendors).values({ id, companyId, name: "Vendor" });
  return id;
}

/** A draft bill of one line over 10.00; it makes its own vendor unless one is given. */
export async function createBill(of: TestTenant, fields: Partial<NewBill> = {}): Promise<Bill> {
  const vendorId = fields.vendorId ?? (await createVendor(of));
  return of.handle.accounting.bills.create({
    companyId: of.company.id,
    vendorId,
    billNumber: `V-${newId()}`,
    billDate: "2026-01-15",
    dueDate: "2026-02-14",
    lines: [work("10.00")],
    ...fields,
  });
}

/** A bill of one line over `amount`, approved. */
export async function approved(of: TestTenant, amount = "10.00", fields: Partial<NewBill> = {}): Promise<Bill> {
  return of.handle.accounting.bills.approve((await createBill(of, { lines: [work(amount)], ...fields })).id);
}

/** The id of an account by its code in the standard chart. */
export async function accountOf(of: TestTenant, code: string, companyId = of.company.id): Promise<string> {
  const [account] = await of.handle
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.companyId, companyId), eq(accounts.code, code)));
  if (!account) throw new TypeError(`The chart has no account ${code}`);
  return account.id;
}

export async function setRate(of: TestTenant, currency: string, rateDate: string, rate: string): Promise<void> {
  await of.handle.insert(exchangeRates).values({ companyId: of.company.id, currency, rateDate, rate });
}

/** What was posted for a document: per entry its source and date, and its lines as `code debit|credit amount currency = base`. */
export async function postedFor(of: TestTenant, sourceId: string): Promise<string[]> {
  const rows = (await of.handle.execute(sql`
    select e.source || ' ' || e.entry_date || ': ' || string_agg(
      a.code || case when l.debit > 0 then ' debit ' else ' credit ' end || round(l.debit + l.credit, 2) || ' ' || l.currency
        || ' = ' || l.base_debit + l.base_credit, ', ' order by l.line_number) as text
    from accounting.journal_entries e
    join accounting.journal_lines l on l.tenant_id = e.tenant_id and l.entry_id = e.id
    join accounting.accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
    where e.source_id = ${sourceId} group by e.id, e.source, e.entry_date, e.created_at order by e.created_at, e.source`)) as unknown as {
    rows: { text: string }[];
  };
  return rows.rows.map(({ text }) => text);
}

/** How many journal entries these documents have. */
export async function entriesFor(of: TestTenant, sourceIds: string[]): Promise<number> {
  return of.handle.$count(journalEntries, inArray(journalEntries.sourceId, sourceIds));
}
