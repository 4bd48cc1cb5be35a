import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { type Position, SortKey } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { columnsOf, type Params, type StatementRunner } from "../core/statement";
import { parseInput } from "../core/validation";
import { type Company, CompanyRepository } from "./companies";
import { MemberRepository, type User } from "./members";
import { tenants } from "./schema";
import { sqlStatement, statement } from "./statements";
import { newTenantSchema } from "./validation";

export type Tenant = typeof tenants.$inferSelect;
export type NewTenant = z.input<typeof newTenantSchema>;

/** A tenant with its first admin and, when one was given, its first company. */
export interface CreatedTenant {
  tenant: Tenant;
  admin: User;
  company: Company | undefined;
}

const current = statement("tenancy.tenants.current", (q, p: Params<object>) =>
  q.select().from(tenants).where(eq(tenants.id, p.tenantId)),
);

// In SQL, because Drizzle would name all columns and the runtime login may insert these two alone.
const create = sqlStatement(
  "tenancy.tenants.create",
  (q) => q.select().from(tenants),
  (p: Params<{ name: string }>) => sql`
    insert into tenancy.tenants as t (id, name) values (${p.tenantId}::uuid, ${p.name}::text)
    returning ${columnsOf(tenants, "t")}`,
);

const rename = statement("tenancy.tenants.rename", (q, p: Params<{ name: string }>) =>
  q.update(tenants).set({ name: p.name }).where(eq(tenants.id, p.tenantId)).returning(),
);

/** The scope's own tenant. */
export class TenantRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The tenant of the scope. Throws `NotFoundError`. */
  async current(): Promise<Tenant> {
    return found((await this.#unit.run(current, {}))[0], "tenant");
  }

  /** Changes its name. Throws `ValidationError`, `NotFoundError`. */
  async rename(name: string): Promise<Tenant> {
    const checked = parseInput(newTenantSchema.shape.name, name, "name");
    return found((await this.#unit.run(rename, { name: checked }))[0], "tenant");
  }

  /**
   * Creates the tenant of the scope, its first admin and its first company, all or none. Called through
   * `forIdentity(…).createTenant` and `platform(…).createTenant`. Throws `UniqueViolationError` when it exists.
   */
  async create(input: Omit<NewTenant, "id">, identityId?: string): Promise<CreatedTenant> {
    const { name, admin, company } = parseInput(newTenantSchema, input, "tenant");
    return this.#unit.atomic(async (unit) => {
      const [tenant] = await unit.run(create, { name });
      const user = await new MemberRepository(unit).ensureMember({ ...admin, identityId, role: "admin" });
      const first = company && (await new CompanyRepository(unit).create(company));
      return { tenant: found(tenant, "tenant"), admin: user, company: first };
    });
  }
}

/** The id of a tenant that is about to be created. */
export function tenantIdOf(input: NewTenant): string {
  return parseInput(newTenantSchema, input, "tenant").id ?? newId();
}

const find = statement("tenancy.tenants.find", (q, p: Params<{ id: string }>) =>
  q.select().from(tenants).where(eq(tenants.id, p.id)),
);

// In the order they were created, as the id is time-ordered.
const byId = new SortKey(tenants, ["id"]);

const list = statement("tenancy.tenants.list", (q, p: Params<Position<"id">>) =>
  q
    .select()
    .from(tenants)
    .where(byId.after(p))
    .orderBy(...byId.order())
    .limit(p.limit),
);

const setStatus = statement("tenancy.tenants.set_status", (q, p: Params<{ id: string; status: string }>) =>
  q
    .update(tenants)
    .set({ status: p.status as never })
    .where(and(eq(tenants.id, p.id)))
    .returning(),
);

export const platformStatements = { find, list, setStatus };

/** A page of all tenants, oldest first. Throws `ValidationError` for a page size or cursor that does not fit. */
export async function listTenants(unit: StatementRunner, request: PageRequest): Promise<Page<Tenant>> {
  const position = byId.position(request);
  return byId.page(await unit.run(list, position), position);
}
