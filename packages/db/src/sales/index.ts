import type { Unit } from "../client/unit";
import { AbonoRepository } from "./abonos";
import { BusinessRepository } from "./businesses";
import { CommissionRepository } from "./commissions";
import { type EffectiveConfig, effectiveConfigOf, SystemConfigRepository } from "./configuration";
import { CustomerRepository } from "./customers";
import { DayClosingRepository } from "./day-closings";
import { DistribucionRepository } from "./distribuciones";
import { IntegrityRepository } from "./integrity";
import { InventoryRepository } from "./inventory";
import { type BusinessUser, currentMemberOf, MemberRepository } from "./members";
import { OrderRepository } from "./orders";
import { ProductRepository } from "./products";
import { ReportRepository } from "./reports/reports";
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
export { type ConfigChanges, type EffectiveConfig, type SystemConfig, SystemConfigRepository } from "./configuration";
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
export { IntegrityRepository, type Violation, type ViolationKind } from "./integrity";
export {
  type Adjustment,
  type Inventory,
  InventoryRepository,
  type Receipt,
  type Stock,
  type StockCount,
  type StockMovement,
} from "./inventory";
export {
  type BusinessUser,
  type BusinessUserChanges,
  type CommissionRate,
  MemberRepository,
  type NewBusinessUser,
} from "./members";
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
export { type NewProduct, type Product, type ProductChanges, type ProductFilter, ProductRepository } from "./products";
export { salesRelations } from "./relations";
export { type ReportDays, ReportRepository, type SalesReport, type Sold } from "./reports/reports";
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
  readonly integrity: IntegrityRepository;
  readonly inventory: InventoryRepository;
  readonly members: MemberRepository;
  readonly products: ProductRepository;
  readonly reports: ReportRepository;
  readonly systemConfig: SystemConfigRepository;
  readonly #unit: Unit;

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
    this.integrity = new IntegrityRepository(unit);
    this.inventory = new InventoryRepository(unit);
    this.members = new MemberRepository(unit);
    this.products = new ProductRepository(unit);
    this.reports = new ReportRepository(unit);
    this.systemConfig = new SystemConfigRepository(unit);
    this.#unit = unit;
  }

  /**
   * The active member that the scope's user is in the scope's business; its `role` says what the user may do. Undefined for a
   * job, which may do what an admin_negocio may, and for a user who is no member. Throws `ValidationError` in a scope that
   * names no business.
   */
  currentMember(): Promise<BusinessUser | undefined> {
    return currentMemberOf(this.#unit);
  }

  /**
   * How the scope's business works, or the one that is named: each of the four modes, and whether the business says so itself
   * or falls back on `system_config`. Throws `ValidationError`, `NotFoundError`.
   */
  effectiveConfig(filter: { businessId?: string | undefined } = {}): Promise<EffectiveConfig> {
    return effectiveConfigOf(this.#unit, filter);
  }
}
