import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";
import { asLogin } from "../kit/sql";
import { otherValue, rowOf, tried } from "./rows";
import "../../src/schema";

/** The columns that say which row it is are changed by raw SQL, in every form that updates, by every login. */
let test: TestDatabase;
let of: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
  of = await createTenant(test);
});
afterAll(() => test.close());

const tables = tenantTables();
const mayUpdate = (access: string) => access === "read-write" || access === "no-delete";

describe.each(tables)("a row of $name", ({ name, table, keys, access, frozen }) => {
  const isFrozen = frozen !== undefined && !frozen.when;

  it("stays the row that it is, whoever writes and whatever else changes", async () => {
    const columns = Object.values(table as object).filter((one) => keys.some(({ column }) => one?.name === column));
    expect(columns).toHaveLength(keys.length);
    await test.asOwner((owner) =>
      asLogin(test.urls.runtime, async (runtime) => {
        const { id } = await rowOf(owner, of, name);
        for (const column of columns) {
          const values = [id];
          const forms = [
            `update ${name} set "${column.name}" = ${otherValue(column)} where id = $1`,
            `update ${name} t set "${column.name}" = n.v from (select gen_random_uuid() as v) n where t.id = $1`,
            `merge into ${name} t using (select gen_random_uuid() as v) n on t.id = $1
               when matched then update set "${column.name}" = n.v`,
          ].slice(0, column.getSQLType() === "uuid" ? 3 : 1);
          for (const text of forms) {
            // Another tenant is a breach of isolation. A table that is frozen from the start says so of every column.
            const refused = column.name === "tenant_id" && !isFrozen ? "ZT001" : "ZT003";
            expect(await tried(owner, of, { text, values }), text).toMatchObject({ code: refused });
            const code = mayUpdate(access) ? refused : "42501";
            expect(await tried(runtime, of, { text, values }), text).toMatchObject({ code });
          }
        }
      }),
    );
  });
});

it("says which columns, and what to do", async () => {
  await test.asOwner(async (owner) => {
    const { id } = await rowOf(owner, of, "tenancy.number_series");
    const text = "update tenancy.number_series set series = 'other' where id = $1";
    expect(await tried(owner, of, { text, values: [id] })).toEqual({
      code: "ZT003",
      message:
        "The row is known by tenant_id, id, company_id, business_id, series, period: make another row instead of changing them",
    });
  });
});

it("a tenant keeps its id, also for the platform", async () => {
  await asLogin(test.urls.platform, async (platform) => {
    const text = "update tenancy.tenants set id = gen_random_uuid() where id = $1";
    expect(await tried(platform, of, { text, values: [of.tenant.id] })).toMatchObject({ code: "ZT003" });
  });
});

it("a member takes no admin's id, on the way of ON CONFLICT either", async () => {
  await asLogin(test.urls.runtime, async (runtime) => {
    const text = `insert into tenancy.users (tenant_id, id, email, name) values ($1, $2, 'one@x.example', 'One')
      on conflict (tenant_id, id) do update set id = gen_random_uuid()`;
    const { rows } = await test.asOwner((owner) =>
      owner.query<{ id: string }>("select id from tenancy.users where tenant_id = $1 limit 1", [of.tenant.id]),
    );
    const values = [of.tenant.id, rows[0]?.id];
    expect(await tried(runtime, of, { text, values })).toMatchObject({ code: "ZT003" });
  });
});
