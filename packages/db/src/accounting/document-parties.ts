import type { companies } from "../tenancy/schema";
import type { customers, vendors } from "./schema";
import type { DocumentParty } from "./schema/documents";

type Party = typeof customers.$inferSelect | typeof vendors.$inferSelect;

/** A customer or vendor as a document names them. */
export function partyOf(party: Party): DocumentParty {
  const { name, taxId, email, phone, address, city, state, postalCode, country } = party;
  return { name, taxId, email, phone, address, city, state, postalCode, country };
}

/** A company as a document names it. Its address is one text. */
export function companyOf({ name, taxId, email, phone, address }: typeof companies.$inferSelect): DocumentParty {
  return { name, taxId, email, phone, address, city: null, state: null, postalCode: null, country: null };
}
