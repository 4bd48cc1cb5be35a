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
  testing: accountingTesting,
  factories,
};
