import { describe, expect, it } from "vitest";
import { loginName, newLogins } from "./logins";

const names = (prefix: string) => Object.values(newLogins(prefix)).map(({ user }) => user);

describe("names of logins", () => {
  it("say the database and the kind", () => {
    expect(names("shop")).toEqual(["shop_runtime", "shop_identity", "shop_platform"]);
  });

  it.each([53, 54, 55, 56, 60, 62, 63, 64, 200])(
    "are three, that PostgreSQL keeps whole, for a database of %i letters",
    (length) => {
      for (const letter of ["a", "é", "日", "😀"]) {
        const made = names(letter.repeat(length));
        expect(new Set(made).size).toBe(3);
        for (const name of made) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
        for (const [index, kind] of ["runtime", "identity", "platform"].entries()) {
          expect(made[index]).toMatch(new RegExp(`_${kind}$`));
        }
      }
    },
  );

  it("tell databases apart that begin alike, and are the same each time", () => {
    const [one, other] = [`${"a".repeat(62)}1`, `${"a".repeat(62)}2`];
    expect(loginName(one, "runtime")).not.toBe(loginName(other, "runtime"));
    expect(loginName(one, "runtime")).toBe(loginName(one, "runtime"));
  });
});
