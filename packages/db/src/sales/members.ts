import { and, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { chosenOrNewId } from "../core/ids";
import { listOf } from "../core/lists";
import type { Page, PageRequest } from "../core/page";
import { recordsOf } from "../core/records";
import { kept, type RowParams, type RowType, rowsOf } from "../core/rows";
import { columnsOf, type Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { businessUsers, commissionRates } from "./schema";
import { businessOf } from "./scope";
import { sqlStatement, statement } from "./statements";
import { businessFilterSchema, businessUserChangesSchema, newBusinessUserSchema } from "./validation/businesses";
import { keptOfMembers } from "./validation/kept";

export type BusinessUser = typeof businessUsers.$inferSelect;
export type CommissionRate = typeof commissionRates.$inferSelect;
export type NewBusinessUser = z.input<typeof newBusinessUserSchema>;
export type BusinessUserChanges = z.input<typeof businessUserChangesSchema>;

const records = recordsOf(statement, "sales.members.find", businessUsers, "member of the business");

// Members are few, and old ones come first: the id is time-ordered.
const list = listOf(statement, {
  name: "sales.members.list",
  table: businessUsers,
  sort: ["id"],
  filter: businessFilterSchema,
  required: ["businessId"],
  where: eq(businessUsers.isActive, true),
});

const newMember = rowsOf(businessUsers, {
  id: "given",
  businessId: "given",
  userId: "given",
  role: "defaulted",
  salesPoint: "given",
  commissionRate: "given",
  joinedAt: "defaulted",
  ...kept(keptOfMembers),
});

const add = sqlStatement(
  "sales.members.add",
  (q) => q.select().from(businessUsers),
  (p: Params<RowParams<RowType<typeof newMember>>>) => sql`
    insert into sales.business_users as m (tenant_id, ${newMember.names()})
    select ${p.tenantId}::uuid, ${newMember.values(p, {
      role: sql`coalesce(${p.role}::text, 'vendedor')`,
      joinedAt: sql`coalesce(${p.joinedAt}::timestamptz, now())`,
    })}
    returning ${columnsOf(businessUsers, "m")}`,
);

const current = statement("sales.members.current", (q, p: Params<{ businessId: string; userId: string }>) =>
  q
    .select()
    .from(businessUsers)
    .where(
      and(
        eq(businessUsers.tenantId, p.tenantId),
        eq(businessUsers.businessId, p.businessId),
        eq(businessUsers.userId, p.userId),
        eq(businessUsers.isActive, true),
      ),
    ),
);

const rates = statement("sales.members.rates", (q, p: Params<{ memberId: string }>) =>
  q
    .select()
    .from(commissionRates)
    .where(and(eq(commissionRates.tenantId, p.tenantId), eq(commissionRates.memberId, p.memberId)))
    .orderBy(commissionRates.validFrom),
);

/** See `Sales.currentMember`. */
export async function currentMemberOf(unit: Unit): Promise<BusinessUser | undefined> {
  const businessId = businessOf(unit);
  const { userId } = unit.scope;
  return userId === undefined ? undefined : (await unit.run(current, { businessId, userId }))[0];
}

/** People of a business. Its admin_negocio manages them, and so does an admin of the tenant. */
export class MemberRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The member, or undefined. */
  findById(id: string): Promise<BusinessUser | undefined> {
    return records.find(this.#unit, id);
  }

  /** The member. Throws `NotFoundError`. */
  getById(id: string): Promise<BusinessUser> {
    return records.get(this.#unit, id);
  }

  /** The business's active members, in the order they were added. */
  async list(request: PageRequest & z.input<typeof businessFilterSchema> = {}): Promise<Page<BusinessUser>> {
    return list(this.#unit, { ...request, businessId: businessOf(this.#unit, request) });
  }

  /**
   * Adds a person of the tenant to the business, as vendedor when no role is given. The commission is in percent, and holds
   * for all days until another is set. Throws `ValidationError`, `PermissionDeniedError`; `UniqueViolationError` for one who
   * is a member already, archived ones too: `restore` them; `ForeignKeyViolationError` for a user who is not the tenant's.
   */
  async add(input: NewBusinessUser): Promise<BusinessUser> {
    const member = parseInput(newBusinessUserSchema, input, "member");
    const businessId = businessOf(this.#unit, member);
    const [added] = await this.#unit.run(add, newMember.row({ ...member, businessId }, { id: chosenOrNewId }));
    return found(added, "member of the business");
  }

  /**
   * Changes role, sales point or commission. Another commission holds from the business's today on; sales of earlier days keep
   * theirs. Throws `ValidationError`, `NotFoundError`, `PermissionDeniedError`; `InvariantError` for the last admin_negocio.
   */
  async update(id: string, input: BusinessUserChanges): Promise<BusinessUser> {
    return this.#set(id, parseInput(businessUserChangesSchema, input, "change"));
  }

  /**
   * Soft delete: the person works in the business no more, and the records that name the member stay.
   * Throws `NotFoundError`, `PermissionDeniedError`; `InvariantError` for the last admin_negocio.
   */
  archive(id: string): Promise<BusinessUser> {
    return this.#set(id, { isActive: false });
  }

  /** Undoes `archive`. Throws `NotFoundError`, `PermissionDeniedError`. */
  restore(id: string): Promise<BusinessUser> {
    return this.#set(id, { isActive: true });
  }

  /** Each commission that the member had, in percent, by the day from which it holds. The first holds for all days before it. */
  commissionRates(id: string): Promise<CommissionRate[]> {
    return this.#unit.run(rates, { memberId: id });
  }

  async #set(id: string, changes: Partial<BusinessUser>): Promise<BusinessUser> {
    const [updated] = await this.#unit.drizzle
      .update(businessUsers)
      .set(changes)
      .where(and(eq(businessUsers.tenantId, this.#unit.scope.tenantId), eq(businessUsers.id, id)))
      .returning();
    return found(updated, "member of the business");
  }
}
