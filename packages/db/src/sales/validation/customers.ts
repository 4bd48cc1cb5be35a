import { z } from "zod";
import { pgDate, pgUuid } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { customerBalances, customers, debtEntries } from "../schema";
import { moneyOrZero } from "./amounts";
import { shortText } from "./businesses";
import { keptOfCustomers } from "./kept";

const fields = insertSchema(customers)
  .omit(keptOfCustomers)
  .extend({ name: shortText("name", 255), businessId: pgUuid().optional(), creditLimit: moneyOrZero().nullish() });

/** A customer as it is created. Only an admin_negocio sets a credit limit. */
export const newCustomerSchema = fields.strict();

/** The fields of a customer that can be changed. `setCreditLimit` changes the limit. */
export const customerChangesSchema = changesOf(
  fields.omit({ id: true, businessId: true, creditLimit: true }).partial(),
);

/** Most that the customer may owe; null is no limit. */
export const creditLimitSchema = moneyOrZero().nullable();

/** The days of a statement of account, both included; without them all. */
export const accountPeriodSchema = z
  .object({ from: pgDate().optional(), to: pgDate().optional() })
  .strict()
  .refine(({ from, to }) => !from || !to || from <= to, "from: it is after to");

export const customerSchema = selectSchema(customers);
export const customerBalanceSchema = selectSchema(customerBalances);
export const debtEntrySchema = selectSchema(debtEntries);
