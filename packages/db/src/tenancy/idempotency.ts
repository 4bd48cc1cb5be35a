import { and, eq, type SQL, sql } from "drizzle-orm";
import type { Unit } from "../client/unit";
import { pgJsonb } from "../core/column-kinds";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { requestHash } from "../core/request-hash";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { idempotencyKeys } from "./schema";
import { sqlStatement, statement } from "./statements";

export interface IdempotentCall {
  /** What is done, e.g. `invoices.issue`. */
  operation: string;
  /** Chosen by the caller, the same at each retry. */
  key: string;
  /** The input, as plain JSON: another input under the same key is a conflict. */
  request: unknown;
}

/** The key of this very scope: one that names no company sees the keys of all companies, and they are not its own. */
const ofTheScope: SQL = sql`${idempotencyKeys.companyId} is not distinct from tenancy.current_company_id()`;

// Waits for a concurrent holder of the key: the insert blocks until that transaction ends, then does nothing.
const take = sqlStatement(
  "tenancy.idempotency.take",
  (q) => q.select({ id: idempotencyKeys.id }).from(idempotencyKeys),
  (p: Params<{ id: string; operation: string; key: string; requestHash: string }>) => sql`
    insert into tenancy.idempotency_keys as k (tenant_id, id, operation, key, request_hash)
    values (${p.tenantId}::uuid, ${p.id}::uuid, ${p.operation}::text, ${p.key}::text, ${p.requestHash}::text)
    on conflict (tenant_id, operation, key, company_id) do nothing
    returning k.id`,
);

const read = statement("tenancy.idempotency.read", (q, p: Params<{ operation: string; key: string }>) =>
  q
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.tenantId, p.tenantId),
        eq(idempotencyKeys.operation, p.operation),
        eq(idempotencyKeys.key, p.key),
        ofTheScope,
      ),
    ),
);

const store = statement("tenancy.idempotency.store", (q, p: Params<{ id: string; result: unknown }>) =>
  q
    .update(idempotencyKeys)
    .set({ result: p.result as never })
    .where(and(eq(idempotencyKeys.tenantId, p.tenantId), eq(idempotencyKeys.id, p.id)))
    .returning({ id: idempotencyKeys.id }),
);

/** Operations that take effect once, however often they are retried. */
export class IdempotencyRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Runs `work` once per key; a retry gets the stored result of the first run, as JSON returns it. A key belongs to the
   * scope's company, or to the whole tenant where the scope names none: retry on a handle of the same scope. Key, effect and
   * result are written in one transaction. Throws `ConflictError` when the key came with another request before,
   * `ValidationError` when the request is no plain JSON.
   */
  async once<T>(call: IdempotentCall, work: (unit: Unit) => Promise<T>): Promise<T> {
    const { operation, key } = call;
    const request = parseInput(pgJsonb(), { request: call.request ?? null }, "idempotent request");
    const hash = requestHash(request);
    return this.#unit.atomic(async (unit) => {
      const id = newId();
      const taken = await unit.run(take, { id, operation, key, requestHash: hash });
      if (taken.length > 0) {
        const result = await work(unit);
        await unit.run(store, { id, result: result === undefined ? null : result });
        return result;
      }
      const earlier = found((await unit.run(read, { operation, key }))[0], "idempotency key");
      if (earlier.requestHash !== hash) {
        throw new ConflictError(`The idempotency key was used for another request of ${operation}: choose a new key`, {
          table: "idempotency_keys",
          column: "key",
        });
      }
      return earlier.result as T;
    });
  }
}
