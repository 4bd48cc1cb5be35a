import { customers } from "@org/db/accounting";
import { and, asc, eq } from "drizzle-orm";
import type { FilledArena } from "../arena";
import { asMember, asTenant, contestant } from "../contestant";
import type { Race } from "../race";

const listText = "select * from accounting.customers where tenant_id = $1 and is_active order by name, id limit 50";

const rows = (found: unknown[]) => found.length;

/** Fifty active customers by name. The repository reads one row more, to know whether there is a next page. */
export function listRaces({ tenantId, userId, clients }: FilledArena): Race[] {
  const { raw, drizzle, kysely, prisma, repositories } = clients;
  const tenant = repositories.forTenant({ tenantId }).accounting.customers;
  const member = repositories.forTenant({ tenantId, userId }).accounting.customers;
  const contestants = [
    contestant("raw pg, named, unscoped", rows, async () => {
      return (await raw.query({ name: "list", text: listText, values: [tenantId] })).rows;
    }),
    contestant(asTenant, rows, async () => (await tenant.list({ limit: 50 })).items),
    contestant(asMember, rows, async () => (await member.list({ limit: 50 })).items),
    contestant("drizzle", rows, () =>
      drizzle
        .select()
        .from(customers)
        .where(and(eq(customers.tenantId, tenantId), eq(customers.isActive, true)))
        .orderBy(asc(customers.name), asc(customers.id))
        .limit(50),
    ),
    contestant("kysely", rows, () =>
      kysely
        .selectFrom("accounting.customers")
        .selectAll()
        .where("tenant_id", "=", tenantId)
        .where("is_active", "=", true)
        .orderBy("name")
        .orderBy("id")
        .limit(50)
        .execute(),
    ),
  ];
  if (prisma) contestants.push(contestant("prisma", rows, () => prisma.list(tenantId, 50)));
  return [{ name: "list", title: "list of 50, 32 callers", callers: 32, calls: 200, rounds: 21, contestants }];
}
