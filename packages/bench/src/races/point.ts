import { customers } from "@org/db/accounting";
import { and, eq } from "drizzle-orm";
import type { FilledArena } from "../arena";
import { asMember, asTenant, reader } from "../contestant";
import type { Race } from "../race";

export const pointText = "select * from accounting.customers where tenant_id = $1 and id = $2";

const rows = (found: unknown) => (found ? 1 : 0);

/** One customer by its key. */
export function pointRaces({ tenantId, userId, customerIds, clients }: FilledArena): Race[] {
  const { raw, drizzle, kysely, prisma, repositories } = clients;
  const tenant = repositories.forTenant({ tenantId }).accounting.customers;
  const member = repositories.forTenant({ tenantId, userId }).accounting.customers;
  const contestants = [
    reader("raw pg, named, unscoped", customerIds, rows, async (id) => {
      return (await raw.query({ name: "point", text: pointText, values: [tenantId, id] })).rows[0];
    }),
    reader(asTenant, customerIds, rows, (id) => tenant.findById(id)),
    reader(asMember, customerIds, rows, (id) => member.findById(id)),
    reader("drizzle", customerIds, rows, async (id) => {
      const key = and(eq(customers.tenantId, tenantId), eq(customers.id, id));
      return (await drizzle.select().from(customers).where(key))[0];
    }),
    reader("kysely", customerIds, rows, (id) =>
      kysely
        .selectFrom("accounting.customers")
        .selectAll()
        .where("tenant_id", "=", tenantId)
        .where("id", "=", id)
        .executeTakeFirst(),
    ),
  ];
  if (prisma) contestants.push(reader("prisma", customerIds, rows, (id) => prisma.point(tenantId, id)));
  return [{ name: "point", title: "point read, 32 callers", callers: 32, calls: 1_000, rounds: 25, contestants }];
}
