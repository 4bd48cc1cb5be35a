import { describe, expect } from "vitest";
import { open } from "../../client/connections";
import { lengthOf } from "../../kit/length";
import { freshStall as it } from "./kit";
import { raceStock } from "./races";

const clients = 32;

describe("32 clients who receive, adjust and count the same products", () => {
  it("leave stock that is the sum of its movements, at every moment", async ({ test, stall, onTestFinished }) => {
    const db = open(test, { max: clients });
    onTestFinished(() => db.close());
    await stall.handle.sales.inventory.receiveMany([
      { productId: stall.pollo, quantity: "20" },
      { productId: stall.huevo, quantity: "20" },
    ]);
    const race = await raceStock(test, stall, { db, clients, each: lengthOf(6, 200) });
    expect(race.wrong).toEqual([]);
    expect(race.lost).toBe(0);
    expect(race.acknowledged.length).toBeGreaterThan(100);
    expect(race.looks).toBeGreaterThan(1);
  });

  it("leave it so while their connections are killed", async ({ test, stall, onTestFinished }) => {
    const db = open(test, { max: clients });
    onTestFinished(() => db.close());
    const race = await raceStock(test, stall, { db, clients, each: lengthOf(8, 200), killEvery: 15 });
    expect(race.wrong).toEqual([]);
    expect(race.lost, "some were killed").toBeGreaterThan(0);
    expect(race.acknowledged.length).toBeGreaterThan(50);
  });
});
