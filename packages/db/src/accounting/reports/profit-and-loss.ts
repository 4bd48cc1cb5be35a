import type { z } from "zod";
import type { Unit } from "../../client/unit";
import { found } from "../../core/found";
import { parseInput } from "../../core/validation";
import { sqlStatement } from "../statements";
import { companyDaysSchema } from "../validation/reports";
import { turnoverOf } from "./days";
import { type Section, type SectionParams, sectionColumns, sectionOf, sectionRows } from "./sections";

/** What a company earned and spent in some days; amounts are in the books' base currency. */
export interface ProfitAndLoss {
  companyId: string;
  from: string;
  to: string;
  currency: string;
  /** Credit less debit of each account. */
  income: Section;
  /** Debit less credit of each account. */
  expense: Section;
  /** Income less expense: a loss is negative. */
  result: string;
}

const profitAndLoss = sqlStatement("accounting.reports.profit_and_loss", sectionColumns, (p: SectionParams) =>
  sectionRows(p, ["income", "expense"]),
);

export type ProfitAndLossInput = z.input<typeof companyDaysSchema>;

export async function readProfitAndLoss(unit: Unit, input: ProfitAndLossInput): Promise<ProfitAndLoss> {
  const { companyId, from, to } = parseInput(companyDaysSchema, input, "report");
  const rows = await unit.run(profitAndLoss, { companyId, ...turnoverOf(from, to) });
  const { currency, result } = found(rows[0], "company with books");
  return {
    companyId,
    from,
    to,
    currency,
    income: sectionOf(rows, "income"),
    expense: sectionOf(rows, "expense"),
    result,
  };
}
