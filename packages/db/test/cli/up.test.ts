import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { withAdmin } from "../../src/operations/admin";
import { developmentServerStatus, stopDevelopmentServer } from "../../src/testing/server/development";
import { findHome } from "../../src/testing/server/development-home";
import { makeCheckout, runTool } from "./run-tool";

const checkout = makeCheckout();
const { root } = checkout;
const file = join(root, ".env");
const run = (...args: string[]) => runTool(args, root);
const isRunning = async () => (await developmentServerStatus({ root })).running;
const values = () => parseEnv(readFileSync(file, "utf8"));
const names = ["DATABASE_ADMIN_URL", "DATABASE_URL", "DATABASE_AUTH_URL", "DATABASE_PLATFORM_URL"];

/** Runs lines as a person pastes them into a shell in the checkout; programs of `bin` come first. */
async function paste(lines: string, bin = ""): Promise<string> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith("DATABASE_"));
  const env = { ...Object.fromEntries(clean), PATH: `${bin}:${process.env.PATH}` };
  const shell = spawn("sh", ["-c", lines], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [shell.stdout, shell.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(shell, "close");
  return output;
}

/** Gives the checkout what a real one has: the package, tsx, and the folder of an app. */
function placeApp(): void {
  const require = createRequire(import.meta.url);
  mkdirSync(join(root, "node_modules", "@org"), { recursive: true });
  mkdirSync(join(root, "apps", "tour", "src"), { recursive: true });
  writeFileSync(join(root, "apps", "tour", "package.json"), '{ "type": "module" }\n');
  symlinkSync(join(__dirname, "..", ".."), join(root, "node_modules", "@org", "db"));
  symlinkSync(dirname(require.resolve("tsx/package.json")), join(root, "node_modules", "tsx"));
}

/** Stops the server and removes its data, which lies elsewhere when its account cannot enter the checkout. */
async function removeServer(): Promise<void> {
  await stopDevelopmentServer({ root });
  rmSync((await findHome(root)).folder, { recursive: true, force: true });
}

/** What the login of that variable is, as the server says. */
const loginOf = (name: string) =>
  withAdmin(values()[name], async (client) => (await client.query("select session_user as login")).rows[0]?.login);

afterAll(async () => {
  await removeServer();
  checkout.remove();
});

describe("db:up", () => {
  let output: string;

  it("makes nothing when .env cannot be written", async () => {
    mkdirSync(`${file}.new`);
    const refused = await run("up");
    rmSync(`${file}.new`, { recursive: true });
    expect(refused).toMatchObject({
      code: 1,
      output: expect.stringMatching(/\.env cannot be written \(\w+\): nothing/),
    });
    expect(existsSync((await findHome(root)).folder)).toBe(false);
  });

  it("starts a migrated server that outlives the command, and writes its four URLs to .env, for the owner's eyes", async () => {
    writeFileSync(file, "# mine\nexport DATABASE_URL=\nDB_CONNECTION_LIMIT=3\n", { mode: 0o644 });
    const first = await run("up");
    output = first.output;
    expect(first.code, output).toBe(0);
    expect(await isRunning()).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toMatch(/^# mine\nDB_CONNECTION_LIMIT=3\n# The embedded PostgreSQL/);
    expect(Object.keys(values()).sort()).toEqual([...names, "DB_CONNECTION_LIMIT"].sort());
    for (const name of names) expect(output).not.toContain(new URL(values()[name] ?? "").password);
  });

  it("prints lines that connect as they are pasted", async () => {
    const [lines] = /^cat > [\s\S]*?^END\nnode .*$/m.exec(output) ?? [];
    expect(lines?.split("\n").filter((line) => line !== "")).toHaveLength(12);
    placeApp();
    expect(await paste(lines ?? "")).toMatch(/^\[\n[\s\S]*name: 'World'[\s\S]*\]\n$/);
  });
});

describe("a server that .env names", () => {
  it("is started by any command when it is down, and runs on", async () => {
    await stopDevelopmentServer({ root });
    expect(await isRunning()).toBe(false);
    const { code, output } = await run("doctor");
    expect(code, output).toBe(0);
    expect(output).toContain("PostgreSQL has started on 127.0.0.1");
    expect(await isRunning()).toBe(true);
    // And says how to reach it, without a secret, in lines that a shell takes.
    for (const name of names) {
      const url = new URL(values()[name] ?? "");
      expect(output).toContain(`${name} (.env): postgresql://${url.username}@${url.host}/org_db answers`);
      expect(output).not.toContain(url.password);
    }
    const [, line = ""] = /^ +psql +(psql .*)$/m.exec(output) ?? [];
    const bin = join(root, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "psql"), '#!/bin/sh\nprintf %s "$1"\n', { mode: 0o755 });
    const url = await paste(line, bin);
    expect(await withAdmin(url, async (client) => (await client.query("select 1 as one")).rows)).toEqual([{ one: 1 }]);
  });

  it("on another port has .env follow it", async () => {
    const before = values();
    await stopDevelopmentServer({ root });
    const other = createServer().listen(Number(new URL(before.DATABASE_URL ?? "").port), "127.0.0.1");
    await once(other, "listening");
    const { code, output } = await run("seed");
    other.close();
    expect(code, output).toBe(0);
    expect(output).toContain(".env has the new ones");
    expect(output).toContain("Wrote the demo tenant");
    for (const name of names) expect(values()[name]).not.toBe(before[name]);
    expect(await loginOf("DATABASE_URL")).toBe("org_db_runtime");
  });

  it("gets no logins of db:roles, which would change their passwords", async () => {
    const { code, output } = await run("roles");
    expect(code).toBe(1);
    expect(output).toContain("The embedded server has its own: pnpm db:up writes their URLs to .env");
  });

  it("is stopped by db:down, with its data and its URLs kept", async () => {
    const before = readFileSync(file, "utf8");
    expect(await run("down")).toMatchObject({ code: 0 });
    expect(await isRunning()).toBe(false);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await run("seed")).output).toContain("is there already");
  });

  it("that somebody has removed is made anew by db:up", async () => {
    await removeServer();
    const { code, output } = await run("up");
    expect(code, output).toBe(0);
    expect(await loginOf("DATABASE_PLATFORM_URL")).toBe("org_db_platform");
  });
});

describe("a URL that names another server", () => {
  const elsewhere = "postgresql://someone:hunter2canary@127.0.0.1:1/elsewhere";

  it("is left as it is, which db:up says", async () => {
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace(/^DATABASE_AUTH_URL=.*$/m, `DATABASE_AUTH_URL=${elsewhere}`),
    );
    const { code, output } = await run("up");
    expect(code, output).toBe(0);
    expect(output).toContain("DATABASE_AUTH_URL names another server and was left as it is");
    expect(output).not.toContain("hunter2canary");
    expect(values().DATABASE_AUTH_URL).toBe(elsewhere);
  });

  it("is the one that commands use when it is the admin's: db:up starts nothing", async () => {
    await stopDevelopmentServer({ root });
    const changed = readFileSync(file, "utf8").replace(/^DATABASE_ADMIN_URL=.*$/m, `DATABASE_ADMIN_URL=${elsewhere}`);
    writeFileSync(file, changed);
    const { output } = await run("up");
    expect(output).toContain('The environment names a server already: database "elsewhere" on 127.0.0.1:1');
    expect(await isRunning()).toBe(false);
    expect(readFileSync(file, "utf8")).toBe(changed);
  });
});
