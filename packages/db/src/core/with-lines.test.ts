import { type SQL, sql } from "drizzle-orm";
import { date, integer, numeric, pgSchema, text, uuid } from "drizzle-orm/pg-core";
import { describe, expect, it } from "vitest";
import { timestamps } from "./columns";
import { isUuid } from "./ids";
import { kept, rowsOf } from "./rows";
import { dialect } from "./statement";
import { WithLines } from "./with-lines";

const schema = pgSchema("test");
const shipments = schema.table("shipments", {
  tenantId: uuid("tenant_id").notNull(),
  id: uuid("id").notNull(),
  branchId: uuid("branch_id").notNull(),
  sentOn: date("sent_on").notNull(),
  note: text("note"),
  totalWeight: numeric("total_weight").notNull(),
  ...timestamps(),
});
const boxes = schema.table("boxes", {
  tenantId: uuid("tenant_id").notNull(),
  id: uuid("id").notNull(),
  branchId: uuid("branch_id").notNull(),
  shipmentId: uuid("shipment_id").notNull(),
  lineNumber: integer("line_number").notNull(),
  weight: numeric("weight").notNull(),
});

const keptOfAll = { tenantId: true, createdAt: true, updatedAt: true } as const;
const shipment = rowsOf(shipments, {
  ...{ id: "given", branchId: "given", sentOn: "changeable", note: "changeable", totalWeight: "kept" },
  ...kept(keptOfAll),
});
const box = rowsOf(boxes, {
  ...{ id: "given", lineNumber: "given", weight: "given", tenantId: "kept", branchId: "kept", shipmentId: "kept" },
});
const withBoxes = new WithLines({
  ...{ table: shipments, header: shipment, lineTable: boxes, lines: box, parent: "shipmentId" },
  ...{ repeated: ["branchId"], sums: { totalWeight: () => sql`sum(weight)` } },
});

const document = { branchId: "b", sentOn: "2026-01-01", note: null, lines: [{ weight: "1" }, { weight: "2" }] };
const holes = new Proxy({}, { get: (_target, key) => sql.placeholder(String(key)) }) as never;
const textOf = (query: SQL) => dialect.sqlToQuery(query).sql.replace(/\s+/g, " ").replaceAll('"', "");

describe("a header with its lines", () => {
  it("is one row and arrays of lines, which are numbered and have ids of their own", () => {
    const { "line.id": ids, ...params } = withBoxes.one({ ...document, id: "chosen" });
    expect(params).toEqual({
      ...{ id: "chosen", branchId: "b", sentOn: "2026-01-01", note: null },
      ...{ "line.lineNumber": [1, 2], "line.weight": ["1", "2"] },
    });
    expect(ids.every(isUuid) && ids[0] !== ids[1]).toBe(true);
    expect(isUuid(withBoxes.one(document).id)).toBe(true);
  });

  it("is many rows and their lines, which name their header by its position from 1", () => {
    const params = withBoxes.many([document, { ...document, lines: [{ weight: "3" }] }]);
    expect(params).toMatchObject({
      ...{ branchId: ["b", "b"], "line.header": [1, 1, 2] },
      ...{ "line.lineNumber": [1, 2, 1], "line.weight": ["1", "2", "3"] },
    });
    expect(new Set([...params.id, ...params["line.id"]]).size).toBe(5);
  });

  it("loses no field in silence: a header or a line that lacks one is a type error", () => {
    const { note: _note, ...lacking } = document;
    // @ts-expect-error: note is forgotten
    withBoxes.one(lacking);
    // @ts-expect-error: and in many
    withBoxes.many([lacking]);
    // @ts-expect-error: a line has a weight
    expect(withBoxes.one({ ...document, lines: [{}] })["line.weight"]).toEqual([null]);
  });

  it("is written in one statement: its sums come from the lines, and the lines repeat what they must", () => {
    const one = textOf(withBoxes.insertOne(holes));
    expect(one).toContain(
      "insert into test.shipments as d (tenant_id, id, branch_id, sent_on, note, total_weight) " +
        "select $4::uuid, $5::uuid, $6::uuid, $7::date, $8::text, (select sum(weight) from line)",
    );
    const lines = "insert into test.boxes as n (tenant_id, branch_id, shipment_id, id, line_number, weight) ";
    expect(one).toContain(
      `${lines}select d.tenant_id, d.branch_id, d.id, l.id, l.line_number, l.weight from created d`,
    );
    const many = textOf(withBoxes.insertMany(holes, sql`on conflict do nothing`, sql`created.id`));
    expect(many).toContain("sum(weight) as total_weight from line group by 1");
    expect(many).toContain("from given order by position on conflict do nothing returning");
    expect(many).toMatch(/select created\.id from created$/);
    expect(many).toContain(lines);
  });

  it("gets other lines: the sums first, where a condition holds, then the lines in place of the old ones", () => {
    expect(textOf(withBoxes.setSums(holes, sql`d.note is null`))).toMatch(
      /update test\.shipments as d set total_weight = \(select sum\(weight\) from line\) where .* and d\.note is null returning/,
    );
    expect(textOf(withBoxes.replaceLines(holes))).toMatch(
      /delete from test\.boxes as o where o\.tenant_id = \$4::uuid and o\.shipment_id = \$5::uuid returning o\.id \) insert into/,
    );
  });
});
