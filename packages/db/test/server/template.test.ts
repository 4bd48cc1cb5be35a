import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ConfigurationError, ConnectionError } from "../../src/core/errors";
import { withAdmin } from "../../src/operations/admin";
import { ownedName, sweepTestDatabases } from "../../src/testing/server/database-names";
import { hostId } from "../../src/testing/server/processes";
import { startTestServer } from "../../src/testing/server/start-test-server";
import { createTemplate, useTemplate } from "../../src/testing/server/template";
import { startThrowawayServer, type ThrowawayServer } from "../../src/testing/server/throwaway";
import { ask } from "./held-servers";

let server: ThrowawayServer;
let adminUrl = "";

beforeAll(async () => {
  server = await startThrowawayServer();
  adminUrl = server.adminUrl;
});

afterAll(() => server.stop());

const run = (url: string, sql: string) => withAdmin(url, async (client) => void (await client.query(sql)));
const databases = () => ask<string[]>(adminUrl, "select array_agg(datname::text order by datname) from pg_database");

describe("a template", () => {
  test("is copied quickly, and its copies do not meet", async () => {
    const template = await createTemplate({
      adminUrl,
      prepare: (url) =>
        run(url, Array.from({ length: 60 }, (_, n) => `create table t${n}(id int primary key, note text)`).join("; ")),
    });
    const times: number[] = [];
    for (let n = 0; n < 5; n++) {
      const begun = performance.now();
      await template.clone();
      times.push(Math.round(performance.now() - begun));
    }
    console.log(`clone() of 60 tables: ${times.join(", ")} ms`);
    const [a, b] = await Promise.all([template.clone(), useTemplate({ adminUrl, name: template.name }).clone()]);
    await run(a.url(), "insert into t0 values (1)");
    expect(await ask(b.url(), "select count(*)::int from t0")).toBe(0);
    await a.drop();
    await a.drop();
    expect(await databases()).not.toContain(a.name);
    expect(await databases()).toContain(b.name);
    await template.drop();
    await template.drop();
    expect((await databases()).filter((name) => name.startsWith("org_db"))).toEqual([]);
  });

  test("gives its copies the grants and settings of the database itself", async () => {
    const template = await createTemplate({
      adminUrl,
      prepare: (url) =>
        run(
          url,
          `create role guest login password 'p@ss/word'; create role keeper;
           do $$ begin
             execute format('alter database %I owner to keeper', current_database());
             execute format('revoke all on database %I from public', current_database());
             execute format('grant connect on database %I to guest', current_database());
             execute format('alter database %I set search_path = private, "a b"', current_database());
             execute format('alter role guest in database %I set app.colour = ''it''''s red''', current_database());
           end $$`,
        ),
    });
    const clone = await template.clone();
    const guest = clone.url({ user: "guest", password: "p@ss/word" });
    expect(await ask(guest, "show search_path")).toBe('private, "a b"');
    expect(await ask(guest, "show app.colour")).toBe("it's red");
    expect(await ask(guest, "select has_database_privilege(current_database(), 'temp')")).toBe(false);
    expect(
      await ask(adminUrl, `select pg_get_userbyid(datdba)::text from pg_database where datname = '${clone.name}'`),
    ).toBe("keeper");
    await template.drop();
  });

  test("is closed to everybody, so that nobody can spoil it or keep it busy", async () => {
    const left: pg.Client[] = [];
    const template = await createTemplate({
      adminUrl,
      prepare: async (url) => {
        const forgotten = new pg.Client(url);
        forgotten.on("error", () => undefined);
        await forgotten.connect();
        left.push(forgotten);
      },
    });
    const url = new URL(adminUrl);
    url.pathname = `/${template.name}`;
    await expect(ask(url.href, "select 1")).rejects.toThrow(ConnectionError);
    await template.clone();
    await template.drop();
    for (const client of left) await client.end().catch(() => undefined);
  });

  test("leaves nothing when prepare fails, and passes its error on", async () => {
    const failure = createTemplate({ adminUrl, prepare: (url) => run(url, "select * from nowhere") });
    await expect(failure).rejects.toThrow(/A table is missing/);
    expect((await databases()).filter((name) => name.startsWith("org_db"))).toEqual([]);
  });

  test("clears the databases of runs that were killed, and no others", async () => {
    const host = await hostId();
    const dead = [`org_db_tpl_${host}_4194000_x1_aaaaaa`, `org_db_clone_${host}_${process.pid}_0_aaaaaa_bbbbbb`];
    const alive = [await ownedName("clone", "aaaaaa_cccccc"), "org_db_tpl_00000000_4194000_x1_aaaaaa", "org_db_mine"];
    for (const name of [...dead, ...alive]) await run(adminUrl, `create database ${name}`);
    const swept = await Promise.all([1, 2].map(() => withAdmin(adminUrl, sweepTestDatabases)));
    expect([...new Set(swept.flat())].sort()).toEqual([...dead].sort());
    expect((await databases()).filter((name) => name.startsWith("org_db")).sort()).toEqual([...alive].sort());
    for (const name of alive) await run(adminUrl, `drop database ${name}`);
  });
});

describe("startTestServer", () => {
  const withEnvironment = async (values: Record<string, string>) => {
    for (const name of ["DATABASE_ADMIN_URL", "DATABASE_URL", "DB_TEST_SERVER"]) vi.stubEnv(name, values[name] ?? "");
    return startTestServer().finally(() => vi.unstubAllEnvs());
  };

  test("takes the given server, and leaves it running", async () => {
    const given = await withEnvironment({ DATABASE_ADMIN_URL: adminUrl, DATABASE_URL: "postgres://nobody@nowhere/x" });
    expect(given).toMatchObject({ kind: "given", adminUrl, serverVersion: server.serverVersion });
    await given.stop();
    expect(await ask(adminUrl, "select 1")).toBe(1);
    expect((await withEnvironment({ DATABASE_URL: adminUrl })).kind).toBe("given");
  });

  test("starts the embedded one otherwise", async () => {
    const embedded = await withEnvironment({ DB_TEST_SERVER: "embedded" });
    expect(embedded.kind).toBe("embedded");
    expect(await ask(embedded.adminUrl, "select 1")).toBe(1);
    await embedded.stop();
  });

  test("refuses a login that is too weak, a server that is not there and a URL that is none, without the password", async () => {
    await run(adminUrl, "create role weak login createdb password 'hush-hush'");
    const weak = new URL(adminUrl);
    [weak.username, weak.password] = ["weak", "hush-hush"];
    const refused = async (url: string) =>
      withEnvironment({ DATABASE_URL: url }).catch((error: unknown) => error as Error);

    const tooWeak = await refused(weak.href);
    expect(tooWeak).toBeInstanceOf(ConfigurationError);
    expect(tooWeak).toHaveProperty("message", expect.stringContaining('ALTER ROLE "weak" CREATEROLE'));
    const absent = await refused("postgres://someone:hush-hush@127.0.0.1:1/x");
    expect(absent).toBeInstanceOf(ConnectionError);
    expect(absent).toHaveProperty("message", expect.stringContaining("x on 127.0.0.1:1 as someone"));
    const noUrl = await refused("postgres://someone:hush-hush@:nonsense");
    expect(noUrl).toBeInstanceOf(ConfigurationError);
    const wrongPassword = await refused(weak.href.replace("hush-hush", "hush-hush2"));
    expect(wrongPassword).toBeInstanceOf(ConnectionError);
    const { inspect } = await import("node:util");
    for (const error of [tooWeak, absent, noUrl, wrongPassword])
      expect(inspect(error, { depth: 9 })).not.toContain("hush");
    await expect(withEnvironment({ DB_TEST_SERVER: "cloud" })).rejects.toThrow(/DB_TEST_SERVER must be/);
  });
});
