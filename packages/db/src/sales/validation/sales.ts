import { z } from "zod";
import { filledText, pgTimestamp, pgUuid } from "../../core/column-kinds";
import { compareMoney, sumMoney } from "../../core/money";
import { selectSchema } from "../../core/validation";
import { paymentMethod, saleItems, sales, saleType } from "../schema";
import { kilosOrZero, moneyOrZero, priceOrZero, quantityAboveZero } from "./amounts";

const newSaleItemSchema = z
  .object({
    productId: pgUuid(),
    /** Pieces, or net kilos; left out where gross and tara are given. */
    quantity: quantityAboveZero().optional(),
    /** Kilos with the container. */
    gross: quantityAboveZero().optional(),
    /** Kilos of the container; left out where the sale's tara is that of its one item with a gross weight. */
    tara: kilosOrZero().optional(),
    /** Price of a kilo or piece; the product's base price when left out. */
    unitPrice: priceOrZero().optional(),
  })
  .strict()
  .superRefine(({ quantity, gross, tara }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (gross === undefined && tara !== undefined) refuse("gross", "give the kilos with the container as well");
    if (gross === undefined && quantity === undefined) refuse("quantity", "give a quantity, or gross and tara");
  });

type Item = z.output<typeof newSaleItemSchema>;

/**
 * Gives the sale's tara to its one item with a gross weight and no tara; else it must be the sum of its items. Returns the
 * items, or why it does not fit.
 */
function itemsWithTara(items: readonly Item[], tara: string | undefined): Item[] | { path: string; message: string } {
  const lacking = items.filter((item) => item.gross !== undefined && item.tara === undefined);
  const known = items.flatMap((item) => (item.tara === undefined ? [] : [item.tara]));
  if (lacking.length === 0) {
    if (tara === undefined || compareMoney(tara, sumMoney(known, 3)) === 0) return [...items];
    return { path: "tara", message: "it is the sum of the items' taras: leave it out" };
  }
  if (tara === undefined || lacking.length > 1) {
    return { path: "items", message: "give each item with a gross weight its tara" };
  }
  const rest = sumMoney([tara, ...known.map((value) => `-${value}`)], 3);
  if (rest.startsWith("-")) return { path: "tara", message: "it is less than the taras of the items" };
  return items.map((item) => (lacking.includes(item) ? { ...item, tara: rest } : item));
}

export const saleFields = z
  .object({
    id: pgUuid().optional(),
    /** The scope's when left out. */
    businessId: pgUuid().optional(),
    /** A sale on credit needs one. */
    clientId: pgUuid().nullish(),
    /** The scope's member when left out. Only an admin_negocio or a job names another. */
    sellerId: pgUuid().optional(),
    /** The route that is under way. Its goods are sold, not those in stock. */
    distribucionId: pgUuid().nullish(),
    /** The order that it delivers. */
    orderId: pgUuid().nullish(),
    saleType: saleType.zod,
    /** Paid at once. Of a cash sale exactly the total, also when left out; of one on credit 0 when left out. */
    amountPaid: moneyOrZero().optional(),
    /** How that is paid; efectivo when left out. */
    paymentMethod: paymentMethod.zod.optional(),
    /** Pays the sale with what the customer has paid ahead, the oldest abonos first. */
    useCredit: z.boolean().optional(),
    /** The tara of its one item with a gross weight, or else the sum of its items. */
    tara: kilosOrZero().optional(),
    /** Now when left out. Never on a day to come, nor on a closed one. */
    saleDate: pgTimestamp().optional(),
    idempotencyKey: filledText("idempotencyKey").optional(),
    items: z
      .array(newSaleItemSchema)
      .min(1, "a sale needs an item or more")
      .max(500, "use at most 500 items in a sale"),
  })
  .strict();

type SaleFields = z.output<typeof saleFields>;

/** Checks what concerns several fields, and gives the items their tara. */
function completed<S extends SaleFields>(sale: S, context: z.core.$RefinementCtx<S>) {
  const refuse = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
  if (sale.saleType === "credito" && !sale.clientId) refuse("clientId", "a sale on credit needs a customer");
  if (sale.saleType === "contado" && sale.useCredit) {
    refuse("useCredit", "credit pays a sale on credit: a cash sale is paid in full at once");
  }
  const { tara, ...rest } = sale;
  const items = itemsWithTara(sale.items, tara);
  if (Array.isArray(items)) return { ...rest, items };
  refuse(items.path, items.message);
  return z.NEVER;
}

/** A sale as it is recorded. The tara of the sale is given to its items. */
export const newSaleSchema = saleFields.transform(completed);

export const newSalesSchema = z.array(newSaleSchema).min(1).max(1_000, "use at most 1,000 sales");

/** What the sale that is corrected is replaced with, and why. */
export const correctionSchema = saleFields.extend({ reason: filledText("reason") }).transform(completed);

export const voidingSchema = z.object({ reason: filledText("reason") }).strict();

/** What a list of sales is narrowed to: the scope's business when left out, and one of the others at most. */
export const saleFilterSchema = z
  .object({
    businessId: pgUuid().optional(),
    clientId: pgUuid().optional(),
    sellerId: pgUuid().optional(),
    distribucionId: pgUuid().optional(),
  })
  .strict()
  .refine(
    ({ businessId: _business, ...others }) => Object.values(others).filter((value) => value !== undefined).length <= 1,
    "name one of clientId, sellerId, distribucionId, or none",
  );

export const saleSchema = selectSchema(sales);
export const saleItemSchema = selectSchema(saleItems);
