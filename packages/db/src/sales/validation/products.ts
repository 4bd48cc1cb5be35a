import { z } from "zod";
import { filledText, pgNumeric, pgText, pgUuid } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { productType } from "../choices";
import { inventory, products, stockMovements } from "../schema";
import { kilosOrZero, priceOrZero, quantityAboveZero } from "./amounts";
import { businessFilterSchema, shortText } from "./businesses";
import { keptOfProducts } from "./kept";

/** What a kilo or piece costs: 0 or more, at most four decimals. */
const cost = () => pgNumeric(10, 4).refine((value) => !value.startsWith("-"), "use a cost of 0 or more");

const fields = insertSchema(products)
  .omit(keptOfProducts)
  .extend({
    name: shortText("name", 255),
    businessId: pgUuid().optional(),
    basePrice: priceOrZero().nullish(),
    unitCost: cost().nullish(),
  });

/** A product as it is created. Without a price each sale names one; without a cost there is no margin. */
export const newProductSchema = fields.strict();

/** Up to 1,000 products. */
export const newProductsSchema = z.array(newProductSchema).min(1).max(1_000);

/** The fields of a product that can be changed; what it is sold by stays. */
export const productChangesSchema = changesOf(fields.omit({ id: true, businessId: true, unit: true }).partial());

/** What a list of products is narrowed to. */
export const productFilterSchema = businessFilterSchema.extend({ type: productType.zod.optional() });

/** The same where the business is known. */
export const productListSchema = productFilterSchema.required({ businessId: true });

const movement = z
  .object({
    id: pgUuid().optional(),
    businessId: pgUuid().optional(),
    productId: pgUuid(),
    reason: pgText(1_000).nullish(),
    /** The same key with the same content moves nothing again. */
    idempotencyKey: filledText("idempotencyKey").nullish(),
  })
  .strict();

/** Goods that come in: kilos or pieces, and what one cost where that is known. */
export const receiptSchema = movement.extend({ quantity: quantityAboveZero(), unitCost: cost().nullish() });

/** A correction of stock by kilos or pieces, below zero where some are missing, and why. */
export const adjustmentSchema = movement.extend({
  quantity: pgNumeric(10, 3).refine((value) => !/^-?0(\.0+)?$/.test(value), "use a quantity other than 0"),
  reason: shortText("reason", 1_000),
});

/** Kilos or pieces that were found. */
export const countSchema = movement.extend({ quantity: kilosOrZero() });

const most = 1_000;
const eachProductOnce = (counts: readonly { productId: string }[]) =>
  new Set(counts.map(({ productId }) => productId)).size === counts.length;

export const receiptsSchema = z.array(receiptSchema).min(1).max(most);
export const countsSchema = z.array(countSchema).min(1).max(most).refine(eachProductOnce, "count each product once");

/** What a list of movements is narrowed to. */
export const movementFilterSchema = z.object({ productId: pgUuid() }).strict();

export const productSchema = selectSchema(products);
export const inventorySchema = selectSchema(inventory);
export const stockMovementSchema = selectSchema(stockMovements);
