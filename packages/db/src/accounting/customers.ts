import type { Unit } from "../client/unit";
import {
  type ImportedParty,
  type NewParty,
  type Party,
  type PartyChanges,
  PartyRepository,
  partyStatements,
} from "./parties";
import { customers } from "./schema";

export type Customer = Party;
export type NewCustomer = NewParty;
export type CustomerChanges = PartyChanges;
export type ImportedCustomer = ImportedParty;

const statements = partyStatements(customers, "customer");

/** Customers of the tenant's companies; their `balance` is what they owe, and the documents keep it. */
export class CustomerRepository extends PartyRepository {
  constructor(unit: Unit) {
    super(unit, statements);
  }
}
