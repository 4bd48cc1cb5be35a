import { eq, sql } from "drizzle-orm";
import { expect } from "vitest";
import { invoices } from "../../../src/accounting";
import { createCustomer, createVendor, type TestTenant } from "../../../src/testing";
import { sharedTenant } from "../../kit/tenants";
import { work } from "../kit/documents";
import { accountOf } from "../kit/journal";

/** A day of the last months, as the books' year ends today. */
export const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** Does everything that posts, through the repositories and in plain SQL, and returns whose books it is. */
async function live(of: TestTenant): Promise<{ customers: string[]; vendors: string[] }> {
  const customers = [(await createCustomer(of)).id, (await createCustomer(of, { name: "Foreign" })).id];
  const vendors = [(await createVendor(of)).id, (await createVendor(of, { name: "Abroad" })).id];
  const books = of.handle.accounting;
  const company = { companyId: of.company.id };

  async function invoice(customer: number, date: string, amount: string, fields: object = {}): Promise<string> {
    const customerId = customers[customer] ?? "";
    const draft = { ...company, customerId, invoiceDate: date, dueDate: date, lines: [work(amount)], ...fields };
    const { id } = await books.invoices.create(draft);
    await books.invoices.issue(id);
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
    const draft = { ...company, vendorId, billNumber: number, billDate: date, dueDate: date, lines: [work(amount)] };
    const { id } = await books.bills.create({ ...draft, ...fields });
    await books.bills.approve(id);
    return id;
  }

  const [bank, capital, rent] = await Promise.all(["1120", "3100", "6200"].map((code) => accountOf(of, code)));
  if (!bank || !capital || !rent) throw new TypeError("The standard chart has other codes");
  for (const [day, rate] of [
    [200, "1.10000000"],
    [100, "1.17340000"],
    [40, "0.98765432"],
  ] as const) {
    await books.exchangeRates.set({ ...company, currency: "EUR", rateDate: daysAgo(day), rate });
  }
  await books.journal.post({
    ...company,
    date: daysAgo(190),
    lines: [
      { accountId: bank, debit: "5000.00" },
      { accountId: capital, credit: "5000.00" },
    ],
  });
  const wrong = await books.journal.post({
    ...company,
    date: daysAgo(120),
    lines: [
      { accountId: rent, debit: "33.33", currency: "EUR" },
      { accountId: bank, credit: "33.33", currency: "EUR" },
    ],
  });
  await books.journal.reverse(wrong.id, { date: daysAgo(119) });

  await books.journal.post({
    ...company,
    date: daysAgo(118),
    lines: [
      { accountId: bank, debit: "50.00", currency: "EUR", rate: "1.2" },
      { accountId: rent, credit: "50.00", currency: "EUR", rate: "1.1" },
      { accountId: await accountOf(of, "7900"), credit: "5.00", currency: "USD", isExchangeDifference: true },
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

  const receipt = await books.payments.receive({
    ...company,
    customerId: customers[0] ?? "",
    amount: "300.00",
    paymentDate: daysAgo(110),
    allocations: [
      { invoiceId: first, amount: "100.00" },
      { invoiceId: second, amount: "150.00" },
    ],
  });
  const inEuro = await books.payments.receive({
    ...company,
    ...euro,
    customerId: customers[1] ?? "",
    amount: "120.00",
    paymentDate: daysAgo(95),
  });
  const allocations = await books.payments.allocate({
    paymentId: inEuro.id,
    date: daysAgo(85),
    allocations: [
      { invoiceId: third, amount: "33.33" },
      { invoiceId: fourth, amount: "0.03" },
    ],
  });
  await books.payments.allocate({
    paymentId: inEuro.id,
    date: daysAgo(80),
    allocations: [{ invoiceId: third, amount: "66.66" }],
  });
  await books.payments.takeBack(allocations[0]?.id ?? "", { date: daysAgo(50) });
  const lost = await books.payments.receive({
    ...company,
    customerId: customers[0] ?? "",
    amount: "20.00",
    paymentDate: daysAgo(30),
    allocations: "oldest",
  });
  await books.payments.void(lost.id, { date: daysAgo(10) });
  await books.invoices.credit(fifth, { date: daysAgo(55), lines: [work("4.00")] });
  await books.invoices.credit(third, { date: daysAgo(45), lines: [work("1.11")] });
  await books.invoices.void(await invoice(0, daysAgo(35), "500.00"), { date: daysAgo(33) });

  const owed = await bill(0, "V-1", daysAgo(160), "400.00");
  const abroad = await bill(1, "V-2", daysAgo(140), "123.45", euro);
  await books.bills.void(await bill(0, "V-3", daysAgo(130), "9.00"), { date: daysAgo(129) });
  await books.bills.credit(owed, { billNumber: "C-1", date: daysAgo(125), lines: [work("12.34")] });
  const paid = { ...company, vendorId: vendors[0] ?? "", amount: "200.00", paymentDate: daysAgo(105) };
  await books.payments.make({ ...paid, allocations: [{ billId: owed, amount: "200.00" }] });
  const abroadPayment = {
    ...company,
    ...euro,
    vendorId: vendors[1] ?? "",
    amount: "130.00",
    paymentDate: daysAgo(38),
  };
  await books.payments.make({ ...abroadPayment, allocations: [{ billId: abroad, amount: "123.45" }] });

  // AI-BOS's own bulk update, in plain Drizzle and in plain SQL.
  await of.handle.update(invoices).set({ status: "paid" }).where(eq(invoices.id, sixth));
  await of.handle.execute(sql`update accounting.bills set status = 'paid' where id = ${owed}`);

  const year = await books.periods.createYear({
    ...company,
    startsOn: `${daysAgo(200).slice(0, 7)}-01`,
    months: 3,
  });
  for (const period of year) await books.periods.close(period.id);
  await books.periods.reopen(year.at(-1)?.id ?? "", { reason: "a late bill" });
  await bill(1, "V-late", year.at(-1)?.startsOn ?? "", "5.55");
  await books.periods.close(year.at(-1)?.id ?? "");
  expect(receipt.allocatedAmount).toBe("250.00");
  return { customers, vendors };
}

/** The tests of a file share `acme`, whose books have lived. */
export const inLivedBooks = sharedTenant.extend("lived", { scope: "file", auto: true }, ({ acme }) => live(acme));
