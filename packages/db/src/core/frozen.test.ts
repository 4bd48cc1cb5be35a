import { sql } from "drizzle-orm";
import { date, integer, pgSchema, text } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { timestamps } from "./columns";
import { frozenTrigger } from "./frozen";
import { tenantTable } from "./tenant-table";

const house = pgSchema("house");
const deed = () => ({
  price: integer("price").notNull(),
  owner: text("owner_name").notNull(),
  soldOn: date("sold_on"),
  label: text("label").generatedAlwaysAs(sql`upper(owner_name)`),
  ...timestamps(),
});
const frozen = {
  when: "old.sold_on is not null",
  except: ["soldOn"],
  exceptBy: { role: "registrar", columns: ["price"] },
  sentence: "It's sold",
} as const;

describe("a frozen table", () => {
  it("compares all columns but those that are excepted, and those that are generated", () => {
    const table = tenantTable(house, "deeds", deed(), { frozen });
    expect(frozenTrigger("house.deeds", table, frozen)).toEqual({
      name: "house.deeds.freeze_columns",
      text: `create trigger freeze_columns before update on house.deeds
  for each row when (old.sold_on is not null and (new.tenant_id is distinct from old.tenant_id
    or new.id is distinct from old.id
    or new.owner_name is distinct from old.owner_name
    or new.created_at is distinct from old.created_at
    or (current_user <> 'registrar' and (new.price is distinct from old.price))))
  execute function tenancy.refuse('ZT003', 'It''s sold')`,
    });
  });

  it("freezes a column that is added later, without anyone remembering", () => {
    const table = tenantTable(house, "longer_deeds", { ...deed(), notary: text("notary") }, { frozen });
    expect(frozenTrigger("house.longer_deeds", table, frozen).text).toContain("new.notary");
  });

  it("names only columns that it has", () => {
    const table = tenantTable(house, "other_deeds", deed(), {
      // @ts-expect-error: there is no such column
      frozen: { except: ["sold"], sentence: "No" },
    });
    expect(() => frozenTrigger("house.other_deeds", table, { except: ["sold"], sentence: "No" })).toThrow(
      'house.other_deeds: "frozen" names no column: sold',
    );
  });
});
