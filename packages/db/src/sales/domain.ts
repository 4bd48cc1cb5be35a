import { type Domain, tablesIn } from "../core/domain";
import { Sales } from "./index";
import { salesRelations } from "./relations";
import * as schema from "./schema";
import { factories, salesTesting } from "./testing";

// Interfaces are named in declaration files, where the types behind them would be written out each time.
export interface SalesDomain extends Domain<Sales, typeof salesRelations, typeof factories> {}

export const salesDomain: SalesDomain = {
  schemas: [schema.salesSchema],
  tables: tablesIn(schema),
  relations: salesRelations,
  repositories: Sales,
  testing: salesTesting,
  factories,
};
