import { and, eq, getTableName, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { idTaken, oneForEachKey } from "../core/keys";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { type ArrayParams, kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { customers, type vendors } from "./schema";
import { sqlStatement, statement } from "./statements";
import { keptOfParties } from "./validation/kept";
import { customerChangesSchema, importedCustomersSchema, newCustomerSchema } from "./validation/parties";

/** A customer or vendor: whom the company deals with. Both tables have the same columns. */
export type Party = typeof customers.$inferSelect;
export type NewParty = z.input<typeof newCustomerSchema>;
export type PartyChanges = z.input<typeof customerChangesSchema>;
export type ImportedParty = z.input<typeof importedCustomersSchema>[number];

const newParty = rowsOf(customers, {
  id: "given",
  companyId: "given",
  externalId: "given",
  name: "given",
  email: "given",
  phone: "given",
  taxId: "given",
  address: "given",
  city: "given",
  state: "given",
  postalCode: "given",
  country: "given",
  ...kept(keptOfParties),
});
type NewRow = RowType<typeof newParty>;

/** The statements of one of the two tables, named after it. */
export function partyStatements(given: typeof customers | typeof vendors, noun: string) {
  // The tables differ in name alone, which Drizzle makes part of their type.
  const table = given as typeof customers;
  const prefix = `accounting.${getTableName(given)}`;

  const list = listOf(statement, {
    name: `${prefix}.list`,
    table,
    sort: ["name", "id"],
    where: eq(table.isActive, true),
  });

  const create = statement(`${prefix}.create`, (q, p: Params<RowParams<NewRow>>) =>
    q.insert(table).values(newParty.insertable(p)).returning(),
  );

  const setActive = statement(`${prefix}.set_active`, (q, p: Params<{ id: string; isActive: boolean }>) =>
    q
      .update(table)
      .set({ isActive: p.isActive })
      .where(and(eq(table.tenantId, p.tenantId), eq(table.id, p.id)))
      .returning(),
  );

  const importChunk = sqlStatement(
    `${prefix}.import`,
    (q) =>
      q
        .select({ externalId: sql<string>`external_id`, id: sql<string>`id`, created: sql<number | null>`0` })
        .from(table),
    (p: Params<ArrayParams<NewRow>>) => importInto(sql`${table}`, p),
  );

  return { table, records: recordsOf(statement, `${prefix}.find`, table, noun), list, create, setActive, importChunk };
}

/** Writes those that are new; answers with those that were there before, and in a row of its own how many are new. */
const importInto = (table: SQL, p: Params<ArrayParams<NewRow>>) => sql`
  with given as (
    select * from ${newParty.unnest(p, "g")}
  ), written as (
    insert into ${table} as c (tenant_id, ${newParty.names()})
    select ${p.tenantId}::uuid, g.* from given g
    on conflict do nothing
    returning c.id
  )
  select c.external_id, c.id, null::int
  from ${table} as c
  join given g on g.company_id = c.company_id and g.external_id = c.external_id
  where c.tenant_id = ${p.tenantId}::uuid
  union all
  select null, null, count(*)::int from written`;

/**
 * What the repositories of customers and vendors have in common.
 * Method names: find may miss, get throws, list pages, archive is undone by restore.
 */
export abstract class PartyRepository {
  readonly #unit: Unit;
  readonly #statements: ReturnType<typeof partyStatements>;
  /** What messages call one of them. */
  readonly #noun: string;

  constructor(unit: Unit, statements: ReturnType<typeof partyStatements>) {
    this.#unit = unit;
    this.#statements = statements;
    this.#noun = statements.records.noun;
  }

  /** The record, or undefined when this scope has none with that id. */
  findById(id: string): Promise<Party | undefined> {
    return this.#statements.records.find(this.#unit, id);
  }

  /** The record. Throws `NotFoundError`. */
  getById(id: string): Promise<Party> {
    return this.#statements.records.get(this.#unit, id);
  }

  /** Active ones by name. */
  list(request: PageRequest = {}): Promise<Page<Party>> {
    return this.#statements.list(this.#unit, request);
  }

  /**
   * Creates one. Throws `ValidationError`; `UniqueViolationError` when its `id` or `externalId` is taken, whatever the
   * content; `ForeignKeyViolationError` for a company that is not the tenant's.
   */
  async create(input: NewParty): Promise<Party> {
    const party = parseInput(newCustomerSchema, input, this.#noun);
    const [created] = await this.#unit.run(this.#statements.create, newParty.row(party, { id: chosenOrNewId }));
    return found(created, this.#noun);
  }

  /** Changes the given fields. Throws `ValidationError`, `NotFoundError`. */
  async update(id: string, input: PartyChanges): Promise<Party> {
    const changes = parseInput(customerChangesSchema, input, "change");
    const { table } = this.#statements;
    const [updated] = await this.#unit.drizzle
      .update(table)
      .set(changes)
      .where(and(eq(table.tenantId, this.#unit.scope.tenantId), eq(table.id, id)))
      .returning();
    return found(updated, this.#noun);
  }

  /** Soft delete: it leaves the lists, its documents stay. Throws `NotFoundError`. */
  archive(id: string): Promise<Party> {
    return this.#setActive(id, false);
  }

  /** Undoes `archive`. Throws `NotFoundError`. */
  restore(id: string): Promise<Party> {
    return this.#setActive(id, true);
  }

  /**
   * Imports records of another system, 2,000 to a statement, all or none. A record whose `externalId` the company has
   * already stays as it is; of several with one, the first counts. Returns the ids by `externalId`, and how many are new.
   * Throws `ValidationError`, also for an `externalId` that comes with two companies, as one id could not stand for both:
   * import each company by itself; `UniqueViolationError` when another record has an `id` that was given.
   */
  async importMany(input: readonly ImportedParty[]): Promise<{ created: number; ids: Map<string, string> }> {
    const all = parseInput(importedCustomersSchema, input, "import");
    const ids = new Map<string, string>();
    let created = 0;
    const write = async (unit: Unit, columns: ArrayParams<NewRow>) => {
      let known = 0;
      for (const row of await unit.run(this.#statements.importChunk, columns)) {
        known += row.created ?? 1;
        created += row.created ?? 0;
        if (row.created === null) ids.set(row.externalId, row.id);
      }
      return known;
    };
    for (const { externalId } of all) ids.set(externalId, "");
    await inChunks(this.#unit, oneForEachKey(all), {
      size: 2_000,
      prepare: (chunk) => newParty.arrays(chunk, { id: chosenOrNewId }),
      write: async (unit, columns) => {
        columns.externalId.forEach((externalId, index) => {
          ids.set(externalId ?? "", columns.id[index] ?? "");
        });
        if ((await write(unit, columns)) === columns.id.length) return;
        // A record that another import wrote meanwhile stops the insert of its external id. Only a new statement sees it.
        if ((await write(unit, columns)) < columns.id.length) throw idTaken(getTableName(this.#statements.table));
      },
    });
    return { created, ids };
  }

  async #setActive(id: string, isActive: boolean): Promise<Party> {
    const [updated] = await this.#unit.run(this.#statements.setActive, { id, isActive });
    return found(updated, this.#noun);
  }
}
