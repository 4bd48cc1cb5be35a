import { describe, expect, it } from "vitest";
import { emailAddress, emailOf, foldEmail } from "./email";
import { parseInput } from "./validation";

const label = "a".repeat(63);

describe("an e-mail address", () => {
  it.each([
    "ada@example.com",
    "Ada.Lovelace+news@Sub.Example.COM",
    "o'brien@example.com",
    "a@b",
    "!#$%&'*+/=?^_`{|}~-@example.com",
    "ada@xn--mnchen-3ya.example",
    "ada@1and1.example",
    `${"l".repeat(64)}@example.com`,
    `a@${label}.${label}.${label}.${"b".repeat(60)}`,
  ])("is kept as it is given: %s", (address) => {
    expect(emailOf(address)).toBe(address);
  });

  it.each([
    ["ada@münchen.example", "ada@xn--mnchen-3ya.example"],
    ["ada@faß.example", "ada@xn--fa-hia.example"],
    ["ada@例え.example", "ada@xn--r8jz45g.example"],
  ])("has its domain in ASCII form: %s", (given, stored) => {
    expect(emailOf(given)).toBe(stored);
  });

  it.each([
    ["İ (U+0130) in the domain", "nick@maİl.example"],
    ["the Kelvin sign in the domain", "nick@ma\u212ail.example"],
    ["the long s in the domain", "nick@mail.example\u017f"],
    ["full width letters", "nick@ｍail.example"],
    ["a ligature", "nick@ﬁle.example"],
    ["a capital beyond ASCII", "nick@MÜNCHEN.example"],
    ["a letter in two characters", "nick@mu\u0308nchen.example"],
    ["Cherokee small letters", "nick@\uab70.example"],
    ["another dot", "nick@mail。example"],
    ["a soft hyphen", "nick@ma\u00adil.example"],
    ["a zero width joiner", "nick@ma\u200dil.example"],
    ["a zero width space", "nick@mail\u200b.example"],
    ["a mark of direction", "nick@mail\u202e.example"],
    ["half a surrogate pair", "nick@mail\ud800.example"],
    ["İ in the local part", "nİck@mail.example"],
    ["the Kelvin sign in the local part", "nic\u212a@mail.example"],
    ["a letter beyond ASCII in the local part", "é@mail.example"],
    ["a combining letter in the local part", "e\u0301@mail.example"],
    ["an @ of full width", "nick＠mail.example"],
    ["two @", "nick@mail.example@mail.example"],
    ["no @", "nick"],
    ["nothing before it", "@mail.example"],
    ["nothing behind it", "nick@"],
    ["a blank before", " nick@mail.example"],
    ["a blank behind", "nick@mail.example "],
    ["a line break behind", "nick@mail.example\n"],
    ["a no-break space", "nick\u00a0@mail.example"],
    ["NUL", "nick\0@mail.example"],
    ["a quoted local part", '"nick"@mail.example'],
    ["a comment", "nick(work)@mail.example"],
    ["a display name", "Nick <nick@mail.example>"],
    ["a list", "nick@mail.example,ada@mail.example"],
    ["a dot at the beginning", ".nick@mail.example"],
    ["a dot at the end of the local part", "nick.@mail.example"],
    ["two dots", "ni..ck@mail.example"],
    ["a dot at the end of the domain", "nick@mail.example."],
    ["an empty label", "nick@mail..example"],
    ["a hyphen at the beginning of a label", "nick@-mail.example"],
    ["a hyphen at its end", "nick@mail-.example"],
    ["an underscore in the domain", "nick@ma_il.example"],
    ["a port", "nick@mail.example:25"],
    ["an escaped letter", "nick@%6dail.example"],
    ["an address of a host", "nick@127.0.0.1"],
    ["one in hexadecimal", "nick@0x7f.1"],
    ["one in brackets", "nick@[127.0.0.1]"],
    ["65 characters before the @", `${"l".repeat(65)}@mail.example`],
    ["a label of 64", `nick@${"a".repeat(64)}.example`],
    ["255 characters", `a@${label}.${label}.${label}.${"b".repeat(61)}`],
    ["nothing", ""],
  ])("is refused with %s", (_what, text) => {
    expect(emailOf(text)).toBeUndefined();
    const parse = () => parseInput(emailAddress(), text, "address");
    expect(parse).toThrow("use an e-mail address such as ada@example.com, as it is registered");
  });

  it.each([undefined, null, 7, ["ada@example.com"], {}])("is a text, and not %s", (value) => {
    expect(emailOf(value)).toBeUndefined();
  });

  it("is another one's when they differ in more than the case of A to Z", () => {
    expect(foldEmail("INFO@Example.COM")).toBe("info@example.com");
    expect(foldEmail("ABCDEFGHIJKLMNOPQRSTUVWXYZ")).toBe("abcdefghijklmnopqrstuvwxyz");
    for (const other of ["İ", "ı", "\u212a", "ſ", "É", "Σ"]) expect(foldEmail(other)).toBe(other);
  });

  it("is the only one that is stored under its text: no letter of Unicode makes one of two", () => {
    for (const around of [(c: string) => `ni${c}k@mail.example`, (c: string) => `nick@ma${c}l.example`]) {
      const taken = new Map<string, string>();
      for (let code = 1; code < 0x20000; code += 1) {
        const letter = String.fromCodePoint(code);
        const email = emailOf(around(letter));
        if (email === undefined) continue;
        const folded = foldEmail(email);
        const before = taken.get(folded);
        if (before !== undefined) expect(`${before} ${letter}`).toMatch(/^([A-Z]) [a-z]$/);
        else taken.set(folded, letter);
      }
      expect(taken.get("nick@mail.example")).toBe(around("i") === "nick@mail.example" ? "I" : "C");
    }
  });
});
