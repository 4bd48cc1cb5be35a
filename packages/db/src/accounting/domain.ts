import { type Domain, tablesIn } from "../core/domain";
import { Accounting } from "./index";
import { accountingRelations } from "./relations";
import * as schema from "./schema";
import { accountingTesting, factories } from "./testing";

// Interfaces are named in declaration files, where the types behind them would be written out each time.
export interface AccountingDomain extends Domain<Accounting, typeof accountingRelations, typeof factories> {}

export const accountingDomain: AccountingDomain = {
  schemas: [schema.accounting],
  tables: tablesIn(schema),
  relations: accountingRelations,
  repositories: Accounting,
  allowances: ["bills.value_bill", "invoices.value_invoice"].map((trigger) => ({
    rule: "before-writes-nothing",
    object: `trigger accounting.${trigger}`,
    reason:
      "The first invoice of a company makes the series of its numbers, which has given none: it says nothing when the row is left out.",
  })),
  testing: accountingTesting,
  factories,
};
