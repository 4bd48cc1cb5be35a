import { randomUUID } from "node:crypto";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TenantTableEntry } from "../../../src/core/tenant-table";
import { scopeToTenant } from "../../../src/testing";
import type { Arena } from "../arena";
import { quoted } from "../checks/attempt";
import type { Duel } from "../checks/duel";
import { everywhere, openField, table, tenantOf } from "./strikes";

/*
 * How long a look-up takes must not tell whether another tenant has the id. Times are noise; what they come from is
 * compared instead: the plan, its index condition and the pages that it reads.
 */
let arena: Arena;
const crowd = 1_500;

beforeAll(async () => {
  arena = await openField();
  const { owner, attacker, victim } = arena.duel;
  for (const side of [attacker, victim]) {
    const { company_id: company } = await side.row(table("accounting.customers"));
    await owner.query(
      `insert into accounting.customers (tenant_id, company_id, name)
       select $1, $2, 'Customer ' || n from generate_series(1, $3) n`,
      [tenantOf(side), company, crowd],
    );
  }
  await owner.query("vacuum analyze");
});
afterAll(() => arena.close());

interface Node {
  "Node Type": string;
  "Index Cond"?: string;
  "Index Name"?: string;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  "Actual Rows": number;
  Plans?: Node[];
}

interface LookUp {
  rows: number;
  /** Pages read, of the table and its indexes. */
  pages: number;
  index: string | undefined;
  condition: string | undefined;
  /** The plan without what differs from run to run. */
  shape: string;
}

const byId = "where id = $1";
/** Repositories name the tenant as well, whatever the policies say. */
const byTenantAndId = "where tenant_id = tenancy.current_tenant_id() and id = $1";

/** Looks an id up as the given tenant, through a prepared statement with a generic plan, as repositories do. */
async function lookUp(client: pg.Client, tenant: string, name: string, id: unknown, where = byId): Promise<LookUp> {
  await scopeToTenant(client, tenant);
  await client.query(`prepare look_up as select * from ${quoted(name)} ${where}`);
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: Node }] }>(
    `explain (analyze, buffers, verbose, format json, timing off, summary off) execute look_up ('${id}')`,
  );
  await client.query("deallocate look_up");
  const plan = rows[0]?.["QUERY PLAN"][0].Plan;
  if (!plan) throw new TypeError("There is no plan");
  const scan = firstIndexScan(plan);
  return {
    rows: plan["Actual Rows"],
    pages: plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
    index: scan?.["Index Name"],
    condition: scan?.["Index Cond"],
    shape: JSON.stringify(plan, (key, value) => (/Blocks|^Actual|Heap Fetches|Searches/.test(key) ? undefined : value)),
  };
}

function firstIndexScan(plan: Node): Node | undefined {
  if (plan["Index Cond"] !== undefined) return plan;
  return plan.Plans?.map(firstIndexScan).find((found) => found !== undefined);
}

async function asLogin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const { login } = arena.duel;
  await login.query("begin");
  // Small tables would be read as a whole: the index is what is looked at.
  await login.query("set local enable_seqscan = off; set local enable_bitmapscan = off");
  await login.query("set local plan_cache_mode = force_generic_plan");
  try {
    return await work(login);
  } finally {
    await login.query("rollback");
  }
}

/** Another tenant's id, an id that nobody has, and one's own, looked up in this order by a session that is warm. */
async function threeLooks(duel: Duel, entry: TenantTableEntry, where: string) {
  const [own, theirs] = [await duel.attacker.row(entry), await duel.victim.row(entry)];
  const look = (id: unknown) => asLogin((client) => lookUp(client, tenantOf(duel.attacker), entry.name, id, where));
  await look(randomUUID());
  return { foreign: await look(theirs.id), nobody: await look(randomUUID()), mine: await look(own.id) };
}

it.each([
  ["as repositories do, by tenant and id", byTenantAndId],
  ["by the id alone", byId],
])(
  "timing: %s, another tenant's id takes the same plan and pages as an id of nobody, in every table",
  async (_name, where) => {
    const findings = await everywhere(arena, async (duel, entry) => {
      const { foreign, nobody, mine } = await threeLooks(duel, entry, where);
      if (mine.rows !== 1) return `not even its own row: ${JSON.stringify(mine)}`;
      if (!/tenant_id = /.test(foreign.condition ?? "")) return `not by tenant: ${foreign.condition}`;
      return JSON.stringify(foreign) === JSON.stringify(nobody) ? undefined : JSON.stringify([foreign, nobody]);
    });
    expect(findings).toEqual([]);
  },
);

/** Pages that each look-up reads while the ids exist, and after they were deleted; taken back in the end. */
async function pagesBeforeAndAfter(looser: string): Promise<{ before: number[]; after: number[]; index: unknown }> {
  const { owner, attacker, victim } = arena.duel;
  const { rows } = await owner.query<{ id: string }>(
    `select id from accounting.customers c where tenant_id = $1
       and not exists (select from accounting.invoices i where i.customer_id = c.id)
       and not exists (select from accounting.payments p where p.customer_id = c.id)
       and not exists (select from accounting.journal_lines l where l.customer_id = c.id) limit 60`,
    [tenantOf(victim)],
  );
  const ids = rows.map((row) => row.id);
  await owner.query("begin");
  try {
    await owner.query(looser);
    await owner.query("set local enable_seqscan = off; set local enable_bitmapscan = off");
    await owner.query("set local role authenticated");
    const look = async () => {
      const found = [];
      for (const id of ids) found.push(await lookUp(owner, tenantOf(attacker), "accounting.customers", id));
      return found;
    };
    await look();
    const before = await look();
    await owner.query("reset role");
    await owner.query("delete from accounting.customers where id = any ($1)", [ids]);
    await owner.query("set local role authenticated");
    const after = await look();
    const pages = (found: LookUp[]) => found.map((one) => one.pages);
    return { before: pages(before), after: pages(after), index: before[0]?.index };
  } finally {
    await owner.query("rollback");
  }
}

it("timing: an id costs as many pages while another tenant has it as when it is gone", async () => {
  const { before, after, index } = await pagesBeforeAndAfter("select 1");
  expect(index).toBe("customers_pkey");
  expect(before).toHaveLength(60);
  expect(before).toEqual(after);
});

it("timing: an index that leaves the tenant out would cost a page more for an id that another tenant has", async () => {
  // The policy's casts keep the planner from the right index.
  const { before, index } = await pagesBeforeAndAfter(
    `create index idx_customers_id on accounting.customers (id);
     drop policy tenant_isolation on accounting.customers;
     create policy tenant_isolation on accounting.customers to authenticated
       using (tenant_id::text = (select tenancy.current_tenant_id())::text)`,
  );
  const { before: right } = await pagesBeforeAndAfter("select 1");
  expect(index).toBe("idx_customers_id");
  expect(before.every((pages, i) => pages > (right[i] ?? 0))).toBe(true);
});
