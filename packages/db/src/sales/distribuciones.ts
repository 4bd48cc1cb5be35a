import { and, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { paymentMethod } from "./choices";
import { answerOf } from "./requests";
import { distribuciones } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { keptOfDistribuciones } from "./validation/kept";
import {
  assignmentSchema,
  distribucionChangesSchema,
  distribucionFilterSchema,
  newDistribucionSchema,
  reopeningSchema,
  settlementSchema,
} from "./validation/routes";

export type Distribucion = typeof distribuciones.$inferSelect;
export type NewDistribucion = z.input<typeof newDistribucionSchema>;
export type DistribucionChanges = z.input<typeof distribucionChangesSchema>;
export type Assignment = z.input<typeof assignmentSchema>;
export type Settlement = z.input<typeof settlementSchema>;
export type DistribucionDocument = NonNullable<Awaited<ReturnType<DistribucionRepository["findDocument"]>>>;
export type DistribucionFilter = Omit<z.input<typeof distribucionFilterSchema>, "businessId"> & { businessId?: string };

const plainAmounts = withPlainAmounts(["quantity", "sold", "returned", "lost", ...paymentMethod.values]);

const records = recordsOf(statement, "sales.distribuciones.find", distribuciones, "route");

const list = listOf(statement, {
  name: "sales.distribuciones.list",
  table: distribuciones,
  sort: ["fecha", "id"],
  direction: "desc",
  filter: distribucionFilterSchema,
  required: ["businessId"],
  optional: ["vendedorId", "estado"],
  combined: "one or none",
});

const findDocument = statement("sales.distribuciones.find_document", (q, p: Params<{ id: string }>) =>
  q.query.salesDistribuciones.findFirst({
    where: { tenantId: p.tenantId as never, id: p.id as never },
    with: {
      items: { orderBy: { productId: "asc" } },
      money: { orderBy: { settlement: "asc", paymentMethod: "asc" } },
      assignments: { orderBy: { createdAt: "asc", id: "asc" } },
    },
  }),
);

const newRoute = rowsOf(distribuciones, {
  id: "given",
  businessId: "given",
  vendedorId: "defaulted",
  puntoVenta: "given",
  fecha: "defaulted",
  syncStatus: "defaulted",
  syncAttempts: "defaulted",
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfDistribuciones),
});

/** Makes a route, or finds the one of its key. */
const create = sqlStatement(
  "sales.distribuciones.create",
  (q) => q.select().from(distribuciones),
  (p: Params<RowParams<RowType<typeof newRoute>>>) => sql`
    with member as (
      select coalesce(${p.vendedorId}::uuid, sales.current_member_id(${p.businessId}::uuid)) as id
    ), created as (
      insert into sales.distribuciones as r (tenant_id, ${newRoute.names()})
      select ${p.tenantId}::uuid, ${newRoute.values(p, {
        vendedorId: sql`m.id`,
        puntoVenta: sql`coalesce(${p.puntoVenta}::text, (
          select b.sales_point from sales.business_users b where b.tenant_id = ${p.tenantId}::uuid and b.id = m.id))`,
        fecha: sql`coalesce(${p.fecha}::date, sales.business_day(${p.businessId}::uuid, now()))`,
        syncStatus: sql`coalesce(${p.syncStatus}::text, 'pending')`,
        syncAttempts: sql`coalesce(${p.syncAttempts}::int, 0)`,
      })}
      from member m
      on conflict do nothing
      returning ${columnsOf(distribuciones, "r")}
    )
    select ${columnsOf(distribuciones, "c")} from created c
    union all
    select ${columnsOf(distribuciones, "r")} from sales.distribuciones r
    where r.tenant_id = ${p.tenantId}::uuid and r.business_id = ${p.businessId}::uuid
      and r.idempotency_key = ${p.idempotencyKey}::text`,
);

const findByKey = statement("sales.distribuciones.find_by_key", (q, p: Params<{ businessId: string; key: string }>) =>
  q
    .select()
    .from(distribuciones)
    .where(
      and(
        eq(distribuciones.tenantId, p.tenantId),
        eq(distribuciones.businessId, p.businessId),
        eq(distribuciones.idempotencyKey, p.key),
      ),
    ),
);

const assign = sqlStatement(
  "sales.distribuciones.assign",
  (q) => q.select().from(distribuciones),
  (p: Params<{ id: string; items: string; idempotencyKey: string | null; hash: string | null }>) => sql`
    select ${columnsOf(distribuciones, "r")}
    from sales.assign_products(${p.id}::uuid, ${p.items}::jsonb, ${p.idempotencyKey}::text, ${p.hash}::text) r
    where r.tenant_id = ${p.tenantId}::uuid`,
);

const start = statement("sales.distribuciones.start", (q, p: Params<{ id: string }>) =>
  q
    .update(distribuciones)
    .set({ estado: "en_ruta" })
    .where(
      and(
        eq(distribuciones.tenantId, p.tenantId),
        eq(distribuciones.id, p.id),
        inArray(distribuciones.estado, ["activo", "en_ruta"]),
      ),
    )
    .returning(),
);

const move = statement("sales.distribuciones.update", (q, p: Params<{ id: string; puntoVenta: string | null }>) =>
  q
    .update(distribuciones)
    .set({ puntoVenta: p.puntoVenta as never })
    .where(and(eq(distribuciones.tenantId, p.tenantId), eq(distribuciones.id, p.id)))
    .returning(),
);

const close = sqlStatement(
  "sales.distribuciones.close",
  (q) => q.select().from(distribuciones),
  (p: Params<{ id: string; items: string; money: string; hash: string }>) => sql`
    select ${columnsOf(distribuciones, "r")}
    from sales.close_distribucion(${p.id}::uuid, ${p.items}::jsonb, ${p.money}::jsonb, ${p.hash}::text) r
    where r.tenant_id = ${p.tenantId}::uuid`,
);

const reopen = sqlStatement(
  "sales.distribuciones.reopen",
  (q) => q.select().from(distribuciones),
  (p: Params<{ id: string; reason: string }>) => sql`
    select ${columnsOf(distribuciones, "r")} from sales.reopen_distribucion(${p.id}::uuid, ${p.reason}::text) r
    where r.tenant_id = ${p.tenantId}::uuid`,
);

/** Vendors' routes. A vendor works on own routes, an admin_negocio on all; each method is one statement. */
export class DistribucionRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Makes an empty route, `activo`: for the scope's member, at the member's sales point, on the business's today, where
   * nothing else is said. The same `idempotencyKey` with the same content, its id aside, answers with the route made first.
   * Throws `ValidationError`; `PermissionDeniedError` for another vendor's; `ConflictError` for a closed day, a vendor who
   * has left, or a key that came with other content; `NotNullViolationError` for a job that names no vendor;
   * `ForeignKeyViolationError`; `UniqueViolationError` for a taken `id`.
   */
  async create(input: NewDistribucion = {}): Promise<Distribucion> {
    const route = parseInput(newDistribucionSchema, input, "route");
    const { id: _id, ...content } = { ...route, businessId: businessOf(this.#unit, route) };
    const hash = content.idempotencyKey == null ? null : requestHash(content, plainAmounts);
    const row = newRoute.row(
      { ...route, businessId: content.businessId },
      { id: chosenOrNewId, requestHash: () => hash },
    );
    const key = { businessId: content.businessId, key: content.idempotencyKey ?? "" };
    return answerOf("distribuciones", row, (await this.#unit.run(create, row))[0], async () =>
      hash === null ? undefined : (await this.#unit.run(findByKey, key))[0],
    );
  }

  /**
   * Gives products along to a route that is not settled; what the business keeps stock of leaves it. More may follow. The
   * same `idempotencyKey` with the same content is answered and not done again. Kilos or pieces, at most three decimals.
   * Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `InvariantError` for more than is in stock, an
   * unknown or archived product, or part of a piece; `ConflictError` for a settled route or a key with other content.
   */
  async assign(id: string, input: Assignment): Promise<Distribucion> {
    const { items, idempotencyKey = null } = parseInput(assignmentSchema, input, "assignment");
    const hash = idempotencyKey === null ? null : requestHash({ id, items }, plainAmounts);
    const rows = items.map(({ productId, quantity }) => ({ product_id: productId, quantity }));
    const [route] = await this.#unit.run(assign, { id, items: JSON.stringify(rows), idempotencyKey, hash });
    return found(route, "route");
  }

  /** The route leaves. One that has left already is answered. Throws `NotFoundError`, `ConflictError`, `PermissionDeniedError`. */
  async start(id: string): Promise<Distribucion> {
    const [route] = await this.#unit.run(start, { id });
    if (route) return route;
    await this.getById(id);
    throw new ConflictError("The route is settled: make another", { table: "distribuciones", column: "estado" });
  }

  /**
   * Settles a route that is under way. Of each product all that was assigned is sold, returned or lost; `sold`, where it is
   * given, is what the recorded sales come to. A product that was sold out may be left out. What comes back goes into stock,
   * what is lost is a movement with its reason. `money` is what is handed in; the document shows it by method beside what
   * was expected: paid at sales and by abonos of the route, less refunds. The settlement that stands, sent again, is
   * answered.
   * Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `InvariantError` for quantities that do not come to
   * what was assigned; `ConflictError` for a route that has not left, or is settled otherwise.
   */
  async close(id: string, input: Settlement): Promise<Distribucion> {
    const { items, money } = parseInput(settlementSchema, input, "settlement");
    const rows = items.map(({ productId, lossReason, ...item }) => ({
      ...item,
      product_id: productId,
      loss_reason: lossReason,
    }));
    const params = { id, items: JSON.stringify(rows), money: JSON.stringify(money) };
    const hash = requestHash({ items, money }, plainAmounts);
    return found((await this.#unit.run(close, { ...params, hash }))[0], "route");
  }

  /**
   * Opens a settled route again while its day is open: what came back leaves the stock again, and the money of the
   * settlement stays on record. The same again is answered. For an admin_negocio. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`;
   * `ConflictError` for a route that is not settled or whose day is closed; `InvariantError` when what came back was sold
   * from stock meanwhile.
   */
  async reopen(id: string, input: z.input<typeof reopeningSchema>): Promise<Distribucion> {
    const { reason } = parseInput(reopeningSchema, input, "reopening");
    return found((await this.#unit.run(reopen, { id, reason }))[0], "route");
  }

  /** Changes the sales point of a route that is not settled. Throws `ValidationError`, `NotFoundError`, `ConflictError`. */
  async update(id: string, input: DistribucionChanges): Promise<Distribucion> {
    const { puntoVenta = null } = parseInput(distribucionChangesSchema, input, "change");
    return found((await this.#unit.run(move, { id, puntoVenta }))[0], "route");
  }

  /** The route, or undefined. */
  findById(id: string): Promise<Distribucion | undefined> {
    return records.find(this.#unit, id);
  }

  /** The route. Throws `NotFoundError`. */
  getById(id: string): Promise<Distribucion> {
    return records.get(this.#unit, id);
  }

  /** The route with its products, what was assigned when, and the money of its settlements; or undefined. */
  findDocument(id: string) {
    return this.#unit.run(findDocument, { id });
  }

  /** Routes of a business, newest day first; of one vendor, or in one state. */
  list(request: PageRequest & DistribucionFilter = {}): Promise<Page<Distribucion>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }
}
