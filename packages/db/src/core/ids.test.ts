import { describe, expect, it } from "vitest";
import { isUuid, newId } from "./ids";

describe("ids", () => {
  it("are UUIDs of version 7, in lower case, each new", () => {
    const ids = Array.from({ length: 1_000 }, newId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(1_000);
  });

  it("sort in the order in which they were made", () => {
    const ids = Array.from({ length: 1_000 }, newId);
    expect([...ids].sort()).toEqual(ids);
  });

  it("are known by their form, of any version", () => {
    for (const id of [newId(), "00000000-0000-0000-0000-000000000000", "6F9619FF-8B86-D011-B42D-00C04FC964FF"]) {
      expect(isUuid(id)).toBe(true);
    }
    const one = newId();
    for (const no of [
      "",
      `${one} `,
      `${one}\n`,
      one.slice(1),
      `{${one}}`,
      one.replaceAll("-", ""),
      "' or 1=1",
      null,
      {},
      [one],
      7,
    ]) {
      expect(isUuid(no)).toBe(false);
    }
  });
});
