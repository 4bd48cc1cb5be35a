import { z } from "zod";
import { filledText } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../../core/validation";
import { customers, vendors } from "../schema";
import { keptOfParties } from "./kept";

// Customers and vendors have the same columns, so one set of schemas serves both.
const newPartySchema = insertSchema(customers)
  .omit(keptOfParties)
  .extend({ name: filledText("name"), externalId: filledText("externalId").nullish() })
  .strict();

const partyChangesSchema = changesOf(
  updateSchema(customers)
    .omit({ ...keptOfParties, id: true, companyId: true, externalId: true })
    .extend({ name: filledText("name").optional() }),
);

const importedPartiesSchema = z
  .array(newPartySchema.extend({ externalId: filledText("externalId") }))
  .superRefine((rows, context) => {
    const companies = new Map<string, string>();
    rows.forEach(({ companyId, externalId }, index) => {
      const first = companies.get(externalId) ?? companyId;
      companies.set(externalId, first);
      if (first === companyId) return;
      const message = "belongs to two companies: import each company by itself";
      context.addIssue({ code: "custom", path: [index, "externalId"], message });
    });
  });

/** A customer as it is created. `id` may be chosen by the caller (offline clients); `balance` belongs to the documents. */
export const newCustomerSchema = newPartySchema;

/** The fields of a customer that can be changed. */
export const customerChangesSchema = partyChangesSchema;

/** Customers from another system; `externalId` is the id there, of one company in the whole import. */
export const importedCustomersSchema = importedPartiesSchema;

/** A vendor as it is created, like a customer. */
export const newVendorSchema = newPartySchema;

/** The fields of a vendor that can be changed. */
export const vendorChangesSchema = partyChangesSchema;

/** Vendors from another system; `externalId` is the id there, of one company in the whole import. */
export const importedVendorsSchema = importedPartiesSchema;

export const customerSchema = selectSchema(customers);
export const vendorSchema = selectSchema(vendors);
