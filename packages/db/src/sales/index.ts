import type { Unit } from "../client/unit";
import { BusinessRepository } from "./businesses";
import { type EffectiveConfig, effectiveConfigOf, SystemConfigRepository } from "./configuration";
import { IntegrityRepository } from "./integrity";
import { InventoryRepository } from "./inventory";
import { type BusinessUser, currentMemberOf, MemberRepository } from "./members";
import { ProductRepository } from "./products";
import { ReportRepository } from "./reports/reports";

// Avileo's documents join these tables.
export { tenants, users } from "../tenancy/schema";
export { type Business, type BusinessChanges, BusinessRepository, type NewBusiness } from "./businesses";
export { type ConfigChanges, type EffectiveConfig, type SystemConfig, SystemConfigRepository } from "./configuration";
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
export { type NewProduct, type Product, type ProductChanges, type ProductFilter, ProductRepository } from "./products";
export { salesRelations } from "./relations";
export { type ReportDays, ReportRepository, type SalesReport, type Sold } from "./reports/reports";
export * from "./schema";
export * from "./validation";

/** The repositories of sales of one unit of work: `tx.sales.businesses`. */
export class Sales {
  readonly businesses: BusinessRepository;
  readonly integrity: IntegrityRepository;
  readonly inventory: InventoryRepository;
  readonly members: MemberRepository;
  readonly products: ProductRepository;
  readonly reports: ReportRepository;
  readonly systemConfig: SystemConfigRepository;
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.businesses = new BusinessRepository(unit);
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
