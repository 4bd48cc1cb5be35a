import { eq, getColumns, getTableUniqueName } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  accounts,
  billLines,
  bills,
  books,
  customers,
  exchangeRates,
  fiscalPeriods,
  invoiceLines,
  invoices,
  journalEntries,
  journalLines,
  paymentAllocations,
  payments,
  type ReceivedPayment,
  vendors,
} from "../../src/accounting";
import { allWrittenRows } from "../../src/core/rows";
import type { TenantTable } from "../../src/core/tenant-table";
import { newId } from "../../src/index";
import { companies } from "../../src/tenancy";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  type TestDatabase,
  type TestTenant,
} from "../../src/testing";
import { approved, createBill, createVendor, issued, work } from "./kit/documents";
import { accountOf } from "./kit/journal";

/*
 * Whatever a writer is given reaches its column. The columns come from the writers themselves, so that a column which is
 * added to a table and decided to be given is written and read here without anyone adding it.
 */
type Row = Record<string, unknown>;
type Table = PgTable & TenantTable;

/** One way of writing rows of a table. */
interface Writer {
  table: Table;
  name: string;
  /** Values that must fit what is there already, instead of the samples by type. */
  fitting?: () => Promise<Row> | Row;
  /** Columns that this way is not given, as it sets them itself. */
  without?: readonly string[];
  /** It changes a row, so that it is given what is changeable alone. */
  changes?: boolean;
  /** Writes a row, and returns its id. */
  write(row: never): Promise<string | undefined>;
}

let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test);
});
afterAll(() => test.close());

const own = () => acme.handle.accounting;
const companyId = () => acme.company.id;
const number = () => `N-${newId()}`;
const sameDay = { dueDate: "2026-03-04" };
const line = () => work("12.50");

const ofCustomer = async () => ({
  companyId: companyId(),
  customerId: (await createCustomer(acme)).id,
  currency: "EUR",
});
const ofVendor = async () => ({ companyId: companyId(), vendorId: await createVendor(acme), currency: "EUR" });

async function creditNote() {
  const credited = await issued(acme);
  const fitting = { companyId: companyId(), customerId: credited.customerId, currency: "EUR", kind: "credit_note" };
  return { ...fitting, creditedInvoiceId: credited.id };
}

async function vendorCredit() {
  const credited = await approved(acme);
  const fitting = { companyId: companyId(), vendorId: credited.vendorId, currency: "EUR", kind: "credit_note" };
  return { ...fitting, creditedBillId: credited.id };
}

const entryOf = ({ entryDate, ...entry }: { entryDate: string } & Row) => ({
  ...(entry as { id: string; companyId: string }),
  date: entryDate,
});
const transfer = async (amount = "10.00") => [
  { accountId: await accountOf(acme, "1110"), debit: amount },
  { accountId: await accountOf(acme, "3100"), credit: amount },
];

/** The id of the line in which a line that was posted is stored. */
async function postedLine(side: "debit" | "credit", given: Row): Promise<string | undefined> {
  const other = side === "debit" ? "credit" : "debit";
  const { accountId, currency, isExchangeDifference, description } = given;
  const [bank, equity] = await transfer();
  const entry = await own().journal.post({
    companyId: companyId(),
    date: "2026-03-04",
    lines: [
      { accountId, currency, isExchangeDifference, description, [side]: "5.00" },
      { accountId, currency, isExchangeDifference, [other]: "5.00" },
      ...[bank, equity],
    ] as never,
  });
  return entry.lines[0]?.id;
}

const writers: Writer[] = [
  { table: companies, name: "create", write: async (row) => (await acme.handle.tenancy.companies.create(row)).id },
  ...([customers, vendors] as const).flatMap((table): Writer[] => {
    const repository = () => (table === customers ? own().customers : own().vendors);
    const fitting = () => ({ companyId: companyId() });
    return [
      { table, name: "create", fitting, write: async (row) => (await repository().create(row)).id },
      {
        ...{ table, name: "importMany", fitting },
        write: async (row: { id: string }) => {
          await repository().importMany([row as never]);
          return row.id;
        },
      },
    ];
  }),
  {
    ...{ table: accounts, name: "create" },
    fitting: async () => ({
      companyId: companyId(),
      parentId: await accountOf(acme, "1000"),
      type: "asset",
      currency: "EUR",
    }),
    write: async (row) => (await own().accounts.create(row)).id,
  },
  {
    ...{ table: books, name: "create" },
    fitting: async () => {
      const company = await acme.handle.tenancy.companies.create({ name: "Second" });
      const make = async (type: "asset" | "liability" | "income" | "expense") =>
        (await own().accounts.create({ companyId: company.id, code: newId(), name: "Account", type })).id;
      return {
        ...{ companyId: company.id, baseCurrency: "EUR", receivableAccountId: await make("asset") },
        ...{ payableAccountId: await make("liability"), salesAccountId: await make("income") },
        ...{ purchasesAccountId: await make("expense"), bankAccountId: await make("asset") },
        exchangeAccountId: await make("income"),
      };
    },
    write: async (row) => (await own().books.create(row)).id,
  },
  {
    ...{ table: fiscalPeriods, name: "create", fitting: () => ({ companyId: companyId() }) },
    write: async (row) => (await own().periods.create(row)).id,
  },
  {
    ...{ table: exchangeRates, name: "set", without: ["id"] },
    fitting: () => ({ companyId: companyId(), currency: "GBP" }),
    write: async (row) => (await own().exchangeRates.set(row)).id,
  },
  {
    ...{ table: invoices, name: "create", fitting: async () => ({ ...(await creditNote()), ...sameDay }) },
    write: async (row: Row) => (await own().invoices.create({ ...row, lines: [line()] } as never)).id,
  },
  {
    ...{ table: invoices, name: "createMany", fitting: async () => ({ ...(await creditNote()), ...sameDay }) },
    write: async (row: Row) => (await own().invoices.createMany([{ ...row, lines: [line()] } as never]))[0]?.id,
  },
  {
    ...{ table: invoices, name: "importMany", without: ["kind", "creditedInvoiceId"] },
    fitting: async () => ({ ...(await ofCustomer()), ...sameDay }),
    write: async (row: { id: string }) => {
      const issue = { invoiceNumber: number(), status: "issued", lines: [line()] };
      await own().invoices.importMany([{ ...row, ...issue } as never]);
      return row.id;
    },
  },
  {
    ...{ table: invoices, name: "update", changes: true },
    fitting: async () => ({ customerId: (await createCustomer(acme)).id, currency: "EUR", ...sameDay }),
    write: async (row) => {
      const draft = { ...(await ofCustomer()), invoiceDate: "2026-01-01", dueDate: "2026-01-01", lines: [line()] };
      return (await own().invoices.update((await own().invoices.create(draft)).id, row)).id;
    },
  },
  {
    ...{ table: invoiceLines, name: "create", without: ["id", "lineNumber"] },
    fitting: async () => ({ accountId: await accountOf(acme, "4200") }),
    write: async (row) => {
      const dates = { invoiceDate: "2026-01-01", dueDate: "2026-01-01" };
      const draft = await own().invoices.create({ ...(await ofCustomer()), ...dates, lines: [row] });
      return (await own().invoices.findDocument(draft.id))?.lines[0]?.id;
    },
  },
  {
    ...{ table: bills, name: "create", fitting: async () => ({ ...(await vendorCredit()), ...sameDay }) },
    write: async (row: Row) => (await own().bills.create({ ...row, lines: [line()] } as never)).id,
  },
  {
    ...{ table: bills, name: "createMany", fitting: async () => ({ ...(await vendorCredit()), ...sameDay }) },
    write: async (row: Row) => (await own().bills.createMany([{ ...row, lines: [line()] } as never]))[0]?.id,
  },
  {
    ...{ table: bills, name: "update", changes: true },
    fitting: async () => ({ vendorId: await createVendor(acme), currency: "EUR", ...sameDay }),
    write: async (row) => (await own().bills.update((await createBill(acme)).id, row)).id,
  },
  {
    ...{ table: billLines, name: "create", without: ["id", "lineNumber"] },
    fitting: async () => ({ accountId: await accountOf(acme, "5200") }),
    write: async (row) => {
      const bill = await createBill(acme, { ...(await ofVendor()), lines: [row] });
      return (await own().bills.findDocument(bill.id))?.lines[0]?.id;
    },
  },
  {
    ...{ table: payments, name: "receive", without: ["allocationsHash"] },
    fitting: async () => ({ companyId: companyId(), accountId: await accountOf(acme, "1110"), currency: "EUR" }),
    write: async (row: Row) => {
      const { id: customerId } = await createCustomer(acme);
      return (await own().payments.receive({ ...(row as { amount: string }), customerId } as ReceivedPayment)).id;
    },
  },
  {
    ...{ table: paymentAllocations, name: "allocate", without: ["id"], fitting: () => ({ amount: "4.00" }) },
    write: async (row: { amount: string }) => {
      const { id: invoiceId, customerId, currency } = await issued(acme);
      const dated = { companyId: companyId(), paymentDate: "2026-03-04", amount: "10.00", currency };
      const { id: paymentId } = await own().payments.receive({ ...dated, customerId });
      return (await own().payments.allocate({ paymentId, allocations: [{ invoiceId, amount: row.amount }] }))[0]?.id;
    },
  },
  ...(["post", "postMany"] as const).map(
    (name): Writer => ({
      ...{ table: journalEntries, name, without: ["requestHash"], fitting: () => ({ companyId: companyId() }) },
      write: async (row: { entryDate: string } & Row) => {
        const entry = { ...entryOf(row), lines: await transfer() };
        const posted = name === "post" ? await own().journal.post(entry) : (await own().journal.postMany([entry]))[0];
        return posted?.id;
      },
    }),
  ),
  ...(["debit", "credit"] as const).map(
    (side): Writer => ({
      ...{ table: journalLines, name: `post, on the ${side} side` },
      without: ["id", side === "debit" ? "credit" : "debit"],
      fitting: async () => ({
        ...{ accountId: await accountOf(acme, "7900"), currency: "USD", isExchangeDifference: true, [side]: "5.0000" },
      }),
      write: (row) => postedLine(side, row),
    }),
  ),
];

/** A value for a column, by its type. */
function sampleOf(key: string, column: PgColumn): unknown {
  const samples: Record<string, () => unknown> = {
    PgUUID: newId,
    PgText: () => column.enumValues?.[0] ?? `${key} ${newId()}`,
    PgNumeric: () => "2.25",
    PgDateString: () => "2026-03-04",
    PgBoolean: () => true,
  };
  const sample = samples[column.columnType];
  if (!sample) throw new TypeError(`There is no sample for ${key}: ${column.columnType}`);
  return sample();
}

const domains = /^(tenancy|accounting)\./;
const written = () => allWrittenRows().filter(({ table }) => domains.test(getTableUniqueName(table)));

describe("each column that a writer is given", () => {
  it("is known here: no table has writers of which none is tried", () => {
    const tables = new Set(writers.map(({ table }) => getTableUniqueName(table)));
    const all = written().map(({ table }) => getTableUniqueName(table));
    // Lines of bills are written as lines of invoices are, and vendors as customers.
    expect(all.filter((name) => !tables.has(name))).toEqual([]);
    expect(all.length).toBeGreaterThan(8);
  });

  it.each(writers.map((writer) => [getTableUniqueName(writer.table), writer.name, writer] as const))(
    "is read back: %s, %s",
    async (_table, _name, { table, without = [], changes, fitting, write }) => {
      const columns = getColumns(table) as Record<string, PgColumn>;
      const alike = table === (vendors as Table) ? customers : table === (billLines as Table) ? invoiceLines : table;
      const rows = written().filter((each) => each.table === alike);
      const all = new Set(rows.flatMap((each) => (changes ? each.changeable : each.keys)));
      const keys = [...all].filter((key) => !without.includes(key));
      expect(keys).not.toEqual([]);
      const samples = Object.fromEntries(keys.map((key) => [key, sampleOf(key, columns[key] as PgColumn)]));
      const given: Row = { ...samples, ...(await fitting?.()) };
      const id = await write(given as never);
      const [stored] = (await acme.handle
        .select()
        .from(table as never)
        .where(eq(table.id, id ?? ""))) as Row[];
      const numbers = (row: Row | undefined) => Object.fromEntries(keys.map((key) => [key, plain(row?.[key])]));
      expect(numbers(stored)).toEqual(numbers(given));
    },
  );
});

/** Numbers without the zeros that the scale of their column adds. */
const plain = (value: unknown) =>
  typeof value === "string" && /^\d+\.\d+$/.test(value) ? value.replace(/\.?0+$/, "") : value;
