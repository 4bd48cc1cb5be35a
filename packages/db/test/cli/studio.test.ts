import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Login, makeBrowsingLogin } from "../../src/operations/logins";
import { createTenant, createTestDatabase, type TestDatabase } from "../../src/testing";
import { schemaList } from "../isolation/checks/catalogue";
import { startTool } from "./run-tool";

const origin = "https://local.drizzle.studio";
let test: TestDatabase;
let port: number;
let studio: ReturnType<typeof startTool>;
let output = "";
/** The random name that is the token. */
let host: string;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

beforeAll(async () => {
  test = await createTestDatabase();
  port = await freePort();
  // The package's own folder holds drizzle.config.ts; the server comes from the environment.
  studio = startTool(["studio", "--port", String(port)], process.cwd(), { DATABASE_ADMIN_URL: test.urls.admin });
  for (const stream of [studio.stdout, studio.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const link = new RegExp(`http://([0-9a-f]{32}\\.localhost):${port}/`);
  for (let attempt = 0; !link.test(output); attempt += 1) {
    if (attempt > 900 || studio.exitCode !== null) throw new Error(`Studio did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  host = link.exec(output)?.[1] ?? "";
});

async function stop(): Promise<void> {
  if (studio.exitCode !== null || studio.signalCode !== null) return;
  const ended = new Promise((resolve) => studio.once("exit", resolve));
  // As when the terminal is closed.
  studio.kill("SIGHUP");
  await ended;
}

afterAll(async () => {
  await stop();
  await test.close();
});

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** A request as a browser sends it: to this machine, with the name of the address as Host. */
function send(method: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path: "/", headers };
    const call = request(options, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    call.once("error", reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const ofStudio = () => ({ host: `${host}:${port}`, origin, "content-type": "application/json" });

/** SQL through Studio's own HTTP API, as its page calls it. */
async function runSql(sql: string): Promise<unknown> {
  const data = { sql, params: [], method: "all", mode: "object", typings: [] };
  return JSON.parse((await send("POST", ofStudio(), { type: "proxy", data })).text);
}

describe("pnpm db:studio", () => {
  it("lists the tables of all our schemas through its HTTP API", async () => {
    const rows = (await runSql(`select table_schema || '.' || table_name as name from information_schema.tables
      where table_schema in (${schemaList}) order by 1`)) as { name: string }[];
    expect(rows.map((row) => row.name)).toEqual(
      expect.arrayContaining([
        "accounting.customers",
        "accounting.invoices",
        "auth.user",
        "tenancy.audit_log",
        "tenancy.users",
      ]),
    );
  });

  it("knows the schema files", async () => {
    const answer = JSON.parse((await send("POST", ofStudio(), { type: "init" })).text) as {
      dialect: string;
      schemaFiles: { name: string }[];
    };
    expect(answer.dialect).toBe("postgresql");
    expect(answer.schemaFiles.map((file) => file.name)).toEqual(expect.arrayContaining(["auth.ts", "members.ts"]));
  });

  it("prints where it is, and no connection string", () => {
    expect(output).toContain(`${origin}?port=${port}&host=${host}`);
    expect(output).not.toMatch(/postgres(ql)?:\/\//);
  });
});

describe("whoever calls it", () => {
  const statement = { type: "proxy", data: { sql: "select 1 as one", params: [], method: "all", mode: "object" } };

  it.each([
    ["a page of another origin that knows the token", () => ({ ...ofStudio(), origin: "https://evil.example" })],
    ["a page of an opaque origin", () => ({ ...ofStudio(), origin: "null" })],
    ["a page of a like origin", () => ({ ...ofStudio(), origin: "https://local.drizzle.studio.evil.example" })],
    ["Studio's page in plain text", () => ({ ...ofStudio(), origin: "http://local.drizzle.studio" })],
    ["a call without an origin", () => ({ ...ofStudio(), origin: undefined })],
    ["Studio's page without the token", () => ({ ...ofStudio(), host: `127.0.0.1:${port}` })],
    ["Studio's page at another name", () => ({ ...ofStudio(), host: `localhost:${port}` })],
    ["another token", () => ({ ...ofStudio(), host: `${"0".repeat(32)}.localhost:${port}` })],
    ["a name that was rebound to this machine", () => ({ ...ofStudio(), host: `evil.example:${port}` })],
    [
      "a form of a foreign page",
      () => ({ ...ofStudio(), origin: "https://evil.example", "content-type": "text/plain" }),
    ],
  ])("is refused as %s, before drizzle-kit hears of it", async (_who, headers) => {
    const given = Object.fromEntries(Object.entries(headers()).filter(([, value]) => value !== undefined));
    for (const method of ["POST", "OPTIONS", "GET"]) {
      if (method === "GET" && given.origin === undefined && given.host === `${host}:${port}`) continue;
      const answer = await send(method, given as Record<string, string>, method === "POST" ? statement : undefined);
      expect(answer.status).toBe(403);
      expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control-"))).toEqual([]);
      expect(answer.text).not.toContain("one");
    }
  });

  it("is refused as a web page that fetches it", async () => {
    for (const foreign of ["https://evil.example", origin]) {
      const headers = { origin: foreign, "content-type": "text/plain" };
      const answer = await fetch(`http://127.0.0.1:${port}/`, {
        method: "POST",
        headers,
        body: JSON.stringify(statement),
      });
      expect(answer.status).toBe(403);
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("is admitted as Studio's page with the token, by name and never as everybody", async () => {
    const ask = {
      ...ofStudio(),
      "access-control-request-method": "POST",
      "access-control-request-private-network": "true",
    };
    const preflight = await send("OPTIONS", ask);
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-private-network": "true",
      "access-control-allow-headers": "content-type",
      vary: "Origin",
    });
    const answer = await send("POST", ofStudio(), statement);
    expect(answer).toMatchObject({ status: 200, text: '[{"one":1}]' });
    expect(answer.headers["access-control-allow-origin"]).toBe(origin);
  });

  it("finds no other port: drizzle-kit listens where no page can call", () => {
    expect(listeningPorts(studio.pid ?? 0)).toEqual([port]);
  });
});

/** TCP ports on which a process and those that it started listen, as Linux tells them. */
function listeningPorts(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(
        Number(name),
        Number(
          readFileSync(`/proc/${name}/stat`, "utf8")
            .replace(/^.*\) \S /s, "")
            .split(" ")[0],
        ),
      );
    } catch {
      // The process has ended meanwhile.
    }
  }
  const isOurs = (pid: number): boolean => pid === root || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  const ours = [...parents.keys()].filter(isOurs);
  expect(ours.length).toBeGreaterThan(1);
  const sockets = new Set(
    ours.flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))),
  );
  const lines = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1),
  );
  return lines.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    const isListening = state === "0A" && sockets.has(`socket:[${inode}]`);
    return isListening ? [Number.parseInt(local.split(":").at(-1) ?? "", 16)] : [];
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

describe("the page that the link opens", () => {
  it("goes on to Studio, or says what is missing and how to browse instead", async () => {
    const { status, headers, text } = await send("GET", { host: `${host}:${port}` });
    expect(status).toBe(200);
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
    expect(text).toContain(`location.replace("${origin}?port=${port}&host=${host}")`);
    expect(text).toContain("comes from https://local.drizzle.studio, from the internet");
    const url = /<code>(postgresql:[^<]+)<\/code>/.exec(text)?.[1] ?? "";
    expect(new URL(url).username).toMatch(/_studio_[0-9a-f]{8}$/);
    expect(new URL(url).pathname).toBe(`/${test.name}`);
  });
});

describe("its login", () => {
  it("reads and writes the rows of every tenant", async () => {
    const [one, other] = [await createTenant(test, "One"), await createTenant(test, "Other")];
    const found = (await runSql("select name from tenancy.tenants order by name")) as { name: string }[];
    expect(found.map(({ name }) => name)).toEqual(expect.arrayContaining(["One", "Other"]));
    await runSql(`update accounting.books set updated_at = now() where tenant_id = '${one.tenant.id}'`);
    const renamed = `update tenancy.companies set name = 'Renamed' where tenant_id = '${other.tenant.id}' returning name`;
    expect(await runSql(renamed)).toEqual([{ name: "Renamed" }]);
    expect(await runSql(`select count(*)::int as count from auth."user"`)).toEqual([{ count: expect.any(Number) }]);
  });

  it.each([
    "create table accounting.planted (id int)",
    "create table public.planted (id int)",
    "create temporary table planted (id int)",
    "drop table accounting.invoices",
    "alter table accounting.customers disable row level security",
    "truncate accounting.customers",
    "create role planted",
    "alter role current_user superuser",
    "set role authenticated",
    "select * from pg_authid",
    "copy (select 1) to program 'true'",
    "select pg_read_file('PG_VERSION')",
    "delete from tenancy.audit_log",
  ])("may not: %s", async (sql) => {
    expect(await runSql(sql)).toMatchObject({ status: "error" });
  });

  it("is in the platform's log, and gone when the command has ended", async () => {
    const logins = () =>
      test.asOwner(async (owner) => {
        const pattern = "_studio_[0-9a-f]{8}$";
        const { rows } = await owner.query<{ login: string }>(
          `select l.login from tenancy.platform_log l where l.reason = 'db:studio' and l.login ~ $1`,
          [pattern],
        );
        const { rowCount } = await owner.query("select from pg_roles where rolname = any ($1)", [
          rows.map((row) => row.login),
        ]);
        return { logged: rows.length, left: rowCount };
      });
    expect(await logins()).toEqual({ logged: 1, left: 1 });
    // What the login leaves behind, and a session that has become a group, keep nothing.
    await runSql("alter default privileges grant select on tables to public");
    const { text } = await send("GET", { host: `${host}:${port}` });
    const session = new pg.Client(/<code>(postgresql:[^<]+)<\/code>/.exec(text)?.[1]?.replaceAll("&amp;", "&"));
    session.on("error", () => undefined);
    await session.connect();
    await session.query("set role platform");
    await stop();
    expect(await logins()).toEqual({ logged: 1, left: 0 });
    await expect(session.query("select name from tenancy.tenants")).rejects.toThrow();
    await session.end().catch(() => undefined);
  });

  it("is dropped by the next one when a killed tool left it, and keeps no one from browsing when it cannot be", async () => {
    const expire = (user: string) =>
      test.asOwner((owner) => owner.query(`alter role ${pg.escapeIdentifier(user)} valid until '2000-01-01'`));
    const leave = async (login: Login, database: string) => {
      const url = Object.assign(new URL(test.urls.admin), {
        username: login.user,
        password: login.password,
        pathname: database,
      });
      const session = new pg.Client(url.href);
      await session.connect();
      await session.query("alter default privileges grant select on tables to public");
      await session.end();
      await expire(login.user);
    };
    const make = () => test.asOwner(async (owner) => (await makeBrowsingLogin(owner, test.name)).login);
    const [here, elsewhere] = [await make(), await make()];
    await leave(here, test.name);
    await leave(elsewhere, "postgres");
    const next = await make();
    const { rows } = await test.asOwner((owner) =>
      owner.query("select rolname, rolcanlogin from pg_roles where rolname = any ($1) order by rolcanlogin", [
        [here.user, elsewhere.user, next.user],
      ]),
    );
    expect(rows).toEqual([
      { rolname: elsewhere.user, rolcanlogin: false },
      { rolname: next.user, rolcanlogin: true },
    ]);
    await test.asOwner((owner) => owner.query(`drop role ${pg.escapeIdentifier(next.user)}`));
  });
});
