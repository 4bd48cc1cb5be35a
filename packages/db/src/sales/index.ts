import type { Unit } from "../client/unit";
import { AbonoRepository } from "./abonos";
import { BusinessRepository } from "./businesses";
import { CustomerRepository } from "./customers";
import { SaleRepository } from "./sales";

// Avileo's documents join these tables.
export { tenants, users } from "../tenancy/schema";
export {
  type Abono,
  type AbonoAllocating,
  type AbonoAllocation,
  type AbonoFilter,
  type AbonoHeader,
  AbonoRepository,
  type NewAbono,
} from "./abonos";
export { type Business, type BusinessChanges, BusinessRepository, type NewBusiness } from "./businesses";
export {
  type AccountStatement,
  type BusinessFilter,
  type Customer,
  type CustomerChanges,
  CustomerRepository,
  type Debt,
  type DebtMovement,
  type Debtor,
  type NewCustomer,
} from "./customers";
export { salesRelations } from "./relations";
export {
  type Correction,
  type NewSale,
  type Sale,
  type SaleFilter,
  type SaleHeader,
  type SaleItem,
  SaleRepository,
  type Voiding,
} from "./sales";
export * from "./schema";
export * from "./validation";

/** The repositories of sales of one unit of work: `tx.sales.businesses`. */
export class Sales {
  readonly abonos: AbonoRepository;
  readonly businesses: BusinessRepository;
  readonly customers: CustomerRepository;
  readonly sales: SaleRepository;

  constructor(unit: Unit) {
    this.abonos = new AbonoRepository(unit);
    this.businesses = new BusinessRepository(unit);
    this.customers = new CustomerRepository(unit);
    this.sales = new SaleRepository(unit);
  }
}
