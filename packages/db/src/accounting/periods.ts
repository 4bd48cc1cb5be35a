import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import type { ChoiceOf } from "../core/choice";
import { ConflictError } from "../core/errors";
import { found } from "../core/found";
import { chosenOrNewId, newId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { fiscalPeriods, type periodStatus } from "./schema";
import { sqlStatement, statement } from "./statements";
import { keptOfPeriods } from "./validation/kept";
import { newFiscalYearSchema, newPeriodSchema, periodFilterSchema, reopeningSchema } from "./validation/periods";

export type FiscalPeriod = typeof fiscalPeriods.$inferSelect;
export type NewFiscalPeriod = z.input<typeof newPeriodSchema>;
export type NewFiscalYear = z.input<typeof newFiscalYearSchema>;

const records = recordsOf(statement, "accounting.periods.find", fiscalPeriods, "period");

const list = listOf(statement, {
  name: "accounting.periods.list",
  table: fiscalPeriods,
  sort: ["startsOn"],
  filter: periodFilterSchema,
  required: ["companyId"],
});

const newPeriod = rowsOf(fiscalPeriods, {
  id: "given",
  companyId: "given",
  name: "given",
  startsOn: "given",
  endsOn: "given",
  ...kept(keptOfPeriods),
});

const create = statement("accounting.periods.create", (q, p: Params<RowParams<RowType<typeof newPeriod>>>) =>
  q.insert(fiscalPeriods).values(newPeriod.insertable(p)).returning(),
);

// Each month is counted from the first day: from 31 January the second begins on 28 February, the third on 31 March.
const createYear = sqlStatement(
  "accounting.periods.create_year",
  (q) => q.select().from(fiscalPeriods),
  (p: Params<{ companyId: string; startsOn: string; id: string[] }>) => sql`
    with created as (
      insert into accounting.fiscal_periods as f (tenant_id, id, company_id, name, starts_on, ends_on)
      select ${p.tenantId}::uuid, m.id, ${p.companyId}::uuid, to_char(m.starts_on, 'YYYY-MM'), m.starts_on, m.ends_on
      from (
        select g.id, g.position, (${p.startsOn}::date + make_interval(months => g.position::int - 1))::date as starts_on,
          (${p.startsOn}::date + make_interval(months => g.position::int))::date - 1 as ends_on
        from unnest(${p.id}::uuid[]) with ordinality as g (id, position)
      ) m
      order by m.position
      returning ${columnsOf(fiscalPeriods, "f")}
    )
    select ${columnsOf(fiscalPeriods, "created")} from created order by starts_on`,
);

const close = statement("accounting.periods.close", (q, p: Params<{ id: string }>) =>
  q
    .update(fiscalPeriods)
    .set({ status: "closed" })
    .where(and(eq(fiscalPeriods.tenantId, p.tenantId), eq(fiscalPeriods.id, p.id), eq(fiscalPeriods.status, "open")))
    .returning(),
);

const reopen = sqlStatement(
  "accounting.periods.reopen",
  (q) => q.select({ period: fiscalPeriods, recorded: sql<string>`''` }).from(fiscalPeriods),
  (p: Params<{ id: string; details: string }>) => sql`
    with reopened as (
      update accounting.fiscal_periods as f set status = 'open'
      where f.tenant_id = ${p.tenantId}::uuid and f.id = ${p.id}::uuid and f.status = 'closed'
      returning ${columnsOf(fiscalPeriods, "f")}
    )
    select ${columnsOf(fiscalPeriods, "reopened")},
      tenancy.record_audit('reopen_period', 'accounting.fiscal_periods', reopened.id, ${p.details}::jsonb)::text
    from reopened`,
);

/** The accounting periods of the tenant's companies; the company needs books first: `accounts.createStandardChart`. */
export class PeriodRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /**
   * Creates a fiscal year as periods of a month each (`months`: 1 to 120, 12 when left out), named like `2026-01`.
   * Returns them in order. Throws `ValidationError`; `InvariantError` when it does not begin the day after the company's
   * last period ends; `ConflictError` when the company has no books.
   */
  async createYear(input: NewFiscalYear): Promise<FiscalPeriod[]> {
    const { companyId, startsOn, months } = parseInput(newFiscalYearSchema, input, "fiscal year");
    return this.#unit.run(createYear, { companyId, startsOn, id: Array.from({ length: months }, newId) });
  }

  /** Creates one period, of any length. Throws as `createYear` does. */
  async create(input: NewFiscalPeriod): Promise<FiscalPeriod> {
    const period = parseInput(newPeriodSchema, input, "period");
    const [created] = await this.#unit.run(create, newPeriod.row(period, { id: chosenOrNewId }));
    return found(created, "period");
  }

  /** The period, or undefined. */
  findById(id: string): Promise<FiscalPeriod | undefined> {
    return records.find(this.#unit, id);
  }

  /** The period. Throws `NotFoundError`. */
  getById(id: string): Promise<FiscalPeriod> {
    return records.get(this.#unit, id);
  }

  /** The company's periods, earliest first. */
  list(request: PageRequest & { companyId: string }): Promise<Page<FiscalPeriod>> {
    return list(this.#unit, request);
  }

  /**
   * Closes a period: nothing is posted any more up to its last day. Waits for postings that are under way.
   * Throws `NotFoundError`, `ConflictError` when it is closed already or an earlier one is open.
   */
  async close(id: string): Promise<FiscalPeriod> {
    const [closed] = await this.#unit.run(close, { id });
    return closed ?? this.#refuse(id);
  }

  /**
   * Opens the company's last closed period again; the audit trail tells who did it, and the reason.
   * Throws `ValidationError`, `NotFoundError`, `ConflictError` when it is open or a later one is closed.
   */
  async reopen(id: string, input: { reason: string }): Promise<FiscalPeriod> {
    const details = parseInput(reopeningSchema, input, "reopening");
    const [reopened] = await this.#unit.run(reopen, { id, details: JSON.stringify(details) });
    return reopened?.period ?? this.#refuse(id);
  }

  async #refuse(id: string): Promise<never> {
    const { status }: { status: ChoiceOf<typeof periodStatus> } = await this.getById(id);
    throw new ConflictError(`The period is ${status} already`);
  }
}
