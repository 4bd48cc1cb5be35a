import type { Unit } from "../client/unit";
import { BusinessRepository } from "./businesses";
import { CommissionRepository } from "./commissions";
import { DayClosingRepository } from "./day-closings";
import { DistribucionRepository } from "./distribuciones";
import { OrderRepository } from "./orders";
import { ReviewRepository } from "./reviews";

// Avileo's documents join these tables.
export { tenants, users } from "../tenancy/schema";
export { type Business, type BusinessChanges, BusinessRepository, type NewBusiness } from "./businesses";
export { type Commission, CommissionRepository } from "./commissions";
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
export * from "./schema";
export * from "./validation";

/** The repositories of sales of one unit of work: `tx.sales.businesses`. */
export class Sales {
  readonly businesses: BusinessRepository;
  readonly commissions: CommissionRepository;
  readonly dayClosings: DayClosingRepository;
  readonly distribuciones: DistribucionRepository;
  readonly orders: OrderRepository;
  readonly reviews: ReviewRepository;

  constructor(unit: Unit) {
    this.businesses = new BusinessRepository(unit);
    this.commissions = new CommissionRepository(unit);
    this.dayClosings = new DayClosingRepository(unit);
    this.distribuciones = new DistribucionRepository(unit);
    this.orders = new OrderRepository(unit);
    this.reviews = new ReviewRepository(unit);
  }
}
