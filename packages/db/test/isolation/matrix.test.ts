import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tenantTables } from "../../src/core/tenant-table";
import { type Arena, openArena } from "./arena";
import { tablesWithTenant } from "./checks/catalogue";
import { type Duel, reversed } from "./checks/duel";
import { foreignKeyBreaches, uniqueKeyBreaches } from "./checks/keys";
import { readBreaches } from "./checks/reads";
import { scopeBreaches } from "./checks/scopes";
import { writeBreaches } from "./checks/writes";
import "../../src/domains";

let arena: Arena;

beforeAll(async () => {
  arena = await openArena();
});
afterAll(() => arena.close());

const directions: [string, (duel: Duel) => Duel][] = [
  ["A attacks B", (duel) => duel],
  ["B attacks A", reversed],
];

it("attacks every table that has a tenant", async () => {
  const attacked = tenantTables().map((entry) => entry.name);
  expect(attacked.length).toBeGreaterThan(0);
  expect(attacked.sort()).toEqual((await tablesWithTenant(arena.duel.owner)).sort());
});

describe.each(tenantTables())("$name", (entry) => {
  describe.each(directions)("%s", (_name, direction) => {
    it("reads nothing of the other tenant", async () => {
      expect(await readBreaches(direction(arena.duel), entry)).toEqual([]);
    });

    it("writes nothing of the other tenant", async () => {
      expect(await writeBreaches(direction(arena.duel), entry)).toEqual([]);
    });

    it("refers to no record of the other tenant, and cannot tell whether it exists", async () => {
      expect(await foreignKeyBreaches(direction(arena.duel), entry)).toEqual([]);
    });

    it("reads and writes nothing without a valid scope", async () => {
      expect(await scopeBreaches(direction(arena.duel), arena.unscoped, entry)).toEqual([]);
    });
  });

  it("takes the values of another tenant in every unique key, the primary key too", async () => {
    expect(await uniqueKeyBreaches(arena.duel, entry)).toEqual([]);
  });
});
