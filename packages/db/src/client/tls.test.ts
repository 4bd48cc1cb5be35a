import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parseUrl } from "./url";

const parse = (text: string) => parseUrl(text, "DATABASE_URL");

describe("TLS", () => {
  const remote = (query: string) => parse(`postgresql://app@db.example.com/books${query}`);
  const local = (query: string) => parse(`postgresql://app@127.0.0.1/books${query}`).ssl;
  const verified = { rejectUnauthorized: true };

  it("verifies certificate and host name of a host that is not local, unless the URL says otherwise in full", () => {
    for (const query of [
      "",
      "?sslmode=require",
      "?sslmode=verify-full",
      "?ssl=true",
      "?ssl=1",
      "?sslrootcert=system",
    ]) {
      const { ssl } = remote(query);
      expect(ssl, query).toEqual(verified);
      // Node checks the host name unless a check of one's own is given.
      expect(ssl).not.toHaveProperty("checkServerIdentity");
    }
    expect(remote("?sslmode=disable").ssl).toBe(false);
  });

  it("is off on this machine, encrypts without a check when it is required, and verifies when that is asked for", () => {
    expect(local("")).toBe(false);
    expect(local("?sslmode=require")).toEqual({ rejectUnauthorized: false });
    expect(local("?ssl=true")).toEqual({ rejectUnauthorized: false });
    expect(local("?sslmode=verify-full")).toEqual(verified);
    for (const host of ["localhost", "[::1]", "LOCALHOST"]) {
      expect(parse(`postgresql://app@${host}/books?sslmode=require`).ssl).toEqual({ rejectUnauthorized: false });
    }
  });

  it("does not take a name that only looks local for local", () => {
    for (const host of ["localhost.example.com", "127.0.0.1.example.com", "127.0.0.2", "db", "10.0.0.7", "[fe80::1]"]) {
      expect(parse(`postgresql://app@${host}/books`).ssl).toEqual(verified);
    }
  });

  it("judges by the host that is connected to, not by the one in front", () => {
    for (const query of ["host=db.example.com", "host=db.example.com&sslmode=require"]) {
      expect(parse(`postgresql://app@localhost/books?${query}`)).toMatchObject({
        host: "db.example.com",
        ssl: verified,
      });
    }
  });

  it.each(["prefer", "allow", "no-verify", "REQUIRE", "", "verify", "true"])("refuses the mode %j", (mode) => {
    expect(() => remote(`?sslmode=${mode}`)).toThrow(/sslmode must be/);
  });

  it.each(["ssl=false", "ssl=0", "ssl=no-verify", "ssl=", "ssl=true&sslmode=disable", "ssl=1&sslmode=require"])(
    "refuses what can be misread: %s",
    (query) => {
      expect(() => remote(`?${query}`)).toThrow(/write sslmode=verify-full or sslmode=disable/);
    },
  );

  it("refuses files that would have no effect", () => {
    expect(() => remote("?sslmode=disable&sslrootcert=x.pem")).toThrow(/sslrootcert has no effect without TLS/);
    expect(() => local("?sslrootcert=x.pem&sslcert=x&sslkey=y")).toThrow(/has no effect without TLS/);
    expect(() => remote("?sslcert=x.pem")).toThrow(/sslcert and sslkey belong together/);
    expect(() => remote("?sslpassword=canary")).toThrow(/sslpassword has no effect/);
    expect(() => remote("?sslmode=verify-ca")).toThrow(/verify-ca needs sslrootcert/);
    expect(() => remote("?sslmode=verify-ca&sslrootcert=system")).toThrow(/verify-ca needs sslrootcert/);
  });

  it("names the variable when a file cannot be read", () => {
    expect(() => remote("?sslrootcert=/there/is/none.pem")).toThrow(/DATABASE_URL: the file of sslrootcert .*ENOENT/);
    expect(() => remote("?sslcert=/there/is/none.pem&sslkey=/none")).toThrow(/the file of sslcert/);
  });

  it("reads the files; verify-ca checks the authority and not the host name, as in libpq", () => {
    const folder = mkdtempSync(join(tmpdir(), "org-db-url-"));
    const [root, certificate, key] = ["root", "client", "key"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const file of [root, certificate, key]) writeFileSync(file, `text of ${file}`);
    try {
      const files = `sslrootcert=${root}&sslcert=${certificate}&sslkey=${key}`;
      const { ssl } = remote(`?sslmode=verify-ca&${files}&sslpassword=canary`) as { ssl: ConnectionOptions };
      expect(ssl).toMatchObject({ ...verified, ca: `text of ${root}`, cert: `text of ${certificate}` });
      expect(ssl.checkServerIdentity?.("other.example.com", {} as never)).toBeUndefined();
      expect(ssl.key).toEqual([{ pem: `text of ${key}`, passphrase: "canary" }]);
      expect(inspect(ssl, { depth: 20 })).not.toMatch(/canary|text of .*key/);
      expect(remote(`?${files}`).ssl).not.toHaveProperty("checkServerIdentity");
      expect(local(`?sslmode=require&sslrootcert=${root}`)).toMatchObject(verified);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("ties the login to the connection when that is asked for", () => {
    expect(remote("").channelBinding).toBe("disable");
    for (const word of ["disable", "prefer", "require"]) {
      expect(remote(`?channel_binding=${word}`).channelBinding).toBe(word);
    }
    expect(() => remote("?channel_binding=yes")).toThrow(/channel_binding must be/);
    expect(() => remote("?channel_binding=require&sslmode=disable")).toThrow(/needs sslmode=verify-full/);
  });
});
