import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { invoices } from "../../../src/accounting";
import { compareMoney, sumMoney } from "../../../src/core/money";
import {
  createCustomer,
  createTenant,
  createTestDatabase,
  createVendor,
  type TestDatabase,
  type TestTenant,
} from "../../../src/testing";
import { work } from "../kit/documents";
import { accountOf } from "../kit/journal";

/*
 * Books that lived: everything that posts has posted, through the repositories and in plain SQL. The reports of every
 * day must agree with one another, and the health check must be empty.
 */
let test: TestDatabase;
let acme: TestTenant;
let customers: string[];
let vendors: string[];
const books = () => acme.handle.accounting;
const company = () => ({ companyId: acme.company.id });
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

async function invoice(customer: number, date: string, amount: string, fields: object = {}): Promise<string> {
  const customerId = customers[customer] ?? "";
  const draft = { ...company(), customerId, invoiceDate: date, dueDate: date, lines: [work(amount)], ...fields };
  const { id } = await books().invoices.create(draft);
  await books().invoices.issue(id);
  return id;
}

async function bill(
  vendor: number,
  number: string,
  date: string,
  amount: string,
  fields: object = {},
): Promise<string> {
  const vendorId = vendors[vendor] ?? "";
  const draft = { ...company(), vendorId, billNumber: number, billDate: date, dueDate: date, lines: [work(amount)] };
  const { id } = await books().bills.create({ ...draft, ...fields });
  await books().bills.approve(id);
  return id;
}

async function live(): Promise<void> {
  customers = [(await createCustomer(acme)).id, (await createCustomer(acme, { name: "Foreign" })).id];
  vendors = [(await createVendor(acme)).id, (await createVendor(acme, { name: "Abroad" })).id];
  const [bank, capital, rent] = await Promise.all(["1120", "3100", "6200"].map((code) => accountOf(acme, code)));
  if (!bank || !capital || !rent) throw new TypeError("The standard chart has other codes");
  for (const [day, rate] of [
    [200, "1.10000000"],
    [100, "1.17340000"],
    [40, "0.98765432"],
  ] as const) {
    await books().exchangeRates.set({ ...company(), currency: "EUR", rateDate: daysAgo(day), rate });
  }
  await books().journal.post({
    ...company(),
    date: daysAgo(190),
    lines: [
      { accountId: bank, debit: "5000.00" },
      { accountId: capital, credit: "5000.00" },
    ],
  });
  const wrong = await books().journal.post({
    ...company(),
    date: daysAgo(120),
    lines: [
      { accountId: rent, debit: "33.33", currency: "EUR" },
      { accountId: bank, credit: "33.33", currency: "EUR" },
    ],
  });
  await books().journal.reverse(wrong.id, { date: daysAgo(119) });

  await books().journal.post({
    ...company(),
    date: daysAgo(118),
    lines: [
      { accountId: bank, debit: "50.00", currency: "EUR", rate: "1.2" },
      { accountId: rent, credit: "50.00", currency: "EUR", rate: "1.1" },
      { accountId: await accountOf(acme, "7900"), credit: "5.00", currency: "USD", isExchangeDifference: true },
    ],
  });

  const euro = { currency: "EUR" };
  const first = await invoice(0, daysAgo(180), "100.00");
  const second = await invoice(0, daysAgo(170), "250.01", { dueDate: daysAgo(100) });
  const third = await invoice(1, daysAgo(150), "99.99", euro);
  const fourth = await invoice(1, daysAgo(90), "0.07", euro);
  const fifth = await invoice(0, daysAgo(60), "10.00");
  const sixth = await invoice(0, daysAgo(20), "70.00");
  await invoice(0, daysAgo(15), "0.00");

  const receipt = await books().payments.receive({
    ...company(),
    customerId: customers[0] ?? "",
    amount: "300.00",
    paymentDate: daysAgo(110),
    allocations: [
      { invoiceId: first, amount: "100.00" },
      { invoiceId: second, amount: "150.00" },
    ],
  });
  const inEuro = await books().payments.receive({
    ...company(),
    ...euro,
    customerId: customers[1] ?? "",
    amount: "120.00",
    paymentDate: daysAgo(95),
  });
  const allocations = await books().payments.allocate({
    paymentId: inEuro.id,
    date: daysAgo(85),
    allocations: [
      { invoiceId: third, amount: "33.33" },
      { invoiceId: fourth, amount: "0.03" },
    ],
  });
  await books().payments.allocate({
    paymentId: inEuro.id,
    date: daysAgo(80),
    allocations: [{ invoiceId: third, amount: "66.66" }],
  });
  await books().payments.takeBack(allocations[0]?.id ?? "", { date: daysAgo(50) });
  const lost = await books().payments.receive({
    ...company(),
    customerId: customers[0] ?? "",
    amount: "20.00",
    paymentDate: daysAgo(30),
    allocations: "oldest",
  });
  await books().payments.void(lost.id, { date: daysAgo(10) });
  await books().invoices.credit(fifth, { date: daysAgo(55), lines: [work("4.00")] });
  await books().invoices.credit(third, { date: daysAgo(45), lines: [work("1.11")] });
  await books().invoices.void(await invoice(0, daysAgo(35), "500.00"), { date: daysAgo(33) });

  const owed = await bill(0, "V-1", daysAgo(160), "400.00");
  const abroad = await bill(1, "V-2", daysAgo(140), "123.45", euro);
  await books().bills.void(await bill(0, "V-3", daysAgo(130), "9.00"), { date: daysAgo(129) });
  await books().bills.credit(owed, { billNumber: "C-1", date: daysAgo(125), lines: [work("12.34")] });
  const paid = { ...company(), vendorId: vendors[0] ?? "", amount: "200.00", paymentDate: daysAgo(105) };
  await books().payments.make({ ...paid, allocations: [{ billId: owed, amount: "200.00" }] });
  const abroadPayment = {
    ...company(),
    ...euro,
    vendorId: vendors[1] ?? "",
    amount: "130.00",
    paymentDate: daysAgo(38),
  };
  await books().payments.make({ ...abroadPayment, allocations: [{ billId: abroad, amount: "123.45" }] });

  // AI-BOS's own bulk update, in plain Drizzle and in plain SQL.
  await acme.handle.update(invoices).set({ status: "paid" }).where(eq(invoices.id, sixth));
  await acme.handle.execute(sql`update accounting.bills set status = 'paid' where id = ${owed}`);

  const year = await books().periods.createYear({
    ...company(),
    startsOn: `${daysAgo(200).slice(0, 7)}-01`,
    months: 3,
  });
  for (const period of year) await books().periods.close(period.id);
  await books().periods.reopen(year.at(-1)?.id ?? "", { reason: "a late bill" });
  await bill(1, "V-late", year.at(-1)?.startsOn ?? "", "5.55");
  await books().periods.close(year.at(-1)?.id ?? "");
  expect(receipt.allocatedAmount).toBe("250.00");
}

beforeAll(async () => {
  test = await createTestDatabase();
  acme = await createTenant(test, "Acme");
  await live();
});
afterAll(() => test.close());

describe("books that lived", () => {
  it("are healthy", async () => {
    expect(await books().integrity.violations()).toEqual([]);
  });

  const days = Array.from({ length: 205 }, (_day, index) => 203 - index);
  it("are reported alike by all reports, on every day", async () => {
    const [receivable, payable] = await Promise.all(["1200", "2100"].map((code) => accountOf(acme, code)));
    for (const ago of days) {
      const asOf = daysAgo(ago);
      const trial = await books().reports.trialBalance({ ...company(), asOf });
      expect(trial.totals.debit, asOf).toBe(trial.totals.credit);
      const sheet = await books().reports.balanceSheet({ ...company(), asOf });
      expect(sheet.assets.total, asOf).toBe(sheet.liabilitiesAndEquity);
      const profit = await books().reports.profitAndLoss({ ...company(), from: "2000-01-01", to: asOf });
      expect(profit.result, asOf).toBe(sheet.result);

      const owedToUs = await books().reports.receivablesAgeing({ ...company(), asOf });
      const owedByUs = await books().reports.payablesAgeing({ ...company(), asOf });
      const balance = (id: string | undefined) => {
        const found = trial.accounts.find((account) => account.accountId === id);
        return found ? [found.debit, found.credit] : ["0.00", "0.00"];
      };
      expect(sides(owedToUs.totals.total), asOf).toEqual(balance(receivable));
      expect(sides(owedByUs.totals.total).reverse(), asOf).toEqual(balance(payable));

      for (const customerId of customers) {
        const statement = await books().reports.customerStatement({
          customerId,
          from: daysAgo(150),
          to: daysAgo(Math.min(ago, 150)),
        });
        if (ago > 150) continue;
        const total = owedToUs.parties.find((party) => party.customerId === customerId)?.total ?? "0.00";
        expect(statement.closing, asOf).toBe(total);
      }
      for (const vendorId of vendors) {
        const statement = await books().reports.vendorStatement({ vendorId, from: "2000-01-01", to: asOf });
        const total = owedByUs.parties.find((party) => party.vendorId === vendorId)?.total ?? "0.00";
        expect(statement.closing, asOf).toBe(total);
      }
    }
  });

  it("end at what the parties and accounts are said to owe", async () => {
    const asOf = "9999-12-31";
    const { parties, totals } = await books().reports.receivablesAgeing({ ...company(), asOf });
    const kept = await Promise.all(customers.map((id) => books().customers.getById(id)));
    for (const customer of kept) {
      const total = parties.find((party) => party.customerId === customer.id)?.total ?? "0.00";
      expect(customer.balance).toBe(total);
    }
    expect(totals.total).toBe(sumMoney(kept.map((customer) => customer.balance)));
    const trial = await books().reports.trialBalance({ ...company(), asOf });
    for (const account of trial.accounts) {
      const ledger = await books().reports.generalLedger({
        accountId: account.accountId,
        from: "0001-01-01",
        to: asOf,
      });
      expect(ledger.opening).toBe("0.00");
      expect(sides(ledger.closing)).toEqual([account.debit, account.credit]);
    }
  });
});

/** Debit and credit side of a balance. */
function sides(balance: string): string[] {
  return compareMoney(balance, "0") < 0 ? ["0.00", balance.slice(1)] : [balance, "0.00"];
}
