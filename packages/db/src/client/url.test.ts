import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../core/errors";
import { isLocalHost, parseUrl, withUrlParts } from "./url";

const parse = (text: string) => parseUrl(text, "DATABASE_URL");

function failure(text: string): ConfigurationError {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new TypeError("It was accepted");
}

describe("a connection string", () => {
  it("is read with every part", () => {
    const target = parse("postgresql://us%40er:p%3Ass%2Fword@db.example.com:6543/my%20books?application_name=tour");
    expect(target).toMatchObject({
      host: "db.example.com",
      port: 6543,
      user: "us@er",
      database: "my books",
      ssl: false,
      applicationName: "tour",
    });
    expect(target.password).toBe("p:ss/word");
  });

  it("has the usual defaults: port 5432, the user's database, no password", () => {
    const target = parse("postgres://app@localhost");
    expect(target).toMatchObject({ host: "localhost", port: 5432, user: "app", database: "app" });
    expect("password" in target).toBe(false);
  });

  it("may name a Unix socket", () => {
    for (const text of [
      "postgresql:///books?host=/run/postgresql&user=app&password=secret",
      "postgresql://app:secret@/books?host=/run/postgresql",
      "postgresql://app:secret@localhost/books?host=/run/postgresql",
    ]) {
      const target = parse(text);
      expect(target).toMatchObject({ host: "/run/postgresql", user: "app", database: "books", ssl: false });
      expect(target.password).toBe("secret");
    }
    expect(isLocalHost("/run/postgresql")).toBe(true);
  });

  it("may name an IPv6 address in the form that a socket takes", () => {
    expect(parse("postgresql://app@[::1]:5433/books")).toMatchObject({ host: "::1", port: 5433 });
  });

  it.each([
    "",
    "books",
    "postgres//app@h/db",
    "mysql://app@h/db",
    "postgresql://",
    "postgresql://h/db",
    "http://a@h/b",
  ])("is refused when it is malformed: %j", (text) => {
    expect(failure(text).message).toMatch(/^DATABASE_URL .*postgresql:\/\/user:password@host:port\/database/);
  });

  it("is refused, as configuration and not as a crash, when its encoding is broken", () => {
    for (const text of ["postgresql://app:%canary@h/db", "postgresql://%zz@h/db", "postgresql://app@h/%E0%A4%A"]) {
      const error = failure(text);
      expect(error.message).toContain("DATABASE_URL");
      expect(inspect(error)).not.toContain("canary");
    }
  });

  it("is refused with a port that does not exist", () => {
    expect(failure("postgresql://app@h/db?port=canary").message).not.toContain("canary");
    expect(failure("postgresql://app@h:99999/db").message).toContain("DATABASE_URL");
  });
});

describe("TLS", () => {
  const remote = (query: string) => parse(`postgresql://app@db.example.com/books${query}`).ssl;
  const local = (query: string) => parse(`postgresql://app@127.0.0.1/books${query}`).ssl;

  it("verifies certificate and host name when it is required of a host that is not local", () => {
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      const ssl = remote(`?sslmode=${mode}`);
      expect(ssl).toEqual({ rejectUnauthorized: true });
      // Node checks the host name unless a check of one's own is given.
      expect(ssl).not.toHaveProperty("checkServerIdentity");
    }
  });

  it("encrypts without a certificate check on this machine, and verifies when that is asked for", () => {
    expect(local("?sslmode=require")).toEqual({ rejectUnauthorized: false });
    expect(local("?sslmode=verify-full")).toEqual({ rejectUnauthorized: true });
    for (const host of ["localhost", "[::1]"]) {
      expect(parse(`postgresql://app@${host}/books?sslmode=require`).ssl).toEqual({ rejectUnauthorized: false });
    }
  });

  it("does not take a name that only looks local for local", () => {
    for (const host of ["localhost.example.com", "127.0.0.1.example.com", "127.0.0.2"]) {
      expect(parse(`postgresql://app@${host}/books?sslmode=require`).ssl).toEqual({ rejectUnauthorized: true });
    }
  });

  it("judges by the host that is connected to, not by the one in front", () => {
    const hidden = "postgresql://app@localhost/books?host=db.example.com&sslmode=require";
    expect(parse(hidden)).toMatchObject({ host: "db.example.com", ssl: { rejectUnauthorized: true } });
  });

  it("is off when it is not asked for", () => {
    expect(remote("")).toBe(false);
    expect(remote("?sslmode=disable")).toBe(false);
  });

  it.each(["prefer", "allow", "no-verify", "REQUIRE", "", "verify", "true"])("refuses the mode %j", (mode) => {
    expect(() => remote(`?sslmode=${mode}`)).toThrow(/sslmode must be/);
  });

  it("ignores nothing that would weaken it", () => {
    const ssl = remote("?sslmode=require&uselibpqcompat=true&rejectUnauthorized=false");
    expect(ssl).toEqual({ rejectUnauthorized: true });
  });

  it("names the variable when the root certificate cannot be read", () => {
    expect(() => remote("?sslmode=verify-full&sslrootcert=/there/is/none.pem")).toThrow(/DATABASE_URL: sslrootcert/);
  });
});

describe("a password", () => {
  const secret = "canary-7f3a";
  const target = parse(`postgresql://app:${secret}@h/db`);

  it("is not shown by a printed target", () => {
    expect(JSON.stringify(target)).not.toContain(secret);
    expect(inspect(target, { showHidden: false, depth: 20 })).not.toContain(secret);
    expect(Object.keys({ ...target })).not.toContain("password");
  });

  it("is not shown by a printed error", () => {
    let text = "";
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        text += chunk.toString();
        done();
      },
    });
    const out = new Console(stream);
    out.log(failure(`postgres//app:${secret}@h/db`));
    out.log(failure(`postgresql://app:${secret}@h/db?sslmode=no-verify`));
    expect(text).toContain("ConfigurationError");
    expect(text).not.toContain(secret);
  });

  it("survives the derivation of another URL", () => {
    const derived = withUrlParts("postgresql://app:old@h:5433/db?sslmode=require", {
      user: "us@er",
      password: "p:a/s%s",
      database: "my books",
    });
    expect(parseUrl(derived, "url")).toMatchObject({
      user: "us@er",
      password: "p:a/s%s",
      database: "my books",
      port: 5433,
    });
  });
});
