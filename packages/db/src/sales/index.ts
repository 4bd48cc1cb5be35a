import type { Unit } from "../client/unit";
import { BusinessRepository } from "./businesses";

// Avileo's documents join these tables.
export { tenants, users } from "../tenancy/schema";
export { type Business, type BusinessChanges, BusinessRepository, type NewBusiness } from "./businesses";
export { salesRelations } from "./relations";
export * from "./schema";
export * from "./validation";

/** The repositories of sales of one unit of work: `tx.sales.businesses`. */
export class Sales {
  readonly businesses: BusinessRepository;

  constructor(unit: Unit) {
    this.businesses = new BusinessRepository(unit);
  }
}
