import { getColumns, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Batch, Unit } from "../client/unit";
import { ConflictError, type DatabaseError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsBy } from "../core/records";
import { requestHash, withPlainAmounts } from "../core/request-hash";
import { type ArrayParams, field, kept, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { abonos } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { abonoFilterSchema, allocationSchema, newAbonoSchema } from "./validation/abonos";
import { keptOfAbonos } from "./validation/kept";
import { voidingSchema } from "./validation/sales";

export type AbonoHeader = typeof abonos.$inferSelect;
/** What of an abono pays a sale, from a day on. */
export interface AbonoAllocation {
  id: string;
  saleId: string;
  amount: string;
  allocatedOn: string;
}
/** An abono with its allocations that stand. What is allocated to no sale is credit. */
export type Abono = AbonoHeader & { allocations: AbonoAllocation[] };
export type NewAbono = z.input<typeof newAbonoSchema>;
export type AbonoAllocating = z.input<typeof allocationSchema>;
export type AbonoFilter = z.input<typeof abonoFilterSchema>;

const withAllocations = { ...getColumns(abonos), allocations: sql<AbonoAllocation[]>`null` };

const findAbono = sqlStatement(
  "sales.abonos.find",
  (q) => q.select(withAllocations).from(abonos),
  (p: Params<{ id: string }>) => sql`
    select ${columnsOf(abonos, "b")}, sales.allocations_of_abono(b.id)
    from sales.abonos b where b.tenant_id = ${p.tenantId}::uuid and b.id = ${p.id}::uuid`,
  { reads: true },
);

const records = recordsBy("abono", async (unit, id) => (await unit.run(findAbono, { id }))[0]);

const abonoRows = rowsOf(abonos, {
  id: "given",
  businessId: "given",
  clientId: "given",
  sellerId: "defaulted",
  distribucionId: "given",
  amount: "given",
  paymentMethod: "given",
  notes: "given",
  abonoDate: "defaulted",
  allocations: field<string | null>("jsonb"),
  idempotencyKey: "given",
  requestHash: "given",
  ...kept(keptOfAbonos),
});

const recordAbonos = sqlStatement(
  "sales.abonos.record",
  (q) => q.select({ position: sql<number>`0`, isSameRequest: sql<boolean>`true`, ...withAllocations }).from(abonos),
  (p: Params<ArrayParams<RowType<typeof abonoRows>>>) => sql`
    select w.abono_position, w.is_same_request, ${columnsOf(abonos, "b")}, w.allocations
    from sales.record_abonos(${abonoRows.lists(p)}) w
    cross join lateral (select (w.abono).*) b
    where ${p.tenantId}::uuid is not null`,
);

const allocateAbono = sqlStatement(
  "sales.abonos.allocate",
  (q) => q.select(withAllocations).from(abonos),
  (p: Params<{ id: string; allocations: string }>) => sql`
    select ${columnsOf(abonos, "b")}, w.allocations
    from sales.allocate_abono(${p.id}::uuid, ${p.allocations}::jsonb) w
    cross join lateral (select (w.abono).*) b
    where ${p.tenantId}::uuid is not null`,
);

const voidAbono = sqlStatement(
  "sales.abonos.void",
  (q) => q.select(withAllocations).from(abonos),
  (p: Params<{ id: string; reason: string }>) => sql`
    select ${columnsOf(abonos, "b")}, w.allocations
    from sales.void_abono(${p.id}::uuid, ${p.reason}::text) w
    cross join lateral (select (w.abono).*) b
    where ${p.tenantId}::uuid is not null`,
);

const list = listOf(statement, {
  name: "sales.abonos.list",
  table: abonos,
  sort: ["abonoDate", "id"],
  direction: "desc",
  filter: abonoFilterSchema,
  required: ["businessId"],
  optional: ["clientId", "sellerId"],
  combined: "one or none",
});

/** An abono as it was checked, with the id that it will have. */
interface Receiving {
  abono: z.output<typeof newAbonoSchema>;
  id: string;
  businessId: string;
  hash: string | null;
}

const oneWriting = withPlainAmounts(["amount"]);

function toReceiving(unit: Unit, abono: z.output<typeof newAbonoSchema>): Receiving {
  const { id, idempotencyKey, ...content } = abono;
  const businessId = businessOf(unit, abono);
  const { allocations = "oldest" } = abono;
  const hash = idempotencyKey === undefined ? null : requestHash({ ...content, businessId, allocations }, oneWriting);
  return { abono, id: id ?? newId(), businessId, hash };
}

/** Abonos of one scope, as one statement. */
const receivings: Batch<Receiving, Abono> = { name: "sales.abonos.record", most: 128, run: recordBatch };

async function recordBatch(unit: Unit, batch: readonly Receiving[]): Promise<(Abono | DatabaseError)[]> {
  const at = (index: number) => batch[index] as Receiving;
  const params = abonoRows.arrays(
    batch.map(({ abono }) => abono),
    {
      id: (_abono, index) => at(index).id,
      businessId: (_abono, index) => at(index).businessId,
      requestHash: (_abono, index) => at(index).hash,
      allocations: ({ allocations }) => JSON.stringify(allocations ?? "oldest"),
    },
  );
  const outcomes = new Array<Abono | DatabaseError>(batch.length);
  for (const { position, isSameRequest, ...abono } of await unit.run(recordAbonos, params)) {
    outcomes[position - 1] = isSameRequest ? abono : otherContent();
  }
  return outcomes;
}

const otherContent = () =>
  new ConflictError("The idempotencyKey was used for another abono of the business: choose a new key", {
    table: "abonos",
    column: "idempotency_key",
  });

/** Payments of debt. An abono is never changed: it is voided. */
export class AbonoRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Records an abono, two decimals, and allocates it to the customer's oldest open sales, or to those named, never beyond
   * what is open: the rest is credit. The same `idempotencyKey` with the same content, its `id` aside, returns the abono
   * recorded first. Calls of one process that meet are recorded together, in one transaction, one round trip.
   * Throws `ValidationError`; `NotFoundError` for a sale that is not the customer's; `ConflictError` for a closed day, a
   * route that is not under way, a void sale, or an `idempotencyKey` that came with other content; `PermissionDeniedError`
   * for what another member received; `UniqueViolationError` for an `id` that another abono has.
   */
  async record(input: NewAbono): Promise<Abono> {
    return this.#unit.joined(receivings, toReceiving(this.#unit, parseInput(newAbonoSchema, input, "abono")));
  }

  /**
   * Allocates what is left of an abono, from today on: to the oldest open sales, or to those named. Called again it
   * changes nothing more. Throws `ValidationError`, `NotFoundError`; `ConflictError` for a void abono or sale.
   */
  async allocate(id: string, input: AbonoAllocating = {}): Promise<Abono> {
    const { allocations = "oldest" } = parseInput(allocationSchema, input, "allocation");
    const [abono] = await this.#unit.run(allocateAbono, { id, allocations: JSON.stringify(allocations) });
    return found(abono, "abono");
  }

  /**
   * Takes an abono back, dated today: what it paid is due again, and the money is given back by the same method. The same
   * void again returns it. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `ConflictError` when it is
   * void for another reason, or today is closed.
   */
  async void(id: string, input: z.input<typeof voidingSchema>): Promise<Abono> {
    const [abono] = await this.#unit.run(voidAbono, { id, ...parseInput(voidingSchema, input, "void") });
    return found(abono, "abono");
  }

  /** The abono with its allocations, or undefined. */
  findById(id: string): Promise<Abono | undefined> {
    return records.find(this.#unit, id);
  }

  /** The abono with its allocations. Throws `NotFoundError`. */
  getById(id: string): Promise<Abono> {
    return records.get(this.#unit, id);
  }

  /** A business's abonos without their allocations, newest first: all, or a customer's, or what a member received. */
  async list(request: PageRequest & AbonoFilter = {}): Promise<Page<AbonoHeader>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }
}
