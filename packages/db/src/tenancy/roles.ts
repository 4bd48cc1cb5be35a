import { and, asc, eq, sql } from "drizzle-orm";
import type { z } from "zod";
import type { Unit } from "../client/unit";
import { found } from "../core/found";
import { newId } from "../core/ids";
import { recordsOf } from "../core/records";
import type { Params } from "../core/statement";
import { parseInput } from "../core/validation";
import { roles, userRoles } from "./schema";
import { sqlStatement, statement } from "./statements";
import { namedRoleChangesSchema, newRoleSchema } from "./validation";

export type Role = typeof roles.$inferSelect;
export type NewRole = z.input<typeof newRoleSchema>;
export type RoleChanges = z.input<typeof namedRoleChangesSchema>;
/** That a member has a role. */
export type UserRole = typeof userRoles.$inferSelect;

const records = recordsOf(statement, "tenancy.roles.find", roles, "role");

const list = statement("tenancy.roles.list", (q, p: Params<object>) =>
  q.select().from(roles).where(eq(roles.tenantId, p.tenantId)).orderBy(asc(roles.name)),
);

const ofUser = statement("tenancy.roles.list_of_user", (q, p: Params<{ userId: string }>) =>
  q
    .select({ role: roles })
    .from(userRoles)
    .innerJoin(roles, and(eq(roles.tenantId, userRoles.tenantId), eq(roles.id, userRoles.roleId)))
    .where(and(eq(userRoles.tenantId, p.tenantId), eq(userRoles.userId, p.userId)))
    .orderBy(asc(roles.name)),
);

const assign = sqlStatement(
  "tenancy.roles.assign",
  (q) => q.select({ id: userRoles.id }).from(userRoles),
  (p: Params<{ id: string; userId: string; roleId: string }>) => sql`
    insert into tenancy.user_roles as r (tenant_id, id, user_id, role_id)
    values (${p.tenantId}::uuid, ${p.id}::uuid, ${p.userId}::uuid, ${p.roleId}::uuid)
    on conflict (tenant_id, user_id, role_id) do nothing
    returning r.id`,
);

const unassign = statement("tenancy.roles.unassign", (q, p: Params<{ userId: string; roleId: string }>) =>
  q
    .delete(userRoles)
    .where(and(eq(userRoles.tenantId, p.tenantId), eq(userRoles.userId, p.userId), eq(userRoles.roleId, p.roleId)))
    .returning({ id: userRoles.id }),
);

const remove = statement("tenancy.roles.delete", (q, p: Params<{ id: string }>) =>
  q
    .delete(roles)
    .where(and(eq(roles.tenantId, p.tenantId), eq(roles.id, p.id)))
    .returning({ id: roles.id }),
);

/** Named permission sets of the tenant and who has them. Acountee: users, roles, user_roles. */
export class RoleRepository {
  readonly #unit: Unit;

  constructor(unit: Unit) {
    this.#unit = unit;
  }

  /** The role, or undefined. */
  findById(id: string): Promise<Role | undefined> {
    return records.find(this.#unit, id);
  }

  /** The role. Throws `NotFoundError`. */
  getById(id: string): Promise<Role> {
    return records.get(this.#unit, id);
  }

  /** All roles by name. */
  list(): Promise<Role[]> {
    return this.#unit.run(list, {});
  }

  /** The roles of a member by name. */
  async listOfUser(userId: string): Promise<Role[]> {
    return (await this.#unit.run(ofUser, { userId })).map((row) => row.role);
  }

  /** True when one of the member's roles holds the permission. */
  async hasPermission(userId: string, permission: string): Promise<boolean> {
    return (await this.listOfUser(userId)).some((role) => role.permissions.includes(permission));
  }

  /** Creates one. Throws `ValidationError`, `UniqueViolationError` for a name that is taken. */
  async create(input: NewRole): Promise<Role> {
    const role = parseInput(newRoleSchema, input, "role");
    const [created] = await this.#unit.drizzle
      .insert(roles)
      .values({ ...role, tenantId: this.#unit.scope.tenantId, id: role.id ?? newId() })
      .returning();
    return found(created, "role");
  }

  /**
   * Changes the given fields, for all members who have the role; `permissions` replaces all of them. For admins alone.
   * Throws `ValidationError`, `NotFoundError`, `UniqueViolationError` for a name that is taken, `PermissionDeniedError`.
   */
  async update(id: string, input: RoleChanges): Promise<Role> {
    const changes = parseInput(namedRoleChangesSchema, input, "change");
    const [updated] = await this.#unit.drizzle
      .update(roles)
      .set(changes)
      .where(and(eq(roles.tenantId, this.#unit.scope.tenantId), eq(roles.id, id)))
      .returning();
    return found(updated, "role");
  }

  /** Deletes a role and takes it from all members. Throws `NotFoundError`. */
  async delete(id: string): Promise<void> {
    found((await this.#unit.run(remove, { id }))[0], "role");
  }

  /** Gives a member a role; a second time changes nothing. Throws `ForeignKeyViolationError` when either is missing. */
  async assign(userId: string, roleId: string): Promise<void> {
    await this.#unit.run(assign, { id: newId(), userId, roleId });
  }

  /** Takes a role from a member; one that the member does not have changes nothing. */
  async unassign(userId: string, roleId: string): Promise<void> {
    await this.#unit.run(unassign, { userId, roleId });
  }
}
