import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import { inChunks } from "../client/chunks";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { customers } from "./schema";
import { sqlStatement, statement } from "./statements";
import { customerChangesSchema, importedCustomersSchema, newCustomerSchema } from "./validation";

export type Customer = typeof customers.$inferSelect;
export type NewCustomer = z.input<typeof newCustomerSchema>;
export type CustomerChanges = z.input<typeof customerChangesSchema>;
export type ImportedCustomer = z.input<typeof importedCustomersSchema>[number];

const find = statement("accounting.customers.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(customers)
    .where(and(eq(customers.tenantId, p.tenantId), eq(customers.id, p.id))),
);

const active = eq(customers.isActive, true);

const listFirst = statement("accounting.customers.list_first", (q, p: Params<{ limit: number }>) =>
  q
    .select()
    .from(customers)
    .where(and(eq(customers.tenantId, p.tenantId), active))
    .orderBy(asc(customers.name), asc(customers.id))
    .limit(p.limit),
);

const listAfter = statement(
  "accounting.customers.list_after",
  (q, p: Params<{ limit: number; name: string; id: string }>) =>
    q
      .select()
      .from(customers)
      .where(
        and(
          eq(customers.tenantId, p.tenantId),
          active,
          sql`(${customers.name}, ${customers.id}) > (${p.name}::text, ${p.id}::uuid)`,
        ),
      )
      .orderBy(asc(customers.name), asc(customers.id))
      .limit(p.limit),
);

const create = statement("accounting.customers.create", (q, p: Params<Required<NewCustomer> & { id: string }>) =>
  q
    .insert(customers)
    .values({
      tenantId: p.tenantId,
      id: p.id,
      companyId: p.companyId,
      name: p.name,
      email: p.email,
      phone: p.phone,
      taxId: p.taxId,
      address: p.address,
      city: p.city,
      state: p.state,
      postalCode: p.postalCode,
      country: p.country,
      externalId: p.externalId,
    })
    .returning(),
);

const setActive = statement("accounting.customers.set_active", (q, p: Params<{ id: string; isActive: boolean }>) =>
  q
    .update(customers)
    .set({ isActive: p.isActive })
    .where(and(eq(customers.tenantId, p.tenantId), eq(customers.id, p.id)))
    .returning(),
);

/** Writes those that are new; answers with those that were there before, and in a row of its own how many are new. */
const importChunk = sqlStatement(
  "accounting.customers.import",
  (q) =>
    q
      .select({ externalId: sql<string>`external_id`, id: sql<string>`id`, created: sql<number | null>`0` })
      .from(customers),
  (p: Params<ImportColumns>) => sql`
    with given as (
      select * from unnest(${p.id}::uuid[], ${p.companyId}::uuid[], ${p.externalId}::text[], ${p.name}::text[],
        ${p.email}::text[], ${p.phone}::text[], ${p.taxId}::text[], ${p.address}::text[], ${p.city}::text[],
        ${p.state}::text[], ${p.postalCode}::text[], ${p.country}::text[])
        as g (id, company_id, external_id, name, email, phone, tax_id, address, city, state, postal_code, country)
    ), written as (
      insert into accounting.customers as c
        (tenant_id, id, company_id, external_id, name, email, phone, tax_id, address, city, state, postal_code, country)
      select ${p.tenantId}::uuid, g.* from given g
      on conflict (tenant_id, company_id, external_id) where external_id is not null do nothing
      returning c.id
    )
    select c.external_id, c.id, null::int
    from accounting.customers c
    join given g on g.company_id = c.company_id and g.external_id = c.external_id
    where c.tenant_id = ${p.tenantId}::uuid
    union all
    select null, null, count(*)::int from written`,
);

const optionalColumns = ["email", "phone", "taxId", "address", "city", "state", "postalCode", "country"] as const;

type ImportColumns = Record<"id" | "companyId" | "externalId" | "name", string[]> &
  Record<(typeof optionalColumns)[number], (string | null)[]>;

function importColumnsOf(rows: readonly z.output<typeof importedCustomersSchema>[number][]): ImportColumns {
  const columns = Object.fromEntries(optionalColumns.map((key) => [key, rows.map((row) => row[key] ?? null)]));
  return {
    ...(columns as Pick<ImportColumns, (typeof optionalColumns)[number]>),
    id: rows.map((row) => row.id ?? newId()),
    companyId: rows.map((row) => row.companyId),
    externalId: rows.map((row) => row.externalId),
    name: rows.map((row) => row.name),
  };
}

/** Customers of the tenant's companies. Method names: find may miss, get throws, list pages, archive is undone by restore. */
export class CustomerRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The customer, or undefined when this scope has none with that id. */
  async findById(id: string): Promise<Customer | undefined> {
    return (await this.#unit.run(find, { id }))[0];
  }

  /** The customer. Throws `NotFoundError`. */
  async getById(id: string): Promise<Customer> {
    return found(await this.findById(id), "customer");
  }

  /** Active customers by name. */
  async list(request: PageRequest = {}): Promise<Page<Customer>> {
    const limit = pageSize(request);
    const key = cursorKey(request, 2);
    const rows = key
      ? await this.#unit.run(listAfter, { limit: limit + 1, name: key[0] ?? "", id: key[1] ?? "" })
      : await this.#unit.run(listFirst, { limit: limit + 1 });
    return toPage(rows, limit, (row) => [row.name, row.id]);
  }

  /** Creates one. Throws `ValidationError`, and `ForeignKeyViolationError` for a company that is not the tenant's. */
  async create(input: NewCustomer): Promise<Customer> {
    const customer = parseInput(newCustomerSchema, input, "customer");
    const [created] = await this.#unit.run(create, { ...nothing, ...customer, id: customer.id ?? newId() });
    return found(created, "customer");
  }

  /** Changes the given fields. Throws `ValidationError`, `NotFoundError`. */
  async update(id: string, input: CustomerChanges): Promise<Customer> {
    const changes = parseInput(customerChangesSchema, input, "change");
    const [updated] = await this.#unit.drizzle
      .update(customers)
      .set(changes)
      .where(and(eq(customers.tenantId, this.#unit.scope.tenantId), eq(customers.id, id)))
      .returning();
    return found(updated, "customer");
  }

  /** Soft delete: the customer leaves the lists, its documents stay. Throws `NotFoundError`. */
  archive(id: string): Promise<Customer> {
    return this.#setActive(id, false);
  }

  /** Undoes `archive`. Throws `NotFoundError`. */
  restore(id: string): Promise<Customer> {
    return this.#setActive(id, true);
  }

  /**
   * Imports customers of another system, 2,000 to a statement, all or none. One whose `externalId` the company has
   * already is left as it is. Returns the ids by `externalId`, and how many are new.
   */
  async importMany(input: readonly ImportedCustomer[]): Promise<{ created: number; ids: Map<string, string> }> {
    const all = parseInput(importedCustomersSchema, input, "import");
    const ids = new Map<string, string>();
    let created = 0;
    const write = async (unit: Unit, columns: ImportColumns) => {
      let known = 0;
      for (const row of await unit.run(importChunk, columns)) {
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

  async #setActive(id: string, isActive: boolean): Promise<Customer> {
    const [updated] = await this.#unit.run(setActive, { id, isActive });
    return found(updated, "customer");
  }
}

const nothing = {
  email: null,
  phone: null,
  taxId: null,
  address: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  externalId: null,
};
