import { z } from "zod";
import { filledText, pgDate, pgText, pgUuid } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { paymentMethod } from "../choices";
import { distribuciones, distribucionItems, distribucionMoney } from "../schema";
import { distribucionStatus } from "../states";
import { kilosOrZero, moneyOrZero, quantityAboveZero } from "./amounts";
import { keptOfDistribuciones } from "./kept";

const isAboveZero = (value: string) => /[1-9]/.test(value);

/** Money by method, such as `{ efectivo: "120.50", yape: "30" }`: what is left out is 0, or was not counted. */
export const moneyByMethodSchema = z.partialRecord(paymentMethod.zod, moneyOrZero()).describe("money by method");

const eachOnce = (items: readonly { productId: string }[]) =>
  new Set(items.map(({ productId }) => productId)).size === items.length;

const fields = insertSchema(distribuciones).omit({ ...keptOfDistribuciones, requestHash: true });

/** A route as it is made: of the scope's business, for its member and today when left out. */
export const newDistribucionSchema = fields
  .extend({
    businessId: pgUuid().optional(),
    vendedorId: pgUuid().optional(),
    fecha: pgDate().optional(),
    idempotencyKey: filledText("idempotencyKey").nullish(),
  })
  .strict();

/** Products that are given along to a route. */
export const assignmentSchema = z
  .object({
    items: z
      .array(z.object({ productId: pgUuid(), quantity: quantityAboveZero() }).strict())
      .min(1, "name at least one product")
      .max(500, "name at most 500 products")
      .refine(eachOnce, "name each product once"),
    idempotencyKey: filledText("idempotencyKey").nullish(),
  })
  .strict();

/** What of each product of a route was sold, came back or is lost, and the money that its vendor hands in. */
export const settlementSchema = z
  .object({
    items: z
      .array(
        z
          .object({
            productId: pgUuid(),
            sold: kilosOrZero().optional(),
            returned: kilosOrZero().default("0"),
            lost: kilosOrZero().default("0"),
            lossReason: filledText("lossReason").optional(),
          })
          .strict()
          .refine(({ lost, lossReason }) => !isAboveZero(lost) || lossReason !== undefined, {
            path: ["lossReason"],
            message: "say why it is lost",
          }),
      )
      .max(500, "name at most 500 products")
      .refine(eachOnce, "name each product once")
      .default([]),
    money: moneyByMethodSchema.default({}),
  })
  .strict();

/** Why a settled route is opened again. */
export const reopeningSchema = z.object({ reason: filledText("reason") }).strict();

/** What of a route can be changed while it is not settled. */
export const distribucionChangesSchema = changesOf(z.object({ puntoVenta: pgText(100).nullish() }));

/** Routes of one business, narrowed by vendor or state. */
export const distribucionFilterSchema = z
  .object({ businessId: pgUuid(), vendedorId: pgUuid().optional(), estado: distribucionStatus.zod.optional() })
  .strict();

export const distribucionSchema = selectSchema(distribuciones);
export const distribucionItemSchema = selectSchema(distribucionItems);
export const distribucionMoneySchema = selectSchema(distribucionMoney);
