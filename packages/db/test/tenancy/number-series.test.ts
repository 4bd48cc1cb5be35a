import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/index";
import { createTenant, createTestDatabase, type TestDatabase, type TestTenant } from "../../src/testing";

/** Series of numbers for any domain: by owner, name and period. */
let test: TestDatabase;
let acme: TestTenant;

beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());
beforeEach(async () => {
  acme = await createTenant(test);
});

interface Series {
  companyId?: string;
  businessId?: string;
  series?: string;
  period?: string;
  prefix?: string;
  padding?: number;
}

/** Works in one transaction in the tenant's scope, with the rights of a domain's numbering function. */
function asWriter<T>(work: (client: pg.Client) => Promise<T>, end: "commit" | "rollback" = "commit"): Promise<T> {
  return test.asOwner(async (owner) => {
    await owner.query("begin");
    await owner.query("select set_config('app.current_tenant_id', $1, true)", [acme.tenant.id]);
    await owner.query("set local role number_writer");
    const result = await work(owner);
    await owner.query(end);
    return result;
  });
}

async function next(client: pg.Client, of: Series): Promise<string> {
  const { rows } = await client.query<{ number: string }>(
    `select tenancy.format_number(s.prefix, s.last_number, s.padding) as number
     from tenancy.next_number($1, $2, $3, $4, $5, $6) s`,
    [of.companyId, of.businessId, of.series ?? "sale", of.period ?? "", of.prefix ?? "S-", of.padding ?? 4],
  );
  return rows[0]?.number ?? "";
}

const one = (of: Series) => asWriter((client) => next(client, of));

describe("a series of numbers", () => {
  it("belongs to a company or to a business, and counts by itself", async () => {
    const business = { businessId: newId() };
    const company = { companyId: acme.company.id };
    expect([await one(business), await one(company), await one(business), await one({ businessId: newId() })]).toEqual([
      "S-0001",
      "S-0001",
      "S-0002",
      "S-0001",
    ]);
    expect([await one({ ...business, series: "return", prefix: "R-" }), await one(business)]).toEqual([
      "R-0001",
      "S-0003",
    ]);
  });

  it("begins again with each period, and goes on where there is none", async () => {
    const of = { businessId: newId() };
    const year = (period: string) => ({ ...of, period, prefix: `S-${period}-` });
    expect([
      await one(year("2026")),
      await one(year("2026")),
      await one(year("2027")),
      await one(year("2026")),
    ]).toEqual(["S-2026-0001", "S-2026-0002", "S-2027-0001", "S-2026-0003"]);
    expect([await one(of), await one(of)]).toEqual(["S-0001", "S-0002"]);
  });

  it("keeps the prefix and the padding that it was made with", async () => {
    const of = { businessId: newId() };
    await one(of);
    expect(await one({ ...of, prefix: "X-", padding: 9 })).toBe("S-0002");
  });

  it("gives a number back with the transaction, and gives each once to many at a time", async () => {
    const of = { businessId: newId() };
    expect(await one(of)).toBe("S-0001");
    expect(await asWriter((client) => next(client, of), "rollback")).toBe("S-0002");
    const given = await Promise.all(Array.from({ length: 12 }, () => one(of)));
    expect(given.sort()).toEqual(Array.from({ length: 12 }, (_, i) => `S-${String(i + 2).padStart(4, "0")}`));
  });

  it("is held until the transaction ends: the next one waits, and takes the number that was given back", async () => {
    const of = { businessId: newId() };
    await one(of);
    let second: Promise<string> | undefined;
    const first = await asWriter(async (client) => {
      const number = await next(client, of);
      second = one(of);
      const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      await test.asOwner(async (owner) => {
        while ((await owner.query(waiting)).rowCount === 0);
      });
      return number;
    }, "rollback");
    expect([first, await second]).toEqual(["S-0002", "S-0002"]);
  });

  it("passes over what records have, forward only", async () => {
    const of = { businessId: newId() };
    await one(of);
    const passOver = (number: number) =>
      asWriter((client) =>
        client.query(
          "select tenancy.pass_over_numbers(s.id, $2) from tenancy.number_series s where s.business_id = $1",
          [of.businessId, number],
        ),
      );
    await passOver(7);
    await passOver(3);
    expect(await one(of)).toBe("S-0008");
  });
});

describe("the owner of a series", () => {
  const insert = (values: string) =>
    `insert into tenancy.number_series (tenant_id, company_id, business_id, series)
     values (tenancy.current_tenant_id(), ${values}, 'sale')`;

  /** The outcome of a statement in the scope of a company or business when one is given, with the rights of the writer. */
  const bySql = (text: string, scope = "", role = "number_writer") =>
    test.asOwner(async (client) => {
      await client.query("begin");
      await client.query(
        "select set_config('app.current_tenant_id', $1, true), set_config('app.current_company_id', $2, true)",
        [acme.tenant.id, scope],
      );
      await client.query(`set local role ${role}`);
      const outcome = await client.query(text).then(
        ({ rowCount }) => `${rowCount} rows`,
        (error: pg.DatabaseError) => error.constraint ?? error.code,
      );
      await client.query("rollback");
      return outcome;
    });

  it("is one: a company of the tenant, or a business", async () => {
    const [company, business] = [`'${acme.company.id}'`, `'${newId()}'`];
    expect(await bySql(insert("null, null"))).toBe("number_series_owner_check");
    expect(await bySql(insert(`${company}, ${business}`))).toBe("number_series_owner_check");
    expect(await bySql(insert(`'${newId()}', null`))).toBe("number_series_company_id_fkey");
    expect(await bySql(insert(`${company}, null`))).toBe("1 rows");
    expect(await bySql(insert(`null, ${business}`))).toBe("1 rows");
  });

  it("has it once", async () => {
    const of = { businessId: newId() };
    await one(of);
    await one({ companyId: acme.company.id });
    expect(await bySql(insert(`null, '${of.businessId}'`))).toBe("number_series_owner_series_period_unique");
    expect(await bySql(insert(`'${acme.company.id}', null`))).toBe("number_series_owner_series_period_unique");
  });

  it("keeps it apart: the scope of a business or company sees its own, and the logins write none", async () => {
    const [mine, theirs] = [newId(), newId()];
    for (const owner of [{ businessId: mine }, { businessId: theirs }, { companyId: acme.company.id }])
      await one(owner);
    const step = "update tenancy.number_series set last_number = last_number + 1";
    expect(await bySql(step)).toBe("3 rows");
    expect(await bySql(step, mine)).toBe("1 rows");
    expect(await bySql(step, acme.company.id)).toBe("1 rows");
    expect(await bySql("select from tenancy.number_series", newId(), "authenticated")).toBe("0 rows");
    expect(await bySql("select from tenancy.number_series", mine, "authenticated")).toBe("1 rows");
    expect(await bySql(insert(`null, '${newId()}'`), mine)).toBe("42501");
    expect(await bySql(`update tenancy.number_series set business_id = '${theirs}'`, mine)).toBe("ZT003");
    for (const role of ["authenticated", "platform"]) {
      for (const text of [step, insert(`null, '${newId()}'`), "delete from tenancy.number_series"]) {
        expect(await bySql(text, mine, role), `${role}: ${text}`).toBe("42501");
      }
    }
  });
});
