import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { currencyExponent } from "../../core/currency";
import { found } from "../../core/found";
import { sumMoney } from "../../core/money";
import { parseInput } from "../../core/validation";
import { sqlStatement } from "../statements";
import { asOfSchema } from "../validation/reports";
import { turnoverOf } from "./days";
import { type Section, type SectionParams, sectionColumns, sectionOf, sectionRows } from "./sections";

/** What a company has and owes at the end of a day; amounts are in the books' base currency. */
export interface BalanceSheet {
  companyId: string;
  asOf: string;
  currency: string;
  /** Debit less credit of each account. */
  assets: Section;
  /** Credit less debit of each account, as in `equity`. */
  liabilities: Section;
  equity: Section;
  /** Income less expense since the first entry: years are not closed into equity. */
  result: string;
  /** Liabilities, equity and result, which equals the assets' total. */
  liabilitiesAndEquity: string;
}

const balanceSheet = sqlStatement("accounting.reports.balance_sheet", sectionColumns, (p: SectionParams) =>
  sectionRows(p, ["asset", "liability", "equity"]),
);

export type BalanceSheetInput = z.input<typeof asOfSchema>;

export async function readBalanceSheet(unit: Unit, input: BalanceSheetInput): Promise<BalanceSheet> {
  const { companyId, asOf } = parseInput(asOfSchema, input, "report");
  const rows = await unit.run(balanceSheet, { companyId, ...turnoverOf(undefined, asOf) });
  const { currency, result } = found(rows[0], "company with books");
  const liabilities = sectionOf(rows, "liability");
  const equity = sectionOf(rows, "equity");
  return {
    companyId,
    asOf,
    currency,
    assets: sectionOf(rows, "asset"),
    liabilities,
    equity,
    result,
    liabilitiesAndEquity: sumMoney([liabilities.total, equity.total, result], currencyExponent(currency)),
  };
}
