import { customers } from "@org/db/accounting";
import type { Arena } from "../arena";
import { asTenant } from "../contestant";
import { copyInto } from "../copy";
import type { Contestant, Race } from "../race";

const columns = ["tenant_id", "company_id", "external_id", "name", "email", "city", "country"];

// As importMany cuts; a statement takes at most 65,535 values.
const chunkRows = 2_000;

function chunks<T>(rows: readonly T[]): T[][] {
  const starts = Array.from({ length: Math.ceil(rows.length / chunkRows) }, (_, index) => index * chunkRows);
  return starts.map((start) => rows.slice(start, start + chunkRows));
}

/**
 * Customers from another system, all or none, against COPY of the owner into the same table with all its constraints
 * and indexes. The query builders run the smaller size alone: it shows them well enough.
 */
export function bulkCustomerRaces(arena: Arena, sizes: readonly number[]): Race[] {
  return sizes.map((size, index) => ({
    name: `bulk-customers-${size}`,
    title: `import of ${size.toLocaleString("en")} customers, per row`,
    callers: 1,
    calls: 1,
    rounds: index === 0 ? 9 : 5,
    perRow: true,
    contestants: contestants(arena, size, index === 0),
  }));
}

function contestants(arena: Arena, size: number, withBuilders: boolean): Contestant[] {
  const { tenantId, companyId, clients, test } = arena;
  const rows = Array.from({ length: size }, (_, i) => ({
    companyId,
    externalId: `c${i}`,
    name: `Customer ${i}`,
    email: `customer-${i}@example.com`,
    city: "Bergen",
    country: "Norway",
  }));
  const owned = rows.map((row) => ({ ...row, tenantId }));

  const imports = (name: string, run: () => Promise<number>): Contestant => ({
    name,
    run,
    prepare: () =>
      test.asOwner(async (owner) => {
        await owner.query("truncate accounting.customers cascade");
      }),
    values: async () => {
      await run();
      return written(arena);
    },
  });

  const { raw, drizzle, kysely, prisma, repositories } = clients;
  const tenant = repositories.forTenant({ tenantId }).accounting.customers;
  const all = [
    imports("COPY as the owner", async () => {
      const client = await raw.connect();
      try {
        const lines = rows.map((row) => [
          tenantId,
          row.companyId,
          row.externalId,
          row.name,
          row.email,
          row.city,
          row.country,
        ]);
        return await copyInto(client, "accounting.customers", columns, lines);
      } finally {
        client.release();
      }
    }),
    imports(asTenant, async () => (await tenant.importMany(rows)).created),
  ];
  if (!withBuilders) return all;
  all.push(
    imports("drizzle", () =>
      drizzle.transaction(async (tx) => {
        for (const chunk of chunks(owned)) await tx.insert(customers).values(chunk);
        return size;
      }),
    ),
    imports("kysely", () =>
      kysely.transaction().execute(async (trx) => {
        for (const chunk of chunks(rows)) {
          const values = chunk.map(({ companyId, externalId, ...row }) => {
            return { ...row, tenant_id: tenantId, company_id: companyId, external_id: externalId };
          });
          await trx.insertInto("accounting.customers").values(values).execute();
        }
        return size;
      }),
    ),
  );
  if (prisma) all.push(imports("prisma", () => prisma.importCustomers(owned)));
  return all;
}

// What was written, without what is new at each call, hashed by the server.
async function written({ test }: Arena): Promise<unknown> {
  const { rows } = await test.asOwner((owner) =>
    owner.query(`
      select count(*), md5(string_agg((to_jsonb(c) - array['id', 'created_at', 'updated_at'])::text, ',' order by external_id))
      from accounting.customers c`),
  );
  return rows;
}
