import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../core/errors";
import { isLocalHost } from "./tls";
import { parseUrl, withUrlParts } from "./url";

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
      ssl: { rejectUnauthorized: true },
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

describe("every form of a URL that the driver takes", () => {
  const socket = { host: "/run/postgresql", port: 5432, user: "app", database: "books", password: "s/e:c@r#t" };
  const tcp = { ...socket, host: "localhost", port: 6543 };
  const secret = "s%2Fe%3Ac%40r%23t";
  const forms: [text: string, expected: object][] = [
    [`postgresql://app:${secret}@localhost:6543/books`, tcp],
    [`postgres://app:${secret}@localhost:6543/books`, tcp],
    [`POSTGRESQL://app:${secret}@localhost:6543/books`, tcp],
    [`postgresql://localhost:6543/books?user=app&password=${secret}`, tcp],
    [`postgresql://other:wrong@localhost:6543/books?user=app&password=${secret}`, tcp],
    [`postgresql://app:${secret}@localhost/books?port=6543`, tcp],
    [`postgresql://app:${secret}@elsewhere:1/books?host=localhost&port=6543`, tcp],
    [`postgresql://app:${secret}@localhost:6543?dbname=books`, tcp],
    [`postgresql://app:${secret}@localhost:6543/?dbname=books`, tcp],
    [`postgresql://app:${secret}@[::1]:6543/books`, { ...tcp, host: "::1" }],
    [`postgresql:///books?host=/run/postgresql&user=app&password=${secret}`, socket],
    [`postgresql://?host=/run/postgresql&user=app&password=${secret}&dbname=books`, socket],
    [`postgresql://app:${secret}@/books?host=/run/postgresql`, socket],
    [`postgresql://app:${secret}@/books?host=%2Frun%2Fpostgresql`, socket],
    [`postgresql://app:${secret}@localhost/books?host=/run/postgresql`, socket],
    [`postgresql://app:${secret}@%2Frun%2Fpostgresql/books`, socket],
    [`postgresql://app:${secret}@%2Frun%2Fpostgresql:5432/books`, socket],
  ];

  it.each(forms)("is read: %s", (text, expected) => {
    const target = parse(text);
    expect({ ...target, password: target.password }).toMatchObject(expected);
  });

  it.each(forms)("gives another login's URL without a trace of this one: %s", (text) => {
    const derived = withUrlParts(text, { user: "new", password: "p:a/s%s&#?" });
    const [before, after] = [parse(text), parse(derived)];
    expect({ ...after, password: after.password }).toEqual({ ...before, user: "new", password: "p:a/s%s&#?" });
    for (const trace of [secret, "s/e", "user=", "password=", "app", "other", "wrong"])
      expect(derived).not.toContain(trace);
    expect(new URL(derived).username).toBe("new");
  });

  it.each([
    "socket:/run/postgresql?db=books",
    "/run/postgresql books",
    "host=localhost dbname=books",
    "localhost:5432/books",
    "postgresql://localhost/books",
    "postgresql://app:canary#x@localhost/books",
    "postgresql://app:can/ary@localhost/books",
    "postgresql://app@localhost/books/more",
    "postgresql://app@localhost/books?password=canary&password=other",
    "postgresql://app@localhost/books?password=can&ary=1",
    "postgresql://app@localhost/books?port=canary",
    "postgresql://app@localhost/books?port=0",
  ])("or is refused as configuration, also when another is derived from it: %s", (text) => {
    for (const read of [() => parse(text), () => withUrlParts(text, { user: "a", password: "b" }, "DATABASE_URL")]) {
      let error: unknown;
      try {
        read();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(String(error)).toContain("DATABASE_URL");
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/canary|can&|ary=/);
    }
  });

  it("is refused with several hosts, and told why", () => {
    for (const text of [
      "postgresql://app:canary@one:5432,two:5433/books",
      "postgresql://app:canary@one,two/books",
      "postgresql://app:canary@/books?host=one,two",
      "postgresql://app:canary@one/books?port=1,2",
    ]) {
      expect(failure(text).message).toMatch(/several hosts/);
      expect(inspect(failure(text))).not.toContain("canary");
    }
  });
});

describe("a parameter", () => {
  const local = (query: string) => parse(`postgresql://app@localhost/books?${query}`);

  it("is honoured: session options, client encoding, any session", () => {
    expect(local("options=-c%20search_path%3Dbooks&client_encoding=UTF8&target_session_attrs=any")).toMatchObject({
      options: "-c search_path=books",
    });
  });

  it.each([
    ...["connect_timeout=10", "connection_limit=5", "pool_timeout=3", "statement_timeout=1", "query_timeout=1"],
    ...["lock_timeout=1", "hostaddr=10.0.0.1", "service=x", "passfile=x", "requiressl=1", "require_auth=none"],
    ...["uselibpqcompat=true", "pgbouncer=true", "schema=public", "replication=database", "sslcrl=x"],
    ...["target_session_attrs=read-write", "target_session_attrs=primary", "client_encoding=LATIN1"],
    ...[
      "load_balance_hosts=random",
      "sslnegotiation=direct",
      "rejectUnauthorized=false",
      "canary=1",
      "SSLMODE=require",
    ],
  ])("that would have no effect is refused, never dropped: %s", (query) => {
    const { message } = failure(`postgresql://app@localhost/books?${query}`);
    expect(message).toMatch(/^DATABASE_URL: /);
    expect(message).not.toContain("canary");
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
