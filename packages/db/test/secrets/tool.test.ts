import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withUrlParts } from "../../src/client/url";
import { withAdmin } from "../../src/operations/admin";
import { createTestDatabase, type TestDatabase } from "../../src/testing";
import { callTool, makeCheckout, runTool } from "../cli/run-tool";
import { canaries as c, secretsWith } from "./canaries";
import { leaks } from "./surfaces";

const checkout = makeCheckout();
let test: TestDatabase;
/** An empty database, where every command that needs tables fails. */
const empty = `org_db_secrets_${randomBytes(4).toString("hex")}`;

beforeAll(async () => {
  test = await createTestDatabase();
  await test.asOwner((owner) => owner.query(`create database ${empty}`));
  // The tool reads .env of its folder.
  writeFileSync(join(checkout.root, ".env"), `DATABASE_ENCRYPTION_KEY=${c.encryptionKey}\n`);
});
afterAll(async () => {
  await test.asOwner((owner) => owner.query(`drop database if exists ${empty} with (force)`));
  await test.close();
  checkout.remove();
});

const wrong = (user: string, password: string) =>
  withUrlParts(test.urls.admin, { user: `org_db_no_such_${user}`, password });

/** Every application URL with a wrong password of its own, beside an admin URL. */
const withWrong = (admin: string): Record<string, string> => ({
  DATABASE_ADMIN_URL: admin,
  DATABASE_URL: wrong("runtime", c.runtimePassword),
  DATABASE_AUTH_URL: wrong("identity", c.encodedPassword),
  DATABASE_PLATFORM_URL: `${wrong("platform", "")}?password=${c.queryPassword}`,
  PGPASSWORD: c.environmentPassword,
});

const malformed = `postgresql://admin:${c.adminPassword}%zz@h/db`;

/** Commands that fail, by what is wrong; each must say which error it was, and no more. */
const failures: [args: string, wrong: string, variables: () => Record<string, string>, said: RegExp][] = [
  ["migrate", "password", () => withWrong(wrong("admin", c.adminPassword)), /^ConnectionError: /m],
  [
    "doctor",
    "passwords",
    () => withWrong(wrong("admin", c.encodedPassword)),
    /DATABASE_PLATFORM_URL: The server refused the login/,
  ],
  ["doctor", "URLs", () => withWrong(malformed), /DATABASE_ADMIN_URL is not a connection string/],
  ["roles", "password", () => withWrong(wrong("admin", c.adminPassword)), /^ConnectionError: /m],
  ["roles", "rights", () => withWrong(test.urls.runtime), /^(MigrationError|PermissionDeniedError): /m],
  ["check", "URL", () => withWrong(malformed), /^ConfigurationError: DATABASE_ADMIN_URL/m],
  ["seed", "runtime password", () => withWrong(test.urls.admin), /^ConnectionError: /m],
  ["reset --yes", "port", () => withWrong(`postgresql://a:${c.adminPassword}@127.0.0.1:1/x`), /ECONNREFUSED/],
  ["check", "schema", () => withWrong(withUrlParts(test.urls.admin, { database: empty })), /differences/],
  ["explode", "command", () => withWrong(malformed), /org-db <command>/],
];

/** Of these the whole process is looked at: what Node.js and the libraries print beside the tool. */
const asProcesses = ["migrate", "doctor"];

describe("the org-db tool prints no secret when it fails", () => {
  it.each(failures)("%s: wrong %s", async (args, _wrong, variables, said) => {
    const { code, output } = asProcesses.includes(args)
      ? await runTool(args.split(" "), checkout.root, variables())
      : await callTool(args.split(" "), { DATABASE_ENCRYPTION_KEY: c.encryptionKey, ...variables() });
    expect(output).toMatch(said);
    expect(code).toBeGreaterThan(0);
    const passwords = Object.entries(test.urls).map(([kind, url]): [string, string] => [kind, new URL(url).password]);
    expect(leaks(output, secretsWith(Object.fromEntries(passwords)))).toEqual([]);
  });

  it("migrate: a migration of another database that does not fit, with the values in its rows", async () => {
    await withAdmin(withUrlParts(test.urls.admin, { database: empty }), (client) =>
      client.query(`create schema tenancy; create table tenancy.tenants (id text, name text);
        insert into tenancy.tenants values ('${c.wrongType}', '${c.failingRow}')`),
    );
    const { code, output } = await runTool(["migrate"], checkout.root, {
      DATABASE_ADMIN_URL: withUrlParts(test.urls.admin, { database: empty }),
    });
    expect(output).toMatch(/^MigrationError: /m);
    expect(code).toBe(1);
    expect(leaks(output, secretsWith({}))).toEqual([]);
  });
});
