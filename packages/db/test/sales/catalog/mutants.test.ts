import { describe, expect, it } from "vitest";
import { newId } from "../../../src/index";
import { createTestDatabase, type TestDatabase } from "../../../src/testing";
import { open } from "../../client/connections";
import { sqlChanged } from "../../kit/changes";
import { isSoak } from "../../kit/length";
import { arrange, moved, succeeded } from "./attacks";
import { addPerson, newStall, outcomesAs, stranger } from "./kit";
import { disagreements, raceStock } from "./races";

/** A fault in a function of sales that guards rights, stock or the totals of reports. */
interface Mutant {
  fault: string;
  of: string;
  replace: string;
  by: string;
}

const mutants: Mutant[] = [
  { fault: "every member is an admin", of: "is_admin_negocio", replace: "m.role = 'admin_negocio'::text", by: "true" },
  { fault: "who was archived stays an admin", of: "is_admin_negocio", replace: "AND m.is_active", by: "" },
  {
    fault: "an admin is one in every business",
    of: "is_admin_negocio",
    replace: "(m.business_id = is_admin_negocio.p_business_id) AND ",
    by: "",
  },
  {
    fault: "every person of the tenant is its admin",
    of: "is_tenant_admin",
    replace: "(u.role = 'admin'::text) AND ",
    by: "",
  },
  {
    fault: "members are managed by all",
    of: "require_manager",
    replace: "not sales.is_admin_negocio",
    by: "false and not sales.is_admin_negocio",
  },
  {
    fault: "products are changed by all",
    of: "require_admin_negocio",
    replace: "not sales.is_admin_negocio",
    by: "false and not sales.is_admin_negocio",
  },
  { fault: "vendors adjust stock", of: "move_stock", replace: "g.kind <> 'receipt')", by: "g.kind = 'count')" },
  {
    fault: "strangers receive stock",
    of: "move_stock",
    replace: "sales.current_member_id(v_business) is null",
    by: "false",
  },
  { fault: "pieces are cut", of: "move_stock", replace: "g.quantity <> trunc(g.quantity)", by: "false" },
  { fault: "a key that comes again moves again", of: "move_stock", replace: "n <> all (v_known)", by: "true" },
  {
    fault: "stock forgets what was there",
    of: "write_movements",
    replace: "quantity = i.quantity + s.quantity",
    by: "quantity = s.quantity",
  },
  {
    fault: "movements are not counted",
    of: "write_movements",
    replace: "version = i.version + s.movements",
    by: "version = i.version",
  },
  {
    fault: "stock falls below zero",
    of: "write_movements",
    replace: "w.quantity_after < 0",
    by: "w.quantity_after < -1000",
  },
  {
    fault: "a count adds what was found",
    of: "write_movements",
    replace: "g.counted_quantity - i.quantity",
    by: "g.counted_quantity",
  },
  { fault: "the last admin goes", of: "keep_admin_negocio", replace: "not exists", by: "false and not exists" },
  {
    fault: "products are not locked",
    of: "lock_records",
    replace: "order by s.product_id for no key update",
    by: "order by s.product_id",
  },
  {
    fault: "the totals of a day forget what was sold before",
    of: "add_totals",
    replace: "t.sold_amount + excluded.sold_amount",
    by: "excluded.sold_amount",
  },
  {
    fault: "what has no known cost counts as if it had",
    of: "add_totals",
    replace: "filter (where i.unit_cost is not null)",
    by: "",
  },
  {
    fault: "a void is not taken off the totals",
    of: "take_back_sale",
    replace: "perform sales.add_totals(array[p_id], v_today);",
    by: "",
  },
];

/** Three neighbours in every run, others each time; all in the soak, and when SQL of the domain has changed. */
const first = Math.floor(Math.random() * mutants.length);
const tried = isSoak || sqlChanged("sales") ? mutants : [...mutants, ...mutants].slice(first, first + 3);

/** What is wrong with rights, stock and totals: nothing, in a database whose functions are whole. */
async function findings(test: TestDatabase): Promise<string[]> {
  const stall = await newStall(test);
  const nobody = await stranger(test, stall.tenant, stall.businessId);
  const former = await addPerson(test, stall, "admin_negocio");
  await stall.admin.handle.sales.members.archive(former.memberId);
  const elsewhere = await test.db
    .forTenant({ tenantId: stall.tenant.tenant.id })
    .sales.businesses.create({ name: "Second" });
  await test.db
    .forTenant({ tenantId: stall.tenant.tenant.id })
    .sales.members.add({ businessId: elsewhere.id, userId: nobody.userId, role: "admin_negocio" });
  const attacks = await arrange(test, stall, (await stranger(test, stall.tenant, stall.businessId)).userId);
  const wrong = await succeeded(test, stall, attacks, [stall.vendor, nobody, former]);

  const { businessId, pollo, huevo } = stall;
  const refused = [
    moved(businessId, pollo, "adjustment", "-5.001"),
    moved(businessId, huevo, "receipt", "0.5"),
    `update sales.business_users set role = 'vendedor' where id = '${stall.admin.memberId}'`,
  ];
  const outcomes = await outcomesAs(test, stall, {}, refused);
  wrong.push(...outcomes.flatMap((outcome, index) => (outcome === "ZT002" ? [] : [`${outcome}: ${refused[index]}`])));
  const [received] = await outcomesAs(test, stall, nobody, [moved(businessId, pollo, "receipt", "1")]);
  if (received !== "ZT006") wrong.push("A stranger received stock");

  const { inventory } = stall.admin.handle.sales;
  const receipt = { productId: pollo, quantity: "2", idempotencyKey: newId() };
  for (let time = 0; time < 2; time += 1) await inventory.receive(receipt).catch((error) => wrong.push(String(error)));
  await inventory.count({ productId: pollo, quantity: "4" });
  const { quantity } = await inventory.getByProduct(pollo);
  if (quantity !== "4.000") wrong.push(`stock is ${quantity}`);
  const { integrity, sales } = stall.admin.handle.sales;
  const sale = () =>
    sales.record({ saleType: "contado", items: [pollo, huevo].map((productId) => ({ productId, quantity: "1" })) });
  await inventory.receiveMany([
    { productId: pollo, quantity: "1", unitCost: "7" },
    { productId: huevo, quantity: "9" },
  ]);
  await sale();
  await sales.void((await sale()).id, { reason: "Wrong" });
  wrong.push(...(await integrity.violations()).map(({ kind }) => kind));
  wrong.push(...(await disagreements(test, stall)));
  if (wrong.length > 0) return wrong;

  const db = open(test, { max: 8 });
  try {
    const race = await raceStock(test, stall, { db, clients: 8, each: 10 });
    return race.wrong;
  } finally {
    await db.close();
  }
}

async function withMutants<T>(all: readonly Mutant[], work: (test: TestDatabase) => Promise<T>): Promise<T> {
  const test = await createTestDatabase({ max: 4 });
  try {
    await test.asOwner(async (owner) => {
      for (const { of, replace, by } of all) {
        const { rows } = await owner.query<{ text: string }>(
          "select pg_get_functiondef(oid) as text from pg_proc where pronamespace = 'sales'::regnamespace and proname = $1",
          [of],
        );
        const text = rows[0]?.text ?? "";
        expect(text.includes(replace), `"${replace}" stands in ${of}: ${text}`).toBe(true);
        await owner.query(text.replaceAll(replace, () => by));
      }
    });
    return await work(test);
  } finally {
    await test.close();
  }
}

describe("the tests of rights, stock and totals", () => {
  it("find nothing in functions that are whole", async () => {
    expect(await withMutants([], findings)).toEqual([]);
  });

  it.each(tried)("find it when $fault", async (mutant) => {
    const found = await withMutants([mutant], (test) =>
      // What a fault makes impossible is a finding too.
      findings(test).catch((error: unknown) => [String(error)]),
    );
    expect(found).not.toEqual([]);
  });
});
