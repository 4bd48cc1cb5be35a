import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { paymentMethod } from "./choices";
import { dayClosings } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { businessDaySchema, closingFilterSchema, closingSchema } from "./validation/closings";

export type DayClosing = typeof dayClosings.$inferSelect;
export type Closing = z.input<typeof closingSchema>;
export type BusinessDay = z.input<typeof businessDaySchema>;
/** A day's closing with its money, vendors and stock, and its supplements with the late records that each lists. */
export type DayClosingDocument = DayDocuments[number] & { supplements: DayDocuments };
type DayDocuments = Awaited<ReturnType<typeof documentsOf>>;

const plainAmounts = withPlainAmounts(paymentMethod.values);

const list = listOf(statement, {
  name: "sales.day_closings.list",
  table: dayClosings,
  sort: ["day", "id"],
  direction: "desc",
  filter: closingFilterSchema,
  required: ["businessId"],
});

const documents = statement("sales.day_closings.find_documents", (q, p: Params<{ businessId: string; day: string }>) =>
  q.query.salesDayClosings.findMany({
    where: { tenantId: p.tenantId as never, businessId: p.businessId as never, day: p.day as never },
    orderBy: { supplement: "asc" },
    with: {
      money: { orderBy: { paymentMethod: "asc" } },
      vendors: { orderBy: { memberId: "asc" } },
      stock: { orderBy: { productId: "asc", kind: "asc" } },
      late: { orderBy: { createdAt: "asc", id: "asc" } },
    },
  }),
);

const documentsOf = (unit: Unit, businessId: string, day: string) => unit.run(documents, { businessId, day });

const close = sqlStatement(
  "sales.day_closings.close",
  (q) => q.select().from(dayClosings),
  (p: Params<{ businessId: string; day: string; counted: string; hash: string }>) => sql`
    select ${columnsOf(dayClosings, "c")}
    from sales.close_day(${p.businessId}::uuid, ${p.day}::date, ${p.counted}::jsonb, ${p.hash}::text) c
    where c.tenant_id = ${p.tenantId}::uuid`,
);

/** The closings of a business's days. A document is never changed; what comes late is on a supplement of it. */
export class DayClosingRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Closes a day of the business that has begun there, once its routes are settled, and writes its document: sales by type,
   * money by method, refunds, what each vendor sold and collected, stock that moved. Then the day takes nothing more but
   * late sales and abonos of the synchronisation. `counted` is the money in the house, by method, without what the routes
   * handed in; a method that is left out was not counted. The same closing again is answered. For an admin_negocio.
   * Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `InvariantError` for a day to come; `ConflictError`
   * for open routes, or a day that is closed with other money; `TimeoutError` where many vendors of the business sell without
   * a pause, as it waits for a moment in which nobody records: ask again.
   */
  async close(input: Closing): Promise<DayClosing> {
    const { date, counted, ...rest } = parseInput(closingSchema, input, "closing");
    const businessId = businessOf(this.#unit, rest);
    const hash = requestHash({ date, counted }, plainAmounts);
    const params = { businessId, day: date, counted: JSON.stringify(counted), hash };
    return found((await this.#unit.run(close, params))[0], "business");
  }

  /** The document of a day with all its parts and supplements; undefined while the day is open. Throws `ValidationError`. */
  async findByDate(input: BusinessDay): Promise<DayClosingDocument | undefined> {
    const { date, ...rest } = parseInput(businessDaySchema, input, "day");
    const [closing, ...supplements] = await documentsOf(this.#unit, businessOf(this.#unit, rest), date);
    return closing && { ...closing, supplements };
  }

  /** The document of a day. Throws `ValidationError`, and `NotFoundError` while the day is open. */
  async getByDate(input: BusinessDay): Promise<DayClosingDocument> {
    return found(await this.findByDate(input), "closing of that day");
  }

  /** Closings and supplements of a business, newest day first. */
  list(request: PageRequest & { businessId?: string } = {}): Promise<Page<DayClosing>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }
}
