import type { Unit } from "../../client/unit";
import {
  type AgeingInput,
  type PayablesAgeing,
  type ReceivablesAgeing,
  readPayablesAgeing,
  readReceivablesAgeing,
} from "./ageing";
import { type BalanceSheet, type BalanceSheetInput, readBalanceSheet } from "./balance-sheet";
import { type GeneralLedger, type GeneralLedgerInput, readGeneralLedger } from "./general-ledger";
import {
  type CustomerStatement,
  type CustomerStatementInput,
  readCustomerStatement,
  readVendorStatement,
  type VendorStatement,
  type VendorStatementInput,
} from "./party-statement";
import { type ProfitAndLoss, type ProfitAndLossInput, readProfitAndLoss } from "./profit-and-loss";
import { readTrialBalance, type TrialBalance, type TrialBalanceInput } from "./trial-balance";

export type { AgedAmounts, Ageing, AgeingInput, PayablesAgeing, ReceivablesAgeing } from "./ageing";
export type { BalanceSheet, BalanceSheetInput } from "./balance-sheet";
export type { GeneralLedger, GeneralLedgerInput, LedgerLine } from "./general-ledger";
export type {
  CustomerStatement,
  CustomerStatementInput,
  PartyStatement,
  StatementLine,
  VendorStatement,
  VendorStatementInput,
} from "./party-statement";
export type { ProfitAndLoss, ProfitAndLossInput } from "./profit-and-loss";
export type { Section } from "./sections";
export type { TrialBalance, TrialBalanceInput } from "./trial-balance";

/**
 * Reports from the books, as of the end of any day; each is one statement. Dates are `YYYY-MM-DD`, amounts decimal
 * strings in the books' base currency, with its decimals. They agree: see each method. All throw `ValidationError`, and
 * `NotFoundError` for a company without books, an account or a party that this scope does not have.
 */
export class ReportRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * What each account stands at, on its debit or its credit side: `{ accounts: [{ accountId, code, name, type, debit,
   * credit }], totals: { debit, credit } }`. Both totals are equal.
   */
  trialBalance(input: TrialBalanceInput): Promise<TrialBalance> {
    return readTrialBalance(this.#unit, input);
  }

  /**
   * An account's lines from one day to another with the running balance, paged: `{ account, opening, items: [{ lineId,
   * entryId, date, description, reference, source, sourceId, debit, credit, balance, currency, amount }], closing,
   * nextCursor }`. `opening` and `closing` are the page's; the last page closes with the trial balance of `to`.
   */
  generalLedger(input: GeneralLedgerInput): Promise<GeneralLedger> {
    return readGeneralLedger(this.#unit, input);
  }

  /** `{ income: { accounts, total }, expense: { accounts, total }, result }`; a loss is a negative result. */
  profitAndLoss(input: ProfitAndLossInput): Promise<ProfitAndLoss> {
    return readProfitAndLoss(this.#unit, input);
  }

  /**
   * `{ assets, liabilities, equity, result, liabilitiesAndEquity }`, the first three as `{ accounts, total }`. Assets
   * are liabilities + equity + result, the result being income less expense so far.
   */
  balanceSheet(input: BalanceSheetInput): Promise<BalanceSheet> {
    return readBalanceSheet(this.#unit, input);
  }

  /**
   * What customers owe, by days overdue: `{ overdueDays, parties: [{ customerId, name, current, overdue: […],
   * unallocated, total }], totals }`, with buckets up to 30, 60, 90 days and above unless `buckets` says otherwise.
   * `totals.total` is the balance of the receivable account, a party's total the balance of the customer.
   */
  receivablesAgeing(input: AgeingInput): Promise<ReceivablesAgeing> {
    return readReceivablesAgeing(this.#unit, input);
  }

  /** What vendors are owed, like `receivablesAgeing`; what the company owes is positive. */
  payablesAgeing(input: AgeingInput): Promise<PayablesAgeing> {
    return readPayablesAgeing(this.#unit, input);
  }

  /**
   * A customer's account: `{ party, opening, lines: [{ entryId, date, source, sourceId, reference, description, debit,
   * credit, balance }], closing }`. `closing` is the customer's total in the ageing of `to`.
   */
  customerStatement(input: CustomerStatementInput): Promise<CustomerStatement> {
    return readCustomerStatement(this.#unit, input);
  }

  /** A vendor's account, like `customerStatement`; balances are what the company owes. */
  vendorStatement(input: VendorStatementInput): Promise<VendorStatement> {
    return readVendorStatement(this.#unit, input);
  }
}
