import { and, eq } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { keptOfCompanies } from "./kept";
import { companies } from "./schema";
import { statement } from "./statements";
import { companyChangesSchema, newCompanySchema } from "./validation";

export type Company = typeof companies.$inferSelect;
export type NewCompany = z.input<typeof newCompanySchema>;
export type CompanyChanges = z.input<typeof companyChangesSchema>;

const records = recordsOf(statement, "tenancy.companies.find", companies, "company");

// Companies are few, and old ones come first: the id is time-ordered, so the primary key serves the list.
const list = listOf(statement, { name: "tenancy.companies.list", table: companies, sort: ["id"] });

const newCompany = rowsOf(companies, {
  id: "given",
  name: "given",
  taxId: "given",
  address: "given",
  email: "given",
  phone: "given",
  logoUrl: "given",
  ...kept(keptOfCompanies),
});

const create = statement("tenancy.companies.create", (q, p: Params<RowParams<RowType<typeof newCompany>>>) =>
  q.insert(companies).values(newCompany.insertable(p)).returning(),
);

/** Legal entities of the tenant. A scope that names a company sees, changes and archives that one alone, and creates none. */
export class CompanyRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The company, or undefined. */
  findById(id: string): Promise<Company | undefined> {
    return records.find(this.#unit, id);
  }

  /** The company. Throws `NotFoundError`. */
  getById(id: string): Promise<Company> {
    return records.get(this.#unit, id);
  }

  /** All companies, in the order they were created; the scope's own where it names one. */
  list(request: PageRequest = {}): Promise<Page<Company>> {
    return list(this.#unit, request);
  }

  /** Creates one. Throws `ValidationError`; `TenantIsolationError` in the scope of another company. */
  async create(input: NewCompany): Promise<Company> {
    const company = parseInput(newCompanySchema, input, "company");
    const [created] = await this.#unit.run(create, newCompany.row(company, { id: chosenOrNewId }));
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
