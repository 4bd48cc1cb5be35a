import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { cursorKey, firstId, type Page, type PageRequest, pageSize, toPage } from "../core/page";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { companies } from "./schema";
import { statement } from "./statements";
import { companyChangesSchema, newCompanySchema } from "./validation";

export type Company = typeof companies.$inferSelect;
export type NewCompany = z.input<typeof newCompanySchema>;
export type CompanyChanges = z.input<typeof companyChangesSchema>;

const find = statement("tenancy.companies.find", (q, p: Params<{ id: string }>) =>
  q
    .select()
    .from(companies)
    .where(and(eq(companies.tenantId, p.tenantId), eq(companies.id, p.id))),
);

// Companies are few and old ones come first: the id is time-ordered, so the primary key serves the list.
const list = statement("tenancy.companies.list", (q, p: Params<{ after: string; limit: number }>) =>
  q
    .select()
    .from(companies)
    .where(and(eq(companies.tenantId, p.tenantId), sql`${companies.id} > ${p.after}::uuid`))
    .orderBy(asc(companies.id))
    .limit(p.limit),
);

/** Legal entities of the tenant. */
export class CompanyRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The company, or undefined. */
  async findById(id: string): Promise<Company | undefined> {
    return (await this.#unit.run(find, { id }))[0];
  }

  /** The company. Throws `NotFoundError`. */
  async getById(id: string): Promise<Company> {
    return found(await this.findById(id), "company");
  }

  /** All companies, in the order they were created. */
  async list(request: PageRequest = {}): Promise<Page<Company>> {
    const limit = pageSize(request);
    const [after = firstId] = cursorKey(request, 1) ?? [];
    return toPage(await this.#unit.run(list, { after, limit: limit + 1 }), limit, (row) => [row.id]);
  }

  /** Creates one. Throws `ValidationError`. */
  async create(input: NewCompany): Promise<Company> {
    const company = parseInput(newCompanySchema, input, "company");
    const [created] = await this.#unit.drizzle
      .insert(companies)
      .values({ ...company, tenantId: this.#unit.scope.tenantId, id: company.id ?? newId() })
      .returning();
    return found(created, "company");
  }

  /** Changes the given fields. Throws `ValidationError`, `NotFoundError`. */
  async update(id: string, input: CompanyChanges): Promise<Company> {
    const changes = parseInput(companyChangesSchema, input, "change");
    const [updated] = await this.#unit.drizzle
      .update(companies)
      .set(changes)
      .where(and(eq(companies.tenantId, this.#unit.scope.tenantId), eq(companies.id, id)))
      .returning();
    return found(updated, "company");
  }

  /** Soft delete: the company becomes inactive. Throws `NotFoundError`. */
  archive(id: string): Promise<Company> {
    return this.update(id, { status: "inactive" });
  }

  /** Undoes `archive`. Throws `NotFoundError`. */
  restore(id: string): Promise<Company> {
    return this.update(id, { status: "active" });
  }
}
