import { randomUUID } from "node:crypto";
import type pg from "pg";
import {
  type AccountKey,
  type Allocation,
  chart,
  decimal,
  type Item,
  isMoney,
  type Line,
  type MadeBooks,
} from "./made-books";

type Row = Record<string, unknown>;

/** Writes the books into a tenant's company, past triggers and foreign keys. `owner` is a superuser. */
export async function writeBooks(owner: pg.ClientBase, made: MadeBooks, tenantId: string, companyId: string) {
  await owner.query("begin");
  await owner.query("set local session_replication_role = replica");
  for (const [table, rows] of rowsOf(made)) {
    if (rows.length === 0) continue;
    const columns = ["tenant_id", "company_id", ...Object.keys(rows[0] ?? {})].join(", ");
    const text = `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1)`;
    const full = rows.map((row) => ({ tenant_id: tenantId, company_id: companyId, ...row }));
    await owner.query(text, [JSON.stringify(full)]);
  }
  await owner.query("commit");
}

/** The rows of the books, by table, without tenant and company. */
function rowsOf(made: MadeBooks): [table: string, rows: Row[]][] {
  const documents = (side: Item["side"]) => made.items.filter((item) => item.side === side && !isMoney(item));
  const numbers = numbersOf(made);
  return [
    [
      "accounting.accounts",
      Object.entries(chart).map(([key, account]) => accountRow(made, key as AccountKey, account)),
    ],
    ["accounting.books", [booksRow(made)]],
    ["accounting.customers", made.parties.invoice.map((party) => partyRow(made, party, 1n))],
    ["accounting.vendors", made.parties.bill.map((party) => partyRow(made, party, -1n))],
    ["accounting.invoices", documents("invoice").map((item) => invoiceRow(item, numbers.get(item.id)))],
    ["accounting.invoice_lines", documents("invoice").map((item) => lineRow(item, "invoice_id"))],
    ["accounting.bills", documents("bill").map((item) => billRow(item, numbers.get(item.id)))],
    ["accounting.bill_lines", documents("bill").map((item) => lineRow(item, "bill_id"))],
    ["accounting.payments", made.items.filter(isMoney).map((item) => paymentRow(made, item))],
    ["accounting.payment_allocations", made.allocations.map(allocationRow)],
    [
      "tenancy.number_series",
      [{ id: randomUUID(), series: "invoice", prefix: "INV-", padding: 6, last_number: documents("invoice").length }],
    ],
    ["accounting.journal_entries", entryRows(made)],
    ["accounting.journal_lines", journalLineRows(made)],
    ["accounting.account_balances", balanceRows(made)],
    ["accounting.period_totals", totalRows(made)],
  ];
}

const paymentReference = "transfer";

/** What documents and payments are called, by their ids: their entries have it as reference. */
function numbersOf({ items }: MadeBooks): Map<string, string> {
  let [invoices, bills] = [0, 0];
  const numberOf = (item: Item) => {
    const { side } = item;
    if (isMoney(item)) return paymentReference;
    return side === "invoice" ? `INV-${String(++invoices).padStart(6, "0")}` : `B-${++bills}`;
  };
  return new Map(items.map((item) => [item.id, numberOf(item)]));
}

const accountRow = (made: MadeBooks, key: AccountKey, [code, type]: readonly [string, string]) => ({
  id: made.accounts[key],
  code,
  name: key,
  type,
  is_active: true,
  ...now(),
});

const booksRow = ({ accounts }: MadeBooks) => ({
  id: randomUUID(),
  base_currency: "USD",
  receivable_account_id: accounts.receivable,
  payable_account_id: accounts.payable,
  sales_account_id: accounts.sales,
  purchases_account_id: accounts.purchases,
  bank_account_id: accounts.bank,
  exchange_account_id: accounts.exchange,
  ...now(),
});

const partyRow = (made: MadeBooks, { id, name }: { id: string; name: string }, sign: bigint) => ({
  id,
  name,
  balance: decimal(sign * sum(made.lines.filter((line) => line.party === id).map((line) => line.base))),
  is_active: true,
  ...now(),
});

const documentRow = (item: Item, openStatus: string) => ({
  id: item.id,
  kind: item.kind,
  due_date: item.due,
  total_amount: decimal(item.amount),
  currency: item.currency,
  exchange_rate: rateText(item.rate),
  base_amount: decimal(item.base),
  paid_amount: decimal(item.settled),
  paid_base_amount: decimal(item.settledBase),
  voided_on: item.voidedOn ?? null,
  status: statusOf(item, openStatus),
  ...now(),
});

const invoiceRow = (item: Item, number?: string) => ({
  ...documentRow(item, "issued"),
  customer_id: item.party,
  credited_invoice_id: item.credited?.id ?? null,
  invoice_number: number,
  invoice_date: item.date,
});

const billRow = (item: Item, number?: string) => ({
  ...documentRow(item, "approved"),
  vendor_id: item.party,
  credited_bill_id: item.credited?.id ?? null,
  bill_number: number,
  bill_date: item.date,
});

function statusOf(item: Item, open: string): string {
  if (item.voidedOn) return "void";
  if (item.settled === 0n) return open;
  return item.settled < item.amount ? "partly_paid" : "paid";
}

const lineRow = (item: Item, key: string) => ({
  id: randomUUID(),
  [key]: item.id,
  line_number: 1,
  description: "Work",
  quantity: "1",
  unit_price: decimal(item.amount),
  currency: item.currency,
  ...now(),
});

const paymentRow = (made: MadeBooks, item: Item) => ({
  id: item.id,
  direction: (item.side === "invoice") === (item.kind === "payment") ? "in" : "out",
  customer_id: item.side === "invoice" ? item.party : null,
  vendor_id: item.side === "bill" ? item.party : null,
  account_id: made.accounts.bank,
  payment_date: item.date,
  amount: decimal(item.amount),
  currency: item.currency,
  exchange_rate: rateText(item.rate),
  base_amount: decimal(item.base),
  allocated_amount: decimal(item.settled),
  allocated_base_amount: decimal(item.settledBase),
  reference: paymentReference,
  voided_on: item.voidedOn ?? null,
  ...now(),
});

const allocationRow = ({ id, from, to, amount, base, sourceBase, on, reversedOn }: Allocation) => ({
  id,
  payment_id: from.kind === "payment" ? from.id : null,
  credit_note_id: from.kind !== "payment" && from.side === "invoice" ? from.id : null,
  vendor_credit_id: from.kind !== "payment" && from.side === "bill" ? from.id : null,
  invoice_id: to.side === "invoice" && !isMoney(to) ? to.id : null,
  bill_id: to.side === "bill" && !isMoney(to) ? to.id : null,
  refund_id: isMoney(to) ? to.id : null,
  amount: decimal(amount),
  base_amount: decimal(base),
  source_base_amount: decimal(sourceBase),
  allocated_on: on,
  reversed_on: reversedOn ?? null,
  ...now(),
});

function entryRows(made: MadeBooks) {
  const numbers = numbersOf(made);
  return made.entries.map((entry) => ({
    id: entry.id,
    entry_date: entry.date,
    description: `Entry for ${entry.source}`,
    reference: numbers.get(entry.sourceId ?? "") ?? null,
    source: entry.source,
    source_id: entry.sourceId ?? null,
    reverses_entry_id: entry.reverses ?? null,
    ...now(),
  }));
}

function journalLineRows(made: MadeBooks) {
  const balances = new Map<AccountKey, bigint>();
  return made.entries.flatMap((entry) =>
    entry.lines.map((line, index) => {
      const balance = (balances.get(line.account) ?? 0n) + line.base;
      balances.set(line.account, balance);
      return {
        id: randomUUID(),
        entry_id: entry.id,
        line_number: index + 1,
        account_id: made.accounts[line.account],
        entry_date: line.date,
        currency: line.currency,
        debit: decimal(positive(line.amount)),
        credit: decimal(positive(-line.amount)),
        base_debit: decimal(positive(line.base)),
        base_credit: decimal(positive(-line.base)),
        is_exchange_difference: line.isExchangeDifference,
        customer_id: line.account === "receivable" ? (line.party ?? null) : null,
        vendor_id: line.account === "payable" ? (line.party ?? null) : null,
        account_version: line.version,
        balance_after: decimal(balance),
        created_at: new Date().toISOString(),
      };
    }),
  );
}

const balanceRows = (made: MadeBooks) =>
  Object.entries(made.accounts).map(([key, id]) => {
    const lines = made.lines.filter((line) => line.account === key);
    return {
      id: randomUUID(),
      account_id: id,
      balance: decimal(sum(lines.map((line) => line.base))),
      version: lines.length,
    };
  });

function totalRows(made: MadeBooks) {
  const groups = new Map<string, Line[]>();
  for (const line of made.lines) {
    const key = `${made.accounts[line.account]} ${line.date.slice(0, 7)}-01 ${line.currency}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups].map(([key, lines]) => {
    const [account, month, currency] = key.split(" ");
    return {
      id: randomUUID(),
      account_id: account,
      month,
      currency,
      debit: decimal(sum(lines.map((line) => positive(line.amount)))),
      credit: decimal(sum(lines.map((line) => positive(-line.amount)))),
      base_debit: decimal(sum(lines.map((line) => positive(line.base)))),
      base_credit: decimal(sum(lines.map((line) => positive(-line.base)))),
    };
  });
}

const now = () => ({ created_at: new Date().toISOString(), updated_at: new Date().toISOString() });
const positive = (value: bigint) => (value > 0n ? value : 0n);
export const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);
const rateText = (rate: bigint) => `${rate / 100_000_000n}.${String(rate % 100_000_000n).padStart(8, "0")}`;
