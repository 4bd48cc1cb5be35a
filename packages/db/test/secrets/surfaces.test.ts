import { describe, expect, it } from "vitest";
import { canaries, secretsWith } from "./canaries";
import { leaks } from "./surfaces";

const secret = canaries.text;
const secrets = secretsWith({ own: "a-password-of-its-own" });

class Hidden extends Error {
  readonly #value = secret;
  reveal(): string {
    return this.#value;
  }
}

const hiding: Record<string, () => unknown> = {
  "the message": () => new Error(`with ${secret}`),
  "the stack alone": () => Object.assign(new Error("quiet"), { stack: `Error: ${secret}\n at` }),
  "a property": () => Object.assign(new Error("quiet"), { detail: `Key (email)=(${secret})` }),
  "a property of a property": () => Object.assign(new Error("quiet"), { a: { b: [{ c: new Map([[1, secret]]) }] } }),
  "a property that is not enumerable": () => Object.defineProperty(new Error("quiet"), "hidden", { value: secret }),
  "a symbol": () => Object.assign(new Error("quiet"), { [Symbol("hidden")]: secret }),
  "an own getter": () => Object.defineProperty(new Error("quiet"), "hidden", { get: () => secret, enumerable: true }),
  "the cause": () => new Error("quiet", { cause: new Error("quiet", { cause: new Error(secret) }) }),
  "a cause that is no error": () => new Error("quiet", { cause: { password: secret } }),
  "an aggregated error": () => new AggregateError([new Error("quiet"), new Error(secret)], "quiet"),
  toJSON: () => Object.assign(new Error("quiet"), { toJSON: () => ({ secret }) }),
  toString: () => Object.assign(new Error("quiet"), { toString: () => secret }),
  "the end of a long text": () => Object.assign(new Error("quiet"), { text: "x".repeat(50_000) + secret }),
  "the end of a long list": () => Object.assign(new Error("quiet"), { list: [...Array(500).keys(), secret] }),
  "what printing throws": () =>
    Object.assign(new Error("quiet"), {
      toJSON: () => {
        throw new Error(secret);
      },
    }),
  "an object that is no error": () => ({ options: { connectionString: `postgresql://a:${secret}@h/db` } }),
  "a plain text": () => `with ${secret}`,
};

describe("the checker finds a secret in", () => {
  it.each(Object.entries(hiding))("%s", (_where, make) => {
    expect(leaks(make(), secrets).join()).toContain("text in");
  });

  it("the form that a URL gives it", () => {
    const url = new URL("postgresql://h/db");
    url.password = encodeURIComponent(canaries.encodedPassword);
    expect(leaks(url.toString(), secrets)).toEqual(["encodedPassword, encoded in text"]);
    expect(leaks(canaries.encodedPassword, secrets)).toEqual(["encodedPassword in text"]);
  });

  it("a password that the test's own logins have", () => {
    expect(leaks(new Error("a-password-of-its-own"), secrets).join()).toContain("own in message");
  });
});

describe("the checker finds nothing in", () => {
  it("an error without any", () => {
    expect(leaks(new Error("quiet", { cause: new Error("quiet") }), secrets)).toEqual([]);
  });

  it("a private field, which nothing prints", () => {
    const hidden = new Hidden("quiet");
    expect(hidden.reveal()).toBe(secret);
    expect(leaks(hidden, secrets)).toEqual([]);
  });
});
