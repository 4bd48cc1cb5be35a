import { describe, expect } from "vitest";
import { arrange, forbidden, moved, succeeded } from "./attacks";
import { addPerson, freshStall as it, openStall, outcomesAs, stranger } from "./kit";

describe("by raw SQL in every form", () => {
  it("a vendedor, a stranger and an admin who was archived do nothing that is an admin_negocio's", async ({
    test,
    stall,
  }) => {
    const nobody = await stranger(test, stall.tenant, stall.businessId);
    const former = await addPerson(test, stall, "admin_negocio");
    await stall.admin.handle.sales.members.archive(former.memberId);
    const all = await arrange(test, stall, nobody.userId);
    expect(await succeeded(test, stall, all, [stall.vendor, nobody, former])).toEqual([]);
  });

  it("an admin_negocio does all of it, in the own business", async ({ test, stall }) => {
    const nobody = await stranger(test, stall.tenant, stall.businessId);
    const all = await arrange(test, stall, nobody.userId);
    const texts = all.map(({ text }) => text);
    const outcomes = await outcomesAs(test, stall, stall.admin, texts);
    expect(outcomes.flatMap((outcome, index) => (outcome === "done" ? [] : [`${outcome}: ${texts[index]}`]))).toEqual(
      [],
    );
  });

  it("an admin_negocio does none of it in another business of the tenant", async ({ test, stall }) => {
    const elsewhere = await openStall(test, stall.tenant);
    const nobody = await stranger(test, stall.tenant, stall.businessId);
    const all = await arrange(test, stall, nobody.userId);
    const wide = { userId: elsewhere.admin.userId };
    expect(await succeeded(test, stall, all, [wide])).toEqual([]);
    await elsewhere.handle.sales.members.add({ userId: stall.vendor.userId, role: "admin_negocio" });
    expect(await succeeded(test, stall, all, [stall.vendor])).toEqual([]);
  });

  it("nothing moves to another business, where the person is an admin", async ({ test, stall }) => {
    const own = await openStall(test, stall.tenant);
    await own.handle.sales.members.add({ userId: stall.vendor.userId, role: "admin_negocio" });
    for (const [table, id] of [
      ["products", stall.pollo],
      ["business_users", stall.vendor.memberId],
    ] as const) {
      for (const text of [
        `update sales.${table} set business_id = '${own.businessId}' where id = '${id}'`,
        `merge into sales.${table} t using (select 1) v on t.id = '${id}' when matched then update set business_id = '${own.businessId}'`,
        `update sales.${table} set id = gen_random_uuid() where id = '${id}'`,
      ]) {
        expect((await outcomesAs(test, stall, { userId: stall.vendor.userId }, [text]))[0], text).toMatch(/^ZT00[36]$/);
        expect(await outcomesAs(test, stall, {}, [text]), text).toEqual(["ZT003"]);
      }
    }
    const unit = `update sales.products set unit = 'unidad' where id = '${stall.pollo}'`;
    const person = `update sales.business_users set user_id = '${stall.admin.userId}' where id = '${stall.vendor.memberId}'`;
    expect(await outcomesAs(test, stall, {}, [unit, person])).toEqual(["ZT003", "ZT003"]);
  });

  it("nobody writes what functions keep", async ({ test, stall }) => {
    const texts = forbidden(stall);
    for (const as of [{}, { userId: stall.admin.userId, businessId: stall.businessId }]) {
      const outcomes = await outcomesAs(test, stall, as, texts);
      expect(
        outcomes.flatMap((outcome, index) => (outcome === "42501" ? [] : [`${outcome}: ${texts[index]}`])),
      ).toEqual([]);
    }
  });

  it("COPY writes nothing under row level security", async ({ test, stall }) => {
    const tables = ["products", "business_users", "businesses", "system_config", "customers"];
    const texts = tables.map((table) => `copy sales.${table} (id) from stdin`);
    expect(await outcomesAs(test, stall, {}, texts)).toEqual(tables.map(() => "0A000"));
  });

  it("prices, costs and rates are numbers in their bounds", async ({ test, stall }) => {
    const product = (set: string) => `update sales.products set ${set} where id = '${stall.pollo}'`;
    const member = (set: string) => `update sales.business_users set ${set} where id = '${stall.vendor.memberId}'`;
    for (const [text, state] of [
      [product("base_price = 'NaN'"), "23514"],
      [product("base_price = -0.01"), "23514"],
      [product("base_price = 'Infinity'"), "22003"],
      [product("unit_cost = 'NaN'"), "23514"],
      [product("unit_cost = -1"), "23514"],
      [product("name = ''"), "23514"],
      [product("name = null"), "23502"],
      [product("type = 'carne'"), "23514"],
      [member("commission_rate = 'NaN'"), "23514"],
      [member("commission_rate = 100.01"), "23514"],
      [member("commission_rate = -1"), "23514"],
      [member("role = 'boss'"), "23514"],
    ] as const) {
      expect(await outcomesAs(test, stall, {}, [text]), text).toEqual([state]);
    }
  });

  it("the function that moves stock refuses what is no movement", async ({ test, stall }) => {
    const { businessId, pollo, huevo } = stall;
    const move = (kind: string, quantity: string, product = pollo) => moved(businessId, product, kind, quantity);
    for (const [statement, state] of [
      [move("receipt", "0"), "23514"],
      [move("receipt", "-1"), "23514"],
      [move("receipt", "NaN"), "23514"],
      [move("receipt", "Infinity"), "22003"],
      [move("receipt", "9999999999"), "22003"],
      [move("adjustment", "0"), "23514"],
      [move("adjustment", "-0.001"), "ZT002"],
      [move("count", "-1"), "23514"],
      [move("count", "NaN"), "23514"],
      [move("receipt", "0.5", huevo), "ZT002"],
      [move("sale", "-1"), "ZT002"],
      [move("return", "1"), "ZT002"],
      [move("theft", "1"), "ZT002"],
      [move("receipt", "1", businessId), "ZT004"],
    ] as const) {
      expect(await outcomesAs(test, stall, {}, [statement]), statement).toEqual([state]);
    }
    expect(await stall.handle.sales.inventory.getByProduct(pollo)).toMatchObject({ quantity: "0.000", version: 0n });
  });
});
