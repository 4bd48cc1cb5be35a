import type { Unit } from "../client/unit";
import { AbonoRepository } from "./abonos";
import { BusinessRepository } from "./businesses";
import { CommissionRepository } from "./commissions";
import { CustomerRepository } from "./customers";
import { DayClosingRepository } from "./day-closings";
import { DistribucionRepository } from "./distribuciones";
import { OrderRepository } from "./orders";
import { ReviewRepository } from "./reviews";
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
export { type Commission, CommissionRepository } from "./commissions";
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
export {
  type BusinessDay,
  type Closing,
  type DayClosing,
  type DayClosingDocument,
  DayClosingRepository,
} from "./day-closings";
export {
  type Assignment,
  type Distribucion,
  type DistribucionChanges,
  type DistribucionDocument,
  type DistribucionFilter,
  DistribucionRepository,
  type NewDistribucion,
  type Settlement,
} from "./distribuciones";
export {
  type Delivery,
  type NewOrder,
  type Order,
  type OrderChanges,
  type OrderDocument,
  type OrderFilter,
  type OrderItem,
  OrderRepository,
} from "./orders";
export { salesRelations } from "./relations";
export { type Review, ReviewRepository } from "./reviews";
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
  readonly commissions: CommissionRepository;
  readonly customers: CustomerRepository;
  readonly dayClosings: DayClosingRepository;
  readonly distribuciones: DistribucionRepository;
  readonly orders: OrderRepository;
  readonly reviews: ReviewRepository;
  readonly sales: SaleRepository;

  constructor(unit: Unit) {
    this.abonos = new AbonoRepository(unit);
    this.businesses = new BusinessRepository(unit);
    this.commissions = new CommissionRepository(unit);
    this.customers = new CustomerRepository(unit);
    this.dayClosings = new DayClosingRepository(unit);
    this.distribuciones = new DistribucionRepository(unit);
    this.orders = new OrderRepository(unit);
    this.reviews = new ReviewRepository(unit);
    this.sales = new SaleRepository(unit);
  }
}
