import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TestTenant } from "../../../src/testing";
import { createTenant, type TestDatabase } from "../../../src/testing";
import { inDatabase } from "../../kit/tenants";
import { type AccountKey, type Allocation, type Entry, type Item, MadeBooks } from "../reports/made-books";
import { writeBooks } from "../reports/rows";

/** Books in order, to break one rule of. SQL expressions name the records, as lines have no id before they are written. */
export class HealthyBooks {
  readonly made = new MadeBooks(3);
  readonly is = this.#arrange();
  readonly idle = randomUUID();
  readonly drafts = { invoice: randomUUID(), bill: randomUUID() };

  constructor(readonly of: TestTenant) {}

  /** A record of each kind. */
  #arrange() {
    const made = this.made;
    const eur = (rate: bigint) => ({ currency: "EUR", rate });
    const capital = made.post("2026-01-02", [
      ["bank", 100_000n],
      ["capital", -100_000n],
    ]);
    const reversed = made.post("2026-01-03", [
      ["purchases", 500n],
      ["bank", -500n],
    ]);
    const reversal = made.mirror(reversed, "2026-01-04", "reversal");
    // By hand, and looks like a reversal.
    const lookalike = made.post("2026-01-05", [
      ["purchases", -500n],
      ["bank", 500n],
    ]);
    // Balanced in euro; in base currency by a line that has no other currency.
    const exchanged = made.post(
      "2026-01-06",
      [
        ["bank", 10_000n, 12_000n],
        ["sales", -10_000n, -11_000n],
        ["exchange", -1_000n],
      ],
      { currency: "EUR" },
    );
    Object.assign(exchanged.lines[2] ?? {}, { currency: "USD", isExchangeDifference: true });
    const invoice = made.document("invoice", { date: "2026-01-10", due: "2026-02-10", amount: 30_000n });
    const inEuro = made.document("invoice", { date: "2026-01-11", amount: 10_000n, ...eur(110_000_000n) });
    const open = made.document("invoice", { date: "2026-01-12", amount: 1_000n });
    made.void(made.document("invoice", { date: "2026-01-13", amount: 2_000n }), "2026-01-20");
    const payment = made.pay("invoice", { date: "2026-02-01", amount: 20_000n });
    const allocation = made.allocate(payment, invoice, 15_000n, "2026-02-01");
    const euroPayment = made.pay("invoice", { date: "2026-02-02", amount: 10_000n, ...eur(120_000_000n) });
    const euroAllocation = made.allocate(euroPayment, inEuro, 10_000n, "2026-02-02");
    const credit = made.document("invoice", { date: "2026-02-03", amount: 900n, credits: open });
    const bill = made.document("bill", { date: "2026-01-15", amount: 12_000n });
    const billPayment = made.pay("bill", { date: "2026-02-04", amount: 12_000n });
    made.allocate(billPayment, bill, 12_000n, "2026-02-04");
    // Taken back: one at the invoice's rate, and one at another, which is posted.
    made.takeBack(made.allocate(payment, invoice, 1_000n, "2026-02-06"), "2026-02-07");
    const laterEuro = made.document("invoice", { date: "2026-02-06", amount: 5_000n, ...eur(110_000_000n) });
    const secondEuro = made.pay("invoice", { date: "2026-02-07", amount: 5_000n, ...eur(130_000_000n) });
    made.takeBack(made.allocate(secondEuro, laterEuro, 5_000n, "2026-02-07"), "2026-02-08");
    const second = { party: 1 };
    const overpaid = made.pay("invoice", { date: "2026-02-09", amount: 4_000n, ...second });
    const refund = made.refund("invoice", { date: "2026-02-10", credit: [[overpaid, 1_500n]], ...second });
    made.void(made.refund("invoice", { date: "2026-02-11", credit: [[overpaid, 500n]], ...second }), "2026-02-12");
    const paidTooMuch = made.pay("bill", { date: "2026-02-09", amount: 2_000n, ...second, ...eur(110_000_000n) });
    const paidBack: [Item, bigint][] = [[paidTooMuch, 1_500n]];
    made.refund("bill", { date: "2026-02-13", credit: paidBack, ...second, ...eur(120_000_000n) });
    const vendorCredit = made.document("bill", { date: "2026-02-05", amount: 700n, credits: bill });
    return {
      ...{ capital, reversed, reversal, lookalike, invoice, open, payment, allocation, euroPayment, euroAllocation },
      ...{ credit, bill, billPayment, vendorCredit, inEuro, exchanged, refund },
    };
  }

  get tenant(): string {
    return `'${this.of.tenant.id}'`;
  }

  get company(): string {
    return `'${this.of.company.id}'`;
  }

  account(key: AccountKey): string {
    return `'${this.made.accounts[key]}'`;
  }

  entryFor(item: Item | Allocation): Entry {
    const found = this.made.entries.find((entry) => entry.sourceId === item.id);
    if (!found) throw new TypeError("Nothing was posted for it");
    return found;
  }

  line(entry: Entry, number: number): string {
    return `(select id from accounting.journal_lines where entry_id = '${entry.id}' and line_number = ${number})`;
  }

  /** The only row of the tenant, or the one with `where`. */
  row(table: string, where = "true"): string {
    return `(select id from ${table} where tenant_id = ${this.tenant} and ${where})`;
  }

  /**
   * Periods of two years by month, the first two closed; a rate; lines that name accounts; an entry with a key; drafts, and an
   * account to which nothing was posted.
   */
  rest(): string {
    return `
      insert into accounting.fiscal_periods (tenant_id, company_id, name, starts_on, ends_on, status, closed_at)
      select ${this.tenant}, ${this.company}, to_char(s, 'YYYY-MM'), s, (s + interval '1 month - 1 day')::date,
        case when s < '2025-03-01' then 'closed' else 'open' end, case when s < '2025-03-01' then now() end
      from generate_series(timestamp '2025-01-01', '2026-12-01', '1 month') s;
      update accounting.books set closed_through = '2025-02-28' where tenant_id = ${this.tenant};
      insert into accounting.exchange_rates (tenant_id, company_id, currency, rate_date, rate)
      values (${this.tenant}, ${this.company}, 'EUR', '2026-01-01', 1.1);
      update accounting.invoice_lines set account_id = ${this.account("sales")} where invoice_id = ${quoted(this.is.open)};
      update accounting.bill_lines set account_id = ${this.account("purchases")} where bill_id = ${quoted(this.is.bill)};
      update accounting.journal_entries set idempotency_key = 'capital', request_hash = 'hash', reference = 'C-1'
      where id = ${quoted(this.is.capital)};
      ${this.#unposted()}`;
  }

  #unposted(): string {
    const [customer, vendor] = [this.made.parties.invoice[0]?.id, this.made.parties.bill[0]?.id];
    return `
      insert into accounting.accounts (tenant_id, id, company_id, code, name, type, parent_id)
      values (${this.tenant}, '${this.idle}', ${this.company}, '1099', 'Idle', 'asset', ${this.account("bank")});
      insert into accounting.account_balances (tenant_id, company_id, account_id)
      values (${this.tenant}, ${this.company}, '${this.idle}');
      insert into accounting.invoices (tenant_id, id, company_id, customer_id, invoice_date, due_date, currency, total_amount)
      values (${this.tenant}, '${this.drafts.invoice}', ${this.company}, '${customer}', '2026-03-01', '2026-03-31', 'USD', 7);
      insert into accounting.invoice_lines (tenant_id, company_id, invoice_id, line_number, description, quantity, unit_price)
      values (${this.tenant}, ${this.company}, '${this.drafts.invoice}', 1, 'Work', 1, 7);
      insert into accounting.bills
        (tenant_id, id, company_id, vendor_id, bill_number, bill_date, due_date, currency, total_amount)
      values (${this.tenant}, '${this.drafts.bill}', ${this.company}, '${vendor}', 'DRAFT', '2026-03-01', '2026-03-31', 'USD', 7);
      insert into accounting.bill_lines (tenant_id, company_id, bill_id, line_number, description, quantity, unit_price)
      values (${this.tenant}, ${this.company}, '${this.drafts.bill}', 1, 'Work', 1, 7)`;
  }
}

/** One way to break a rule. */
export interface Planted {
  kind: string;
  /** SQL expression of the record that is to be named; read before planting. */
  record: (b: HealthyBooks) => string;
  /** What the owner writes past triggers and keys. */
  sql: (b: HealthyBooks) => string;
  /** Other rules that do not hold then. */
  also?: string[];
}

export const change = (table: string, record: string, changes: string) =>
  `update accounting.${table} set ${changes} where id = ${record}`;
export const quoted = ({ id }: { id: string }) => `'${id}'`;
export const manual = "source = 'manual', source_id = null";

/** Writes past triggers and foreign keys. */
export const plant = (test: TestDatabase, text: string): Promise<void> =>
  test.asOwner(async (owner) => {
    await owner.query("set session_replication_role = replica");
    const results = [await owner.query(text)].flat();
    for (const { rowCount } of results) expect(rowCount, "rows planted").toBeGreaterThan(0);
  });

/** Each test has a tenant `acme` with healthy `books`, in a database without what hinders the owner as well. */
export const inHealthyBooks = inDatabase
  // These rules have nothing but the health check then.
  .extend("unguarded", { scope: "file" }, async ({ test }) => {
    await test.asOwner(async (owner) => {
      await owner.query("drop index accounting.idx_journal_entries_reverses_entry_id");
      await owner.query("alter table accounting.journal_lines drop constraint journal_lines_scale_check");
    });
    return test;
  })
  .extend("acme", ({ unguarded }) => createTenant(unguarded, "Acme", { chart: false }))
  .extend("books", { auto: true }, async ({ test, acme }) => {
    const books = new HealthyBooks(acme);
    await test.asOwner((owner) => writeBooks(owner, books.made, acme.tenant.id, acme.company.id));
    await plant(test, books.rest());
    return books;
  });
