import type { Unit } from "../client/unit";
import { AccountRepository } from "./accounts";
import { BillRepository } from "./bills";
import { BooksRepository } from "./books";
import { CustomerRepository } from "./customers";
import { ExchangeRateRepository } from "./exchange-rates";
import { IntegrityRepository } from "./integrity";
import { InvoiceRepository } from "./invoices";
import { JournalRepository } from "./journal";
import { PaymentRepository } from "./payments";
import { PeriodRepository } from "./periods";
import { ReportRepository } from "./reports";
import { VendorRepository } from "./vendors";

// AI-BOS names these tables beside those of accounting: one import serves its examples.
export { companies, tenants, users } from "../tenancy/schema";
export {
  type Account,
  type AccountChanges,
  type AccountFilter,
  type AccountNode,
  AccountRepository,
  type NewAccount,
} from "./accounts";
export {
  type ApproveOptions,
  type Bill,
  type BillChanges,
  type BillCredit,
  type BillDocument,
  type BillFilter,
  type BillLine,
  BillRepository,
  type NewBill,
  type NewBillLine,
} from "./bills";
export { type Books, type BooksChanges, BooksRepository, type NewBooks } from "./books";
export {
  type Customer,
  type CustomerChanges,
  CustomerRepository,
  type ImportedCustomer,
  type NewCustomer,
} from "./customers";
export {
  type ExchangeRate,
  type ExchangeRateFilter,
  ExchangeRateRepository,
  type NewExchangeRate,
} from "./exchange-rates";
export { type IntegrityCheck, type IntegrityCheckOptions, IntegrityRepository } from "./integrity";
export type { Violation } from "./integrity-parts";
export {
  type ImportedInvoice,
  type Invoice,
  type InvoiceChanges,
  type InvoiceCredit,
  type InvoiceDocument,
  type InvoiceFilter,
  type InvoiceLine,
  InvoiceRepository,
  type IssueOptions,
  type NewInvoice,
  type NewInvoiceLine,
  type RevenueFilter,
} from "./invoices";
export { type EntryFilter, JournalRepository, type NewJournalEntry, type ReversalOptions } from "./journal";
export type { EntrySource, JournalEntry, JournalLine } from "./journal-entry";
export {
  type AllocationFilter,
  type AllocationRequest,
  type MadePayment,
  type OpenDocument,
  type PartyFilter,
  type Payment,
  type PaymentAllocation,
  type PaymentDirection,
  type PaymentDocument,
  type PaymentFilter,
  PaymentRepository,
  type ReceivedPayment,
  type Refund,
  type UndoingOptions,
} from "./payments";
export { type FiscalPeriod, type NewFiscalPeriod, type NewFiscalYear, PeriodRepository } from "./periods";
export { accountingRelations } from "./relations";
export * from "./reports";
export * from "./schema";
export type { DocumentParty } from "./schema/documents";
export * from "./validation";
export type { RuleGroup } from "./validation/integrity";
export type { ViolationKind } from "./validation/reports";
export { type ImportedVendor, type NewVendor, type Vendor, type VendorChanges, VendorRepository } from "./vendors";

/** The accounting repositories of one unit of work: `tx.accounting.invoices`. */
export class Accounting {
  readonly accounts: AccountRepository;
  readonly bills: BillRepository;
  readonly books: BooksRepository;
  readonly customers: CustomerRepository;
  readonly exchangeRates: ExchangeRateRepository;
  readonly integrity: IntegrityRepository;
  readonly invoices: InvoiceRepository;
  readonly journal: JournalRepository;
  readonly payments: PaymentRepository;
  readonly periods: PeriodRepository;
  readonly reports: ReportRepository;
  readonly vendors: VendorRepository;

  constructor(unit: Unit) {
    this.accounts = new AccountRepository(unit);
    this.bills = new BillRepository(unit);
    this.books = new BooksRepository(unit);
    this.customers = new CustomerRepository(unit);
    this.exchangeRates = new ExchangeRateRepository(unit);
    this.integrity = new IntegrityRepository(unit);
    this.invoices = new InvoiceRepository(unit);
    this.journal = new JournalRepository(unit);
    this.payments = new PaymentRepository(unit);
    this.periods = new PeriodRepository(unit);
    this.reports = new ReportRepository(unit);
    this.vendors = new VendorRepository(unit);
  }
}
