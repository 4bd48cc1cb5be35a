import { getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Batch, Unit } from "../client/unit";
import { ConflictError, type DatabaseError } from "../core/errors";
import { newId } from "../core/ids";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { type ArrayParams, field, kept, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { saleItems, sales } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement } from "./statements";
import { keptOfSaleItems, keptOfSales } from "./validation/kept";
import type { newSaleSchema } from "./validation/sales";

export type SaleHeader = typeof sales.$inferSelect;

/** A position of a sale. Kilos have three decimals, prices and amounts two. */
export type SaleItem = Pick<
  typeof saleItems.$inferSelect,
  | "id"
  | "lineNumber"
  | "productId"
  | "productName"
  | "unit"
  | "gross"
  | "tara"
  | "quantity"
  | "unitPrice"
  | "subtotal"
  | "unitCost"
>;

/** A sale with its items. */
export type Sale = SaleHeader & { items: SaleItem[] };

/** A sale as it was checked, with the ids that it will have. */
export interface Recording {
  sale: z.output<typeof newSaleSchema>;
  id: string;
  businessId: string;
  hash: string | null;
  itemIds: string[];
  /** The sale that it replaces, and why that one is voided. */
  corrects?: { saleId: string; reason: string };
}

const oneWriting = withPlainAmounts(["quantity", "gross", "tara", "unitPrice", "amountPaid"]);

/** Assigns ids to a checked sale and its items. With an idempotency key, adds the hash of the content. */
export function toRecording(
  unit: Unit,
  sale: z.output<typeof newSaleSchema>,
  corrects?: Recording["corrects"],
): Recording {
  const { id, idempotencyKey, ...content } = sale;
  const businessId = businessOf(unit, sale);
  // What is left out and what would be taken for it are the same request.
  const amountPaid = sale.amountPaid ?? (sale.saleType === "credito" ? "0" : undefined);
  const { useCredit = false, paymentMethod = "efectivo" } = sale;
  const request = { ...content, businessId, useCredit, paymentMethod, amountPaid, ...corrects };
  return {
    sale,
    id: id ?? newId(),
    businessId,
    hash: idempotencyKey === undefined ? null : requestHash(request, oneWriting),
    itemIds: sale.items.map(() => newId()),
    ...(corrects ? { corrects } : {}),
  };
}

const saleRows = rowsOf(sales, {
  id: "given",
  businessId: "given",
  clientId: "given",
  sellerId: "defaulted",
  distribucionId: "given",
  orderId: "given",
  saleType: "given",
  amountPaid: "defaulted",
  paymentMethod: "defaulted",
  useCredit: field<boolean>("boolean"),
  saleDate: "defaulted",
  correctsSaleId: "given",
  voidReason: "given",
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfSales),
});

/** Items of those sales, which name their sale by its position from 1. */
const itemRows = rowsOf(saleItems, {
  sale: field<number>("int"),
  id: "given",
  productId: "given",
  gross: "given",
  tara: "given",
  quantity: "defaulted",
  unitPrice: "defaulted",
  ...kept(keptOfSaleItems),
}).prefixed("item.");

type RecordParams = ArrayParams<RowType<typeof saleRows>> & ArrayParams<RowType<typeof itemRows>, "item.">;

/** Records sales, all or none. */
const recordSales = sqlStatement(
  "sales.sales.record",
  (q) =>
    q
      .select({
        position: sql<number>`0`,
        isSameRequest: sql<boolean>`true`,
        items: sql<SaleItem[]>`null`,
        ...getColumns(sales),
      })
      .from(sales),
  (p: Params<RecordParams>) => sql`
    select w.sale_position, w.is_same_request, w.items, ${columnsOf(sales, "s")}
    from sales.record_sales(${saleRows.lists(p)}, ${itemRows.lists(p)}) w
    cross join lateral (select (w.sale).*) s
    where ${p.tenantId}::uuid is not null`,
);

/** Calls in one statement at most. More calls go in several, so that one is prepared while the server runs another. */
const mostJoined = 128;

/** Recordings of one scope, as one statement. */
export const recordings: Batch<Recording, Sale> = { name: "sales.sales.record", most: mostJoined, run: recordBatch };

/** Records sales by one statement, all or none; one whose key came with other content is an error of its own. */
export async function recordBatch(unit: Unit, batch: readonly Recording[]): Promise<(Sale | DatabaseError)[]> {
  const rows = await unit.run(recordSales, paramsOf(batch));
  const outcomes = new Array<Sale | DatabaseError>(batch.length);
  for (const { position, isSameRequest, ...sale } of rows) {
    outcomes[position - 1] = isSameRequest ? sale : otherContent();
  }
  return outcomes;
}

const otherContent = () =>
  new ConflictError("The idempotencyKey was used for another sale of the business: choose a new key", {
    table: "sales",
    column: "idempotency_key",
  });

function paramsOf(batch: readonly Recording[]): RecordParams {
  const given = batch.map(({ sale }) => sale);
  const items = given.flatMap((sale) => sale.items);
  const itemIds = batch.flatMap((recording) => recording.itemIds);
  const positions = batch.flatMap(({ itemIds: ids }, index) => new Array<number>(ids.length).fill(index + 1));
  const at = <T>(values: readonly (T | undefined)[], index: number) => values[index] as T;
  // Assigned to an empty object, because spreading two, or adding to a full one, takes many times as long.
  return Object.assign(
    {},
    saleRows.arrays(given, {
      id: (_sale, index) => at(batch, index).id,
      businessId: (_sale, index) => at(batch, index).businessId,
      requestHash: (_sale, index) => at(batch, index).hash,
      useCredit: ({ useCredit }) => useCredit ?? false,
      correctsSaleId: (_sale, index) => at(batch, index).corrects?.saleId ?? null,
      voidReason: (_sale, index) => at(batch, index).corrects?.reason ?? null,
    }),
    itemRows.arrays(items, {
      sale: (_item, index) => at(positions, index),
      id: (_item, index) => at(itemIds, index),
    }),
  );
}
