import type { FilledArena } from "../arena";
import type { Clients } from "../clients";
import { asMember, asTenant, reader } from "../contestant";
import type { Contestant, Race } from "../race";
import { pointText } from "./point";

const rows = (found: unknown) => (found ? 1 : 0);

function contestants({ tenantId, userId, customerIds }: FilledArena, { raw, repositories }: Clients): Contestant[] {
  const tenant = repositories.forTenant({ tenantId }).accounting.customers;
  const member = repositories.forTenant({ tenantId, userId }).accounting.customers;
  return [
    reader("raw pg, named, unscoped", customerIds, rows, async (id) => {
      return (await raw.query({ name: "point", text: pointText, values: [tenantId, id] })).rows[0];
    }),
    reader(asTenant, customerIds, rows, (id) => tenant.findById(id)),
    reader(asMember, customerIds, rows, (id) => member.findById(id)),
  ];
}

/** What the scope, its policies and the check of the member cost: alone and together, near the server and 1 ms away. */
export function scopedRaces(arena: FilledArena, delayed: Clients): Race[] {
  const near = contestants(arena, arena.clients);
  const far = contestants(arena, delayed);
  return [
    { name: "scoped-1", title: "scoped point read, 1 caller", callers: 1, calls: 300, rounds: 31, contestants: near },
    {
      name: "scoped-32",
      title: "scoped point read, 32 callers",
      callers: 32,
      calls: 1_000,
      rounds: 41,
      contestants: near,
    },
    {
      name: "scoped-1-delayed",
      title: "scoped point read, 1 caller, 1 ms away",
      callers: 1,
      calls: 60,
      rounds: 21,
      contestants: far,
    },
    {
      name: "scoped-32-delayed",
      title: "scoped point read, 32 callers, 1 ms away",
      callers: 32,
      calls: 500,
      rounds: 21,
      contestants: far,
    },
  ];
}
