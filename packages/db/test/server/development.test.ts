import { chmod, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/core/errors";
import { readPostmaster } from "../../src/testing/server/cluster";
import {
  developmentServerStatus,
  startDevelopmentServer,
  stopDevelopmentServer,
} from "../../src/testing/server/development";
import { isAlive, startedAt } from "../../src/testing/server/processes";
import { ask, copyFolder, holdServer, isRoot, removeFolders, temporaryFolder } from "./held-servers";

let root = "";
/** A checkout whose server has run and stopped; tests that are not about the first start work on a copy. */
let prepared = "";

beforeAll(async () => {
  prepared = await temporaryFolder();
  await (await startDevelopmentServer({ root: prepared })).stop();
});

beforeEach(async () => {
  root = await temporaryFolder();
});

afterEach(async () => {
  await stopDevelopmentServer({ root }).catch(() => undefined);
  await rm(root, { recursive: true, force: true });
});

afterAll(removeFolders);

const copy = () => copyFolder(join(prepared, ".data"), join(root, ".data"));

const start = () => startDevelopmentServer({ root });
const status = () => developmentServerStatus({ root });

describe("the development server", () => {
  test("keeps its data, password and port from one start to the next", async () => {
    const messages: string[] = [];
    const first = await startDevelopmentServer({ root, log: (message) => messages.push(message) });
    expect(first.dataDirectory).toBe(join(root, ".data", "postgres", "data"));
    await ask(first.adminUrl, "create table kept as select 42 as answer");
    expect(await status()).toMatchObject({ running: true, port: first.port, users: [process.pid], kept: false });
    await first.stop();
    expect(await status()).toMatchObject({ running: false, users: [] });
    const second = await start();
    expect(second.reused).toBe(false);
    expect(second.adminUrl).toBe(first.adminUrl);
    expect(await ask(second.adminUrl, "select answer from kept")).toBe(42);
    expect((await stat(join(root, ".data", "postgres", "password"))).mode & 0o777).toBe(0o600);
    expect((await stat(second.dataDirectory)).mode & 0o077).toBe(0);
    const secret = new URL(first.adminUrl).password;
    expect(messages.join("\n")).toContain(String(first.port));
    expect(messages.join("\n")).not.toContain(secret);
  });

  test("is one server for two processes that start it at once", async () => {
    const holders = [holdServer("development", root), holdServer("development", root)] as const;
    const [a, b] = await Promise.all([holders[0].started, holders[1].started]);
    expect(a.adminUrl).toBe(b.adminUrl);
    expect([a.reused, b.reused].sort()).toEqual([false, true]);
    expect(await ask(a.adminUrl, "select 1")).toBe(1);
    const users = (await status()).users.sort();
    expect(users).toEqual([a.pid, b.pid].sort());

    await holders[0].stop();
    expect(await ask(b.adminUrl, "select 1")).toBe(1);
    await holders[1].stop();
    expect((await status()).running).toBe(false);
  });

  test("outlives a killed owner and is adopted by the next, which can stop it", async () => {
    await copy();
    const holder = holdServer("development", root);
    const orphan = await holder.started;
    await ask(orphan.adminUrl, "create table kept as select 42 as answer");
    await holder.kill();
    const pid = (await status()).pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    expect((await status()).users).toEqual([]);

    const adopted = await start();
    expect(adopted).toMatchObject({ reused: true, adminUrl: orphan.adminUrl });
    expect(await ask(adopted.adminUrl, "select answer from kept")).toBe(42);
    await adopted.stop();
    expect(await startedAt(pid)).toBeUndefined();
  });

  test("starts again after the machine went down with it", async () => {
    await copy();
    const before = await start();
    const { pid } = (await readPostmaster(before.dataDirectory)) ?? { pid: 0 };
    await ask(before.adminUrl, "create table kept as select 42 as answer");
    process.kill(pid, "SIGKILL");
    await expect.poll(async () => (await status()).running, { timeout: 5_000 }).toBe(false);
    const after = await start();
    expect(after.reused).toBe(false);
    expect(await ask(after.adminUrl, "select answer from kept")).toBe(42);
  });

  test("counts its users, in one process too, and stops with the last", async () => {
    await copy();
    const [a, b] = [await start(), await start()];
    await a.stop();
    await a.stop();
    expect((await status()).running).toBe(true);
    await b.stop();
    expect((await status()).running).toBe(false);
  });

  test("runs on after keep(), until it is stopped by name", async () => {
    await copy();
    const server = await start();
    await server.keep();
    await server.stop();
    expect(await status()).toMatchObject({ running: true, kept: true, users: [] });
    expect(await stopDevelopmentServer({ root })).toBe(true);
    expect(await status()).toMatchObject({ running: false, kept: false });
    expect(await stopDevelopmentServer({ root })).toBe(false);
  });

  test("says what to do when its password is lost, or its folder is not safe", async () => {
    await copy();
    const server = await start();
    await server.stop();
    const home = dirname(server.dataDirectory);
    await rm(join(home, "password"));
    await expect(start()).rejects.toThrow(ConfigurationError);
    await expect(start()).rejects.toThrow(/put it back, or remove/);
    await chmod(home, 0o777);
    await expect(start()).rejects.toThrow(/nobody else can write to/);
  });

  test.skipIf(!isRoot)("lives elsewhere when the server's account cannot reach the checkout", async () => {
    const hidden = join(await temporaryFolder(0o700), "checkout");
    await mkdir(hidden);
    const server = await startDevelopmentServer({ root: hidden });
    const home = dirname(server.dataDirectory);
    try {
      expect(home).toMatch(/\/org-db-development-0-[0-9a-f]{16}$/);
      expect(await ask(server.adminUrl, "select 1")).toBe(1);
      expect((await stat(home)).mode & 0o777).toBe(0o711);
      expect((await developmentServerStatus({ root: hidden })).running).toBe(true);
    } finally {
      await stopDevelopmentServer({ root: hidden });
      await rm(home, { recursive: true });
    }
  });
});
