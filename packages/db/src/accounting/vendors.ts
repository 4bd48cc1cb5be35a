import type { Unit } from "../client/unit";
import {
  type ImportedParty,
  type NewParty,
  type Party,
  type PartyChanges,
  PartyRepository,
  partyStatements,
} from "./parties";
import { vendors } from "./schema";

export type Vendor = Party;
export type NewVendor = NewParty;
export type VendorChanges = PartyChanges;
export type ImportedVendor = ImportedParty;

const statements = partyStatements(vendors, "vendor");

/** Vendors of the tenant's companies; their `balance` is what the company owes them, and the documents keep it. */
export class VendorRepository extends PartyRepository {
  constructor(unit: Unit) {
    super(unit, statements);
  }
}
