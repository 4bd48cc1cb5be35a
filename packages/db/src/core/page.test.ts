import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ValidationError } from "./errors";
import { allPages, cursorKey, maximumPageSize, type Page, type PageRequest, pageSize, toPage } from "./page";

const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `row ${i}` }));
const key = (row: { id: string }) => [row.id];

describe("the size of a page", () => {
  it("is 50 unless it is given, and at most 500", () => {
    expect(pageSize({})).toBe(50);
    expect(pageSize({ limit: 1 })).toBe(1);
    expect(pageSize({ limit: maximumPageSize })).toBe(500);
  });

  it.each([0, -1, 501, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "10" as never])("refuses %s", (limit) => {
    expect(() => pageSize({ limit })).toThrow(ValidationError);
  });
});

describe("a page", () => {
  it("has a cursor when there is more, and none on the last page", () => {
    expect(toPage(rows(3), 2, key)).toMatchObject({ items: [{ id: "row 0" }, { id: "row 1" }] });
    expect(toPage(rows(3), 2, key).nextCursor).toBeTypeOf("string");
    expect(toPage(rows(2), 2, key)).toEqual({ items: rows(2), nextCursor: undefined });
    expect(toPage(rows(0), 2, key)).toEqual({ items: [], nextCursor: undefined });
  });

  it("has a cursor that holds the key of its last row, not of the row after it", () => {
    const { nextCursor } = toPage(rows(3), 2, key);
    expect(cursorKey({ cursor: nextCursor }, 1)).toEqual(["row 1"]);
  });

  it("gives back every key unchanged, in text that fits a URL", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 4 }), (parts) => {
        const { nextCursor } = toPage([{}, {}], 1, () => parts);
        expect(nextCursor).toMatch(/^[\w-]+$/);
        expect(cursorKey({ cursor: nextCursor }, parts.length)).toEqual(parts);
      }),
    );
  });
});

describe("a cursor", () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

  it("is undefined for the first page", () => {
    expect(cursorKey({}, 2)).toBeUndefined();
    expect(cursorKey({ cursor: undefined }, 2)).toBeUndefined();
  });

  it.each([
    ["nothing", ""],
    ["any text", "not a cursor"],
    ["no JSON", Buffer.from("{").toString("base64url")],
    ["too few parts", encode(["a"])],
    ["too many parts", encode(["a", "b", "c"])],
    ["a part that is no text", encode(["a", 1])],
    ["a part that is null", encode(["a", null])],
    ["an object", encode({ length: 2, 0: "a", 1: "b" })],
    ["a nested part", encode(["a", ["b"]])],
  ])("is refused without being shown when it is %s", (_what, cursor) => {
    expect(() => cursorKey({ cursor }, 2)).toThrow(ValidationError);
    if (cursor !== "") expect(() => cursorKey({ cursor }, 2)).not.toThrow(cursor);
  });

  it("is refused when it is no text", () => {
    for (const cursor of [null, 1, {}, []]) {
      expect(() => cursorKey({ cursor: cursor as never }, 2)).toThrow(ValidationError);
    }
  });
});

describe("all pages", () => {
  const numbers = Array.from({ length: 7 }, (_none, index) => index);
  const asked: PageRequest[] = [];
  const list = async (request: PageRequest): Promise<Page<number>> => {
    asked.push(request);
    const start = Number(cursorKey(request, 1)?.[0] ?? -1) + 1;
    return toPage(numbers.slice(start), pageSize(request), (row) => [String(row)]);
  };
  const read = async (request?: PageRequest) => {
    asked.length = 0;
    const pages: number[][] = [];
    for await (const { items } of allPages(list, request)) pages.push(items);
    return pages;
  };

  it("come one after the other until there is no more", async () => {
    expect(await read({ limit: 3 })).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(await read({ limit: 7 })).toEqual([numbers]);
  });

  it("are as large as they can be when nothing is said, so that there are few", async () => {
    await read();
    expect(asked).toEqual([{ limit: maximumPageSize, cursor: undefined }]);
  });

  it("go on after a page that was read before", async () => {
    const { nextCursor } = await list({ limit: 5 });
    expect(await read({ limit: 5, cursor: nextCursor })).toEqual([[5, 6]]);
  });

  it("are read when they are asked for: who stops early reads no more", async () => {
    asked.length = 0;
    for await (const { items } of allPages(list, { limit: 2 })) if (items.includes(2)) break;
    expect(asked).toHaveLength(2);
  });
});
