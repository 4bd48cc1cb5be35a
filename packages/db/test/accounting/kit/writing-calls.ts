import type { ImportedInvoice } from "../../../src/accounting";
import { newId } from "../../../src/index";
import type { TestTenant } from "../../../src/testing";
import { approved, issued, work } from "./documents";
import { newAccount, transfer } from "./journal";

/*
 * Every call that writes the books, over one customer, vendor, account, document, key and period, to let them meet.
 */

/** What all calls of a round work on. */
export interface Round {
  acme: TestTenant;
  customerId: string;
  vendorId: string;
  pair: readonly [string, string];
  cash: string;
  invoiceIds: string[];
  billIds: string[];
  draftId: string;
  creditId: string;
  paymentId: string;
  madeId: string;
  refundId: string;
  allocationId: string;
  manualId: string;
  draftBillId: string;
  periodId: string;
  /** A key for those that ask for the same. */
  key: string;
}

const date = "2026-02-01";

function imported({ acme, customerId, key }: Round, number: number): ImportedInvoice {
  const status = number % 3 === 0 ? "issued" : "paid";
  return {
    companyId: acme.company.id,
    customerId,
    externalId: `${key}-${number}`,
    invoiceNumber: `X-${key}-${number}`,
    status,
    ...(status === "paid" ? { paidOn: date } : {}),
    ...{ invoiceDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("10.00")] },
  };
}
export const some = (count: number) => Array.from({ length: count }, (_, index) => index);

const refund = (of: Round, sources: string[]) =>
  of.acme.handle.accounting.payments.refund({
    ...money(of),
    amount: "2.00",
    customerId: of.customerId,
    externalId: `${of.key}-refund`,
    allocations: sources.map((id) => ({
      ...(id === of.paymentId ? { paymentId: id } : { creditNoteId: id }),
      amount: "1.00",
    })),
  });

const allocations = ({ invoiceIds }: Round) => invoiceIds.map((invoiceId) => ({ invoiceId, amount: "1.00" }));
export const reversed = <T>(items: readonly T[]) => [...items].reverse();
const money = ({ acme }: Round) => ({ companyId: acme.company.id, paymentDate: date, amount: "10.00" });

export type Call = (of: Round) => Promise<unknown>;

/** Every way to write, each under its name; a test says that no method is missing. */
export const writingCalls: Record<string, Call> = {
  "a cash sale": (of) =>
    of.acme.handle.accounting.journal.post(transfer(of.acme, [of.pair[0], of.pair[1]], "10.00", { date })),
  "a sale for cash": (of) =>
    of.acme.handle.accounting.journal.post(transfer(of.acme, [of.cash, of.pair[1]], "10.00", { date })),
  "an import of paid invoices": (of) =>
    of.acme.handle.accounting.invoices.importMany(some(4).map((number) => imported(of, number))),
  "the same import in another order": (of) =>
    of.acme.handle.accounting.invoices.importMany(reversed(some(4)).map((number) => imported(of, number))),
  "an import to accounts of its own": (of) =>
    of.acme.handle.accounting.invoices.importMany(
      some(2).map((number) => ({
        ...imported({ ...of, key: newId() }, number),
        lines: [{ ...work("5.00"), accountId: of.pair[1] }],
      })),
    ),
  "an import of customers": (of) =>
    of.acme.handle.accounting.customers.importMany(
      some(20).map((n) => ({ companyId: of.acme.company.id, externalId: `${of.key}-${n}`, name: "C" })),
    ),
  "the same customers in another order": (of) =>
    of.acme.handle.accounting.customers.importMany(
      reversed(some(20)).map((n) => ({ companyId: of.acme.company.id, externalId: `${of.key}-${n}`, name: "C" })),
    ),
  "drafts with keys": (of) => drafts(of, some(4)),
  "the same drafts in another order": (of) => drafts(of, reversed(some(4))),
  "entries with keys": (of) => entries(of, some(4)),
  "the same entries in another order": (of) => entries(of, reversed(some(4))),
  "an issue": (of) => of.acme.handle.accounting.invoices.issue(of.draftId),
  "an issue with a prefix": (of) => of.acme.handle.accounting.invoices.issue(of.draftId, { prefix: "INV-" }),
  "new lines for the draft": (of) => of.acme.handle.accounting.invoices.setLines(of.draftId, [work("11.00")]),
  "a credit note": (of) =>
    of.acme.handle.accounting.invoices.credit(of.invoiceIds[0] ?? "", { date, lines: [work("2.00")] }),
  "a payment for what is due first": (of) =>
    of.acme.handle.accounting.payments.receive({ ...money(of), customerId: of.customerId, allocations: "oldest" }),
  "a payment with a key": (of) =>
    of.acme.handle.accounting.payments.receive({
      ...money(of),
      customerId: of.customerId,
      externalId: of.key,
      allocations: allocations(of),
    }),
  "the same payment in another order": (of) =>
    of.acme.handle.accounting.payments.receive({
      ...money(of),
      customerId: of.customerId,
      externalId: of.key,
      allocations: reversed(allocations(of)),
    }),
  "a payment made": (of) =>
    of.acme.handle.accounting.payments.make({ ...money(of), vendorId: of.vendorId, allocations: "oldest" }),
  "a refund": (of) =>
    of.acme.handle.accounting.payments.refund({ ...money(of), amount: "3.00", customerId: of.customerId }),
  "a refund with a key": (of) => refund(of, [of.creditId, of.paymentId]),
  "the same refund in another order": (of) => refund(of, [of.paymentId, of.creditId]),
  "a refund from a vendor": (of) =>
    of.acme.handle.accounting.payments.refund({
      ...money(of),
      amount: "1.00",
      vendorId: of.vendorId,
      allocations: [{ paymentId: of.madeId, amount: "1.00" }],
    }),
  "a void of a refund": (of) => of.acme.handle.accounting.payments.void(of.refundId),
  "an allocation": (of) =>
    of.acme.handle.accounting.payments.allocate({ paymentId: of.paymentId, date, allocations: allocations(of) }),
  "an allocation of a credit note": (of) =>
    of.acme.handle.accounting.payments.allocate({
      creditNoteId: of.creditId,
      date,
      allocations: reversed(allocations(of)),
    }),
  "a void of a payment": (of) => of.acme.handle.accounting.payments.void(of.paymentId),
  "a void of a payment made": (of) => of.acme.handle.accounting.payments.void(of.madeId),
  "a void of an invoice": (of) => of.acme.handle.accounting.invoices.void(of.invoiceIds[1] ?? ""),
  "invoices marked as paid": (of) => of.acme.handle.accounting.invoices.markPaid(of.invoiceIds),
  "bills marked as paid": (of) => of.acme.handle.accounting.bills.markPaid(reversed(of.billIds)),
  "a bill credited": (of) =>
    of.acme.handle.accounting.bills.credit(of.billIds[0] ?? "", { billNumber: newId(), date, lines: [work("1.00")] }),
  "a change of the customer": (of) =>
    of.acme.handle.accounting.customers.update(of.customerId, { city: String(of.key) }),
  "other default accounts": (of) =>
    of.acme.handle.accounting.books.update(of.acme.company.id, { bankAccountId: of.pair[0] }),
  "an account archived": (of) => of.acme.handle.accounting.accounts.archive(of.cash),
  "an account restored": (of) => of.acme.handle.accounting.accounts.restore(of.cash),
  "an account moved": (of) => of.acme.handle.accounting.accounts.update(of.cash, { parentId: of.pair[0] }),
  "the other account moved": (of) => of.acme.handle.accounting.accounts.update(of.pair[0], { parentId: of.cash }),
  "the standard chart": (of) =>
    of.acme.handle.accounting.accounts.createStandardChart({ companyId: of.acme.company.id }),
  "books of its own accounts": (of) =>
    of.acme.handle.accounting.books.create({
      ...companyOf(of),
      ...{ receivableAccountId: of.cash, payableAccountId: of.pair[0], salesAccountId: of.pair[1] },
      ...{ purchasesAccountId: of.cash, bankAccountId: of.pair[0], exchangeAccountId: of.pair[1] },
    }),
  "a reversal": (of) => of.acme.handle.accounting.journal.reverse(of.manualId, { date, idempotencyKey: of.key }),
  "an approval": (of) => of.acme.handle.accounting.bills.approve(of.draftBillId),
  "new lines for the draft bill": (of) => of.acme.handle.accounting.bills.setLines(of.draftBillId, [work("11.00")]),
  "a change of the draft": (of) => of.acme.handle.accounting.invoices.update(of.draftId, { dueDate: "2026-03-14" }),
  "a change of the draft bill": (of) =>
    of.acme.handle.accounting.bills.update(of.draftBillId, { dueDate: "2026-03-14" }),
  "a series whose numbers begin": (of) =>
    of.acme.handle.accounting.invoices.startNumbers({ ...companyOf(of), firstNumber: 7 }),
  "a draft thrown away": (of) => of.acme.handle.accounting.invoices.deleteDraft(of.draftId),
  "a draft bill thrown away": (of) => of.acme.handle.accounting.bills.deleteDraft(of.draftBillId),
  "a draft": (of) => of.acme.handle.accounting.invoices.create(draft(of)),
  "a draft bill": (of) => of.acme.handle.accounting.bills.create(draftBill(of, newId())),
  "draft bills with keys": (of) => draftBills(of, some(4)),
  "the same draft bills in another order": (of) => draftBills(of, reversed(some(4))),
  "a void of a bill": (of) => of.acme.handle.accounting.bills.void(of.billIds[1] ?? ""),
  "an allocation taken back": (of) => of.acme.handle.accounting.payments.takeBack(of.allocationId),
  "a new account": (of) => newAccount(of.acme, { parentId: of.cash }),
  "a rate": (of) =>
    of.acme.handle.accounting.exchangeRates.set({ ...companyOf(of), currency: "EUR", rateDate: date, rate: "1.1" }),
  "a period closed": (of) => of.acme.handle.accounting.periods.close(of.periodId),
  "a period reopened": (of) =>
    of.acme.handle.accounting.periods.reopen(of.periodId, { reason: "An invoice came late" }),
  "a year that overlaps": (of) =>
    of.acme.handle.accounting.periods.createYear({ ...companyOf(of), startsOn: "2024-12-01", months: 1 }),
  "a period that overlaps": (of) =>
    of.acme.handle.accounting.periods.create({ ...companyOf(of), name: "2024", ...firstPeriod }),
  "a new customer": (of) => of.acme.handle.accounting.customers.create({ ...companyOf(of), name: "C" }),
  "a new vendor": (of) => of.acme.handle.accounting.vendors.create({ ...companyOf(of), name: "V" }),
  "an import of vendors": (of) =>
    of.acme.handle.accounting.vendors.importMany(
      reversed(some(20)).map((n) => ({ ...companyOf(of), externalId: `${of.key}-${n}`, name: "V" })),
    ),
  "a change of the vendor": (of) => of.acme.handle.accounting.vendors.update(of.vendorId, { city: of.key }),
  "a customer archived": (of) => of.acme.handle.accounting.customers.archive(of.customerId),
  "a customer restored": (of) => of.acme.handle.accounting.customers.restore(of.customerId),
  "a vendor archived": (of) => of.acme.handle.accounting.vendors.archive(of.vendorId),
  "a vendor restored": (of) => of.acme.handle.accounting.vendors.restore(of.vendorId),
};

const firstPeriod = { startsOn: "2024-12-01", endsOn: "2024-12-31" };
const companyOf = ({ acme }: Round) => ({ companyId: acme.company.id });
const draft = (of: Round) => ({
  ...companyOf(of),
  customerId: of.customerId,
  ...{ invoiceDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("10.00")] },
});
const draftBill = (of: Round, billNumber: string) => ({
  ...companyOf(of),
  ...{ vendorId: of.vendorId, billNumber },
  ...{ billDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("1.00")] },
});
const draftBills = (of: Round, numbers: number[]) =>
  of.acme.handle.accounting.bills.createMany(
    numbers.map((number) => ({ ...draftBill(of, `${of.key}-${number}`), externalId: `${of.key}-draft-${number}` })),
  );

const drafts = ({ acme, customerId, key }: Round, numbers: number[]) =>
  acme.handle.accounting.invoices.createMany(
    numbers.map((number) => ({
      companyId: acme.company.id,
      customerId,
      externalId: `${key}-draft-${number}`,
      invoiceDate: "2026-01-10",
      dueDate: "2026-02-10",
      lines: [work("1.00")],
    })),
  );
const entries = ({ acme, pair, key }: Round, numbers: number[]) =>
  acme.handle.accounting.journal.postMany(
    numbers.map((number) => transfer(acme, pair, "1.00", { date, idempotencyKey: `${key}-${number}` })),
  );

const firstOf = async <T>(page: Promise<{ items: T[] }>): Promise<T | undefined> => (await page).items[0];

/** New documents, payments and keys for a round. */
export async function roundOf(acme: TestTenant, fixed: Pick<Round, "customerId" | "vendorId" | "pair" | "cash">) {
  const { customerId, vendorId } = fixed;
  const invoice = () => issued(acme, "10.00", { customerId });
  const [one, two, draft, credit] = await Promise.all([
    invoice(),
    invoice(),
    acme.handle.accounting.invoices.create({
      companyId: acme.company.id,
      customerId,
      ...{ invoiceDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("10.00")] },
    }),
    issued(acme, "4.00", { customerId, kind: "credit_note" }),
  ]);
  const [first, second] = await Promise.all([
    approved(acme, "10.00", { vendorId }),
    approved(acme, "9.00", { vendorId }),
  ]);
  const payment = { companyId: acme.company.id, paymentDate: "2026-01-20", amount: "8.00" };
  const [received, made] = await Promise.all([
    acme.handle.accounting.payments.receive({ ...payment, customerId }),
    acme.handle.accounting.payments.make({ ...payment, vendorId, allocations: [{ billId: first.id, amount: "1.00" }] }),
  ]);
  const refunded = await acme.handle.accounting.payments.refund({
    ...{ ...payment, amount: "1.00", customerId },
    allocations: [{ paymentId: received.id, amount: "1.00" }],
  });
  const { journal, periods, payments, bills } = acme.handle.accounting;
  const [manual, draftBillRow, period, allocation] = await Promise.all([
    journal.post(transfer(acme, fixed.pair, "3.00", { date })),
    bills.create({
      companyId: acme.company.id,
      ...{ vendorId, billNumber: newId(), billDate: "2026-01-10", dueDate: "2026-02-10", lines: [work("1.00")] },
    }),
    firstOf(periods.list({ companyId: acme.company.id })).then(
      (known) => known ?? periods.create({ companyId: acme.company.id, name: "2024-12", ...firstPeriod }),
    ),
    firstOf(payments.listAllocations({ paymentId: made.id })),
  ]);
  const of: Round = {
    ...fixed,
    acme,
    manualId: manual.id,
    draftBillId: draftBillRow.id,
    periodId: period.id,
    allocationId: allocation?.id ?? "",
    invoiceIds: [one.id, two.id],
    billIds: [first.id, second.id],
    draftId: draft.id,
    creditId: credit.id,
    paymentId: received.id,
    madeId: made.id,
    refundId: refunded.id,
    key: newId(),
  };
  return of;
}
