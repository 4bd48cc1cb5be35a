import { z } from "zod";
import { filledText, pgDate, pgText, pgUuid } from "../../core/column-kinds";
import { changesOf, insertSchema, selectSchema } from "../../core/validation";
import { orderItems, orders } from "../schema";
import { orderStatus } from "../states";
import { priceOrZero, quantityAboveZero } from "./amounts";
import { keptOfOrders } from "./kept";
import { saleFields } from "./sales";

/** One position of an order. Without a price it takes the product's. */
const newOrderItemSchema = z
  .object({
    productId: pgUuid(),
    quantity: quantityAboveZero(),
    unitPrice: priceOrZero().nullish(),
  })
  .strict();

/** An order as it is taken: of the scope's business, by its member and now when left out. */
export const newOrderSchema = insertSchema(orders)
  .omit({ ...keptOfOrders, requestHash: true })
  .extend({
    businessId: pgUuid().optional(),
    sellerId: pgUuid().optional(),
    idempotencyKey: filledText("idempotencyKey").nullish(),
    items: z.array(newOrderItemSchema).min(1, "order at least one product").max(500, "order at most 500 positions"),
  })
  .strict();

/** The sale that delivers an order: its customer and, where nothing else is said, its items. */
export const deliverySchema = saleFields
  .omit({ businessId: true, clientId: true, orderId: true, tara: true })
  .partial({ items: true })
  .refine(({ saleType, useCredit }) => saleType === "credito" || !useCredit, {
    path: ["useCredit"],
    message: "credit pays a sale on credit: a cash sale is paid in full at once",
  });

/** What of an order can be changed: when it is wanted, and notes. */
export const orderChangesSchema = changesOf(z.object({ deliveryDay: pgDate().nullish(), notes: pgText().nullish() }));

/** Orders of one business, narrowed by exactly one of state, customer or delivery day. */
export const orderFilterSchema = z
  .object({
    businessId: pgUuid(),
    status: orderStatus.zod.optional(),
    clientId: pgUuid().optional(),
    deliveryDay: pgDate().optional(),
  })
  .strict()
  .refine(({ status, clientId, deliveryDay }) => [status, clientId, deliveryDay].filter(Boolean).length === 1, {
    path: ["status"],
    message: "name exactly one of status, clientId and deliveryDay",
  });

export const orderSchema = selectSchema(orders);
export const orderItemSchema = selectSchema(orderItems);
