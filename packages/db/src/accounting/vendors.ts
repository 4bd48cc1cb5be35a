import type { Unit } from "../client/unit";
import { type ImportedParty, type PartyChanges, PartyRepository } from "./parties";
import { type NewParty, type Party, partyStatements } from "./party-statements";
import { vendors } from "./schema";

export type Vendor = Party;
export type NewVendor = NewParty;
export type VendorChanges = PartyChanges;
export type ImportedVendor = ImportedParty;

const statements = partyStatements(vendors);

/** Vendors of the tenant's companies; their `balance` is what the company owes them, and the documents keep it. */
export class VendorRepository extends PartyRepository {
  constructor(unit: Unit) {
    super(unit, statements, "vendor");
  }
}
