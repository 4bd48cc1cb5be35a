import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { newId, ValidationError } from "../../../src/index";
import { violationKinds } from "../../../src/sales";
import type { TestDatabase } from "../../../src/testing";
import { rejection } from "../../kit/outcomes";
import { type Stall, sharedStall } from "./kit";

const it = sharedStall.extend("moved", { scope: "file" }, async ({ stall }) => {
  const { inventory, members } = stall.admin.handle.sales;
  await inventory.receiveMany([
    { productId: stall.pollo, quantity: "20.5", unitCost: "7" },
    { productId: stall.huevo, quantity: "30" },
  ]);
  await inventory.adjust({ productId: stall.pollo, quantity: "-0.5", reason: "Dried" });
  const { id: countId } = await inventory.count({ productId: stall.pollo, quantity: "18" });
  await members.update(stall.vendor.memberId, { commissionRate: "2.5" });
  return { ...stall, countId };
});

type Moved = Stall & { countId: string };

/** A fault that is planted past all rules, what is found by it, and the record that is named. */
interface Fault {
  kind: (typeof violationKinds)[number];
  sql: (made: Moved) => string;
  record: (made: Moved) => string;
  also?: (typeof violationKinds)[number][];
}

const pollo = ({ pollo: id }: Moved) => id;
const huevo = ({ huevo: id }: Moved) => id;
const vendor = ({ vendor: { memberId } }: Moved) => memberId;
const sourceId = newId();

const faults: Fault[] = [
  {
    kind: "stock_quantity_differs",
    sql: (made) => `update sales.inventory set quantity = quantity + 0.001 where product_id = '${made.pollo}'`,
    record: pollo,
  },
  {
    kind: "stock_quantity_differs",
    sql: (made) =>
      `update sales.stock_movements set quantity = 31, quantity_after = 31 where product_id = '${made.huevo}'`,
    record: huevo,
  },
  {
    kind: "stock_version_differs",
    sql: (made) => `update sales.inventory set version = version + 1 where product_id = '${made.pollo}'`,
    record: pollo,
  },
  {
    kind: "stock_version_differs",
    sql: (made) => `delete from sales.stock_movements where product_id = '${made.pollo}' and product_version = 3`,
    record: pollo,
    also: ["stock_quantity_differs"],
  },
  {
    kind: "stock_missing",
    sql: (made) => `delete from sales.inventory where product_id = '${made.huevo}';
      delete from sales.stock_movements where product_id = '${made.huevo}'`,
    record: huevo,
  },
  {
    kind: "stock_chain_broken",
    sql: (made) =>
      `update sales.stock_movements set quantity_after = 18.001, counted_quantity = 18.001 where id = '${made.countId}'`,
    record: ({ countId }) => countId,
  },
  {
    kind: "stock_chain_broken",
    sql: (made) => `update sales.stock_movements set product_version = 4 where id = '${made.countId}'`,
    record: ({ countId }) => countId,
  },
  {
    kind: "stock_count_differs",
    sql: (made) => `update sales.stock_movements set counted_quantity = 19 where id = '${made.countId}'`,
    record: ({ countId }) => countId,
  },
  {
    kind: "stock_pieces_split",
    sql: (
      made,
    ) => `update sales.stock_movements set quantity = 30.5, quantity_after = 30.5 where product_id = '${made.huevo}';
      update sales.inventory set quantity = 30.5 where product_id = '${made.huevo}'`,
    record: huevo,
  },
  {
    kind: "stock_source_missing",
    sql: (made) =>
      `update sales.stock_movements set kind = 'return', source_id = '${sourceId}' where product_id = '${made.huevo}'`,
    record: () => sourceId,
    also: ["route_stock_differs"],
  },
  {
    kind: "stock_source_missing",
    sql: (made) =>
      `update sales.stock_movements set kind = 'sale_void', source_id = '${sourceId}' where product_id = '${made.huevo}'`,
    record: () => sourceId,
    also: ["sale_stock_differs"],
  },
  {
    kind: "config_missing",
    sql: (made) => `delete from sales.system_config where tenant_id = '${made.tenant.tenant.id}'`,
    record: ({ businessId }) => businessId,
  },
  {
    kind: "commission_rate_differs",
    sql: (made) => `update sales.business_users set commission_rate = 3 where id = '${made.vendor.memberId}'`,
    record: vendor,
  },
  {
    kind: "commission_rate_differs",
    sql: (made) =>
      `delete from sales.commission_rates where member_id = '${made.vendor.memberId}' and valid_from > '0001-01-01'`,
    record: vendor,
  },
  {
    kind: "commission_rate_missing",
    sql: (made) =>
      `delete from sales.commission_rates where member_id = '${made.vendor.memberId}' and valid_from = '0001-01-01'`,
    record: vendor,
  },
];

/** What is found when the owner has planted a fault, which is taken out again. */
const found = (test: TestDatabase, { businessId }: Moved, sql: string) =>
  test.asOwner(async (owner) => {
    await owner.query(`begin; set local session_replication_role = replica; ${sql}`);
    const { rows } = await owner.query<{ kind: string; record_id: string }>(
      "select kind, record_id from sales.violations where business_id = $1 order by kind",
      [businessId],
    );
    await owner.query("rollback");
    return rows;
  });

describe("the rules of businesses and stock", () => {
  it("hold in healthy books", async ({ moved, other }) => {
    expect(await moved.handle.sales.integrity.violations()).toEqual([]);
    expect(await other.handle.sales.integrity.violations()).toEqual([]);
  });

  it.for(faults)("are computed again: $kind is found", async ({ kind, sql, record, also = [] }, { moved, test }) => {
    const rows = await found(test, moved, sql(moved));
    expect(rows.map((row) => row.kind)).toEqual([kind, ...also].sort());
    expect(rows.find((row) => row.kind === kind)?.record_id).toBe(record(moved));
  });

  it("have each a fault above", () => {
    const source = join(import.meta.dirname, "../../../src/sales/sql");
    const texts = ["businesses", "stock"].map((part) =>
      readFileSync(join(source, `violations_of_${part}.sql`), "utf8"),
    );
    const kinds = texts.flatMap((text) =>
      [...text.matchAll(/^select \w\.tenant_id, '(\w+)'/gm)].map(([, kind]) => kind),
    );
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(kinds));
    expect(violationKinds).toEqual(expect.arrayContaining(kinds));
  });

  it("are reported to the own tenant and business, by kind", async ({ moved, test, other }) => {
    const update = (by: string) =>
      test.asOwner((owner) =>
        owner.query(
          `begin; set local session_replication_role = replica;
           update sales.inventory set quantity = quantity ${by} where product_id = '${moved.pollo}'; commit`,
        ),
      );
    await update("+ 1");
    try {
      const { integrity } = moved.handle.sales;
      expect(await integrity.violations()).toEqual([
        {
          kind: "stock_quantity_differs",
          businessId: moved.businessId,
          recordTable: "sales.products",
          recordId: moved.pollo,
          detail: "The stock of the product is not the sum of its movements",
        },
      ]);
      expect(await integrity.violations({ kind: "stock_missing" })).toEqual([]);
      expect(await integrity.violations({ businessId: newId() })).toEqual([]);
      expect(await other.handle.sales.integrity.violations()).toEqual([]);
      expect(await rejection(integrity.violations({ kind: "none" as never }))).toBeInstanceOf(ValidationError);
    } finally {
      await update("- 1");
    }
  });
});
