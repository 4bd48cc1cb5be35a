import { z } from "zod";
import { filledText } from "../core/column-kinds";
import { changesOf, insertSchema, selectSchema, updateSchema } from "../core/validation";
import { customers } from "./schema";

export * from "./validation/bills";
export { idListSchema, voidOptionsSchema } from "./validation/documents";
export * from "./validation/invoices";

const kept = { tenantId: true, createdAt: true, updatedAt: true } as const;

/** A customer as it is created. `id` may be chosen by the caller (offline clients); `balance` belongs to the documents. */
export const newCustomerSchema = insertSchema(customers)
  .omit({ ...kept, balance: true, isActive: true })
  .extend({ name: filledText("name"), externalId: filledText("externalId").nullish() })
  .strict();

/** The fields of a customer that can be changed. */
export const customerChangesSchema = changesOf(
  updateSchema(customers)
    .omit({ ...kept, id: true, companyId: true, balance: true, isActive: true, externalId: true })
    .extend({ name: filledText("name").optional() }),
);

/** Customers from another system; `externalId` is the id there. */
export const importedCustomersSchema = z.array(newCustomerSchema.extend({ externalId: filledText("externalId") }));

export const customerSchema = selectSchema(customers);
