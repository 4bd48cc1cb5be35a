import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import { parseInput } from "../core/validation";
import {
  type ImportColumns,
  importColumnsOf,
  type NewParty,
  noDetails,
  type Party,
  type partyStatements,
} from "./party-statements";
import { customerChangesSchema, importedCustomersSchema, newCustomerSchema } from "./validation/parties";

export type PartyChanges = z.input<typeof customerChangesSchema>;
export type ImportedParty = z.input<typeof importedCustomersSchema>[number];

/**
 * What the repositories of customers and vendors have in common.
 * Method names: find may miss, get throws, list pages, archive is undone by restore.
 */
export abstract class PartyRepository {
  readonly #unit: Unit;
  readonly #statements: ReturnType<typeof partyStatements>;
  /** What messages call one of them. */
  readonly #noun: string;

  constructor(unit: Unit, statements: ReturnType<typeof partyStatements>, noun: string) {
    this.#unit = unit;
    this.#statements = statements;
    this.#noun = noun;
  }

  /** The record, or undefined when this scope has none with that id. */
  async findById(id: string): Promise<Party | undefined> {
    return (await this.#unit.run(this.#statements.find, { id }))[0];
  }

  /** The record. Throws `NotFoundError`. */
  async getById(id: string): Promise<Party> {
    return found(await this.findById(id), this.#noun);
  }

  /** Active ones by name. */
  async list(request: PageRequest = {}): Promise<Page<Party>> {
    const limit = pageSize(request);
    const key = cursorKey(request, 2);
    const rows = key
      ? await this.#unit.run(this.#statements.listAfter, { limit: limit + 1, name: key[0] ?? "", id: key[1] ?? "" })
      : await this.#unit.run(this.#statements.listFirst, { limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.name, row.id]);
  }

  /** Creates one. Throws `ValidationError`, and `ForeignKeyViolationError` for a company that is not the tenant's. */
  async create(input: NewParty): Promise<Party> {
    const party = parseInput(newCustomerSchema, input, this.#noun);
    const all = { ...noDetails, ...party, id: party.id ?? newId() };
    const [created] = await this.#unit.run(this.#statements.create, all);
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
   * Imports records of another system, 2,000 to a statement, all or none. One whose `externalId` the company has already
   * is left as it is. Returns the ids by `externalId`, and how many are new. Throws `ValidationError`, also for an
   * `externalId` that comes with two companies, as one id could not stand for both: import each company by itself.
   */
  async importMany(input: readonly ImportedParty[]): Promise<{ created: number; ids: Map<string, string> }> {
    const all = parseInput(importedCustomersSchema, input, "import");
    const ids = new Map<string, string>();
    let created = 0;
    const write = async (unit: Unit, columns: ImportColumns) => {
      let known = 0;
      for (const row of await unit.run(this.#statements.importChunk, columns)) {
        known += row.created ?? 1;
        created += row.created ?? 0;
        if (row.created === null) ids.set(row.externalId, row.id);
      }
      return known;
    };
    await inChunks(this.#unit, all, {
      size: 2_000,
      prepare: importColumnsOf,
      write: async (unit, columns) => {
        columns.externalId.forEach((externalId, index) => {
          ids.set(externalId, columns.id[index] ?? "");
        });
        // One that another import wrote meanwhile, or that came twice, is in the way of the insert, and visible only to
        // a new statement.
        if ((await write(unit, columns)) < columns.id.length) await write(unit, columns);
      },
    });
    return { created, ids };
  }

  async #setActive(id: string, isActive: boolean): Promise<Party> {
    const [updated] = await this.#unit.run(this.#statements.setActive, { id, isActive });
    return found(updated, this.#noun);
  }
}
