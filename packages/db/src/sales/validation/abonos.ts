import { z } from "zod";
import { filledText, pgText, pgTimestamp, pgUuid } from "../../core/column-kinds";
import { compareMoney, sumMoney } from "../../core/money";
import { selectSchema } from "../../core/validation";
import { abonoAllocations, abonos, paymentMethod, refunds } from "../schema";
import { moneyAboveZero } from "./amounts";

/** The sales that are paid: those that are named, or the oldest open ones. */
const allocationsSchema = z.union([
  z.literal("oldest"),
  z
    .array(
      z
        .object({
          saleId: pgUuid(),
          /** As much as is open when left out, and never more than that. */
          amount: moneyAboveZero().optional(),
        })
        .strict(),
    )
    .max(500, "name at most 500 sales")
    .refine((named) => new Set(named.map(({ saleId }) => saleId)).size === named.length, "name each sale once"),
]);

/** An abono as it is recorded. */
export const newAbonoSchema = z
  .object({
    id: pgUuid().optional(),
    /** The scope's when left out. */
    businessId: pgUuid().optional(),
    clientId: pgUuid(),
    /** Who received it: the scope's member when left out. Only an admin_negocio or a job names another. */
    sellerId: pgUuid().optional(),
    /** The route that is under way: the abono belongs to its money. */
    distribucionId: pgUuid().nullish(),
    amount: moneyAboveZero(),
    paymentMethod: paymentMethod.zod,
    notes: pgText().nullish(),
    /** Now when left out. Never on a day to come, nor on a closed one. */
    abonoDate: pgTimestamp().optional(),
    /** The oldest open sales when left out; an empty list leaves all of it as credit. */
    allocations: allocationsSchema.optional(),
    idempotencyKey: filledText("idempotencyKey").optional(),
  })
  .strict()
  .refine(({ amount, allocations }) => {
    const named = Array.isArray(allocations) ? allocations.flatMap((each) => each.amount ?? []) : [];
    return named.length === 0 || compareMoney(sumMoney(named), amount) <= 0;
  }, "allocations: they come to more than the amount");

/** What of an abono is allocated by a call of its own. */
export const allocationSchema = z.object({ allocations: allocationsSchema.optional() }).strict();

/** What a list of abonos is narrowed to: the scope's business when left out, and one of the others at most. */
export const abonoFilterSchema = z
  .object({ businessId: pgUuid().optional(), clientId: pgUuid().optional(), sellerId: pgUuid().optional() })
  .strict()
  .refine(({ clientId, sellerId }) => !clientId || !sellerId, "name clientId or sellerId, or none");

export const abonoSchema = selectSchema(abonos);
export const abonoAllocationSchema = selectSchema(abonoAllocations);
export const refundSchema = selectSchema(refunds);
